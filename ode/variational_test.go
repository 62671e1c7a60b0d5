package ode

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// A body is a Lagrangian of d coordinates with forces, by its first variation.
type body struct {
	d    int
	vary func(t float64, q, v, Lq, Lv []float64)
}

// variation has second derivatives by central differences: they only speed the solution up.
func (b body) variation(t, x, g, H []float64) {
	n := 2 * b.d
	y, z := make([]float64, n), make([]float64, n)
	for i, t := range t {
		x := x[i*n : (i+1)*n]
		b.vary(t, x[:b.d], x[b.d:], g[i*n:i*n+b.d], g[i*n+b.d:(i+1)*n])
		if H == nil {
			continue
		}
		for j := range n {
			const h = 1e-5
			for _, sign := range []float64{1, -1} {
				copy(y, x)
				y[j] += sign * h
				b.vary(t, y[:b.d], y[b.d:], z[:b.d], z[b.d:])
				for k := range z {
					if sign > 0 {
						H[(i*n+k)*n+j] = z[k] / (2 * h)
					} else {
						H[(i*n+k)*n+j] -= z[k] / (2 * h)
					}
				}
			}
		}
	}
}

// momenta replaces v by p = L_v in a state.
func (b body) momenta(x []float64) []float64 {
	y, Lq := append([]float64(nil), x...), make([]float64, b.d)
	b.vary(0, x[:b.d], x[b.d:], Lq, y[b.d:])
	return y
}

// twoArms is the double pendulum, L = ω₁² + ½ω₂² + ω₁ω₂ cos(θ₁−θ₂) + g (2 cos θ₁ + cos θ₂).
var twoArms = body{2, func(_ float64, q, v, Lq, Lv []float64) {
	const g = 9.8
	s, c := math.Sincos(q[0] - q[1])
	Lq[0], Lq[1] = -v[0]*v[1]*s-2*g*math.Sin(q[0]), v[0]*v[1]*s-g*math.Sin(q[1])
	Lv[0], Lv[1] = 2*v[0]+v[1]*c, v[1]+v[0]*c
}}

func twoArmsEnergy(x []float64) float64 {
	return x[2]*x[2] + x[3]*x[3]/2 + x[2]*x[3]*math.Cos(x[0]-x[1]) - 9.8*(2*math.Cos(x[0])+math.Cos(x[1]))
}

// planet is L = ½v² + 1/|q|, in polar coordinates (r, φ): φ is cyclic.
var planet = body{2, func(_ float64, q, v, Lq, Lv []float64) {
	r := q[0]
	Lq[0], Lq[1] = r*v[1]*v[1]-1/(r*r), 0
	Lv[0], Lv[1] = v[0], r*r*v[1]
}}

// charge is L = ½v² + ½B (x v_y − y v_x) with B = 2: circles of angular velocity −B.
var charge = body{2, func(_ float64, q, v, Lq, Lv []float64) {
	Lq[0], Lq[1] = v[1], -v[0]
	Lv[0], Lv[1] = v[0]-q[1], v[1]+q[0]
}}

// rocket is L = −√(1 − v²) + q, whose kinetic energy is not quadratic: p = t from rest, q = √(1 + t²) − 1.
var rocket = body{1, func(_ float64, _, v, Lq, Lv []float64) { Lq[0], Lv[0] = 1, v[0]/math.Sqrt(1-v[0]*v[0]) }}

// damped is L = ½v² − ½q² with F = −2γ (v − cos t): q = e^{−γt} cos ωt + sin t.
const γ = 0.3

var damped = body{1, func(t float64, q, v, Lq, Lv []float64) { Lq[0], Lv[0] = -q[0]-2*γ*(v[0]-math.Cos(t)), v[0] }}

func vary(t *testing.T, b body, m Method, x0, times []float64, h float64) Result {
	t.Helper()
	return solve(t, nil, x0, times, Options{Method: m, Step: h, Dim: 2 * b.d, Variation: b.variation})
}

