package model_test

import (
	"fmt"
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
	return s
}

func TestConformance(t *testing.T) {
	for _, family := range model.Families() {
		for _, c := range []struct {
			d, m     int
			friction model.Friction
		}{{1, 0, ""}, {2, 0, ""}, {1, 1, model.Both}, {2, 0, model.Viscous}, {3, 2, model.Coulomb}, {3, 0, model.Both}, {5, 0, model.NoFriction}} {
			t.Run(fmt.Sprintf("%s d=%d m=%d %s", family, c.d, c.m, c.friction), func(t *testing.T) {
				modeltest.Check(t, spec(family, c.d, c.m, c.friction))
			})
		}
		t.Run(family+" cyclic", func(t *testing.T) {
			s := spec(family, 2, 0, "")
			s.Coordinates[0].Cyclic = true
			modeltest.Check(t, s)
		})
		t.Run(family+" quadratic", func(t *testing.T) {
			s := spec(family, 2, 1, model.Both)
			s.Head = model.Quadratic
			modeltest.Check(t, s)
		})
		t.Run(family+" knees", func(t *testing.T) {
			s := spec(family, 2, 0, "")
			s.Coordinates[1].Knee, s.Coordinates[0].SpeedKnee = 0.4, 0.7
			modeltest.Check(t, s)
		})
		t.Run(family+" conditions", func(t *testing.T) { // between the forces, so that places in u are not those among their kind
			s := spec(family, 2, 3, "")
			s.Inputs[1].Condition, s.Inputs[1].Mean = true, 0.4
			modeltest.Check(t, s)
		})
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
