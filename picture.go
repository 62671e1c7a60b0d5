package lagrange

import (
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/plot"
)

// Picture draws recorded against predicted motion over the windows of a recording that Evaluate uses, each prediction
// starting afresh at the first row of its window.
func (m *Model) Picture(set *data.Set) (plot.Figure, error) {
	test, _, err := m.unseen(set)
	if err != nil {
		return plot.Figure{}, err
	}
	const most = 8 // windows, and coordinates: more are no longer seen apart
	ws := test.Windows(m.Record.Horizon, 0)
	ws = ws[:min(most, len(ws))]
	f := plot.Figure{Title: "Held-out windows: recorded and predicted"}
	coordinates := set.Coordinates
	if d := len(coordinates); d > most {
		coordinates = coordinates[:most]
		f.Title = fmt.Sprintf("%s, the first %d of %d coordinates", f.Title, most, d)
	}
	for i, c := range coordinates {
		p := plot.Panel{XLabel: unit("time, windows end to end", set.TimeUnit()), YLabel: unit(c.Name, c.Unit)}
		p.Series = append(p.Series, end2end("recorded", test, ws, i, func(w data.Window) []float64 { return recorded(test, w) }))
		if len(m.Others) > 0 {
			band, mean := m.band(test, ws, i)
			p.Series = append([]plot.Series{band}, append(p.Series, mean)...) // what is behind comes first
		}
		for k := m; k != nil; k = k.Baseline {
			if k == m && len(m.Others) > 0 {
				continue // its ensemble is there
			}
			tape := k.net.Tape(1)
			p.Series = append(p.Series, end2end(model.Title(k.net.Spec.Family), test, ws, i, func(w data.Window) []float64 {
				return eval.Predict(k.net, tape, test, w)
			}))
		}
		f.Panels = append(f.Panels, p)
	}
	return f, nil
}

// band draws coordinate i of an ensemble: two spreads to either side of the mean, and the mean.
func (m *Model) band(set *data.Set, ws []data.Window, i int) (band, mean plot.Series) {
	law, _ := m.laws()
	side := func(spreads float64) func(w data.Window) []float64 {
		return func(w data.Window) []float64 {
			var xs [][]float64
			for _, k := range m.nets() {
				xs = append(xs, eval.Predict(k, k.Tape(1), set, w))
			}
			x, s := moments(xs, law)
			for j := range x {
				x[j] += spreads * s[j]
			}
			return x
		}
	}
	name := fmt.Sprintf("mean of %d networks", len(m.Members()))
	low, high := end2end("", set, ws, i, side(-2)), end2end("", set, ws, i, side(2))
	return plot.Band("± 2 spreads", low.X, low.Y, high.Y), end2end(name, set, ws, i, side(0))
}

func unit(name, unit string) string {
	if unit == "" {
		return name
	}
	return fmt.Sprintf("%s [%s]", name, unit)
}

// recorded returns the states (Steps+1, 2d) of a window.
func recorded(set *data.Set, w data.Window) []float64 {
	return set.Trajectories[w.Trajectory].AppendStates(nil, set.D(), w.Start, w.Start+w.Steps+1)
}

// end2end puts coordinate i of the windows one after the other, with a gap between them; angles start within one turn.
func end2end(name string, set *data.Set, ws []data.Window, i int, path func(data.Window) []float64) plot.Series {
	s, d, at := plot.Series{Name: name}, set.D(), 0.0
	for _, w := range ws {
		t := &set.Trajectories[w.Trajectory]
		x, turns := path(w), 0.0
		if P := set.Coordinates[i].Period; P > 0 {
			turns = P * math.Round(t.Q[w.Start*d+i]/P)
		}
		for k := range w.Steps + 1 {
			s.X = append(s.X, at+t.T[w.Start+k]-t.T[w.Start])
			s.Y = append(s.Y, x[2*k*d+i]-turns)
		}
		at = s.X[len(s.X)-1]
		s.X, s.Y = append(s.X, at), append(s.Y, math.NaN())
	}
	return s
}
