package paper

import (
	"fmt"
	"math"
	"strings"
)

// longTables are drifts against step and time, one table for each start.
func longTables(r LongReport) (tables []Table) {
	for _, start := range longStarts {
		t := Table{
			Title:   fmt.Sprintf("From a %s start: largest |E − E₀| / 29.4 of the learned energy (integrator) and of the true one (model and integrator)", start.name),
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
			t.Rows = append(t.Rows, append(row, fmt.Sprint(x.Evaluations), fmt.Sprint(x.Second), fmt.Sprintf("%.1f", x.Seconds)))
		}
		tables = append(tables, t)
	}
	return tables
}

// longNotes say what was trained, who won, and who did not arrive.
func longNotes(r LongReport) (notes []string) {
	notes = append(notes,
		fmt.Sprintf("The model: %d parameters, trained %.0f s, acceleration error %.3g.", r.Parameters, r.Fitted.Seconds, r.AccelL1),
		"The learned energy is conserved by the exact flow of any parameters; what it drifts is the integrator's error. Where that is small the error of the true energy is "+
			"the model's, and halving the step changes it by no more than chaos does. The learned energy is in the unit of the true one, fitted over fresh states. Energies are read once in a time unit.",
		fmt.Sprintf("Rounding alone, as a random walk of steps of 0.01, comes to %.0e at the end. An evaluation is that of the field, or of one node of a step: a variational one is of "+
			"L_q and L_v, and costs 2 products of a layer, 6 with second derivatives, where the field costs 5. midpoint is that for (q, v), which is not symplectic here.", 0x1p-53*math.Sqrt(r.Times[2]/0.01)))
	for _, start := range longStarts {
		var best LongRun
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
			notes = append(notes, fmt.Sprintf("From the %s start %s at %g keeps the learned energy best, to %.1e at t = %g; there the true energy errs by %.1e, which is the model's.",
				start.name, best.Method, best.Step+best.Tolerance, best.Drift[2], r.Times[2], best.TrueError[2]))
		}
		if len(stopped) > 0 {
			notes = append(notes, fmt.Sprintf("From the %s start these did not arrive: %s.", start.name, strings.Join(stopped, "; ")))
		}
	}
	return notes
}
