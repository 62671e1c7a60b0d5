package model_test

import (
	"fmt"
	"math"
	"testing"

	"lagrange/model"
	"lagrange/model/modeltest"
)

func spec(family string, d, m int, friction model.Friction) model.Spec {
	s := model.Spec{Family: family, Hidden: []int{9, 7}, Activation: "softplus", Friction: friction, Kinetic: 4}
	for i := range d {
		c := model.Coordinate{Name: fmt.Sprint("q", i), Scale: 1, Speed: 2.5 + float64(i), Accel: 6}
		switch i % 3 {
		case 0:
			c.Period, c.Scale = 6.283185307179586, 1
		case 1:
			c.Mean, c.Scale = 0.3, 1.7
		}
		s.Coordinates = append(s.Coordinates, c)
	}
	for j := range m {
		s.Inputs = append(s.Inputs, model.Input{Name: fmt.Sprint("u", j), Scale: 1.5})
	}
	return complete(s)
}

// complete makes a Spec that of a family without a net, if it is one.
func complete(s model.Spec) model.Spec {
	if model.FamilyOf(s.Family).Netless {
		s.Hidden, s.Terms = nil, s.DefaultTerms()
	}
	return s
}

func TestConformance(t *testing.T) {
	for _, family := range model.Families() {
		for _, c := range []struct {
			d, m     int
			friction model.Friction
		}{{1, 0, ""}, {2, 0, ""}, {1, 1, model.Both}, {2, 0, model.Viscous}, {3, 2, model.Coulomb}, {3, 0, model.Both},
			{1, 0, model.AllFriction}, {3, 1, model.AllFriction}, {5, 0, model.NoFriction}} {
			t.Run(fmt.Sprintf("%s d=%d m=%d %s", family, c.d, c.m, c.friction), func(t *testing.T) {
				modeltest.Check(t, spec(family, c.d, c.m, c.friction))
			})
		}
		t.Run(family+" cyclic", func(t *testing.T) {
			s := spec(family, 2, 0, "")
			s.Coordinates[0].Cyclic = true
			modeltest.Check(t, complete(s))
		})
		t.Run(family+" quadratic", func(t *testing.T) {
			s := spec(family, 2, 1, model.Both)
			s.Head = model.Quadratic
			modeltest.Check(t, s)
		})
		if family == "lnn" {
			t.Run("natural lnn", func(t *testing.T) {
				s := spec(family, 3, 1, model.Both)
				s.Head, s.Natural = model.Quadratic, true
				modeltest.Check(t, s)
			})
		}
		t.Run(family+" knees", func(t *testing.T) {
			s := spec(family, 2, 0, "")
			s.Coordinates[1].Knee, s.Coordinates[0].SpeedKnee = 0.4, 0.7
			modeltest.Check(t, s)
		})
		if family == "terms" { // it refuses system parameters and combinations
			continue
		}
		t.Run(family+" system parameters", func(t *testing.T) {
			// between the forces, so that places in u are not those among their kind
			s := spec(family, 2, 3, "")
			s.Inputs[1].SystemParameter, s.Inputs[1].Mean = true, 0.4
			modeltest.Check(t, s)
		})
		t.Run(family+" combinations", func(t *testing.T) { modeltest.Check(t, differences(family)) })
	}
}

// differences sees of three coordinates only how far they are apart, and two system parameters.
func differences(family string) model.Spec {
	s := spec(family, 3, 2, "")
	for i := range s.Coordinates {
		s.Coordinates[i].Period = 0
	}
	s.Inputs[0].SystemParameter, s.Inputs[1].SystemParameter, s.Inputs[1].Mean = true, true, 0.4
	s.Combinations = []model.Combination{{Of: []float64{-1, 1, 0}, Mean: 0.2, Scale: 0.8},
		{Of: []float64{0, -1, 1}, Scale: 1.3}}
	return s
}

// A Lagrangian of differences does not change when all coordinates move together, so their momentum is conserved: Σ L_q
// = 0, and the plain network accelerates as if nothing had moved.
func TestDifferences(t *testing.T) {
	for _, family := range model.Families() {
		if family == "terms" {
			continue
		}
		m, err := model.New[float64](differences(family), 3)
		if err != nil {
			t.Fatal(err)
		}
		tape, u := m.Tape(1), []float64{0.3, 1}
		x, y, there := []float64{0.1, -0.7, 0.4, 1, -2, 0.5}, make([]float64, 6), make([]float64, 6)
		tape.Field(x, u, y)
		for i := range 3 {
			x[i] += 17
		}
		tape.Field(x, u, there)
		for i := range y {
			if math.Abs(there[i]-y[i]) > 1e-12*(1+math.Abs(y[i])) {
				t.Errorf("%s: element %d is %v, moved by 17 %v", family, i, y[i], there[i])
			}
		}
		if k, ok := model.As[model.Mechanics[float64]](tape); ok { // dΣp/dt along the field, by differences
			rate := slopeOf(func(h float64) (sum float64) {
				z := append([]float64(nil), x...)
				for i := range z {
					z[i] += h * there[i]
				}
				tape.Field(z, u, y)
				for _, p := range k.Momentum(0) {
					sum += p
				}
				return sum
			})
			if math.Abs(rate) > 1e-8 {
				t.Errorf("%s: the momentum of all changes at the rate %g", family, rate)
			}
		}
	}
}

func slopeOf(f func(h float64) float64) float64 {
	const h = 1e-4
	return (8*(f(h)-f(-h)) - (f(2*h) - f(-2*h))) / (12 * h)
}

// What is no combination of the coordinates is refused.
func TestBadCombinations(t *testing.T) {
	for name, spoil := range map[string]func(s *model.Spec){
		"too few coefficients": func(s *model.Spec) { s.Combinations[0].Of = []float64{1, -1} },
		"no scale":             func(s *model.Spec) { s.Combinations[1].Scale = 0 },
		"not a number":         func(s *model.Spec) { s.Combinations[1].Of[2] = math.NaN() },
		"an angle":             func(s *model.Spec) { s.Coordinates[1].Period = 360 },
		"ignorable":            func(s *model.Spec) { s.Coordinates[0].Cyclic = true },
	} {
		s := differences("lnn")
		spoil(&s)
		if s.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestActivationsConform(t *testing.T) {
	for _, name := range []string{"tanh", "sigmoid", "swish", "gelu"} {
		t.Run(name, func(t *testing.T) {
			s := spec("lnn", 2, 0, "")
			s.Activation = name
			modeltest.Check(t, s)
		})
	}
}
