package long

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/experiment"
)

// tablesOf are drifts against step and time, one table for the first start of each sort, and one of what several
// starts have in common.
func tablesOf(r Report) (tables []experiment.Table) {
	for _, start := range starts {
		t := experiment.Table{
			Title: fmt.Sprintf("From a %s start: largest |E − E₀| / 29.4 of the learned energy (integrator) and "+
				"of the true one (model and integrator)", start.name),
			Columns: []string{"method", "step or tolerance"},
		}
		for _, what := range []string{"learned", "true"} {
			for _, at := range r.Times {
				t.Columns = append(t.Columns, fmt.Sprintf("%s, t ≤ %g", what, at))
			}
		}
		t.Columns = append(t.Columns, "evaluations", "of them with second derivatives", "seconds")
		for i := len(r.Runs) - 1; i >= 0; i-- { // simple ones first
			x := r.Runs[i]
			if x.Start != start.name {
				continue
			}
			row := []string{x.Method, fmt.Sprintf("%g", x.Step+x.Tolerance)}
			for _, e := range [][3]float64{x.Drift, x.TrueError} {
				for k, at := range r.Times {
					cell := fmt.Sprintf("%.1e", e[k])
					if x.Reached < at {
						cell = fmt.Sprintf("stops at %g", x.Reached)
					}
					row = append(row, cell)
				}
			}
			t.Rows = append(t.Rows, append(row, fmt.Sprint(x.Evaluations), fmt.Sprint(x.Second),
				fmt.Sprintf("%.1f", x.Seconds)))
		}
		tables = append(tables, t)
	}
	return append(tables, r.several())
}

// group is what a method keeps from all starts of a sort, at the last time.
type group struct {
	start, method  string
	learned, truth []float64 // by start: the first one, then the others
	seconds        float64   // of one roll-out, the mean
	stopped        int
}

// sorts are those of the methods that follow all starts.
func (r Report) sorts() (all []group) {
	for _, start := range starts {
		for _, m := range integrators() {
			if !m.all {
				continue
			}
			k := group{start: start.name, method: m.String()}
			for _, x := range slices.Concat(r.Runs, r.Others) {
				if x.Start != start.name || x.Method != m.method.Name || x.Step != m.step || x.Tolerance != m.tol {
					continue
				}
				k.learned, k.truth = append(k.learned, x.Drift[2]), append(k.truth, x.TrueError[2])
				k.seconds += x.Seconds / float64(len(start.q))
				if x.Stopped != "" {
					k.stopped++
				}
			}
			all = append(all, k)
		}
	}
	return all
}

// several is the table of the sorts.
func (r Report) several() experiment.Table {
	t := experiment.Table{
		Title: fmt.Sprintf("From %d starts of each sort, to t = %g: largest |E − E₀| / 29.4, the largest of the "+
			"starts and the least",
			len(starts[0].q), r.Times[2]),
		Columns: []string{"starts", "method", "learned, largest", "least", "true, largest", "least", "did not arrive",
			"seconds"},
	}
	for _, k := range r.sorts() {
		row := []string{k.start, k.method}
		for _, e := range [][]float64{k.learned, k.truth} {
			row = append(row, fmt.Sprintf("%.1e", slices.Max(e)), fmt.Sprintf("%.1e", slices.Min(e)))
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprint(k.stopped), fmt.Sprintf("%.1f", k.seconds)))
	}
	return t
}

// notesOf say what was trained, what the motions from several starts keep, who won from the first of them, and who
// did not arrive.
func notesOf(r Report) (notes []string) {
	notes = append(notes,
		fmt.Sprintf("The model: %s; %d parameters, %d steps, trained %.0f s, acceleration error %.3g.",
			r.Model, r.Parameters, r.Steps, r.Fitted.Seconds, r.AccelL1),
		"The learned energy is conserved by the exact flow of any parameters; what it drifts is the "+
			"integrator's error. Where that is small the error of the true energy is the model's, and halving the "+
			"step changes it by no more than chaos does. The learned energy is in the unit of the true one, fitted "+
			"over fresh states. Energies are read once in a time unit.",
		fmt.Sprintf("Rounding alone, as a random walk of steps of 0.01, comes to %.0e at the end. An evaluation is "+
			"that of the field, or of one node of a step: a variational one is of L_q and L_v, and costs 2 products "+
			"of a layer, 6 with second derivatives, where the field costs 5. midpoint is that for (q, v), which is "+
			"not symplectic here.", 0x1p-53*math.Sqrt(r.Times[2]/0.01)))
	for _, k := range r.sorts() {
		notes = append(notes, fmt.Sprintf("%s keeps the learned energy from %d %s starts to %.1e at worst and to "+
			"%.1e at best.",
			k.method, len(k.learned), k.start, slices.Max(k.learned), slices.Min(k.learned)))
	}
	for _, start := range starts {
		var best Run
		var stopped []string
		for _, x := range r.Runs {
			if x.Start != start.name {
				continue
			}
			if x.Stopped != "" {
				stopped = append(stopped, fmt.Sprintf("%s at %g (%s)", x.Method, x.Step+x.Tolerance, x.Stopped))
			} else if best.Method == "" || x.Drift[2] < best.Drift[2] {
				best = x
			}
		}
		if best.Method != "" {
			notes = append(notes, fmt.Sprintf("From the first %s start %s at %g keeps the learned energy best; "+
				"there the true energy errs by %.1e at t = %g, which is the model's.",
				start.name, best.Method, best.Step+best.Tolerance, best.TrueError[2], r.Times[2]))
		}
		if len(stopped) > 0 {
			notes = append(notes, fmt.Sprintf("From the first %s start these did not arrive: %s.", start.name,
				strings.Join(stopped, "; ")))
		}
	}
	return notes
}
