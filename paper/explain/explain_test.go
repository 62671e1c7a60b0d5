package explain

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange"
	"lagrange/experiment/known"
	"lagrange/fit"
	"lagrange/model"
)

// The formulas that are taken for true accelerate as the systems do that are recorded.
func TestAnchorsMoveByTheirFormulas(t *testing.T) {
	for _, s := range anchors {
		spec := model.Spec{Family: "terms", Activation: "softplus"}
		for _, c := range s.coordinates {
			spec.Coordinates = append(spec.Coordinates, model.Coordinate{Name: c.Name, Velocity: c.Velocity,
				Period: c.Period, Scale: 1, Speed: 1, Accel: 1})
		}
		var texts []string
		for _, x := range s.truth {
			texts = append(texts, x.Text)
		}
		var err error
		if spec.Terms, err = spec.TermsOf(texts); err != nil {
			t.Fatal(err)
		}
		one := make([]float64, len(texts))
		for k := range one {
			one[k] = 1
		}
		m, err := model.With(spec, one)
		if err != nil {
			t.Fatal(err)
		}
		theta := make([]float64, len(one))
		for k, c := range m.Coefficients() {
			for _, x := range s.truth {
				if x.Text == c.Term {
					theta[k] = x.Value / c.Value
				}
			}
		}
		if m, err = model.With(spec, theta); err != nil {
			t.Fatal(err)
		}
		d, r, tape := len(s.coordinates), rand.New(rand.NewPCG(1, 1)), m.Tape(1)
		x, dx, a := make([]float64, 2*d), make([]float64, 2*d), make([]float64, d)
		for range 20 {
			for i := range x {
				x[i] = 0.2 + r.Float64()
			}
			tape.Field(x, nil, dx)
			s.accel(x[:d], x[d:], s.coefficients(), a)
			for i := range a {
				if math.Abs(a[i]-dx[d+i]) > 1e-9 {
					t.Errorf("%s: acceleration %d is %g, by the formula %g", s.name, i, a[i], dx[d+i])
				}
			}
		}
	}
}

// Their noise is one number for all columns of a row, noise of its own is none, and positions alone have no velocities.
func TestNoiseOfAnchors(t *testing.T) {
	s := anchors[2]
	clean := s.recording(1, own, 0, 3).Trajectories[0]
	for _, noise := range noises {
		w := s.recording(1, noise, 0.1, 3).Trajectories[0]
		var apart, size float64
		for k := range w.T {
			n, o := w.Q[2*k]-clean.Q[2*k], w.Q[2*k+1]-clean.Q[2*k+1]
			apart, size = apart+(n-o)*(n-o)/float64(len(w.T)), size+n*n/float64(len(w.T))
			if noise == shared && math.Abs(n-(w.V[2*k]-clean.V[2*k])) > 1e-12 {
				t.Fatalf("row %d: a velocity has noise of its own", k)
			}
		}
		want := 0.02 // σ² of two
		if noise == shared {
			want = 0
		}
		n := math.Sqrt(200. / 2)
		if math.Abs(apart-want) > 5*0.02/n || math.Abs(size-0.01) > 5*0.01/n {
			t.Errorf("%s: variance %g, of differences %g", noise, size, apart)
		}
		if (w.V == nil) != (noise == positions) {
			t.Errorf("%s: %d velocities", noise, len(w.V))
		}
	}
}

// The limit of a recording is how far maximum likelihood scatters: of the pendulum's two coefficients, positions alone.
func TestBound(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s, sigma, times := anchors[0], 0.02, 24
	clean := s.recording(2, own, 0, 4)
	want, e := s.bound(positions, sigma, clean), s.equations()
	e.Accel = func(q, v, _, c, a []float64) { s.accel(q, v, []float64{c[0], 0.5}, a) }
	r, square := rand.New(rand.NewPCG(4, 1)), 0.0
	for range times {
		var rs []known.Recording
		for _, w := range clean.Trajectories {
			y := slices.Clone(w.Q)
			for i := range y {
				y[i] += sigma * r.NormFloat64()
			}
			rs = append(rs, known.Recording{T: w.T, Y: y, U: nil})
		}
		p, segments := []float64{ofGravity}, e.Cut(rs, 0.5, nil)
		for _, T := range []float64{0.5, 1, 2, duration} {
			segments = e.Cut(rs, T, segments)
			if _, err := e.Fit(t.Context(), segments, p); err != nil {
				t.Fatal(err)
			}
		}
		square += (p[0]/ofGravity - 1) * (p[0]/ofGravity - 1) / float64(times)
	}
	// the deviation of a deviation from n is 1/√(2n) of it
	if got := math.Sqrt(square); math.Abs(got/want-1) > 3/math.Sqrt(2*float64(times)) {
		t.Errorf("maximum likelihood scatters by %.3g, the limit is %.3g", got, want)
	}
	if a, b := s.bound(own, sigma, clean), s.bound(own, 2*sigma, clean); !(a < want) || math.Abs(b/a-2) > 1e-12 {
		t.Errorf("the limit of velocities, too, is %g, of twice the noise %g, of positions alone %g", a, b, want)
	}
}

