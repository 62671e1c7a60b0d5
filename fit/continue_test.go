package fit

import (
	"math"
	"testing"

	"lagrange/model"
	"lagrange/train"
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

// Batch and rate are those of the method of the model, and another method has its own.
func TestContinuedMethod(t *testing.T) {
	set := swings(3, 40, true, 0)
	net, err := model.New[float64](model.Spec{Family: "nn", Hidden: []int{2}, Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	from := []Network{{Net: net, Record: Record{Method: train.Adam, Batch: 70, Rate: 0.1, Objective: Accelerations}}}
	for _, c := range []struct {
		asked  Options
		method string
		batch  int
		rate   float64
	}{
		{Options{}, train.Adam, 70, 0.1},
		{Options{Method: train.Adam, Batch: 5}, train.Adam, 5, 0.1},
		{Options{Method: train.GaussNewton}, train.GaussNewton, 0, 0},
		{Options{Method: train.Kaczmarz, Rate: 0.3}, train.Kaczmarz, 0, 0.3},
	} {
		c.asked.From = from
		got, err := c.asked.continued(set)
		if err != nil || got.Method != c.method || got.Batch != c.batch || got.Rate != c.rate {
			t.Errorf("%s: %s, %d samples, rate %g, %v", c.asked.Method, got.Method, got.Batch, got.Rate, err)
		}
	}
}
