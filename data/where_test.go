package data

import (
	"reflect"
	"testing"
)

// Rows are kept with all that is in them, each in its trajectory.
func TestWhere(t *testing.T) {
	set := &Set{Coordinates: []Coordinate{{Name: "q"}}, Inputs: []string{"u"}, Trajectories: []Trajectory{
		{ID: "a", T: []float64{0, 1, 2}, Q: []float64{1, 2, 3}, V: []float64{4, 5, 6}, A: []float64{7, 8, 9},
			U: []float64{10, 11, 12}},
		{ID: "b", T: []float64{0}, Q: []float64{1}, V: []float64{2}, A: []float64{3}, U: []float64{4}},
	}}
	got := set.Where(func(i, n int) bool { return i == 0 && n != 1 }).Trajectories
	want := []Trajectory{{ID: "a", T: []float64{0, 2}, Q: []float64{1, 3}, V: []float64{4, 6}, A: []float64{7, 9},
		U: []float64{10, 12}}, {ID: "b"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
