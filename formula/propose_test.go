package formula

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/model"
	"lagrange/model/modeltest"
)

// truth is a sum of the given terms with the given coefficients.
func truth(t *testing.T, names []string, scale, speed float64, terms map[string]float64) *model.Model[float64] {
	t.Helper()
	var s model.Spec
	for _, n := range names {
		s.Coordinates = append(s.Coordinates, model.Coordinate{Name: n, Scale: scale, Speed: speed, Accel: 1})
	}
	return modeltest.Sum(t, s, terms)
}

// apart are states of bodies in the plane that keep away from one another and, if one, from the origin.
func apart(bodies, n int) (x []float64) {
	r := rand.New(rand.NewPCG(3, 3))
	for len(x) < n*4*bodies {
		var q, v []float64
		for range 2 * bodies {
			q, v = append(q, 3*r.Float64()-1.5), append(v, 2*r.Float64()-1)
		}
		near := math.Hypot(q[0], q[1])
		if bodies > 1 {
			near = math.Hypot(q[0]-q[2], q[1]-q[3])
		}
		if near > 0.5 {
			x = append(append(x, q...), v...)
		}
	}
	return x
}

// Terms that the library lacks are found, as they are in the true Lagrangian, with its coefficients.
func TestPropose(t *testing.T) {
	var fast []float64
	r := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		fast = append(fast, 20*r.Float64()-10, 1.9*r.Float64()-0.95)
	}
	type terms = map[string]float64
	for name, c := range map[string]struct {
		names        []string
		scale, speed float64
		L            terms
		lacks        string
		x            []float64
	}{
		"Kepler": {[]string{"x", "y"}, 1, 1, terms{"1/sqrt(x^2+y^2)": 1, "v_x^2": 0.5, "v_y^2": 0.5},
			"1/sqrt(x^2+y^2)", apart(1, 300)},
		"two bodies": {[]string{"x1", "y1", "x2", "y2"}, 1, 1, terms{"1/sqrt((x1-x2)^2+(y1-y2)^2)": 1, "v_x1^2": 0.5,
			"v_y1^2": 0.5, "v_x2^2": 1.5, "v_y2^2": 1.5}, "1/sqrt((x1-x2)^2+(y1-y2)^2)", apart(2, 300)},
		"relativistic": {[]string{"q"}, 6, 0.6, terms{"1/sqrt(1-v_q^2)": 1, "q": 10}, "1/sqrt(1-v_q^2)", fast},
	} {
		if testing.Short() && len(c.names) > 2 {
			continue // takes seconds
		}
		m := truth(t, c.names, c.scale, c.speed, c.L)
		f, err := Find(context.Background(), Task{Of: m, States: c.x, Error: 1e-4})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(f.Proposed, []string{c.lacks}) || len(f.Model.Theta) != len(c.L) || f.Error > 1e-6 {
			t.Errorf("%s: %q, %s, error %.2g", name, f.Proposed, f.Model.Formula(6, 0), f.Error)
		}
		for _, k := range f.Model.Coefficients() {
			if want := c.L[k.Term]; !(math.Abs(k.Value-want) < 1e-5*want) {
				t.Errorf("%s: %g of %s, not %g", name, k.Value, k.Term, want)
			}
		}
	}
}

// A model that is off by a hundredth tells 1/√(1 − v²) from no law that is nearly the same: that with simple numbers is
// proposed, and none of the laws that are so steep that slow states have no mass beside fast ones.
func TestProposeSimple(t *testing.T) {
	type terms = map[string]float64
	r := rand.New(rand.NewPCG(6, 6))
	var x []float64
	for range 400 {
		x = append(x, 20*r.Float64()-10, 1.96*r.Float64()-0.98)
	}
	for _, wrong := range []terms{{"v_q^4": 0.02}, {"cos(3*v_q)": 0.002}, {"(1.1-v_q^2)^(-2/3)": 0.03}} {
		L := terms{"1/sqrt(1-v_q^2)": 1, "q": 10}
		for term, by := range wrong {
			L[term] = by
		}
		m := truth(t, []string{"q"}, 6, 0.6, L)
		f, err := Find(context.Background(), Task{Of: m, States: x, Error: 0.01})
		if err != nil {
			t.Errorf("%v: %v", wrong, err)
			continue
		}
		if !slices.Equal(f.Proposed, []string{"1/sqrt(1-v_q^2)"}) || len(f.Model.Theta) != 2 {
			t.Errorf("%v: %q, %s, error %.2g", wrong, f.Proposed, f.Model.Formula(6, 0), f.Error)
		}
	}
}