// The order shows when the step is halved, against closed forms: a magnetic term, a kinetic energy that is not
// quadratic, and forces that depend on v and t among them.
func TestVariationalOrder(t *testing.T) {
	ω := math.Sqrt(1 - γ*γ)
	for name, p := range map[string]struct {
		b     body
		exact func(t float64) []float64
	}{
		"kepler": {planet, func(t float64) []float64 {
			x := orbit(t, 0.3)
			r := math.Hypot(x[0], x[1])
			return []float64{r, math.Atan2(x[1], x[0]), (x[0]*x[2] + x[1]*x[3]) / r, (x[0]*x[3] - x[1]*x[2]) / (r * r)}
		}},
		"charge": {charge, func(t float64) []float64 {
			s, c := math.Sincos(2 * t)
			return []float64{s / 2, c / 2, c, -s}
		}},
		"rocket": {rocket, func(t float64) []float64 {
			return []float64{math.Hypot(1, t) - 1, t / math.Hypot(1, t)}
		}},
		"damped": {damped, func(t float64) []float64 {
			s, c := math.Sincos(ω * t)
			return []float64{math.Exp(-γ*t)*c + math.Sin(t), math.Exp(-γ*t)*(-γ*c-ω*s) + math.Cos(t)}
		}},
	} {
		for _, m := range Variationals() {
			steps := map[int]float64{2: 200, 4: 60, 6: 20, 8: 10}[m.Order]
			var err [2]float64
			for i, n := range []float64{steps, 2 * steps} {
				x0 := p.exact(0)
				r := vary(t, p.b, m, x0, []float64{0, 1.3, 2.6}, 2.6/n)
				err[i] = distance(r.X[2*len(x0):], p.exact(2.6))
			}
			order := math.Log2(err[0] / err[1])
			t.Logf("%s on %s: order %.2f, errors %.2e", m.Name, name, order, err)
			if err[1] > 1e-14 && math.Abs(order-float64(m.Order)) > 0.1+0.08*float64(m.Order) {
				t.Errorf("%s on %s: order %.2f, errors %.2e", m.Name, name, order, err)
			}
		}
	}
}

// The map (q, p) → (q, p) of a step keeps dq ∧ dp, JᵀΩJ = Ω, by central differences, for a mass matrix that depends on
// q, which none of the methods in (q, v) does.
func TestVariationalSymplectic(t *testing.T) {
	const n = 4
	x0 := []float64{0.7, -1.1, 0.9, 2}
	p0 := twoArms.momenta(x0)
	defect := func(flow func(x []float64) []float64) (worst float64) {
		var J [n][n]float64
		for j := range n {
			for _, s := range []struct{ h, c float64 }{{1, 4. / 3}, {2, -1. / 3}} {
				for _, sign := range []float64{1, -1} {
					p := append([]float64(nil), p0...)
					p[j] += sign * s.h * 1e-3
					for i, y := range flow(p) {
						J[i][j] += sign * s.c * y / (2 * s.h * 1e-3)
					}
				}
			}
		}
		for i := range n {
			for j := range n {
				z := 0.
				for k := range n / 2 {
					z += J[k][i]*J[k+n/2][j] - J[k+n/2][i]*J[k][j]
				}
				want := map[bool]float64{true: 1}[j == i+n/2] - map[bool]float64{true: 1}[i == j+n/2]
				worst = max(worst, math.Abs(z-want))
			}
		}
		return worst
	}
	velocities := func(y []float64) []float64 { // M v = p
		c, x := math.Cos(y[0]-y[1]), append([]float64(nil), y...)
		x[2], x[3] = (y[2]-c*y[3])/(2-c*c), (2*y[3]-c*y[2])/(2-c*c)
		return x
	}
	for _, m := range Variationals() {
		if d := defect(func(y []float64) []float64 {
			r := vary(t, twoArms, m, velocities(y), []float64{0, 0.3}, 0.1)
			return twoArms.momenta(r.X[n:])
		}); d > 1e-8 {
			t.Errorf("%s: |JᵀΩJ − Ω| = %.1e", m.Name, d)
		}
	}
	f := func(_ float64, x, dx []float64) {
		g, H := make([]float64, n), make([]float64, n*n)
		twoArms.variation([]float64{0}, x, g, H)
		copy(dx, x[2:])
		r0, r1 := g[0]-H[8]*x[2]-H[9]*x[3], g[1]-H[12]*x[2]-H[13]*x[3]
		c := math.Cos(x[0] - x[1])
		dx[2], dx[3] = (r0-c*r1)/(2-c*c), (2*r1-c*r0)/(2-c*c)
	}
	for _, m := range []Method{RK4, Midpoint} {
		if d := defect(func(y []float64) []float64 {
			return twoArms.momenta(solve(t, f, velocities(y), []float64{0, 0.3}, Options{Method: m, Step: 0.1}).X[n:])
		}); d < 1e-5 {
			t.Errorf("%s in (q, v): |JᵀΩJ − Ω| = %.1e: the test cannot fail", m.Name, d)
		}
	}
}

