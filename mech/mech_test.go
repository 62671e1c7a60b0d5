package mech

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func all() []System { return append(Systems(), Chain(4), Chain(7), Chain(20)) }

// odd are systems with parameters that are not 1.
var odd = []System{spring{m: 2, k: 3}, cartPole{M: 2, m: 0.7, l: 1.3, g: 5}, kepler{μ: 1.7}, twoBody{m1: 2, m2: 0.6},
	spherical{m: 2, l: 1.3, g: 5}, threeBody{m: [3]float64{2, 0.6, 1.1}}}

// each calls f for n sampled states of every system, half from Sample, half from Start. The relativistic particle has
// tests of its own: its L is not quadratic in v, which has a bound.
func each(t *testing.T, n int, f func(t *testing.T, s System, q, v []float64)) {
	for _, s := range append(all(), odd...) {
		if s.Name() == "relativistic" {
			continue
		}
		t.Run(s.Name(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			q, v := make([]float64, s.Dim()), make([]float64, s.Dim())
			for i := range n {
				if s.Sample(r, q, v); i%2 == 1 {
					s.Start(r, q, v)
				}
				if f(t, s, q, v); t.Failed() {
					t.Fatalf("at q = %v, v = %v", q, v)
				}
			}
		})
	}
}

func accel(s System, q, v []float64) []float64 {
	a := make([]float64, s.Dim())
	s.Accel(q, v, a)
	return a
}

// along returns f(x + s y, v + s w).
func along(f func(q, v []float64) float64, q, v, y, w []float64, s float64) float64 {
	Q, V := make([]float64, len(q)), make([]float64, len(q))
	for i := range q {
		Q[i], V[i] = q[i]+s*y[i], v[i]+s*w[i]
	}
	return f(Q, V)
}

// slope is f′(0) by central differences of orders h⁴: (4 D(h) − D(2h))/3.
func slope(f func(s float64) float64, h float64) float64 {
	d := func(h float64) float64 { return (f(h) - f(-h)) / (2 * h) }
	return (4*d(h) - d(2*h)) / 3
}

func largest(x []float64) (m float64) {
	for _, x := range x {
		m = max(m, math.Abs(x))
	}
	return m
}

func unit(d, i int) []float64 { e := make([]float64, d); e[i] = 1; return e }

// Accelerations follow from the Lagrangian alone: M a = L_q − L_vq v, every term by central differences of L.
func TestAccelFromLagrangian(t *testing.T) {
	each(t, 60, func(t *testing.T, s System, q, v []float64) {
		d, L, zero := s.Dim(), s.Lagrangian, make([]float64, s.Dim())
		if d > 7 && testing.Short() {
			t.SkipNow()
		}
		const h = 1e-3
		hq := h / (1 + largest(v))
		M, r := mat.NewDense(d, d, nil), mat.NewVecDense(d, nil)
		mixed := func(y1, w1, y2, w2 []float64, h1, h2 float64) float64 {
			return slope(func(s float64) float64 {
				return slope(func(p float64) float64 {
					Q, V := make([]float64, d), make([]float64, d)
					for i := range Q {
						Q[i], V[i] = q[i]+s*y1[i]+p*y2[i], v[i]+s*w1[i]+p*w2[i]
					}
					return L(Q, V)
				}, h2)
			}, h1)
		}
		for i := range d {
			e := unit(d, i)
			for j := range d {
				M.Set(i, j, mixed(zero, e, zero, unit(d, j), 0.1, 0.1)) // L is quadratic in v: any step will do
			}
			r.SetVec(i, slope(func(s float64) float64 { return along(L, q, v, e, zero, s) }, h)-mixed(zero, e, v, zero,
				0.1, hq))
		}
		var a mat.VecDense
		if err := a.SolveVec(M, r); err != nil {
			t.Fatal(err)
		}
		got := accel(s, q, v)
		tol := 1e-10 * mat.Cond(M, 2) * (1 + largest(r.RawVector().Data)) // the differences leave some 1e-10 of r and M
		for i := range d {
			if diff := math.Abs(got[i] - a.AtVec(i)); !(diff <= tol) {
				t.Errorf("a[%d] = %.12g, from L %.12g, difference %.1e, tolerance %.1e", i, got[i], a.AtVec(i), diff,
					tol)
			}
		}
	})
}

