package lagrange

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/model"
)

// written is the formula of a sum of terms, at states drawn within unit scales.
func written(t *testing.T, s model.Spec, theta ...float64) *Lagrangian {
	t.Helper()
	net, err := model.With(s, theta)
	if err != nil {
		t.Fatal(err)
	}
	r, x := rand.New(rand.NewPCG(1, 2)), []float64(nil)
	for range 100 {
		for i := range 2 * s.D() {
			x = append(x, (2*r.Float64()-1)*s.Coordinates[i%s.D()].Scale)
		}
	}
	m := &Model{net: net}
	return m.lagrangian(net, nil, x, 0)
}

func (l *Lagrangian) ratio(t *testing.T, name string) Ratio {
	t.Helper()
	for _, r := range l.Ratios {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no %s among %+v", name, l.Ratios)
	return Ratio{}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %.12g, not %.12g", what, got, want)
	}
}

// pendulums are two that hang from one another, with masses that are points if more is 0, in any unit of L.
func pendulums(t *testing.T, m1, m2, l1, l2, g, more, unit float64) *Lagrangian {
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Coordinates: []model.Coordinate{
		{Name: "a", Velocity: "va", Unit: "rad", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 1},
		{Name: "b", Velocity: "vb", Unit: "rad", Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 1},
	}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"cos(a)", "cos(b)", "va^2", "cos(a-b)*va*vb", "vb^2"}); err != nil {
		t.Fatal(err)
	}
	return written(t, s, unit*(m1+m2)*g*l1, unit*m2*g*l2, unit*((m1+m2)*l1*l1+more)*4, unit*m2*l1*l2*6,
		unit*m2*l2*l2*9)
}

// Of two pendulums of point masses the ratios are those that they were made with, whatever the unit of L, and the
// natural frequencies are the roots of m₁ l₁ l₂ ω⁴ − (m₁ + m₂) g (l₁ + l₂) ω² + (m₁ + m₂) g² = 0. With a moment of
// inertia more there is no ratio of masses or lengths.
func TestRatiosOfAChain(t *testing.T) {
	const m1, m2, l1, l2, g = 2, 0.5, 1.5, 0.7, 9.81
	l := pendulums(t, m1, m2, l1, l2, g, 0, 3.7)
	near(t, "g/l of a", l.ratio(t, "g/l of a").Value, g/l1, 1e-12)
	near(t, "g/l of b", l.ratio(t, "g/l of b").Value, g/l2, 1e-12)
	near(t, "l/l", l.ratio(t, "l of a / l of b").Value, l1/l2, 1e-12)
	near(t, "m/m", l.ratio(t, "m of a / m of b").Value, m1/m2, 1e-12)
	A, B, C := m1*l1*l2, (m1+m2)*g*(l1+l2), (m1+m2)*g*g
	for k, sign := range []float64{-1, 1} {
		ω := math.Sqrt((B + sign*math.Sqrt(B*B-4*A*C)) / (2 * A))
		f := l.ratio(t, []string{"natural frequency 1", "natural frequency 2"}[k])
		if near(t, f.Name, f.Value, ω/(2*math.Pi), 1e-7); f.Unit != "1/s" || f.At != "a = 0, b = 0" {
			t.Errorf("%+v", f)
		}
	}
	for _, r := range pendulums(t, m1, m2, l1, l2, g, 0.3, 1).Ratios {
		if strings.Contains(r.Name, " / ") {
			t.Errorf("rods are no points: %+v", r)
		}
	}
}

// An angle in degrees has the g/l of one in rad, and coefficients in units of degrees; g/l is in 1/s².
func TestRatiosInDegrees(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Coordinates: []model.Coordinate{
		{Name: "a", Velocity: "w", Unit: "deg", Period: 360, Scale: 57, Speed: 90, Accel: 1}}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"cos(a)", "w^2"}); err != nil {
		t.Fatal(err)
	}
	// L = ½ ω² + 9.81 cos a, ω in rad/s: of θ, that of w² is multiplied by s²/2
	rad := math.Pi / 180
	l := written(t, s, 9.81, rad*rad*90*90)
	r := l.ratio(t, "g/l of a")
	if near(t, "g/l", r.Value, 9.81, 1e-12); r.Unit != "1/s^2" {
		t.Errorf("%+v", r)
	}
	near(t, "frequency", l.ratio(t, "natural frequency 1").Value, math.Sqrt(9.81)/(2*math.Pi), 1e-7)
	if l.Terms[0].Unit != "c deg^2/s^2" || l.Terms[1].Unit != "c" || l.Fixed || l.In != "c deg^2/s^2" {
		t.Errorf("%+v", l)
	}
}

