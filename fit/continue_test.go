package fit

import (
	"math"
	"testing"

	"lagrange/model"
)

// A model that goes on may be asked for what it has, however it came to it, and for nothing else.
func TestAnother(t *testing.T) {
	spec := model.Spec{Family: "terms", Hidden: []int{4, 4}, Activation: "softplus", Friction: model.Both,
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Cyclic: true}, {Name: "a", Velocity: "w",
			Period: 2 * math.Pi}},
		Inputs: []model.Input{{Name: "u", Held: true, Delay: 0.1}, {Name: "p"}, {Name: "m", SystemParameter: true}}}
	asked := []string{"v^2", "w^2", "cos(a)*v*w", "cos(a)", "sin(a)"}
	terms, err := spec.TermsOf(asked)
	if err != nil {
		t.Fatal(err)
	}
	spec.Terms = append(terms[:0:0], terms...)
	spec.Terms[0] = terms[0][:1] // one was dropped
	spec.Inputs[1].Delay = 0.1
	for _, k := range []struct {
		had, other Options
		what       string
	}{
		{Options{Hidden: []int{4, 4}}, Options{Hidden: []int{4}}, "other hidden layers"},
		{Options{Head: model.Plain}, Options{Head: model.Quadratic}, "another head"},
		{Options{Activation: "softplus"}, Options{Activation: "tanh"}, "another activation"},
		{Options{Friction: model.Both}, Options{Friction: model.NoFriction}, "other friction"},
		{Options{Friction: AutoFriction}, Options{Friction: model.Viscous}, "other friction"},
		{Options{Cyclic: []string{"x"}}, Options{Cyclic: []string{"x", "a"}}, "other ignorable coordinates"},
		{Options{Held: []string{"u"}}, Options{Held: []string{}}, "other forces held"},
		{Options{Delay: new(0.1)}, Options{Delay: new(0.2)}, "another delay"},
		{Options{Terms: asked}, Options{Terms: []string{"v^2", "w^2", "cos(a)*v*w", "sin(a)"}}, "other terms"},
		{Options{}, Options{Graph: Graph{Shape: "ring"}}, "another topology"},
	} {
		if got := k.had.another(spec); got != "" {
			t.Errorf("what it has is %s", got)
		}
		if got := k.other.another(spec); got != k.what {
			t.Errorf("%s is %q", k.what, got)
		}
	}
}
