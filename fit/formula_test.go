package fit

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// A number that its deviation does not tell from 0 is said to be none; others stand with theirs.
func TestFormulaSaysWhatIsNotIdentifiable(t *testing.T) {
	f := Formula{Terms: []Coefficient{{"L", "cos(q)", 9, 0.01}, {"L", "sin(q)", 0.1, 0.1}},
		ForceCoefficients: model.ForceCoefficients{Dry: []float64{0.3, 0.3}, Drag: []float64{0, 1}}}
	f.SD = &Formula{ForceCoefficients: model.ForceCoefficients{Dry: []float64{0.5, 0.02}, Drag: []float64{0, 0}}}
	want := "L = +9 ± 0.01 cos(q) + not identifiable (± 0.1) sin(q); " +
		"dry friction not identifiable (± 0.5) 0.3 ± 0.02; drag 0 1"
	if f.String() != want {
		t.Errorf("%s\nwant %s", f, want)
	}
	f.Matters = &model.ForceCoefficients{Dry: []float64{0.6, 0.6}, Drag: []float64{0.01, 0.01}}
	want = "L = +9 ± 0.01 cos(q) + not identifiable (± 0.1) sin(q); dry friction 0.3 ± 0.5 0.3 ± 0.02; drag 0 1"
	if f.String() != want {
		t.Errorf("less than what matters: %s\nwant %s", f, want)
	}
}

// What matters is a hundredth of the mass times the size of accelerations, whatever the unit of L, and numbers whose
// deviations are less are not named.
func TestWhatMatters(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Friction: model.AllFriction,
		Inputs:      []model.Input{{Name: "u", Scale: 4}},
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Scale: 1, Speed: 5, Accel: 20, Period: 2 * math.Pi}}}
	s.Terms = s.SimplestTerms()
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	rows := []train.Measurement{{T: []float64{0, 1}, X: []float64{0, 1, 1, 0}, U: []float64{0, 0}}}
	p := &problem{set: &data.Set{Coordinates: []data.Coordinate{{Name: "q"}}, Inputs: []string{"u"}},
		motion: &motion{learn: &train.Measured{D: 1, M: 1, Of: rows}}}
	f := p.read(m)
	p.mattering(m, &f)
	i := slices.IndexFunc(f.Terms, func(c Coefficient) bool { return c.Of == "M q q" })
	want := f.Terms[i].Value * 20 / 100
	for name, x := range map[string][2]float64{"dry": {f.Matters.Dry[0], 1}, "viscous": {f.Matters.Viscous[0][0], 5},
		"drag": {f.Matters.Drag[0], 25}, "gain": {f.Matters.Gains[0][0], 4}} {
		if math.Abs(x[0]*x[1]/want-1) > 1e-12 {
			t.Errorf("%s of %g matters, not of %g", name, x[0], want/x[1])
		}
	}
	f.Dry[0], f.Drag[0] = 0, 0
	f.SD = &Formula{ForceCoefficients: model.ForceCoefficients{Viscous: [][]float64{{0}}, Dry: []float64{want / 2},
		Drag: []float64{want / 2}, Gains: [][]float64{{0}}}}
	if names, _ := p.unidentified(&f); fmt.Sprint(names) != "[drag of q]" {
		t.Errorf("%s", names)
	}
}

// They are named in the report, by coordinate and force.
func TestUnidentifiedAreNamed(t *testing.T) {
	p := &problem{set: &data.Set{Coordinates: []data.Coordinate{{Name: "q"}}, Inputs: []string{"u"}}}
	f := Formula{Terms: []Coefficient{{"L", "cos(q)", 9, 0.01}, {"L", "sin(q)", -0.1, 0.1}},
		ForceCoefficients: model.ForceCoefficients{Viscous: [][]float64{{0.2}}, Dry: []float64{0.3}, Drag: []float64{0},
			Gains: [][]float64{{1}}}}
	f.SD = &Formula{ForceCoefficients: model.ForceCoefficients{Viscous: [][]float64{{0.01}}, Dry: []float64{0.5},
		Drag: []float64{0}, Gains: [][]float64{{2}}}}
	want := "[sin(q) of L dry friction of q gain of u on q]"
	names, at := p.unidentified(&f)
	if got := fmt.Sprint(names); got != want || fmt.Sprint(at) != "[1 3 5]" {
		t.Errorf("%s at %v, want %s", got, at, want)
	}
}
