package model_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/modeltest"
)

// True Lagrangians with formulas among their terms have the accelerations of their systems, and their energies.
func TestFormulaTerms(t *testing.T) {
	for name, terms := range map[string]map[string]float64{
		"relativistic": {"(1-v^2)^(-1/2)": 1, "q": 10},
		"two-body":     {"1/sqrt((x1-x2)^2+(y1-y2)^2)": 1, "v_x1^2": .5, "v_y1^2": .5, "v_x2^2": .5, "v_y2^2": .5},
		"double-pendulum": {"cos(theta1-theta2)*omega1*omega2+omega1^2": 1, "0.5*omega2^2": 1,
			"9.8*(2*cos(theta1)+cos(theta2))": 1},
	} {
		system, err := mech.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		var s model.Spec
		for _, c := range system.About().Coordinates {
			k := model.Coordinate{Name: c.Name, Velocity: c.VelocityName, Scale: 1.5, Speed: 0.5, Accel: 1}
			if c.Angle {
				k.Period = 2 * math.Pi
			}
			s.Coordinates = append(s.Coordinates, k)
		}
		m := modeltest.Sum(t, s, terms)
		d, tape, r := s.D(), m.Tape(1), rand.New(rand.NewPCG(1, 1))
		mechanics, _ := model.As[model.Mechanics[float64]](tape)
		first := math.NaN()
		for range 20 {
			x, xdot, a := make([]float64, 2*d), make([]float64, 2*d), make([]float64, d)
			system.Sample(r, x[:d], x[d:])
			if d == 1 {
				x[1] *= 0.9 // digits of 1 − v²
			}
			tape.Field(x, nil, xdot)
			system.Accel(x[:d], x[d:], a)
			for i, y := range a {
				if math.Abs(xdot[d+i]-y) > 1e-9*(1+math.Abs(y)) {
					t.Errorf("%s: acceleration %d is %g, not %g", name, i, xdot[d+i], y)
				}
			}
			off := mechanics.Energy(0) - system.Energy(x[:d], x[d:]) // up to a constant
			if math.IsNaN(first) {
				first = off
			}
			if math.Abs(off-first) > 1e-9*(1+math.Abs(mechanics.Energy(0))) {
				t.Errorf("%s: energy off by %g and %g", name, off, first)
			}
		}
	}
}

// A term that is linear in a velocity is a magnetic field: of L = ½ v² + B x v_y, a = B (v_y, −v_x). An angle in
// degrees stands in rad.
func TestMagneticTerm(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "x", Scale: 2, Speed: 1, Accel: 1}, {Name: "y", Scale: 3, Speed: 1, Accel: 1},
		{Name: "a", Period: 360, Scale: 57, Speed: 57, Accel: 57}}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"x*v_y", "exp(cos(a))", "v_x^2", "v_y^2", "v_a^2"}); err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{0.7, 2, 0.5, 0.5, 0.5} {
		m.Theta[k] = 1
		m.Theta[k] = want / m.Coefficients()[k].Value
	}
	xdot := make([]float64, 6)
	m.Tape(1).Field([]float64{1, 2, 30, 0.3, -0.4, 5}, nil, xdot)
	rad := math.Pi / 180
	slope := -2 * math.Exp(math.Cos(30*rad)) * math.Sin(30*rad) * rad
	for i, want := range []float64{0.7 * -0.4, -0.7 * 0.3, slope} {
		if math.Abs(xdot[3+i]-want) > 1e-12 {
			t.Errorf("acceleration %d is %g, not %g", i, xdot[3+i], want)
		}
	}
}

// FuzzTermOf finds no text that ends the program: what is read as a term can be evaluated.
func FuzzTermOf(f *testing.F) {
	for _, text := range []string{"1/sqrt(x^2+y^2)", "cos(a)*x*v_y", "x^2*v_x^2", "exp(-x)*v_a", "sin(2*a-a)", "((x)",
		"é", "1/(x-x)", "x^-3", "v_x^4/1e-300"} {
		f.Add(text)
	}
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Coordinates: []model.Coordinate{
		{Name: "x", Scale: 2, Speed: 1, Accel: 1, Unit: "m"}, {Name: "y", Scale: 3, Speed: 1, Accel: 1, Unit: "m"},
		{Name: "a", Period: 360, Scale: 57, Speed: 57, Accel: 57, Unit: "deg"}}}
	base, err := s.TermsOf([]string{"v_x^2", "v_y^2", "v_a^2"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, term, err := s.TermOf(text)
		if err != nil {
			return
		}
		of := s
		of.Terms = slices.Clone(base)
		of.Terms[list] = append(slices.Clone(of.Terms[list]), term)
		m, err := model.New[float64](of, 1)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		m.Tape(1).Field([]float64{1, 2, 30, 0.3, -0.4, 5}, nil, make([]float64, 6))
		if n := len(of.CoefficientUnits(model.Unit{"kg": 1})); n != len(m.Coefficients()) {
			t.Fatalf("%q: %d units of %d coefficients", text, n, len(m.Coefficients()))
		}
	})
}