// A formula is compared in the unit of the term that is known; what its deviation does not tell from 0 is no term.
func TestBeside(t *testing.T) {
	l := &lagrange.Lagrangian{Model: modelOf(t), Terms: []lagrange.TermValue{
		{Term: "cos(q)", Value: 4.04, SD: 0.1}, {Term: "v^2", Value: 1}, {Term: "sin(q)", Value: 0.1, SD: 0.06},
		{Term: "q^2", Value: 0.1, SD: 0.04},
	}}
	f := truth{[]Term{{"cos(q)", 2}, {"v^2", 0.5}, {"q", 1}}, "v^2"}.beside(l)
	if f.Exact() || len(f.Missing) != 1 || f.Missing[0] != "q" || len(f.Spurious) != 1 || f.Spurious[0] != "q^2" ||
		math.Abs(f.Error-0.01) > 1e-12 {
		t.Errorf("%+v", f)
	}
	if got, want := f.String(), "4.0(1) cos(q) + 1 v^2 + 0.10(4) q^2"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	var c Coverage
	c.add(&f)
	if c.Of != 1 || c.One != 1 || c.Two != 1 {
		t.Errorf("%+v", c)
	}
	for text, x := range map[string][2]float64{"9.801(2)": {9.8012, 0.0018}, "0.50": {0.5, 0}, "12(3)": {12.3, 3.2},
		"1.00(1)": {1, 0.0098}} {
		if got := bracketed(x[0], x[1]); got != text && !(x[1] == 0 && got == "0.5") {
			t.Errorf("%v: %s, not %s", x, got, text)
		}
	}
}

// modelOf is a model of one coordinate without forces.
func modelOf(t *testing.T) *lagrange.Model {
	t.Helper()
	s := anchors[0]
	m, err := lagrange.Fit(t.Context(), s.recording(1, own, 0, 1), fit.Options{Model: "nn", Hidden: []int{2}, Steps: 1,
		Objective: lagrange.Windows, Horizon: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Carts that begin at rest have no momentum, so that motion does not tell L from L + f(q) p²: the shortest is found.
func TestCartsAtRest(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := anchors[1]
	m, err := lagrange.Fit(t.Context(), s.recording(6, own, 0.02, 1), fit.Options{Seed: 1, Friction: model.NoFriction})
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := truth{s.truth, s.known}.of(t.Context(), m, nil)
	if err != nil || !f.Exact() || f.Error > 0.02 {
		t.Errorf("%s: missing %v, spurious %v, off by %g, %v", f.String(), f.Missing, f.Spurious, f.Error, err)
	}
}

// Of a spherical pendulum that begins near one cone, positions with much noise tell four terms: no single one can go
// from the six that backward elimination leaves.
func TestShortestOfManyAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("takes twenty seconds")
	}
	a, err := anchors[3].found(t.Context(), positions, 0.1, fit.Options{Seed: 3})
	if err != nil || !a.Exact() || a.Error > 3*a.Limit {
		t.Errorf("%s: missing %v, spurious %v, off by %g, limit %g, %v", a.String(), a.Missing, a.Spurious, a.Error,
			a.Limit, err)
	}
}

// Of a formula whose terms are told these are learned, and the friction that it has.
func TestTold(t *testing.T) {
	for name, x := range truths {
		o := x.told(fit.Options{Seed: 3})
		want := map[string]model.Friction{"pendulum": model.Viscous, "double-pendulum": model.NoFriction,
			"cart-pole": model.Viscous}[name]
		if o.Friction != want || o.Model != "terms" || o.Seed != 3 {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	l, err := limit(t.Context(), "pendulum", 0.01, truths["pendulum"].told(fit.Options{Seed: 3}))
	if err != nil || !l.Exact() || len(l.Terms) != 3 || l.Error > 0.01 {
		t.Errorf("%+v, %v", l, err)
	}
}
