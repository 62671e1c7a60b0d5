package noise

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/plot"
)

// tables have for each system and noise the models by rows: errors over the yardstick, for the median motion and in the
// root mean square, and over the limit. Of several seeds the worst stands there, and the median in brackets.
func (r *Report) tables(names []string) (tables []experiment.Table) {
	for _, s := range systems {
		for _, sigma := range sigmas {
			t := experiment.Table{
				Title: fmt.Sprintf("%s, σ = %g", s.title, sigma),
				Columns: []string{"model", "median over the yardstick, 0.25 / 0.5 / 1 s",
					"root mean square over the yardstick", "median over the limit", "lost of 60", "time"},
			}
			cells := r.of(s.name, sigma)
			if len(cells) == 0 {
				continue
			}
			median, rms := over(cells, limit, yardstick, Error.median), over(cells, limit, yardstick, Error.rms)
			t.Rows = append(t.Rows, []string{"true equations, whole recordings", median, rms, "1 / 1 / 1", "0", "–"})
			for _, name := range names {
				t.Rows = append(t.Rows, row(cells, name))
			}
			tables = append(tables, t)
		}
	}
	return tables
}

// of are the cells of a system and noise.
func (r *Report) of(system string, sigma float64) (cells []Cell) {
	for _, c := range r.Cells {
		if c.System == system && c.Sigma == sigma {
			cells = append(cells, c)
		}
	}
	return cells
}

func (e Error) median() float64 { return e.Median }
func (e Error) rms() float64    { return e.RMS }

func limit(c Cell) []Error { return c.Limit.Error }

// over are the ratios of errors at each horizon: the largest and, of several seeds, the median in brackets.
func over(cells []Cell, of, to func(Cell) []Error, by func(Error) float64) string {
	most, middle := make([]float64, len(horizons)), make([]float64, len(horizons))
	for k := range horizons {
		var all []float64
		for _, c := range cells {
			all = append(all, by(of(c)[k])/by(to(c)[k]))
		}
		most[k], middle[k] = slices.Max(all), bench.Median(all)
	}
	if len(cells) == 1 {
		return ratios(most)
	}
	return fmt.Sprintf("%s (%s)", ratios(most), ratios(middle))
}

func yardstick(c Cell) []Error { return c.Yardstick.Error }

func ratios(x []float64) string {
	var text []string
	for _, r := range x {
		text = append(text, fmt.Sprintf("%.2g", r))
	}
	return strings.Join(text, " / ")
}

// row is that of a model.
func row(cells []Cell, name string) []string {
	lost, seconds := 0, 0.0
	for _, c := range cells {
		m := c.Models[name]
		if m.Failed != "" {
			return []string{name, m.Failed, "", "", "", ""}
		}
		lost, seconds = max(lost, m.Lost), seconds+m.Seconds/float64(len(cells))
	}
	of := func(c Cell) []Error { return c.Models[name].Errors }
	label := name
	if name == "default" {
		label += " (" + cells[0].Models[name].Family + ")"
	}
	return []string{label, over(cells, of, yardstick, Error.median), over(cells, of, yardstick, Error.rms),
		over(cells, of, limit, Error.median), fmt.Sprint(lost), fmt.Sprintf("%.0f s", seconds)}
}

// figures draw the median error over the horizon, in units of the yardstick.
func (r *Report) figures(names []string) map[string]plot.Figure {
	figures := map[string]plot.Figure{}
	for _, s := range systems {
		var panels []plot.Panel
		for _, sigma := range sigmas {
			cells := r.of(s.name, sigma)
			if len(cells) == 0 {
				continue
			}
			p := plot.Panel{
				Title:  fmt.Sprintf("%s, σ = %g", s.title, sigma),
				XLabel: "horizon [s]", YLabel: "median error", LogY: true,
			}
			draw := func(name string, of func(Cell) []Error) {
				line := plot.Series{Name: name, X: horizons}
				for k := range horizons {
					sum := 0.0
					for _, c := range cells {
						sum += of(c)[k].Median / float64(len(cells))
					}
					line.Y = append(line.Y, sum)
				}
				p.Series = append(p.Series, line)
			}
			draw("limit", limit)
			draw("yardstick", yardstick)
			for _, name := range names {
				if cells[0].Models[name].Failed == "" {
					draw(name, func(c Cell) []Error { return c.Models[name].Errors })
				}
			}
			panels = append(panels, p)
		}
		figures["noise-"+s.name] = plot.Figure{Panels: panels}
	}
	return figures
}

// notes say what was found of friction, and what a short run is.
func (r *Report) notes(s experiment.Settings) (notes []string) {
	if s.Seeds > 1 {
		notes = append(notes, fmt.Sprintf("Of the %d seeds the worst stands in the tables, number by number, and the "+
			"median in brackets.", s.Seeds))
	}
	for _, system := range systems {
		if !system.friction || system.d() > 1 {
			continue
		}
		truth := system.p[len(system.p)-1]
		for _, sigma := range sigmas {
			for _, name := range names(s) {
				off, n := 0.0, 0
				for _, c := range r.of(system.name, sigma) {
					if m := c.Models[name]; m.Failed == "" {
						off, n = max(off, math.Abs(m.Damping/truth-1)), n+1
					}
				}
				if n > 0 {
					notes = append(notes,
						fmt.Sprintf("%s, σ = %g: the friction of %s is %.2g %% off (%d seeds, the worst)",
							system.title, sigma, name, 100*off, n))
				}
			}
		}
	}
	return notes
}
