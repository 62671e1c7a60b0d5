package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/smooth"
)

// recorded has a system move from N starts, observed with noise of the positions alone.
func recorded(s mech.System, N, rows int, dt, sigma float64, seed uint64,
	start func(r *rand.Rand, q, v []float64)) (set *data.Set, clean [][]float64) {
	r, d := rand.New(rand.NewPCG(seed, 3)), s.Dim()
	set = &data.Set{Time: "t"}
	for _, c := range s.About().Coordinates {
		set.Coordinates = append(set.Coordinates, data.Coordinate{Name: c.Name, Period: 2 * math.Pi})
	}
	const parts = 10
	x, k := make([]float64, 2*d), make([][]float64, 4)
	for i := range k {
		k[i] = make([]float64, 2*d)
	}
	field := func(y, out []float64) {
		copy(out, y[d:])
		s.Accel(y[:d], y[d:], out[d:])
	}
	for range N {
		start(r, x[:d], x[d:])
		var t data.Trajectory
		var all []float64
		for n := range rows {
			t.T = append(t.T, float64(n)*dt)
			all = append(all, x...)
			for i := range d {
				t.Q = append(t.Q, x[i]+sigma*r.NormFloat64())
			}
			for range parts {
				h, y := dt/parts, make([]float64, 2*d)
				field(x, k[0])
				for i, c := range []float64{h / 2, h / 2, h} {
					for j := range y {
						y[j] = x[j] + c*k[i][j]
					}
					field(y, k[i+1])
				}
				for j := range x {
					x[j] += h / 6 * (k[0][j] + 2*k[1][j] + 2*k[2][j] + k[3][j])
				}
			}
		}
		set.Trajectories, clean = append(set.Trajectories, t), append(clean, all)
	}
	return set, clean
}

// scaledTo is a Spec with the scales of the smoothed states.
func scaledTo(o *Measured, set *data.Set, family string) model.Spec {
	s, d := model.Spec{Family: family, Activation: "softplus"}, o.D
	for i, c := range set.Coordinates {
		var vv, aa, n float64
		for _, m := range o.Of {
			for k := 1; k < len(m.T); k++ {
				v, was := m.state(k)[d+i], m.state(k - 1)[d+i]
				a := (v - was) / (m.T[k] - m.T[k-1])
				vv, aa, n = vv+v*v, aa+a*a, n+1
			}
		}
		s.Coordinates = append(s.Coordinates, model.Coordinate{Name: c.Name, Period: c.Period, Scale: 1,
			Speed: math.Sqrt(vv / n), Accel: math.Sqrt(aa / n)})
	}
	return s
}

// accelerationError is the relative error over states.
func accelerationError(m *model.Model[float64], s mech.System, states [][]float64) float64 {
	d := s.Dim()
	tape, y, a, off, all := m.Tape(1), make([]float64, 2*d), make([]float64, d), 0.0, 0.0
	for _, x := range states {
		for at := 0; at < len(x); at += 2 * d {
			tape.Field(x[at:at+2*d], nil, y)
			s.Accel(x[at:at+d], x[at+d:at+2*d], a)
			for i := range a {
				off, all = off+(y[d+i]-a[i])*(y[d+i]-a[i]), all+a[i]*a[i]
			}
		}
	}
	return math.Sqrt(off / all)
}

// exact has a model move from N starts under a slow force; its smoothed states are the true ones.
func exact(m *model.Model[float64], N, rows int, dt float64) *Measured {
	r, d, M := rand.New(rand.NewPCG(4, 4)), m.Spec.D(), m.Spec.M()
	o := &Measured{D: d, M: M}
	for range N {
		roll := model.NewRollout(m.Spec, m.Tape(1), ode.RK4.Tableau, 1, rows-1)
		e := Measurement{T: make([]float64, rows), SD: make([]float64, 2*d*rows), Sigma: make([]float64, 2*d)}
		h, phase := make([]float64, rows-1), 6*r.Float64()
		for k := range rows {
			e.T[k] = float64(k) * dt
			if k > 0 {
				h[k-1] = dt
			}
			for j := range M {
				e.U = append(e.U, math.Sin(float64(2+j)*e.T[k]+phase))
			}
		}
		roll.Run(normal(r, 2*d), h, e.U)
		for k := range rows {
			e.X = append(e.X, roll.State(k)...)
		}
		o.Of = append(o.Of, e)
	}
	return o
}

