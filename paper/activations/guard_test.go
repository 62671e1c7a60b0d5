package activations

import (
	"fmt"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
)

// A trial is measured over the fresh states and those alone: where their accelerations are off by a million, so is
// the error, by two million, and the steps were as before. None of them is learned or chosen by.
func TestGuardTrial(t *testing.T) {
	o := newSearch(experiment.Settings{Steps: 2, Quick: true, Seed: 1})
	fresh := bench.Single(o.fresh)
	wide := func(x []float32) []float64 {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = float64(v)
		}
		return y
	}
	benchtest.ApartFrom(t, 4, map[string][]float64{"learned": wide(o.learn.X), "validation": wide(o.valid.X),
		"fresh": wide(fresh.X)})
	c := Config{Seed: 3, Activation: "softplus", Rate: 1e-3, Width: 4, Depth: 1, Steps: 2}
	honest, err := o.trial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range o.fresh.A {
		o.fresh.A[i] += 1e6
	}
	poisoned, err := o.trial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if !honest.Finite || !(honest.AccelL1Median < 1000) || !(honest.AccelL1 < 1e4) {
		t.Errorf("%+v", honest)
	}
	benchtest.Agree(t, "mean", 1e-2, poisoned.AccelL1, 2e6)
	benchtest.Agree(t, "median", 1e-2, poisoned.AccelL1Median, 2e6)
}

// Activation k has in the search the errors 101 + k, 105 + k and 103 + k, its candidates 31 + k, 30 + k and 32 + k,
// and from three seeds 23 + k, 21 + k and 28 + k: the table has the best and the median of the search, and the
// median, least and largest of the seeds, and the best candidate's rate.
func TestGuardActivationTable(t *testing.T) {
	o := &search{seeds: 3}
	names := o.names()
	trial := func(k, e int, rate float64) Trial {
		return Trial{Config: Config{Rate: rate, Width: 8, Depth: 2}, Finite: true, AccelL1: float64(e + k)}
	}
	var trials, semis, finals []Trial
	for _, e := range []int{101, 105, 103} {
		for k := range names {
			trials = append(trials, trial(k, e, 0))
		}
	}
	for k := range names {
		semis = append(semis, trial(k, 31, 0.1), trial(k, 30, 0.2), trial(k, 32, 0.3))
		finals = append(finals, trial(k, 23, 0), trial(k, 21, 0), trial(k, 28, 0))
	}
	trials[len(names)].Finite = false // the second of the first activation, which was 105
	table := o.report(trials, semis, finals).Tables[0]
	for k, name := range names {
		row := experiment.Table{Title: name, Columns: table.Columns}
		for _, r := range table.Rows {
			if r[1] == name {
				row.Rows = append(row.Rows, r)
			}
		}
		for column, want := range map[string]string{
			"best, over seeds: median": fmt.Sprint(23 + k), "min – max": fmt.Sprintf("%d – %d", 21+k, 28+k),
			"search: best": fmt.Sprint(101 + k),
			"median":       fmt.Sprint(103 + k), "trials": "3", "non-finite": fmt.Sprint(max(0, 1-k)), "rate": "0.2",
			"net": "8x2",
		} {
			benchtest.Reads(t, row, fmt.Sprint(k+1), column, 0, want)
		}
	}
}
