package pendulum

import (
	"math"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/ode"
)

// What a run of the double pendulum may be asked for.
func TestChosen(t *testing.T) {
	count := func(s experiment.Settings) int {
		models, err := chosen(s)
		if err != nil {
			return -1
		}
		return len(models)
	}
	for want, s := range map[int]experiment.Settings{
		2: {}, 7: {Models: []string{"all"}}, 1: {Models: []string{"delan"}}, -1: {Models: []string{"elan"}},
	} {
		if n := count(s); n != want {
			t.Errorf("%v: %d models", s.Models, n)
		}
	}
	if count(experiment.Settings{Recipe: "mine"}) != -1 ||
		count(experiment.Settings{Recipe: paperRecipe, Models: []string{"node"}}) != -1 {
		t.Error("a recipe that there is not")
	}
	models, err := chosen(experiment.Settings{Recipe: paperRecipe})
	if err != nil || !slices.Equal(models[0].Hidden, []int{500, 500, 500, 500}) ||
		slices.Equal(Models[0].Hidden, models[0].Hidden) {
		t.Error(models, err)
	}
}

// The true motion is right to the end, and one that ends early is as wrong as can be from there.
func TestRightness(t *testing.T) {
	s := mech.Chain(2)
	x0, times := []float64{0.1, 0.2, 0, 0}, bench.Grid(duration, reporting)
	x, err := bench.Motion(s, x0, times)
	if err != nil {
		t.Fatal(err)
	}
	r := Run{System: s, truth: [][]float64{x}, spread: spread([][]float64{x}, 2)}
	if e, valid := r.rightness([]ode.Result{{X: x, N: len(times)}}, times); e != 0 || valid != duration {
		t.Errorf("the truth is %g off and right to %g", e, valid)
	}
	if e, valid := r.rightness([]ode.Result{{X: x, N: 51}}, times); math.Abs(e-worst*math.Sqrt(50./101)) > 1e-12 ||
		math.Abs(valid-5) > 1e-9 {
		t.Errorf("half of the motion is %g off and right to %g", e, valid)
	}
}

// Models are named with their heads and layers.
func TestTitle(t *testing.T) {
	for i, want := range []string{"lnn, quadratic head, 20×2", "baseline, 24×3", "lnn-plain, plain head, 20×2"} {
		if got := Models[i].Title(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