// A spring, a fall and a planet have ratios of their own names and units; with a term more in the way there is none.
func TestOtherRatios(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Coordinates: []model.Coordinate{
		{Name: "x", Velocity: "v", Unit: "m", Scale: 2, Speed: 3, Accel: 1}}}
	for _, x := range []struct {
		terms, name, unit string
		theta             float64
		want              float64
	}{
		{"x^2", "k/m of x", "1/s^2", -8, 36}, // −8 (x/2)² = −2 x², mass 1/9: k/m = 4/(1/9)
		{"x", "uniform acceleration of x", "m/s^2", -4, -18},
		{"1/x", "k/m of 1/x", "m^3/s^2", 5, 90},
	} {
		var err error
		if s.Terms, err = s.TermsOf([]string{x.terms, "v^2"}); err != nil {
			t.Fatal(err)
		}
		if r := written(t, s, x.theta, 1).ratio(t, x.name); r.Unit != x.unit {
			t.Errorf("%+v", r)
		} else {
			near(t, x.name, r.Value, x.want, 1e-12)
		}
	}
	s.Terms, _ = s.TermsOf([]string{"x^2", "1/x", "v^2"})
	if l := written(t, s, -8, 1, 1); len(l.Ratios) > 0 && strings.Contains(l.Ratios[0].Name, "k/m") {
		t.Errorf("%+v", l.Ratios)
	}
}

// A known force, or a known mass, gives coefficients and friction real units: a pendulum of I = 0.2 kg m² and m g l = 3
// N m, however large its L is.
func TestKnownUnits(t *testing.T) {
	const I, mgl, C, unit = 0.2, 3, 0.05, 17
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Friction: model.Viscous,
		Inputs: []model.Input{{Name: "tau", Unit: "N m", Scale: 1}}, Coordinates: []model.Coordinate{
			{Name: "a", Velocity: "w", Unit: "rad", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"cos(a)", "w^2"}); err != nil {
		t.Fatal(err)
	}
	theta := []float64{unit * mgl, unit * I, unit, 0, math.Sqrt(C * unit)} // gain 1, friction C: a square
	l := written(t, s, theta...)
	check := func(l *Lagrangian) {
		t.Helper()
		near(t, "m g l", l.Terms[0].Value, mgl, 1e-12)
		near(t, "I/2", l.Terms[1].Value, I/2, 1e-12)
		near(t, "viscous", l.Forces.Viscous[0][0], C, 1e-12)
		if !l.Fixed || l.In != "N m" || l.Terms[0].Unit != "N m" || l.Terms[1].Unit != "kg m^2" ||
			l.ForceUnits.Viscous[0][0] != "N m s" {
			t.Errorf("%+v", l)
		}
	}
	check(l)
	if err := l.Known("a=0.2 kg m^2"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Error(err)
	}
	s.Inputs = nil
	l = written(t, s, unit*mgl, unit*I, math.Sqrt(C*unit))
	if l.Fixed || l.Terms[0].Unit != "c/s^2" {
		t.Errorf("%+v", l)
	}
	if err := l.Known("a=0.2 kg m^2"); err != nil {
		t.Fatal(err)
	}
	check(l)
	for _, bad := range []string{"a", "a=0.2", "a=-1 kg", "b=1 kg", "a=x kg", "a=1e999 kg", "=1 kg"} {
		if err := written(t, s, 1, 1, 1).Known(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	// a force on a length brings L = F x
	cart := s
	cart.Friction, cart.Inputs = "", []model.Input{{Name: "F", Unit: "N", Scale: 1}}
	cart.Coordinates = []model.Coordinate{{Name: "x", Velocity: "v", Unit: "m", Scale: 1, Speed: 1, Accel: 1}}
	if cart.Terms, err = cart.TermsOf([]string{"x^2", "v^2"}); err != nil {
		t.Fatal(err)
	}
	if l := written(t, cart, -1, 1, 1, 0); l.In != "N m" || l.Terms[0].Unit != "N/m" || l.Terms[1].Unit != "kg" {
		t.Errorf("%+v", l)
	}
	// a force of an unknown unit: the unit of L is c
	s.Inputs = []model.Input{{Name: "u", Scale: 1}}
	if l := written(t, s, theta...); l.Fixed || l.In != "c" || l.Terms[1].Unit != "c s^2" ||
		!strings.Contains(l.Unit, "does not say") {
		t.Errorf("%+v", l)
	}
}
