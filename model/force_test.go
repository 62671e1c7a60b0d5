package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// forceSpec is a model with uneven scales, so that no scale can stand in for another; its coordinates but for every
// third are angles.
func forceSpec(d, m int, friction Friction) Spec {
	s := Spec{Friction: friction}
	for i := range d {
		c := Coordinate{Scale: 1, Speed: 0.7 + float64(i), Accel: 3 + 2*float64(i)}
		if i%3 != 1 {
			c.Period = 2 * math.Pi
		}
		s.Coordinates = append(s.Coordinates, c)
	}
	for j := range m {
		s.Inputs = append(s.Inputs, Input{Scale: 1.5 + float64(j)})
	}
	return s
}

const forcesAt = 5 // parameters of the net that stand before those of the forces

// drawnForces returns the forces of a Spec and all parameters of the model, θ of the forces drawn from r.
func drawnForces(s Spec, r *rand.Rand) ([]force[float64], []float64) {
	theta := make([]float64, forcesAt+forceParams(s))
	for i := range theta {
		theta[i] = r.NormFloat64()
	}
	return newForces(s, theta, forcesAt), theta
}

func draws(r *rand.Rand, n int, scale float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = scale * r.NormFloat64()
	}
	return x
}

// explicit writes the forces as formulas over dense matrices, with θ in the order actuators B, b; viscous R; coulomb c,
// log ε; drag c; of pairs of angles c, log ε; breakaway c, log w_s.
func explicit(s Spec, theta, v, u []float64) []float64 {
	d, m := s.D(), s.M()
	E, w, Q := 0.0, make([]float64, d), make([]float64, d)
	for i, c := range s.Coordinates {
		E += c.Accel * c.Accel / (c.Speed * c.Speed) / float64(d)
		w[i] = v[i] / c.Speed
	}
	E = math.Sqrt(E)
	take := func(n int) []float64 { t := theta[:n]; theta = theta[n:]; return t }
	has := func(kinds ...Friction) bool { return slices.Contains(kinds, s.Friction) }
	if m > 0 {
		B, b := take(d*m), take(d)
		for i := range d {
			for j, in := range s.Inputs {
				Q[i] += B[i*m+j] * u[j] / in.Scale
			}
			Q[i] += b[i]
		}
	}
	if has(Viscous, Both, Stribeck, AllFriction) {
		R := make([][]float64, d) // lower triangle, row by row
		for i := range d {
			R[i] = append(slices.Clone(take(i+1)), make([]float64, d-1-i)...)
		}
		for i := range d {
			for j := range d {
				for k := range d {
					Q[i] -= R[i][k] * R[j][k] * w[j]
				}
			}
		}
	}
	if has(Coulomb, Both, Stribeck, AllFriction) {
		c, logEps, more, logSpeed := take(d), take(d), make([]float64, d), make([]float64, d)
		if s.Friction == Stribeck {
			more, logSpeed = take(d), take(d)
		}
		for i, x := range w {
			x /= math.Exp(logSpeed[i])
			Q[i] -= (c[i]*c[i] + more[i]*more[i]*math.Exp(-x*x)) * math.Tanh(w[i]*math.Exp(-logEps[i]))
		}
	}
	if s.Friction == AllFriction {
		c := take(d)
		for i := range d {
			Q[i] -= c[i] * c[i] * math.Copysign(w[i]*w[i], w[i])
		}
		if d >= 3 { // of coordinates 0 to 2 those two are angles
			t, a, b := take(2), s.Coordinates[0].Speed, s.Coordinates[2].Speed
			unit := (a + b) / 2
			dry := t[0] * t[0] * math.Tanh((v[0]-v[2])/unit/math.Exp(t[1]))
			Q[0] -= dry * a / unit
			Q[2] += dry * b / unit
		}
	}
	for i, c := range s.Coordinates {
		Q[i] *= E / c.Speed
	}
	return Q
}

// Every composition of forces is its formula, in a layout without gaps.
func TestForcesAreTheirFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, friction := range Frictions() {
		for _, c := range [][2]int{{1, 0}, {1, 1}, {2, 1}, {3, 2}} {
			s := forceSpec(c[0], c[1], friction)
			fs, theta := drawnForces(s, r)
			v, u := draws(r, s.D(), 2), draws(r, s.M(), 2)
			Q := make([]float64, s.D())
			for _, f := range fs {
				f.add(v, u, Q)
			}
			for i, want := range explicit(s, theta[forcesAt:], v, u) {
				if math.Abs(Q[i]-want) > 1e-13*(1+math.Abs(want)) {
					t.Errorf("%s d=%d m=%d: Q[%d] = %v, want %v", friction, s.D(), s.M(), i, Q[i], want)
				}
			}
		}
	}
}

