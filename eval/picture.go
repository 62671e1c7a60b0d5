package eval

import (
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/plot"
)

// Prediction is a motion to draw beside the recorded one: that of a network or, of several, their mean on a band of two
// calibrated standard deviations to either side.
type Prediction struct {
	Title       string
	Nets        []*model.Model[float64]
	Calibration Calibration // of several
}

// Picture draws recorded against predicted motion over windows, each prediction starting afresh at the first row of its
// window.
func Picture(set *data.Set, ws []data.Window, predictions []Prediction) plot.Figure {
	const most = 8 // windows, and coordinates: more are no longer seen apart
	ws = ws[:min(most, len(ws))]
	f := plot.Figure{Title: "Held-out windows: recorded and predicted"}
	coordinates := set.Coordinates
	if d := len(coordinates); d > most {
		coordinates = coordinates[:most]
		f.Title = fmt.Sprintf("%s, the first %d of %d coordinates", f.Title, most, d)
	}
	for i, c := range coordinates {
		p := plot.Panel{XLabel: unit("time, windows end to end", set.TimeUnit()), YLabel: unit(c.Name, c.Unit)}
		p.Series = append(p.Series, endToEnd("recorded", set, ws, i,
			func(w data.Window) []float64 { return recorded(set, w) }))
		for _, k := range predictions {
			mean, band := k.series(set, ws, i)
			p.Series = append(band, append(p.Series, mean)...) // what is behind comes first
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// series are those of coordinate i: the mean, and the band of several networks.
func (k Prediction) series(set *data.Set, ws []data.Window, i int) (mean plot.Series, band []plot.Series) {
	side := func(times float64) func(w data.Window) []float64 {
		return func(w data.Window) []float64 {
			var xs [][]float64
			for _, m := range k.Nets {
				xs = append(xs, Predict(m, m.Tape(1), set, w))
			}
			if len(xs) == 1 {
				return xs[0]
			}
			x, sd := k.Calibration.Moments(xs)
			for j := range x {
				x[j] += times * sd[j]
			}
			return x
		}
	}
	mean = endToEnd(k.Title, set, ws, i, side(0))
	if len(k.Nets) == 1 {
		return mean, nil
	}
	low, high := endToEnd("", set, ws, i, side(-2)), endToEnd("", set, ws, i, side(2))
	return mean, []plot.Series{plot.Band("± 2 standard deviations", low.X, low.Y, high.Y)}
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

// endToEnd puts coordinate i of the windows one after the other, with a gap between them; angles start within one turn.
func endToEnd(name string, set *data.Set, ws []data.Window, i int, path func(data.Window) []float64) plot.Series {
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
