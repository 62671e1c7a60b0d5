package lagrange_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/ode"
	"lagrange/plot/plottest"
)

// pictured draws what Picture says and reads it back.
func pictured(t *testing.T, m *lagrange.Model, set *data.Set) plottest.Figure {
	t.Helper()
	f, err := m.Picture(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	if err := f.Encode(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	got, err := plottest.Read(svg.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// endToEnd puts coordinate i of the motions that begin with the first rows of windows one behind another, each within
// one turn at its start: the times, and the coordinate as recorded and as predicted by RK4 from row to row.
func endToEnd(
	t *testing.T, ms []*lagrange.Model, test *data.Set, ws []data.Window, i int,
) (at, recorded, predicted []float64) {
	t.Helper()
	d, begin := test.D(), 0.0
	for _, w := range ws {
		from := test.Trajectories[w.Trajectory].Slice(d, 0, w.Start, w.Start+w.Steps+1)
		turns := 0.0
		if P := test.Coordinates[i].Period; P > 0 {
			turns = P * math.Round(from.Q[i]/P)
		}
		mean := make([]float64, len(from.T))
		for _, m := range ms {
			o := lagrange.RolloutOptions{Method: ode.RK4, Step: 1}
			path, err := m.Rollout(t.Context(), from.Q[:d], from.V[:d], nil, from.T, o)
			if err != nil {
				t.Fatal(err)
			}
			for n := range mean {
				mean[n] += path.Q[n*d+i] / float64(len(ms))
			}
		}
		for n, at0 := range from.T {
			at = append(at, begin+at0-from.T[0])
			recorded, predicted = append(recorded, from.Q[n*d+i]-turns), append(predicted, mean[n]-turns)
		}
		begin = at[len(at)-1]
		at, recorded, predicted = append(at, begin), append(recorded, math.NaN()), append(predicted, math.NaN())
	}
	return at, recorded, predicted
}

// A picture of a model shows each coordinate of the held-out windows, as recorded and as predicted by the model and by
// the one beside it, or by the mean of an ensemble.
func TestPictureShowsHeldOutWindows(t *testing.T) {
	set, s := recording("double-pendulum", 9, 40, true, 0.05), quick()
	s.Horizon = 0.5
	for _, members := range []int{0, 2} {
		s.Ensemble, s.Model = members, "lnn"
		m := fit(t, set, s)
		s.Ensemble, s.Model = 0, "nn"
		m.Baseline = fit(t, set, s)
		split, err := set.Split(s.Horizon, true)
		if err != nil {
			t.Fatal(err)
		}
		ws := split.Test.Windows(s.Horizon, 0)[:8]
		f := pictured(t, m, set)
		if len(f.Panels) != 2 || f.Title != "Held-out windows: recorded and predicted" {
			t.Fatalf("%d panels under %q", len(f.Panels), f.Title)
		}
		for i, p := range f.Panels {
			if p.XLabel != "time, windows end to end [s]" || p.YLabel != fmt.Sprintf("theta%d [rad]", i+1) {
				t.Errorf("panel %d is one of %q against %q", i, p.YLabel, p.XLabel)
			}
			if !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) {
				t.Errorf("panel %d has the axes %+v and %+v", i, p.X, p.Y)
			}
			curve, name := 0, "Lagrangian network"
			if members > 0 {
				curve, name = 1, "mean of 2 networks" // on a band
			}
			at, recorded, predicted := endToEnd(t, m.Members(), split.Test, ws, i)
			_, _, beside := endToEnd(t, []*lagrange.Model{m.Baseline}, split.Test, ws, i)
			for k, c := range []struct {
				name string
				y    []float64
			}{{"recorded", recorded}, {name, predicted}, {"baseline network", beside}} {
				if err := p.Shows(curve+k, c.name, at, c.y); err != nil {
					t.Errorf("%d members, panel %d: %v", members, i, err)
				}
			}
		}
	}
}
