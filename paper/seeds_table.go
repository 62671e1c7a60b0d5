package paper

import (
	"fmt"
	"strings"

	"lagrange/plot"
)

// told prints the median and the range.
func (s Spread) told() string { return fmt.Sprintf("%.2g (%.2g – %.2g)", s.Median, s.Least, s.Most) }

// result tells the report.
func (r SeedReport) result(s Settings) Result {
	n := len(r.Systems[0].Runs)
	t := Table{
		Title: fmt.Sprintf("%d seeds with default settings: what went wrong, and errors on a recording not seen, median (least – largest)", n),
		Columns: []string{"system", "method", "steps", "non-finite", "stuck", "restarts", "skipped steps", "least eigenvalue of M", "largest condition",
			"acceleration error", "window error", "seconds"},
	}
	for _, c := range r.Systems {
		t.Rows = append(t.Rows, []string{c.Name, c.Method, fmt.Sprint(c.Steps), fmt.Sprint(c.NonFinite), fmt.Sprint(c.Stuck), fmt.Sprint(c.Restarts), fmt.Sprint(c.Skipped),
			fmt.Sprintf("%.2g", c.MinEigenvalue), fmt.Sprintf("%.2g", c.MaxCondition), c.AccelError.told(), c.WindowError.told(), fmt.Sprintf("%.1f", c.Seconds)})
	}
	return Result{Numbers: r, Tables: []Table{t}, Figures: map[string]plot.Figure{"seeds": r.figure()}, Notes: r.notes(s)}
}

// notes says who ended how.
func (r SeedReport) notes(s Settings) (notes []string) {
	if s.Quick {
		notes = append(notes, fmt.Sprintf("A quick run: %d seeds instead of %d.", fewSeeds, manySeeds))
	}
	notes = append(notes, fmt.Sprintf("Of %d trainings %d ended non-finite and %d stuck.", r.Trainings, r.NonFinite, r.Stuck))
	var recordings []string
	for _, c := range r.Systems {
		for _, run := range c.Runs {
			if run.Why != "" {
				notes = append(notes, fmt.Sprintf("%s, seed %d: %s.", c.Name, run.Seed, run.Why))
			}
		}
		if c.AccelError.Most > 0.1 && c.NonFinite+c.Stuck < len(c.Runs) {
			notes = append(notes, fmt.Sprintf("%s is not learned well from every seed: an error of the acceleration of %.2g at worst.", c.Name, c.AccelError.Most))
		}
		recordings = append(recordings, c.Recording)
	}
	return append(notes,
		"Stuck is a training that the program itself doubts (Record.Doubt), whose loss of held-out accelerations is above nine tenths of that without any, or whose mass matrix is not "+
			"positive definite at more than a twentieth of the held-out states. An error that is not finite counts as "+fmt.Sprint(hopeless)+".",
		"The acceleration error is the mean over coordinates of Σ|a − a*|/Σ|a*|, the window error that of the median error of the position over windows of 25 steps, in units of the error of "+
			"constant velocity. Eigenvalues of M are in units of the velocities; M counts up to a factor.",
		"The default is a minute of training on all cores; here each has a small part of it, the same number of steps from every seed, so that the run repeats.",
		"Recordings, the first of each system: "+strings.Join(recordings, "; ")+".")
}

// figure shows every training as a point.
func (r SeedReport) figure() plot.Figure {
	panels := []plot.Panel{
		{Title: "Acceleration error", YLabel: "relative, held out", LogY: true}, {Title: "Window error", YLabel: "of constant velocity's", LogY: true},
		{Title: "Least eigenvalue of M", YLabel: "eigenvalue, ≥ 1e-6", LogY: true}, {Title: "Largest condition of M", YLabel: "condition", LogY: true},
	}
	for k := range panels {
		for bad, name := range []string{"learned", "stuck or not finite"} {
			points := plot.Series{Name: name, Style: plot.Points}
			for i, c := range r.Systems {
				for j, run := range c.Runs {
					if (run.Why != "") != (bad == 1) || k > 1 && run.Mass.States == 0 {
						continue
					}
					points.X = append(points.X, float64(i+1)+0.6*(float64(j)+0.5)/float64(len(c.Runs))-0.3)
					points.Y = append(points.Y, []float64{run.AccelError, run.WindowError, max(1e-6, run.Mass.MinEigenvalue), run.Mass.MaxCondition}[k])
				}
			}
			if len(points.X) > 0 {
				panels[k].Series = append(panels[k].Series, points)
			}
		}
	}
	for i, c := range r.Systems { // what the numbers stand for, below the panels one after the other
		label := &panels[i*len(panels)/len(r.Systems)].XLabel
		*label += []string{"", " · "}[min(1, len(*label))] + fmt.Sprintf("%d %s", i+1, c.Name)
	}
	return plot.Figure{Title: fmt.Sprintf("%d seeds of each system", len(r.Systems[0].Runs)), Columns: 2, Height: 5.5, Panels: panels}
}
