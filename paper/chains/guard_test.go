package chains

import (
	"fmt"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/train"
)

// No state from which a model is followed is one that it has learned or by which it was chosen, in any task, and the
// true motions begin where the models do.
func TestGuardTaskStarts(t *testing.T) {
	ts, err := tasks(3)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ts {
		n := 2 * k.Body.Dim()
		benchtest.ApartFrom(t, n, map[string][]float64{k.Name + ", learned": k.Learn.X,
			k.Name + ", validation": k.Valid.X,
			k.Name + ", starts":     k.Starts})
		for i, x := range k.Truth {
			if !slices.Equal(x[:n], k.Starts[i*n:(i+1)*n]) || len(x) != n*len(k.Times) {
				t.Fatalf("%s: motion %d begins at %v, not at %v", k.Name, i, x[:n], k.Starts[i*n:(i+1)*n])
			}
		}
		if len(k.Truth) != len(k.Starts)/n {
			t.Errorf("%s: %d motions of %d starts", k.Name, len(k.Truth), len(k.Starts)/n)
		}
	}
}

// A bout learns the records and is followed from the starts at the times, and what its score returns stands under the
// names of the measures. The records lie a thousand away; paths that had to do with them would too.
func TestGuardBout(t *testing.T) {
	k := &bench.Task{Name: "falling", Body: benchtest.Falling{}, Dt: 0.1, Starts: []float64{0, 1, 1, 0},
		Times: []float64{0, 0.5, 1}}
	k.Measures = []string{"first", "second"}
	for i := range 10 {
		k.Learn.Observe(benchtest.Falling{}, []float64{1000 + float64(i), 5}, 1)
		k.Valid.Observe(benchtest.Falling{}, []float64{1000.5 + float64(i), 5}, 1)
	}
	k.Score = func(_ *bench.Task, paths [][]float64) []float64 {
		for i, x := range paths {
			if !slices.Equal(x[:2], k.Starts[2*i:2*i+2]) || len(x) != 6 {
				t.Errorf("path %d is %v", i, x)
			}
		}
		return []float64{float64(len(paths)), 7}
	}
	k.Curve = func(*bench.Task, [][]float64) []float64 { return []float64{1, 2, 3} }
	b := &bout{task: k, contestant: bench.Contestant{Network: bench.Network{Name: "nn", Family: "nn", Hidden: []int{2}},
		Penalty: train.L2, Batch: 4, Rate: 1e-3}}
	if err := b.run(t.Context(), experiment.Settings{Steps: 2, Seed: 1}, 0); err != nil {
		t.Fatal(err)
	}
	if b.Measures["first"] != 2 || b.Measures["second"] != 7 || !slices.Equal(b.errors, []float64{1, 2, 3}) ||
		b.Steps != 2 || b.first[1] != 1 {
		t.Errorf("%+v", b)
	}
	// a model that is known goes where it should
	paths, failed, err := k.Rollout(t.Context(), benchtest.Steady(t, 4), false)
	if err != nil || failed != 0 {
		t.Fatal(failed, err)
	}
	for i, want := range [][]float64{{0, 1, 1, 3, 3, 5}, {1, 0, 1.5, 2, 3, 4}} {
		for j, x := range want {
			benchtest.Agree(t, fmt.Sprintf("path %d", i), 1e-8, paths[i][j], x)
		}
	}
}

// Every number of a table stands under its name.
func TestGuardTaskTable(t *testing.T) {
	k := &bench.Task{Name: "chain-2", Title: "Chain", Period: 1, Measures: []string{"energy_mse", "coordinate_mse"},
		Published: map[string]string{"nn": "0.5", "true, 1e-4 off": "0.6", "clnn": "0.7"}}
	all := map[string]Outcome{}
	for i, c := range contestants(k) {
		n := 10 * (i + 1)
		all[c.Name] = Outcome{Measures: map[string]float64{"energy_mse": float64(n + 1),
			"coordinate_mse": float64(n + 2)}, Failures: n + 3,
			Fitted: bench.Fitted{Steps: n + 4, Parameters: n + 5, Seconds: float64(n + 6)}}
	}
	table := tableOf(k, Report{Tasks: map[string]map[string]Outcome{"chain-2": all},
		Nudged: map[string]float64{"chain-2": 0.8}})
	for i, c := range contestants(k) {
		for j, column := range []string{measured["energy_mse"], measured["coordinate_mse"], "ended early", "steps",
			"parameters", "training [s]"} {
			benchtest.Reads(t, table, c.Name, column, 0, fmt.Sprint(10*(i+1)+j+1))
		}
	}
	benchtest.Reads(t, table, "nn", "published", 0, "0.5")
	benchtest.Reads(t, table, "true system", measured["energy_mse"], 0, "0.8")
	if v := verdict(k, all); v != "Chain: best first: nn 11, node 21, hnn-canonical 31, hnn-velocity 41, delan 51, "+
		"lnn 61; nn loses to the published 0.5." {
		t.Error(v)
	}
}