// sumOfTerms is a driven double pendulum with friction, viscous between its joints and dry in them.
func sumOfTerms(t *testing.T) *model.Model[float64] {
	t.Helper()
	const g = 9.8
	s := model.Spec{Family: "terms", Activation: "softplus", Friction: model.Both,
		Inputs: []model.Input{{Name: "u", Scale: 1}}, Coordinates: []model.Coordinate{
			{Name: "a", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 6},
			{Name: "b", Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 8},
		}}
	s.Terms = [][]model.Term{
		{{Function: model.Cos, Of: []int{1, 0}}, {Function: model.Cos, Of: []int{0, 1}}},
		{{Function: model.One}}, {{Function: model.Cos, Of: []int{1, -1}}}, {{Function: model.One}},
	}
	m, err := model.With(s, []float64{2 * g, g, 8, 6, 9, 1, 0.3, 0, 0, 0.6, -0.2, 0.3, 0.5, 0.3, -2, -2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Of the exact motion of a Lagrangian, with its forces and friction, no residual is left but the error of quadrature.
func TestWeakResidualsVanish(t *testing.T) {
	m := sumOfTerms(t)
	m.Spec.Friction, m.Theta = model.Viscous, m.Theta[:12] // dry friction has kinks at rest
	w, at := model.DissipationOf(m.Spec, len(m.Theta)), len(m.Theta)-3
	true_ := append([]float64(nil), m.Theta...)
	o := exact(m, 2, 401, 0.01)
	p, why := newWeakProblem(m, o, WeakOptions{Half: 0.2, Workers: 2})
	if why != "" {
		t.Fatal(why)
	}
	defer p.team.Close()
	if w.Len() != 3 || m.Theta[at] != 0 {
		t.Fatal("the problem is not about no friction")
	}
	copy(m.Theta, true_)
	p.linearise()
	worst, size := 0.0, 0.0
	for i, r := range p.Q {
		worst, size = max(worst, math.Abs(r)), max(size, math.Abs(p.R[i*p.n]*p.m.Theta[0]))
	}
	if !(worst < 1e-5*size) {
		t.Errorf("a residual of %g where the potential brings %g", worst, size)
	}
}

// Each column of the rows is the difference that its coefficient makes, those of friction too.
func TestWeakRows(t *testing.T) {
	for _, family := range []string{"terms", "lnn", "delan"} {
		m := sumOfTerms(t)
		if family != "terms" {
			m.Spec.Family, m.Spec.Terms, m.Spec.Hidden, m.Spec.Kinetic = family, nil, []int{4}, 1
			m.Spec.Head = model.Quadratic
			if family == "delan" {
				m.Spec.Head = ""
			}
			m, _ = model.New[float64](m.Spec, 1)
		}
		o := exact(sumOfTerms(t), 2, 101, 0.02)
		p, why := newWeakProblem(m, o, WeakOptions{Half: 0.1, Workers: 2, Bumps: 9})
		if why != "" || len(p.weak.bumps) > 9 {
			t.Fatal(why, len(p.weak.bumps))
		}
		p.linearise()
		Q, R := append([]float64(nil), p.Q...), append([]float64(nil), p.R...)
		c := make([]float64, p.weak.friction.Len())
		for j := range p.n {
			const h = 1e-3
			if j < len(p.at) {
				m.Theta[p.at[j]] += h
			} else {
				i := j - len(p.at)
				if c[i] = h; i == 1 { // what couples two coefficients, beside them
					c[0], c[2] = 2*h, 2*h
				}
				p.weak.friction.Set(m.Theta, c)
			}
			p.weak.linearise(p)
			for i, r := range p.Q {
				want := h * R[i*p.n+j]
				if j == len(p.at)+1 {
					want += 2 * h * (R[i*p.n+j-1] + R[i*p.n+j+1])
				}
				if d := r - Q[i]; math.Abs(d-want) > 1e-9 {
					t.Fatalf("%s: column %d of row %d: %g, by differences %g", family, j, i, want, d)
				}
			}
			if j < len(p.at) {
				m.Theta[p.at[j]] -= h
			}
			clear(c)
			p.weak.friction.Set(m.Theta, c)
		}
		p.team.Close()
	}
}

// From exact states, friction and gains are found with the coefficients of L, up to their common scale.
func TestWeakFindsFriction(t *testing.T) {
	true_ := sumOfTerms(t)
	o := exact(true_, 4, 801, 0.005)
	m := true_.Copy()
	m.Theta = append([]float64{1, 1, 4, 0.1, 4, 0, 0, 0, 0, 0.3, 0, 0.3, 0.3, 0.3}, true_.Theta[14:]...)
	s, err := WeakInitialisation(context.Background(), m, o, WeakOptions{Half: 0.2, Workers: 2})
	if err != nil || !s.Done {
		t.Fatal(s, err)
	}
	scale := m.Theta[2] / true_.Theta[2]
	for i, x := range true_.Theta[:14] {
		y := m.Theta[i] / scale
		if i >= 9 {
			y = m.Theta[i] / math.Sqrt(scale)
		}
		if math.Abs(x-y) > 0.003 {
			t.Errorf("parameter %d is %.5f, found %.5f", i, x, y)
		}
	}
}

// Friction that would bring energy is left out: that of a motion which is driven by a negative one, and a coupling
// stronger than what it couples.
func TestWeakFrictionIsPassive(t *testing.T) {
	m := sumOfTerms(t)
	f := model.DissipationOf(m.Spec, len(m.Theta))
	for _, c := range []struct{ c, want []float64 }{
		{[]float64{-1, 2, 3, 1, 1}, []float64{0, 0, 3, 1, 1}}, {[]float64{1, 2, 1, -1, 1}, []float64{1, 0, 1, 0, 1}},
		{[]float64{1, 0.5, 1, 0, 1}, []float64{1, 0.5, 1, 0, 1}},
	} {
		for drop, any := f.Creates(c.c); any; drop, any = f.Creates(c.c) {
			for i, out := range drop {
				if out {
					c.c[i] = 0
				}
			}
		}
		for i := range c.c {
			if c.c[i] != c.want[i] {
				t.Errorf("%v, not %v", c.c, c.want)
			}
		}
	}
	set, _ := recorded(mech.Chain(1), 4, 301, 0.02, 0, 1, func(r *rand.Rand, q, v []float64) { q[0] = 1 + r.Float64() })
	for k := range set.Trajectories { // as if it were swinging up
		t := &set.Trajectories[k]
		for i := range t.Q {
			t.Q[i] *= 1 + 0.02*t.T[i]
		}
	}
	sm, err := smooth.Set(context.Background(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewMeasured(set, sm)
	if err != nil {
		t.Fatal(err)
	}
	spec := scaledTo(o, set, "terms")
	spec.Terms, spec.Friction = spec.DefaultTerms(), model.Both
	n, _ := model.New[float64](spec, 1)
	s, err := WeakInitialisation(context.Background(), n, o, WeakOptions{Half: 0.2, Workers: 1})
	P := len(n.Theta)
	if err != nil || !s.Done || n.Theta[P-3] != 0 || n.Theta[P-2] != 0 {
		t.Errorf("%+v, %v: friction %v", s, err, n.Theta[P-3:])
	}
}

// At a hundredth of a radian of noise on the angles alone, the acceleration of a double pendulum is found to some per
// cent: 3.3 with 64 units in the reference of the method. A sum of terms that contains it is closer.
func TestWeakFromNoisyPositions(t *testing.T) {
	s := mech.Chain(2)
	set, clean := recorded(s, 24, 251, 0.02, 0.01, 1, func(r *rand.Rand, q, v []float64) {
		for i := range q {
			q[i], v[i] = 2*math.Pi*r.Float64(), 0.1*r.Float64()
		}
	})
	set.Trajectories = set.Trajectories[:16]
	sm, err := smooth.Set(context.Background(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewMeasured(set, sm)
	if err != nil {
		t.Fatal(err)
	}
	for family, c := range map[string]struct{ T, ridge, most float64 }{
		"terms": {0.4, 1e-7, 0.015}, "lnn": {0.24, 1e-5, 0.045},
	} {
		spec := scaledTo(o, set, family)
		if spec.Terms = spec.DefaultTerms(); family == "lnn" {
			spec.Terms, spec.Hidden, spec.Head = nil, []int{64}, model.Quadratic
		}
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		if family == "lnn" {
			clear(m.Theta[4*64 : 6*64]) // a net of angles alone
		}
		g, err := WeakInitialisation(context.Background(), m, o, WeakOptions{Half: c.T, Ridge: c.ridge, Workers: 2})
		if err != nil || !g.Done || !(g.Eigen > 0) {
			t.Fatal(g, err)
		}
		off := accelerationError(m, s, clean[16:])
		t.Logf("%s: accelerations off by %.2f %%, %+v", family, 100*off, g)
		if off > c.most {
			t.Errorf("%s: accelerations off by %.2f %%", family, 100*off)
		}
	}
}

// What has no weak form is left alone, with a reason: a model without a Lagrangian, and recordings shorter than a bump.
func TestWeakLeavesAlone(t *testing.T) {
	o := exact(sumOfTerms(t), 1, 21, 0.02)
	spec := sumOfTerms(t).Spec
	spec.Terms, spec.Family, spec.Hidden = nil, "nn", []int{3}
	plain, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*model.Model[float64]{plain, sumOfTerms(t)} {
		was := append([]float64(nil), m.Theta...)
		s, err := WeakInitialisation(context.Background(), m, o, WeakOptions{Half: 0.3})
		if err != nil || s.Done || s.Why == "" {
			t.Error(s, err)
		}
		for i := range was {
			if m.Theta[i] != was[i] {
				t.Errorf("parameter %d was %g and is %g", i, was[i], m.Theta[i])
			}
		}
	}
}
