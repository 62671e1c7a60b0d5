package fit

import (
	"fmt"
	"testing"

	"lagrange/data"
	"lagrange/model"
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
