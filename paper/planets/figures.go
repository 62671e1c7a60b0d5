package planets

import (
	"math"

	"lagrange/plot"
)

// figure draws the errors over time, a panel for each planet.
type figure struct {
	orbits *Orbits
	panels []plot.Panel
}

func (o *Orbits) figure() *figure {
	f := &figure{orbits: o}
	for _, name := range o.names {
		f.panels = append(f.panels, plot.Panel{Title: name, XLabel: "year", YLabel: "error (AU)", LogY: true})
	}
	return f
}

// add adds the distances of a model, the largest of each half year: over a turn they swing.
func (f *figure) add(name string, errs [][]float64) {
	const rows = 91 // two days each
	for i, e := range errs {
		s := plot.Series{Name: name}
		for lo := 0; lo+rows <= len(e); lo += rows {
			top := 0.0
			for _, x := range e[lo : lo+rows] {
				top = math.Max(top, x)
			}
			s.X = append(s.X, 1950+f.orbits.times[lo+rows/2]/dayTU/365.25)
			s.Y = append(s.Y, math.Max(top, 1e-12))
		}
		f.panels[i].Series = append(f.panels[i].Series, s)
	}
}

func (f *figure) all() map[string]plot.Figure {
	return map[string]plot.Figure{"planets": {Title: "Error of the position, ten years learned, thirty predicted",
		Panels: f.panels, Columns: 2}}
}