// Chebyshev's polynomials are cos(n arccos u), as texts and as a sum.
func TestPolynomials(t *testing.T) {
	a := argument{of: []string{"x"}}
	s := model.Spec{Coordinates: []model.Coordinate{{Name: "x"}}}
	β := make([]float64, degrees)
	for n, h := range a.polynomials(0, 1, 5) {
		x := []float64{1.7, 0, 4.9, 0}
		for k, got := range s.Values(h, x) {
			u := (x[2*k] - 3) / 2
			clear(β)
			β[n] = 1
			want := math.Cos(float64(n+1) * math.Acos(u))
			if math.Abs(got-want) > 1e-12 || math.Abs(value(β, u)-want) > 1e-12 {
				t.Errorf("T_%d(%g) is %g and %g, not %g", n+1, u, got, value(β, u), want)
			}
		}
	}
}

// A library that lacks nothing gets no proposals.
func TestNothingLacks(t *testing.T) {
	f, err := Find(context.Background(), Task{Of: pendulums(t, 1, 0, ""), States: drawn(400)})
	if err != nil || f.Proposed != nil || f.Assumed != "" {
		t.Errorf("%q, %q, %v", f.Proposed, f.Assumed, err)
	}
}

// A Hamiltonian network is explained by the Lagrangian of its H: of H = p²/P² + V(x) it is ¼ P² v² − V, with the name
// of the column of momenta where that is the velocity. A formula with its friction is refused.
func TestLegendre(t *testing.T) {
	s := model.Spec{Family: "hnn", Activation: "tanh", Hidden: []int{1}, Kinetic: 2, Coordinates: []model.Coordinate{
		{Name: "x", Velocity: "p", Scale: 1, Speed: 1, Accel: 1}}}
	for scale, name := range map[float64]string{1: "v_x^2", 2: "v_x^2", math.Sqrt2: "p^2"} { // P of ½·2·(p/P)²
		s.Coordinates[0].Speed = scale
		m, err := model.New[float64](s, 1)
		if err != nil {
			t.Fatal(err)
		}
		clear(m.Theta)
		// V = 10⁶ tanh(10⁻³ x − ½): for small x a constant force and a spring
		m.Theta[0], m.Theta[2], m.Theta[3] = 1e-3, -0.5, 1e6
		f, err := Find(context.Background(), Task{Of: m, States: drawn1(200), Error: 1e-4})
		if err != nil {
			t.Fatal(err)
		}
		y := math.Tanh(-0.5)
		V1, V2 := 1e3*(1-y*y), -y*(1-y*y) // slope, and half of the curvature, at 0
		k := f.Model.Coefficients()
		if len(k) != 3 {
			t.Fatalf("%s", f.Model.Formula(5, 0))
		}
		m2 := 2 / scale / scale // 1/m: v = 2 p/P²
		if a := k[0].Value / k[2].Value / 2; math.Abs(a+V1*m2) > 1e-3*math.Abs(V1*m2) {
			t.Errorf("%s: force %g, not %g", f.Model.Formula(5, 0), a, -V1*m2)
		}
		if a := k[1].Value / k[2].Value; math.Abs(a+2*V2*m2) > 0.05*math.Abs(2*V2*m2) {
			t.Errorf("%s: spring %g, not %g", f.Model.Formula(5, 0), a, -2*V2*m2)
		}
		if k[2].Term != name {
			t.Errorf("%s, not %s", k[2].Term, name)
		}
	}
	s.Friction = model.Viscous
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Find(context.Background(), Task{Of: m, States: drawn1(200)}); err == nil {
		t.Error("friction of a Hamiltonian network")
	}
}

// Of one coordinate any motion has a Lagrangian: what a network is off by, some times here, is no law that is lacking.
// What is off by more is.
func TestErrorsAreNoLaw(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{{Name: "q", Velocity: "v",
		Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}}}
	library := [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}
	s.Terms = [][]model.Term{{library[0][0], {Function: model.Formula, Text: "v^4", Size: 1}}, library[1]}
	r, x := rand.New(rand.NewPCG(2, 5)), []float64(nil)
	for range 400 {
		x = append(x, 6*r.Float64()-3, 4*r.Float64()-2)
	}
	for _, k := range []struct {
		size     float64
		proposed bool
	}{{6e-6, false}, {1e-2, true}} {
		m, err := model.With(s, []float64{9.8, k.size, 1})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Find(t.Context(), Task{Of: m, States: x, Terms: library, Error: 1e-5})
		if err != nil || (f.Proposed != nil) != k.proposed {
			t.Errorf("%g is proposed: %v, left %g; %v", k.size, f.Proposed, f.Error, err)
		}
	}
}
