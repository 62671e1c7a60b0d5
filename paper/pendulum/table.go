package pendulum

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/experiment"
	"lagrange/experiment/bench"
)

// over tells a number of a model over all runs: of several the mean and the range.
func over(runs []Report, name string, of func(Score) float64, tell func(float64) string) string {
	var x []float64
	for _, r := range runs {
		x = append(x, of(r.Models[name]))
	}
	if least := slices.Min(x); least == slices.Max(x) {
		return tell(least)
	}
	return fmt.Sprintf("%s (%s – %s)", tell(bench.Mean(x)), tell(slices.Min(x)), tell(slices.Max(x)))
}

// tableOf sets the numbers beside the paper's.
func tableOf(models []bench.Network, runs []Report) experiment.Table {
	t := experiment.Table{
		Title: "Double pendulum: errors of the acceleration, of the energy after 100 time units, and of the motion",
		Columns: []string{"", "acceleration error", "median", "energy error, mean", "median", "max", "roll-out error",
			"valid time",
			"samples", "steps"},
	}
	if len(runs) > 1 {
		t.Title += fmt.Sprintf("; mean (least – largest) of %d seeds", len(runs))
	}
	for _, m := range models {
		row := []string{m.Title()}
		for _, c := range []struct {
			of   func(Score) float64
			tell func(float64) string
		}{
			{func(s Score) float64 { return s.AccelL1 }, bench.Three},
			{func(s Score) float64 { return s.AccelL1Median }, bench.Three},
			{func(s Score) float64 { return s.EnergyErrorMean }, bench.Percent},
			{func(s Score) float64 { return s.EnergyErrorMedian }, bench.Percent},
			{func(s Score) float64 { return s.EnergyErrorMax }, bench.Percent},
			{func(s Score) float64 { return s.RolloutError }, bench.Three},
			{func(s Score) float64 { return s.ValidTime }, bench.Three},
			{func(s Score) float64 { return float64(s.Samples) }, bench.Three},
			{func(s Score) float64 { return float64(s.Steps) },
				func(x float64) string { return fmt.Sprintf("%.0f", x) }},
		} {
			row = append(row, over(runs, m.Name, c.of, c.tell))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Rows = append(t.Rows,
		[]string{"lnn, plain head, 500×4, paper", "0.073", "", "0.4 %", "", "", "", "", "3.07e+08", "600000"},
		[]string{"baseline, 500×4, paper", "0.074", "", "8 %"})
	return t
}

// costsOf tells what the trainings took and what went wrong in them, of several seeds one after the other.
func costsOf(models []bench.Network, runs []Report) experiment.Table {
	t := experiment.Table{
		Title: "Double pendulum: what the trainings took",
		Columns: []string{"", "parameters", "trained [s]", "non-finite steps skipped", "solves by the pseudo-inverse",
			fmt.Sprintf("roll-outs of %d that ended early or diverged", starts)},
	}
	if len(runs) > 1 {
		t.Title += ", seed by seed"
	}
	for _, m := range models {
		row := []string{m.Title()}
		for _, of := range []func(Score) float64{
			func(s Score) float64 { return float64(s.Parameters) }, func(s Score) float64 { return s.Seconds },
			func(s Score) float64 { return float64(s.NonFiniteSkipped) },
			func(s Score) float64 { return float64(s.FallbackSolves) },
			func(s Score) float64 { return float64(s.Failures) },
		} {
			var cells []string
			for _, r := range runs {
				cells = append(cells, fmt.Sprintf("%.0f", of(r.Models[m.Name])))
			}
			if slices.Min(cells) == slices.Max(cells) {
				cells = cells[:1]
			}
			row = append(row, strings.Join(cells, ", "))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// notes says who lost, and on what terms.
func notes(models []bench.Network, runs []Report, s experiment.Settings) (notes []string) {
	for _, r := range runs {
		seed := ""
		if len(runs) > 1 {
			seed = fmt.Sprintf(", seed %d", r.Seed)
		}
		for _, m := range models {
			s := r.Models[m.Name]
			if published := m.Name == "lnn" || m.Name == "baseline"; published && s.AccelL1 > paperAccelL1 {
				notes = append(notes, fmt.Sprintf("%s%s loses to the paper in the acceleration error, %.3g against "+
					"about %.3g; the paper saw %.0f times as many samples.",
					m.Name, seed, s.AccelL1, paperAccelL1, 3.07e8/float64(s.Samples)))
			}
		}
		if l, ok := r.Models["lnn"]; ok {
			for _, m := range models {
				if b := r.Models[m.Name]; l.EnergyErrorMean > b.EnergyErrorMean {
					notes = append(notes, fmt.Sprintf("The Lagrangian network loses to %s in energy%s: %s against %s.",
						m.Name, seed, bench.Percent(l.EnergyErrorMean), bench.Percent(b.EnergyErrorMean)))
				}
			}
		}
	}
	notes = append(notes, fmt.Sprintf("The roll-out error is the root mean square, over the first %.0f time units, "+
		"of the distance of the bobs' places and velocities from the true ones, in units of their spread; the valid "+
		"time is how long it stays below %.1f. Both are medians over the starts. Neither is of the paper.", early,
		tolerated),
		fmt.Sprintf("A roll-out that ended early counts with the error there, one that diverged with an energy "+
			"error of %.0f %%.", 100*bench.Diverged))
	return append(notes, terms(models, s)...)
}

// terms says on what terms the models learned.
func terms(models []bench.Network, s experiment.Settings) (notes []string) {
	for _, m := range models {
		switch m.Name {
		case "node":
			notes = append(notes, fmt.Sprintf("node learns where %d of the states are after a step of %g, through "+
				"RK4, not their accelerations.", nodeStates, bench.NodeStep))
		case "hnn-canonical":
			notes = append(notes, "hnn-canonical is given the canonical momentum; the acceleration error is of the "+
				"derivative of its q̇ along its own field.")
		case "hnn-velocity":
			notes = append(notes, "hnn-velocity takes q̇ for p and cannot be right: its field is free of "+
				"divergence, which the true field on (q, q̇) is not.")
		}
	}
	if s.Recipe == paperRecipe {
		notes = append(notes, "The paper's recipe: four layers of 500, softplus, batches of 32, rate 1e-3, 3e-4, "+
			"1e-4, no kinetic term, its initialisation for lnn and the plain one for the baseline, float32, L1 loss "+
			"of the accelerations in units of their root mean square.")
	}
	return notes
}
