package fit

import (
	"testing"

	"lagrange/data"
)

// Positions alone are held out in blocks of a ninth, whatever the rows: each part has its windows.
func TestOwnHorizonLeavesWindows(t *testing.T) {
	for rows := 90; rows < 400; rows++ {
		w := data.Trajectory{}
		for n := range rows {
			w.T, w.Q = append(w.T, 0.003*float64(n)), append(w.Q, float64(n))
		}
		set := &data.Set{Coordinates: []data.Coordinate{{Name: "q"}}, Trajectories: []data.Trajectory{w}}
		o := Options{}
		if _, err := set.Split(o.horizon(set), true); err != nil {
			t.Fatalf("%d rows: %v", rows, err)
		}
	}
}

// So do several recordings, a third of each of which is no whole number of rows.
func TestBlocksHoldWindows(t *testing.T) {
	for _, rows := range []int{50, 51, 52, 53} {
		set := swings(4, rows, false, 0.01)
		for i := range set.Trajectories {
			set.Trajectories[i].V = nil
		}
		o := Options{}
		if _, err := set.Split(o.horizon(set), true); err != nil {
			t.Errorf("%d rows: %v", rows, err)
		}
	}
}
