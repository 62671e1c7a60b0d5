package fit

import (
	"testing"

	"lagrange/model"
)

// A number that its deviation does not tell from 0 is said to be none; others stand with theirs.
func TestFormulaSaysWhatIsNotIdentifiable(t *testing.T) {
	f := Formula{Terms: []Coefficient{{"L", "cos(q)", 9, 0.01}, {"L", "sin(q)", 0.1, 0.1}},
		ForceCoefficients: model.ForceCoefficients{Dry: []float64{0.3, 0.3}, Drag: []float64{0, 1}}}
	f.SD = &Formula{ForceCoefficients: model.ForceCoefficients{Dry: []float64{0.5, 0.02}, Drag: []float64{0, 0}}}
	want := "L = +9 ± 0.01 cos(q) + (not identifiable) sin(q); dry friction not identifiable 0.3 ± 0.02; drag 0 1"
	if f.String() != want {
		t.Errorf("%s\nwant %s", f, want)
	}
}
