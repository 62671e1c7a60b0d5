package mech

import (
	"math"
	"testing"
)

// rk4 takes n steps of the classical method over time t, in place, and calls see after each.
func rk4(s System, q, v []float64, t float64, n int, see func(t float64, q, v []float64)) {
	d, h := s.Dim(), t/float64(n)
	f := func(x []float64) []float64 { return append(append([]float64{}, x[d:]...), accel(s, x[:d], x[d:])...) }
	x := append(append([]float64{}, q...), v...)
	step := func(k []float64, c float64) []float64 {
		y := make([]float64, 2*d)
		for i := range y {
			y[i] = x[i] + c*h*k[i]
		}
		return y
	}
	for j := range n {
		k1 := f(x)
		k2 := f(step(k1, 0.5))
		k3 := f(step(k2, 0.5))
		k4 := f(step(k3, 1))
		for i := range x {
			x[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
		see(float64(j+1)*h, x[:d], x[d:])
	}
	copy(q, x[:d])
	copy(v, x[d:])
}

// period is the time between the first two upward zeros of z along a motion, by linear interpolation in fine steps.
func period(s System, q, v []float64, t float64, z func(q, v []float64) float64) float64 {
	const n = 4000
	var zeros []float64
	last := z(q, v)
	rk4(s, q, v, t, n, func(at float64, q, v []float64) {
		now := z(q, v)
		if last < 0 && now >= 0 {
			zeros = append(zeros, at-t/n*now/(now-last))
		}
		last = now
	})
	if len(zeros) < 2 {
		return math.NaN()
	}
	return zeros[1] - zeros[0]
}

// Small swings have the frequency √(g/l), larger ones of amplitude A the period 2π/agm(1, cos A/2) √(l/g); the double
// pendulum swings in its two modes θ₂ = ±√2 θ₁ with ω² = g (2 ∓ √2).
func TestPendulumPeriods(t *testing.T) {
	angle := func(q, _ []float64) float64 { return q[0] }
	for _, A := range []float64{1e-3, 1, 2.5} {
		x, y := 1., math.Cos(A/2)
		for range 8 {
			x, y = (x+y)/2, math.Sqrt(x*y)
		}
		want := 2 * math.Pi / x / math.Sqrt(gravity)
		if T := period(Chain(1), []float64{A}, []float64{0}, 2.5*want, angle); math.Abs(T/want-1) > 1e-6 {
			t.Errorf("amplitude %g: period %.9g, want %.9g", A, T, want)
		}
	}
	for _, sign := range []float64{1, -1} {
		want := 2 * math.Pi / math.Sqrt(gravity*(2-sign*math.Sqrt2))
		if T := period(Chain(2), []float64{1e-4, sign * math.Sqrt2 * 1e-4}, []float64{0, 0}, 2.5*want,
			angle); math.Abs(T/want-1) > 1e-6 {
			t.Errorf("mode %g: period %.9g, want %.9g", sign, T, want)
		}
	}
}

func TestSpringPeriod(t *testing.T) {
	s := spring{m: 2, k: 3}
	want := 2 * math.Pi * math.Sqrt(2./3)
	if T := period(s, []float64{1}, []float64{0}, 2.5*want,
		func(q, _ []float64) float64 { return q[0] }); math.Abs(T/want-1) > 1e-6 {
		t.Errorf("period %.9g, want %.9g", T, want)
	}
}

// Kepler's laws, from perihelion: r² φ̇ is constant, the orbit closes, and T² = 4π² a³/μ whatever the eccentricity.
func TestKeplersLaws(t *testing.T) {
	s, err := Lookup("kepler")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ a, e float64 }{{1, 0.1}, {0.5, 0.3}, {1.5, 0.5}, {1.5, 0.05}} {
		start := func() (q, v []float64) {
			r := x.a * (1 - x.e)
			return []float64{r, 0.3}, []float64{0, math.Sqrt((1+x.e)/r) / r}
		}
		want := 2 * math.Pi * math.Pow(x.a, 1.5)
		q, v := start()
		if T := period(s, q, v, 2.5*want, func(_, v []float64) float64 { return v[0] }); math.Abs(T/want-1) > 1e-6 {
			t.Errorf("a = %g, e = %g: period %.9g, want %.9g", x.a, x.e, T, want)
		}
		q, v = start()
		h, r := q[0]*q[0]*v[1], q[0]
		rk4(s, q, v, want, 4000, func(at float64, q, v []float64) {
			if math.Abs(q[0]*q[0]*v[1]/h-1) > 1e-8 {
				t.Fatalf("r² φ̇ changes from %g to %g at %g", h, q[0]*q[0]*v[1], at)
			}
		})
		if math.Abs(q[0]-r) > 1e-7 || math.Abs(q[1]-0.3-2*math.Pi) > 1e-7 {
			t.Errorf("a = %g, e = %g: the orbit comes back to %v", x.a, x.e, q)
		}
	}
}
