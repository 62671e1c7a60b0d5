package mech

import (
	"math"
	"math/rand/v2"
	"testing"
)

var rings = []Wave{{N: 3, C: 1, H: 1. / 3}, {N: 16, C: 2, H: 0.5}, {N: 25, C: 1, H: 0.04}}

// The accelerations are those of the Lagrangian, M = H, by differences of L; L is quadratic, so any step will do.
func TestWaveAccelFromLagrangian(t *testing.T) {
	for _, w := range rings {
		r := rand.New(rand.NewPCG(1, uint64(w.N)))
		q, v, p := make([]float64, w.N), make([]float64, w.N), make([]float64, w.N)
		w.Sample(r, q, v)
		a := accel(w, q, v)
		w.Momentum(q, v, p)
		for i := range w.N {
			e, zero := unit(w.N, i), make([]float64, w.N)
			Lq := slope(func(s float64) float64 { return along(w.Lagrangian, q, v, e, zero, s) }, 1)
			Lv := slope(func(s float64) float64 { return along(w.Lagrangian, q, v, zero, e, s) }, 1)
			if math.Abs(Lq-w.H*a[i]) > 1e-9*(1+math.Abs(Lq)) || math.Abs(Lv-p[i]) > 1e-9*(1+math.Abs(Lv)) {
				t.Errorf("n = %d, site %d: H a = %.12g, L_q = %.12g, p = %.12g, L_v = %.12g", w.N, i, w.H*a[i], Lq,
					p[i], Lv)
			}
		}
	}
}

// The modes are the solution of the differential equation, conserve its energy, and can be turned back.
func TestWaveModes(t *testing.T) {
	for _, w := range rings {
		r := rand.New(rand.NewPCG(2, uint64(w.N)))
		q, v := make([]float64, w.N), make([]float64, w.N)
		w.Sample(r, q, v)
		v[0] += 0.5 // as rough as can be, with a mean velocity
		m, E := w.Modes(), w.Energy(q, v)
		T := float64(w.N) * w.H / w.C
		y, z := make([]float64, w.N), make([]float64, w.N)
		m.At(T, q, v, y, z)
		if e := w.Energy(y, z); math.Abs(e/E-1) > 1e-12 {
			t.Errorf("n = %d: energy %.15g after %.15g", w.N, e, E)
		}
		back, turned := make([]float64, w.N), make([]float64, w.N)
		m.At(-T, y, z, back, turned)
		for i := range q {
			if math.Abs(back[i]-q[i]) > 1e-12 || math.Abs(turned[i]-v[i]) > 1e-11*(1+math.Abs(v[i])) {
				t.Errorf("n = %d, site %d: there and back from %g to %g", w.N, i, q[i], back[i])
			}
		}
		rk4(w, q, v, T, 400*w.N, func(float64, []float64, []float64) {})
		for i := range q {
			if math.Abs(q[i]-y[i]) > 1e-7 || math.Abs(v[i]-z[i]) > 1e-5 {
				t.Errorf("n = %d, site %d: the equation gives %.9g, %.9g, the modes %.9g, %.9g", w.N, i, q[i], v[i],
					y[i], z[i])
			}
		}
	}
}

// A wide pulse runs to the right at the speed C; a ring of ten thousand sites is no trouble.
func TestWavePulse(t *testing.T) {
	w := Wave{N: 10_000, C: 1, H: 0.01}
	q, v, y, z, want := make([]float64, w.N), make([]float64, w.N), make([]float64, w.N), make([]float64, w.N),
		make([]float64, w.N)
	w.Pulse(99, 1, q, v)
	w.Modes().At(3, q, v, y, z)
	w.Pulse(2, 1, want, z)
	for i := range want {
		if math.Abs(y[i]-want[i]) > 1e-3 {
			t.Fatalf("site %d: %g, want %g", i, y[i], want[i])
		}
	}
}

// Samples are smooth fields of order one, no two alike, whose kinetic and potential energies balance.
func TestWaveSample(t *testing.T) {
	w, r := Wave{N: 100, C: 1, H: 0.01}, rand.New(rand.NewPCG(3, 3))
	q, v := make([]float64, w.N), make([]float64, w.N)
	var T, V, square, most, rough float64
	const states = 400
	for range states {
		w.Sample(r, q, v)
		a, b := w.parts(q, v)
		T, V = T+a, V+b
		for i, φ := range q {
			square, most = square+φ*φ/(states*float64(w.N)), max(most, math.Abs(φ))
			rough = max(rough, math.Abs(φ-q[(i+1)%w.N]))
		}
	}
	if square < 0.05 || square > 1 || most > 6 || rough > 1 || T/V < 0.5 || T/V > 3 {
		t.Errorf("mean φ² = %g, largest |φ| %g, largest step %g, T/V = %g", square, most, rough, T/V)
	}
}

func TestWaveLookup(t *testing.T) {
	s, err := Lookup("wave-12")
	if err != nil || s.Dim() != 12 || s.Name() != "wave-12" {
		t.Fatalf("%v, %v", s, err)
	}
	if b := s.About(); len(b.Coordinates) != 12 || !(b.EnergyScale > 0) {
		t.Errorf("%+v", b)
	}
	for _, bad := range []string{"wave-", "wave-2", "wave-x"} {
		if _, err := Lookup(bad); err == nil {
			t.Errorf("%s is a system", bad)
		}
	}
	q, v, a := make([]float64, 12), make([]float64, 12), make([]float64, 12)
	s.Start(rand.New(rand.NewPCG(1, 1)), q, v)
	if n := testing.AllocsPerRun(10, func() { s.Accel(q, v, a); s.Energy(q, v); s.Lagrangian(q, v) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
