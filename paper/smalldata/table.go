package smalldata

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/plot"
	"lagrange/train"
)

// tableOf is a row for each name and a column for each number of samples.
func tableOf(title string, names []string, sizes []int, points map[string][]Point,
	of func(Point) float64) experiment.Table {
	t := experiment.Table{Title: title, Columns: []string{"samples"}}
	for _, N := range sizes {
		t.Columns = append(t.Columns, fmt.Sprint(N))
	}
	for _, name := range names {
		if points[name] == nil {
			continue
		}
		row := []string{name}
		for _, p := range points[name] {
			row = append(row, fmt.Sprintf("%.2g", of(p)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// result tells the report.
func (r Report) result(ts []*source, few []int, each time.Duration, s experiment.Settings) experiment.Result {
	var models, variants []string
	for _, m := range allModels {
		models = append(models, m.Name)
	}
	for _, v := range allVariants {
		variants = append(variants, v.Name)
	}
	accel := func(p Point) float64 { return p.AccelError }
	result := experiment.Result{Numbers: r, Figures: r.figures(ts, models, variants),
		Notes: r.notes(ts, few, models, variants, each, s)}
	for _, t := range ts {
		result.Tables = append(result.Tables, tableOf(t.title+": relative error of the acceleration", models, r.Sizes,
			r.Models[t.name], accel))
		if t.chain != nil {
			result.Tables = append(result.Tables, tableOf(t.title+": relative error of motions over 3 s", models,
				r.Sizes, r.Models[t.name], func(p Point) float64 { return p.Rollout }))
		}
	}
	for _, t := range ts {
		result.Tables = append(result.Tables,
			tableOf("Lagrangian networks on little data, "+t.name+": relative error of the acceleration", variants, few,
				r.Variants[t.name], accel))
	}
	return result
}

// panelOf has a line for each name.
func panelOf(title, label string, names []string, points map[string][]Point, of func(Point) float64) plot.Panel {
	p := plot.Panel{Title: title, XLabel: "samples", YLabel: label, LogX: true, LogY: true}
	for _, name := range names {
		if points[name] == nil {
			continue
		}
		line := plot.Series{Name: name}
		for _, x := range points[name] {
			line.X, line.Y = append(line.X, float64(x.Samples)), append(line.Y, of(x))
		}
		p.Series = append(p.Series, line)
	}
	return p
}

// figures are the learning curves of the models, and those of Lagrangian networks of several widths and heads.
func (r Report) figures(ts []*source, models, variants []string) map[string]plot.Figure {
	accel := func(p Point) float64 { return p.AccelError }
	all := plot.Figure{Title: "Held-out error against the number of samples", Columns: 2}
	widths := plot.Figure{Title: "Lagrangian networks on few samples", Columns: 2}
	for _, t := range ts {
		all.Panels = append(all.Panels, panelOf(t.title, "error of the acceleration", models, r.Models[t.name], accel))
		if t.chain != nil {
			all.Panels = append(all.Panels, panelOf("The same, motions over 3 s", "relative error", models,
				r.Models[t.name], func(p Point) float64 { return p.Rollout }))
		}
		widths.Panels = append(widths.Panels, panelOf(t.title, "error of the acceleration", variants,
			r.Variants[t.name], accel))
	}
	return map[string]plot.Figure{"small-data": all, "small-data-widths": widths}
}

// notes says who needs how much.
func (r Report) notes(ts []*source, few []int, models, variants []string, each time.Duration,
	s experiment.Settings) (notes []string) {
	if s.Quick && s.Steps == 0 {
		notes = append(notes, fmt.Sprintf("A quick run: %d sizes instead of %d, and %.1f s for each model "+
			"instead of some 6 s.", len(r.Sizes), len(allSizes), each.Seconds()))
	}
	for _, t := range ts {
		var best []string
		for i, N := range r.Sizes {
			name := slices.MinFunc(models, func(a, b string) int {
				return cmp.Compare(r.Models[t.name][a][i].AccelError, r.Models[t.name][b][i].AccelError)
			})
			best = append(best, fmt.Sprintf("%d: %s", N, name))
		}
		notes = append(notes, fmt.Sprintf("%s, best by the number of samples: %s.", t.title, strings.Join(best, ", ")))
		best = nil
		for i, N := range few {
			least := variants[0]
			for _, v := range variants {
				if p := r.Variants[t.name][v]; p != nil && p[i].AccelError < r.Variants[t.name][least][i].AccelError {
					least = v
				}
			}
			best = append(best, fmt.Sprintf("%d: %s (%.2g; the default %s %.2g)", N, least,
				r.Variants[t.name][least][i].AccelError, byDefault, r.Variants[t.name][byDefault][i].AccelError))
		}
		notes = append(notes, fmt.Sprintf("Lagrangian networks on few %s, best: %s.", t.name, strings.Join(best, ", ")))
	}
	kernel, skipped, lost := 0, 0, 0
	for _, by := range []map[string]map[string][]Point{r.Models, r.Variants} {
		for _, points := range by {
			for _, ps := range points {
				for _, p := range ps {
					if p.Equations == train.Kernel {
						kernel++
					}
					if skipped += p.NonFiniteSkipped; p.AccelError >= bench.Hopeless {
						lost++
					}
				}
			}
		}
	}
	return append(notes,
		fmt.Sprintf("%d trainings had fewer residuals than parameters and solved the equations of the residuals; %d "+
			"steps were non-finite and skipped, and %d models ended with an error that is not finite, which "+
			"counts as %g.",
			kernel, skipped, lost, bench.Hopeless),
		"Every model has two layers of 20, lnn-8x2 of 8; lnn, lnn-8x2 and hnn-canonical have the quadratic head, "+
			"lnn-plain the plain one. All have Gauss–Newton on one core for the same time, at most "+
			fmt.Sprint(mostSteps)+
			" steps, one seed; the parameters are those of the best validation. Lagrangian networks have a convex "+
			"initialisation and the positive-definiteness penalty.",
		"States: node learns the state after a step of "+fmt.Sprint(bench.NodeStep)+"; hnn-canonical is given "+
			"the canonical momentum and its derivative. Pieces are those of Finzi et al. (800 of them there): all "+
			"but node learn five-point formulas first, half of the time, then the pieces.")
}