// The energy of a quiet double pendulum swings and does not drift, and the momentum of a cyclic coordinate stays, to
// round-off.
func TestVariationalConserves(t *testing.T) {
	const T = 2000.
	for order, h := range map[int]float64{2: 0.02, 4: 0.05, 6: 0.05, 8: 0.08} {
		r := vary(t, twoArms, Variational(order), []float64{0.9, -0.5, 0, 0}, grid(0, T, 1000), h)
		var part [10]float64
		E0 := twoArmsEnergy(r.X[:4])
		for i := range 1000 {
			part[i/100] = max(part[i/100], math.Abs(twoArmsEnergy(r.X[4*i:4*i+4])-E0)/29.4)
		}
		t.Logf("order %d, h = %g: energy error in the first and last tenth %.2e, %.2e; %+v", order, h, part[0], part[9],
			r.Stats)
		if part[9] > 1.5*part[0]+1e-13 || part[0] > 1e-3 || part[0] < 1e-12 {
			t.Errorf("order %d: energy error %.2e", order, part)
		}
		x0 := []float64{1, 0, 0.1, 1.1}
		r = vary(t, planet, Variational(order), x0, grid(0, T/10, 10), h)
		for i := range 11 {
			if x := r.X[4*i:]; math.Abs(x[0]*x[0]*x[3]-1.1) > 1e-14*math.Sqrt(T/h) {
				t.Errorf("order %d: angular momentum errs by %.1e", order, x[0]*x[0]*x[3]-1.1)
			}
		}
	}
}

// There and back is nothing but round-off.
func TestVariationalReverses(t *testing.T) {
	x0 := []float64{0.9, -0.5, 0, 0, 2, 1, -1, 3}
	for _, m := range Variationals() {
		there := vary(t, twoArms, m, x0, grid(0, 2, 4), 0.04)
		back := vary(t, twoArms, m, there.X[4*8:], grid(2, 0, 4), 0.04)
		if d := distance(back.X[4*8:], x0); d > 1e-11 || distance(there.X[4*8:], x0) < 0.1 {
			t.Errorf("%s: round trip misses by %g", m.Name, d)
		}
	}
}

// A batch is its members, whatever the others need.
func TestVariationalBatch(t *testing.T) {
	x0 := []float64{0.1, 0, 0, 0, 3, 2.9, 4, -6, 0, 0, 0, 0}
	for _, m := range Variationals() {
		all := vary(t, twoArms, m, x0, grid(0, 1, 5), 0.02)
		for b := range 3 {
			one := vary(t, twoArms, m, x0[4*b:4*b+4], grid(0, 1, 5), 0.02)
			for i := range 6 {
				if d := distance(all.X[12*i+4*b:][:4], one.X[4*i:4*i+4]); d > 1e-11 {
					t.Errorf("%s: member %d differs by %g", m.Name, b, d)
				}
			}
		}
	}
}

// What cannot be: a step too large for the iteration, a Lagrangian without inertia, none at all.
func TestVariationalFails(t *testing.T) {
	flat := body{1, func(_ float64, q, v, Lq, Lv []float64) { Lq[0], Lv[0] = -q[0], 0 }}
	for _, c := range []struct {
		b    body
		h    float64
		want string
		kind Kind
	}{{twoArms, 3, "does not converge", NoConvergence}, {flat, 0.1, "", SingularMass}} {
		x0 := make([]float64, 2*c.b.d)
		for i := range x0 {
			x0[i] = 2 + float64(3*i)
		}
		_, err := Solve(context.Background(), nil, x0, []float64{0, 30},
			Options{Method: Variational(6), Step: c.h, Variation: c.b.variation})
		var failure *Failure
		if !errors.As(err, &failure) || !strings.Contains(failure.Reason, c.want) || failure.Kind != c.kind {
			t.Errorf("%v", err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic without a Variation")
		}
	}()
	Solve(context.Background(), nil, []float64{0, 0}, []float64{0, 1}, Options{Method: Variational(2)})
}
