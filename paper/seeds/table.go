package seeds

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/plot"
)

// told prints the median and the range.
func (s Range) told() string { return fmt.Sprintf("%.2g (%.2g – %.2g)", s.Median, s.Least, s.Most) }

// result tells the report.
func (r Report) result(s experiment.Settings) experiment.Result {
	n := len(r.Systems[0].Runs)
	t := experiment.Table{
		Title: fmt.Sprintf("%d seeds with default settings, and of the Lagrangian network where it says lnn: what "+
			"went wrong, and errors on %d recordings not seen, median (least – largest) over the seeds", n, manyHeld),
		Columns: []string{"system", "method", "steps", "non-finite", "poor", "stuck", "restarts", "skipped steps",
			"least eigenvalue of M", "largest condition",
			"acceleration error", "on the worst recording", "window error", "seconds"},
	}
	for _, c := range r.Systems {
		t.Rows = append(t.Rows, []string{c.Name, c.Method, fmt.Sprint(c.Steps), fmt.Sprint(c.NonFinite),
			fmt.Sprint(c.Poor), fmt.Sprint(c.Stuck), fmt.Sprint(c.Restarts),
			fmt.Sprint(c.Skipped), fmt.Sprintf("%.2g", c.MinEigenvalue), fmt.Sprintf("%.2g", c.MaxCondition),
			c.AccelError.told(), c.WorstError.told(), c.WindowError.told(),
			fmt.Sprintf("%.1f", c.Seconds)})
	}
	return experiment.Result{Numbers: r, Tables: []experiment.Table{t},
		Figures: map[string]plot.Figure{"seeds": r.figure()}, Notes: r.notes(s)}
}

// notes says who ended how.
func (r Report) notes(s experiment.Settings) (notes []string) {
	if s.Quick {
		notes = append(notes, fmt.Sprintf("A quick run: %d seeds instead of %d.", fewSeeds, manySeeds))
	}
	notes = append(notes, fmt.Sprintf("Of %d trainings %d ended non-finite and %d poor, %d of these stuck. They "+
		"took %.0f s of the clock, one after the other.",
		r.Trainings, r.NonFinite, r.Poor, r.Stuck, r.Seconds))
	var recordings []string
	for _, c := range r.Systems {
		for _, run := range c.Runs {
			if run.Poor {
				notes = append(notes, fmt.Sprintf("%s, seed %d, is poor: errors of the acceleration of %s.", c.Name,
					run.Seed, list(run.AccelErrors)))
			}
			if run.Why != "" {
				notes = append(notes, fmt.Sprintf("%s, seed %d: %s.", c.Name, run.Seed, run.Why))
			}
		}
		recordings = append(recordings, c.Recording)
	}
	return append(notes,
		fmt.Sprintf("Poor is a training whose acceleration is off by more than %g of it on one of the %d held-out "+
			"recordings: the mean over coordinates of Σ|a − a*|/Σ|a*|; or that is stuck. A run counts with the "+
			"median over the recordings, and with the worst. The window error is that of the median error of the "+
			"position over windows of 25 steps, in units of the error of constant velocity.", poorError, manyHeld),
		"Stuck is a training that the program itself doubts (Record.Doubt), whose loss of held-out accelerations is "+
			"above nine tenths of that without any, or whose mass matrix is not positive definite at more than a "+
			"twentieth of the held-out states. An error that is not finite counts as "+fmt.Sprint(bench.Hopeless)+
			". Eigenvalues of M are in units of the velocities; M counts up to a factor.",
		"Nothing is set but what has no default: of wave-8 the model, a graph, and that its shape is a ring. Where it "+
			"says lnn the model is set, too: the default is a sum of terms there.",
		"The default is a minute of training on all cores; here each has a small part of it, the same number of "+
			"steps from every seed, so that the run repeats. Where the default is Kaczmarz it tries Gauss–Newton "+
			"first, and makes a tenth of the steps by that where it is ahead.",
		fmt.Sprintf("Recordings, the first of each system: %s. Those held out have the seeds %d to %d.",
			strings.Join(recordings, "; "), r.Seed+unseen, r.Seed+unseen+manyHeld-1))
}

// list tells errors one after the other.
func list(x []float64) string {
	var told []string
	for _, e := range x {
		told = append(told, fmt.Sprintf("%.2g", e))
	}
	return strings.Join(told, ", ")
}

// figure shows every training as a point: those of the default left of the system's number, those of the network right.
func (r Report) figure() plot.Figure {
	panels := []plot.Panel{
		{Title: "Acceleration error, the worst recording", YLabel: "relative, held out", LogY: true},
		{Title: "Window error", YLabel: "of constant velocity's", LogY: true},
		{Title: "Least eigenvalue of M", YLabel: "eigenvalue, ≥ 1e-6", LogY: true},
		{Title: "Largest condition of M", YLabel: "condition", LogY: true},
	}
	names, at := r.places()
	for k := range panels {
		for bad, name := range []string{"learned", "poor, stuck or not finite"} {
			points := plot.Series{Name: name, Style: plot.Points}
			for i, c := range r.Systems {
				for j, run := range c.Runs {
					if (run.Poor || run.Why != "") != (bad == 1) || k > 1 && run.Mass.States == 0 {
						continue
					}
					points.X = append(points.X, at[i]+0.36*(float64(j)+0.5)/float64(len(c.Runs))-0.18)
					points.Y = append(points.Y, []float64{run.WorstError, run.WindowError,
						max(1e-6, run.Mass.MinEigenvalue), run.Mass.MaxCondition}[k])
				}
			}
			if len(points.X) > 0 {
				panels[k].Series = append(panels[k].Series, points)
			}
		}
	}
	for i, name := range names { // what the numbers stand for, below the panels one after the other
		label := &panels[i*len(panels)/len(names)].XLabel
		*label += []string{"", " · "}[min(1, len(*label))] + fmt.Sprintf("%d %s", i+1, name)
	}
	return plot.Figure{Title: fmt.Sprintf("%d seeds of each system, by default and, on the right, by a network",
		len(r.Systems[0].Runs)), Columns: 2, Height: 5.5, Panels: panels}
}

// places are the names of the systems, and where each score stands.
func (r Report) places() (names []string, at []float64) {
	for _, c := range r.Systems {
		name, network := strings.CutSuffix(c.Name, ofNetwork)
		i := slices.Index(names, name)
		if i < 0 {
			i, names = len(names), append(names, name)
		}
		at = append(at, float64(i+1)+map[bool]float64{false: -0.2, true: 0.2}[network])
	}
	return names, at
}