// The products of μ with the derivatives of Q are those of central differences of Q, and what is there is added to.
func TestForceVJP(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for friction, names := range map[Friction][]string{
		AllFriction: {"actuators", "viscous", "dry", "drag", "between angles"},
		Stribeck:    {"actuators", "viscous", "dry", "breakaway"},
	} {
		fs, theta := drawnForces(forceSpec(3, 2, friction), r)
		if len(fs) != len(names) {
			t.Fatalf("%s has %d forces", friction, len(fs))
		}
		for k, name := range names {
			vjpIsDifferences(t, r, name, fs[k], theta)
		}
	}
}

// vjpIsDifferences holds the products of a force of 3 coordinates and 2 inputs against differences.
func vjpIsDifferences(t *testing.T, r *rand.Rand, name string, f force[float64], theta []float64) {
	v, u, mu := draws(r, 3, 1), draws(r, 2, 1), draws(r, 3, 1)
	muQ := func() (y float64) {
		Q := make([]float64, 3)
		f.add(v, u, Q)
		for i := range Q {
			y += mu[i] * Q[i]
		}
		return
	}
	const was = 0.25
	fill := func(n int) []float64 { return slices.Repeat([]float64{was}, n) }
	dtheta, dv, du := fill(len(theta)), fill(3), fill(2)
	f.vjp(v, u, mu, dtheta, dv, du)
	for _, c := range []struct {
		name   string
		at, by []float64
	}{{"dθ", theta, dtheta}, {"dv", v, dv}, {"du", u, du}} {
		for i, x := range c.at {
			const h = 1e-5
			c.at[i] = x + h
			plus := muQ()
			c.at[i] = x - h
			want := was + (plus-muQ())/(2*h)
			c.at[i] = x
			if math.Abs(c.by[i]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: %s[%d] = %v, differences say %v", name, c.name, i, c.by[i], want)
			}
		}
	}
}

// v·Q ≤ 0 for all parameters and velocities, up to rounding: friction never brings energy. And it is odd in v.
func TestFrictionNeverBringsEnergy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 4).Draw(t, "d")
		s := forceSpec(d, 0, rapid.SampledFrom([]Friction{AllFriction, Stribeck}).Draw(t, "friction"))
		theta := rapid.SliceOfN(rapid.Float64Range(-5, 5), forceParams(s), forceParams(s)).Draw(t, "θ")
		v := rapid.SliceOfN(rapid.Float64Range(-100, 100), d, d).Draw(t, "v")
		for k, f := range newForces(s, theta, 0) {
			Q, back, minus := make([]float64, d), make([]float64, d), make([]float64, d)
			for i := range v {
				minus[i] = -v[i]
			}
			f.add(v, nil, Q)
			f.add(minus, nil, back)
			power, most := 0.0, 0.0
			for i := range v {
				if Q[i] != -back[i] {
					t.Fatalf("force %d: Q(−v) = %v, Q(v) = %v", k, back, Q)
				}
				power += v[i] * Q[i]
				most += 5 * math.Abs(v[i]) / s.Coordinates[i].Speed // ≥ |y_j| of the viscous part
			}
			if power > 1e-13*s.power()*most*most {
				t.Fatalf("force %d: v·Q = %v", k, power)
			}
		}
	})
}

// θ holds actuators, viscous, coulomb, each only where the Spec has it; a new model starts with friction and without
// actuators.
func TestForceLayout(t *testing.T) {
	eps := math.Log(0.03)
	for _, c := range []struct {
		d, m     int
		friction Friction
		want     []float64
	}{
		{2, 0, "", nil},
		{2, 0, NoFriction, nil},
		{2, 1, NoFriction, []float64{0, 0, 0, 0}},
		{3, 0, Viscous, []float64{0.3, 0, 0.3, 0, 0, 0.3}},
		{2, 0, Coulomb, []float64{0.3, 0.3, eps, eps}},
		{2, 1, Both, []float64{0, 0, 0, 0, 0.3, 0, 0.3, 0.3, 0.3, eps, eps}},
		{1, 0, Stribeck, []float64{0.3, 0.3, eps, 0.3, math.Log(0.2)}},
	} {
		s := forceSpec(c.d, c.m, c.friction)
		theta := make([]float64, forceParams(s))
		initForces(s, theta)
		if !slices.Equal(theta, c.want) {
			t.Errorf("d=%d m=%d %q: θ = %v, want %v", c.d, c.m, c.friction, theta, c.want)
		}
	}
}