// The energy is v·L_v − L, and it stands still along (v, a).
func TestEnergy(t *testing.T) {
	each(t, 200, func(t *testing.T, s System, q, v []float64) {
		zero, E := make([]float64, s.Dim()), s.Energy(q, v)
		vLv := slope(func(p float64) float64 { return along(s.Lagrangian, q, v, zero, v, p) }, 0.1)
		size := 1 + math.Abs(E) + math.Abs(vLv)
		if diff := math.Abs(vLv - s.Lagrangian(q, v) - E); diff > 1e-12*size {
			t.Errorf("E = %g, v·L_v − L differs by %g", E, diff)
		}
		a := accel(s, q, v)
		fast := 1 + largest(v) + largest(a)
		if dE := slope(func(p float64) float64 { return along(s.Energy, q, v, v, a, p) },
			1e-2/fast); math.Abs(dE) > 1e-6*fast*size {
			t.Errorf("dE/dt = %g", dE)
		}
	})
}

// The canonical momentum is L_v.
func TestMomentum(t *testing.T) {
	each(t, 100, func(t *testing.T, s System, q, v []float64) {
		p, zero := make([]float64, s.Dim()), make([]float64, s.Dim())
		s.Momentum(q, v, p)
		for i, p := range p {
			want := slope(func(x float64) float64 { return along(s.Lagrangian, q, v, zero, unit(s.Dim(), i), x) }, 0.1)
			if math.Abs(p-want) > 1e-10*(1+math.Abs(s.Lagrangian(q, v))+math.Abs(p)) {
				t.Errorf("p[%d] = %.12g, from L %.12g", i, p, want)
			}
		}
	})
}

// The double pendulum by its textbook formula (m = l = 1).
func TestDoublePendulum(t *testing.T) {
	s, err := Lookup("double-pendulum")
	if err != nil || s != Chain(2) {
		t.Fatalf("%v, %v", s, err)
	}
	if scale := s.About().EnergyScale; math.Abs(scale-29.4) > 1e-12 {
		t.Errorf("energy scale %g", scale)
	}
	r := rand.New(rand.NewPCG(3, 4))
	q, v := make([]float64, 2), make([]float64, 2)
	for range 1000 {
		s.Sample(r, q, v)
		sin, c := math.Sincos(q[0] - q[1])
		f1 := -v[1]*v[1]*sin/2 - gravity*math.Sin(q[0])
		f2 := v[0]*v[0]*sin - gravity*math.Sin(q[1])
		a1, a2 := c/2, c
		want := []float64{(f1 - a1*f2) / (1 - a1*a2), (f2 - a2*f1) / (1 - a1*a2)}
		for i, a := range accel(s, q, v) {
			if math.Abs(a-want[i]) > 1e-12*(1+largest(want)) {
				t.Fatalf("a = %.15g, want %.15g at %v, %v", a, want[i], q, v)
			}
		}
		E := v[0]*v[0]/2 + (v[0]*v[0]+v[1]*v[1]+2*v[0]*v[1]*c)/2 - gravity*(2*math.Cos(q[0])+math.Cos(q[1]))
		if got := s.Energy(q, v); math.Abs(got-E) > 1e-12*(1+math.Abs(E)) {
			t.Fatalf("E = %g, want %g", got, E)
		}
	}
}

// A turn of every angle changes nothing, the mirror image moves as the mirror, and the same state backwards in time has
// the same a.
func TestSymmetry(t *testing.T) {
	each(t, 50, func(t *testing.T, s System, q, v []float64) {
		d := s.Dim()
		turned, mirror, back, minus := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		for i, c := range s.About().Coordinates {
			turned[i], mirror[i], minus[i], back[i] = q[i], -q[i], -v[i], -v[i]
			if c.Angle {
				turned[i] += 2 * math.Pi
			}
		}
		if s.Name() == "kepler" { // r is a distance: only φ has a mirror image
			mirror[0], minus[0] = q[0], v[0]
		}
		a, at, am, ab := accel(s, q, v), accel(s, turned, v), accel(s, mirror, minus), accel(s, q, back)
		if s.Name() == "kepler" {
			am[0] = -am[0]
		}
		tol := 1e-12 * (1 + largest(a) + largest(v)*largest(v)) * float64(d*d)
		for i := range d {
			if math.Abs(a[i]-at[i]) > tol || math.Abs(a[i]+am[i]) > tol || math.Abs(a[i]-ab[i]) > tol {
				t.Errorf("a = %g, turned %g, mirrored %g, backwards %g", a[i], at[i], am[i], ab[i])
			}
		}
		if E := s.Energy(q, v); math.Abs(E-s.Energy(turned, v)) > 1e-10*(1+math.Abs(E)) ||
			math.Abs(E-s.Energy(mirror, minus)) > 1e-12*(1+math.Abs(E)) {
			t.Errorf("energy %g, turned %g, mirrored %g", E, s.Energy(turned, v), s.Energy(mirror, minus))
		}
	})
}

