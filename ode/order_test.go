package ode

import (
	"context"
	"math"
	"testing"
)

// kepler is ẍ = −x/|x|³ in the plane, states (x, y, ẋ, ẏ), any batch.
func kepler(_ float64, x, dx []float64) {
	for i := 0; i < len(x); i += 4 {
		r := math.Hypot(x[i], x[i+1])
		dx[i], dx[i+1] = x[i+2], x[i+3]
		dx[i+2], dx[i+3] = -x[i]/(r*r*r), -x[i+1]/(r*r*r)
	}
}

// orbit is the exact motion of eccentricity e from perihelion: x = cos E − e, y = √(1−e²) sin E, t = E − e sin E.
func orbit(t, e float64) []float64 {
	E := t
	for range 50 {
		E -= (E - e*math.Sin(E) - t) / (1 - e*math.Cos(E))
	}
	s, c := math.Sincos(E)
	w, b := 1/(1-e*c), math.Sqrt(1-e*e)
	return []float64{c - e, b * s, -s * w, b * c * w}
}

// bell is q̈ = −2q² + 8t²q³ with the motion q = 1/(1+t²): nonlinear and dependent on time.
func bell(t float64, x, dx []float64) {
	q := x[0]
	dx[0], dx[1] = x[1], -2*q*q+8*t*t*q*q*q
}

func bellAt(t float64) []float64 { q := 1 / (1 + t*t); return []float64{q, -2 * t * q * q} }

var problems = []struct {
	name   string
	f      Field
	exact  func(t float64) []float64
	t0, t1 float64
}{
	{"kepler", kepler, func(t float64) []float64 { return orbit(t, 0.2) }, 0, 5},
	{"bell", bell, bellAt, -3, 0},
}

// distance is max |aᵢ − bᵢ| over b.
func distance(a, b []float64) (d float64) {
	for i := range b {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

func solve(t *testing.T, f Field, x0, times []float64, o Options) Result {
	t.Helper()
	r, err := Solve(context.Background(), f, x0, times, o)
	if err != nil || r.N != len(times) {
		t.Fatalf("%s: %d of %d times, %v", o.Method.Name, r.N, len(times), err)
	}
	return r
}

// Every method shows its order when the step is halved; the adaptive ones are held to fixed steps by taking away their
// error row.
func TestOrder(t *testing.T) {
	steps := map[int]float64{1: 20000, 2: 1000, 3: 400, 4: 200, 5: 100, 6: 60, 7: 40, 8: 32} // by order
	for _, m := range Methods() {
		for _, p := range problems {
			m.E = nil
			var err [2]float64
			for i, n := range []float64{steps[m.Order], 2 * steps[m.Order]} {
				ts, x0 := grid(p.t0, p.t1, 4), p.exact(p.t0)
				r := solve(t, p.f, x0, ts, Options{Method: m, Step: (p.t1 - p.t0) / n})
				if r.Stats.Steps != int(n) {
					t.Errorf("%s took %d steps, want %v", m.Name, r.Stats.Steps, n)
				}
				for j, at := range ts {
					err[i] = max(err[i], distance(r.X[j*len(x0):], p.exact(at)))
				}
			}
			if order := math.Log2(err[0] / err[1]); math.Abs(order-float64(m.Order)) > 0.1+0.08*float64(m.Order) {
				t.Errorf("%s on %s: order %.2f (errors %.2e), want %d", m.Name, p.name, order, err, m.Order)
			} else {
				t.Logf("%s on %s: order %.2f, errors %.2e", m.Name, p.name, order, err)
			}
		}
	}
}

// Inside one step from an exact state the dense output of order p errs by O(h^{p+1}), the zero Dense by O(h⁴); and its
// ends are exact.
func TestDenseOrder(t *testing.T) {
	hermite := Dopri5
	hermite.Name, hermite.Dense = "dopri5 with cubic Hermite", Dense{}
	for _, x := range []struct {
		m     Method
		order float64
		h     float64
	}{{Dopri5, 4, 0.1}, {Dop853, 7, 0.15}, {hermite, 3, 0.1}} {
		for _, p := range problems {
			err := func(h float64) (worst float64) {
				at := p.t0 + 0.3*(p.t1-p.t0)
				x0 := p.exact(at)
				o := Options{Method: x.m, RTol: 1, ATol: 1}
				s := newStepper(p.f, at, x0, o.defaults(x0, []float64{0}))
				s.try(h)
				s.continuous(h)
				out := make([]float64, len(x0))
				for _, θ := range []float64{0, 1} {
					s.between(out, θ)
					if d := distance(out, [][]float64{s.x, s.y}[int(θ)]); d > 1e-15 {
						t.Errorf("%s: dense output at θ = %v is off by %g", x.m.Name, θ, d)
					}
				}
				for θ := 0.05; θ < 1; θ += 0.05 {
					s.between(out, θ)
					worst = max(worst, distance(out, p.exact(at+θ*h)))
				}
				return worst
			}
			e1, e2 := err(x.h), err(x.h/2)
			if q := math.Log2(e1 / e2); math.Abs(q-x.order-1) > 0.5 {
				t.Errorf("%s on %s: local dense error O(h^%.2f) (%.2e, %.2e), want %v", x.m.Name, p.name, q, e1, e2,
					x.order+1)
			} else {
				t.Logf("%s on %s: local dense error O(h^%.2f), %.2e, %.2e", x.m.Name, p.name, q, e1, e2)
			}
		}
	}
}

// The error of an adaptive method follows the tolerance, at the times between its steps too.
func TestTolerance(t *testing.T) {
	const e, end = 0.6, 10
	for _, m := range []Method{Dopri5, Dop853} {
		ts := grid(0, end, 500)
		var tols, errs []float64
		for tol := 1e-4; tol > 3e-12; tol /= 100 {
			r := solve(t, kepler, orbit(0, e), ts, Options{Method: m, RTol: tol, ATol: tol})
			worst := 0.
			for i, at := range ts {
				worst = max(worst, distance(r.X[4*i:4*i+4], orbit(at, e)))
			}
			if worst > 1000*tol {
				t.Errorf("%s: error %.1e at tolerance %.0e", m.Name, worst, tol)
			}
			tols, errs = append(tols, math.Log(tol)), append(errs, math.Log(worst))
			t.Logf("%s tol %.0e: error %.1e, %+v", m.Name, tol, worst, r.Stats)
		}
		n := len(tols) - 1
		if slope := (errs[n] - errs[0]) / (tols[n] - tols[0]); slope < 0.7 || slope > 1.3 {
			t.Errorf("%s: error ∝ tolerance^%.2f", m.Name, slope)
		}
	}
}

// The times asked for do not change the steps taken.
func TestDenseLeavesStepsAlone(t *testing.T) {
	for _, m := range []Method{Dopri5, Dop853} {
		a := solve(t, kepler, orbit(0, 0.5), []float64{0, 7}, Options{Method: m})
		b := solve(t, kepler, orbit(0, 0.5), []float64{0, 0.1, 0.2, 3, 3.001, 6.99, 7}, Options{Method: m})
		if d := distance(a.X[4:], b.X[24:]); d != 0 || a.Stats.Steps != b.Stats.Steps {
			t.Errorf("%s: end differs by %g, %d and %d steps", m.Name, d, a.Stats.Steps, b.Stats.Steps)
		}
	}
}