// Samples lie where the documentation says; the same seed gives the same states.
func TestSampling(t *testing.T) {
	each(t, 500, func(t *testing.T, s System, q, v []float64) {
		switch s.Name() {
		case "kepler":
			μ := s.About().Parameters[0].Value
			a := -μ / (2 * s.Energy(q, v))
			if e := math.Sqrt(1 - math.Pow(q[0]*q[0]*v[1], 2)/(μ*a)); !(a > 0.5 && a < 1.5 && e < 0.5) {
				t.Errorf("an orbit of a = %g, e = %g", a, e)
			}
		case "pendulum", "double-pendulum", "triple-pendulum":
			for i := range q {
				if q[i] < 0 || q[i] >= 2*math.Pi || math.Abs(v[i]) > 10 {
					t.Errorf("outside U(0, 2π), U(−10, 10)")
				}
			}
		}
	})
	for _, s := range all() {
		states := func(draw func(r *rand.Rand, q, v []float64)) (x []float64) {
			r := rand.New(rand.NewPCG(5, 6))
			for range 2000 {
				q, v := make([]float64, s.Dim()), make([]float64, s.Dim())
				draw(r, q, v)
				x = append(append(x, q...), v...)
			}
			return x
		}
		a, b := states(s.Sample), states(s.Sample)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("%s: the same seed gives another state", s.Name())
			}
		}
		if s.Name() != "double-pendulum" {
			continue
		}
		var mean, most [2]float64
		for k, x := range [][]float64{a, states(s.Start)} {
			for i := 0; i < len(x); i += 4 {
				mean[k] += (x[i] + x[i+1]) / float64(len(x)/2)
				most[k] = max(most[k], x[i+2], x[i+3])
			}
			if math.Abs(mean[k]-math.Pi) > 0.1 {
				t.Errorf("mean angle %g", mean[k])
			}
		}
		if most[0] < 9.9 || most[1] < 0.099 || most[1] >= 0.1 {
			t.Errorf("largest velocities %v", most)
		}
	}
}

func TestAbout(t *testing.T) {
	names := map[string]bool{}
	for _, s := range all() {
		b := s.About()
		if len(b.Coordinates) != s.Dim() || b.Title == "" || b.Lagrangian == "" || b.Source == "" ||
			!(b.EnergyScale > 0) {
			t.Errorf("%s: %+v", s.Name(), b)
		}
		for _, c := range b.Coordinates {
			if c.Name == "" || c.VelocityName == "" || c.Unit == "" || c.VelocityUnit == "" ||
				c.Angle != (c.Unit == "rad") {
				t.Errorf("%s: %+v", s.Name(), c)
			}
		}
		for _, p := range b.Parameters {
			if p.Unit == "" || p.Meaning == "" || !strings.Contains(b.Lagrangian, p.Name) {
				t.Errorf("%s: %+v", s.Name(), p)
			}
		}
		if got, err := Lookup(s.Name()); err != nil || got != s || names[s.Name()] {
			t.Errorf("Lookup(%q) = %v, %v", s.Name(), got, err)
		}
		names[s.Name()] = true
	}
	for _, bad := range []string{"triple", "chain-", "chain-0", "chain--1", "chain-x"} {
		if s, err := Lookup(bad); err == nil || !strings.Contains(err.Error(), "double-pendulum") {
			t.Errorf("Lookup(%q) = %v, %v", bad, s, err)
		}
	}
	list := Systems()
	list[0] = nil
	if Systems()[0] == nil {
		t.Error("Systems hands out its own list")
	}
}

func TestNoAllocation(t *testing.T) {
	for _, s := range Systems() {
		q, v, a := make([]float64, s.Dim()), make([]float64, s.Dim()), make([]float64, s.Dim())
		s.Sample(rand.New(rand.NewPCG(7, 8)), q, v)
		if n := testing.AllocsPerRun(10, func() { s.Accel(q, v, a); s.Energy(q, v); s.Lagrangian(q, v) }); n > 0 {
			t.Errorf("%s: %v allocations", s.Name(), n)
		}
	}
}
