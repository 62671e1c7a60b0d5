package long

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"lagrange/experiment"
)

// The experiment, barely trained and over a short time: every method arrives, the learned energy tells integrators
// apart by order and step, the true one tells of the model, which is the same for all that are accurate.
func TestLong(t *testing.T) {
	if testing.Short() {
		t.Skip("training takes seconds")
	}
	result, err := followTo(t.Context(), experiment.Settings{Steps: 60, Seed: 2}, 20)
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(Report)
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	drift := map[string]float64{}
	truth := math.NaN()
	for i, x := range r.Runs {
		m := integrators()[i/len(starts)]
		if x.Reached != 20 || x.Stopped != "" || !(x.Drift[2] > 0) || x.Drift[0] > x.Drift[1] ||
			x.Drift[1] > x.Drift[2] || x.Evaluations == 0 || (x.Second > 0) != m.method.Variational() {
			t.Errorf("%+v", x)
		}
		if x.Start != "gentle" {
			continue
		}
		drift[m.String()] = x.Drift[2]
		if x.Drift[2] > 1e-8 {
			continue
		}
		if math.IsNaN(truth) {
			truth = x.TrueError[2]
		}
		if math.Abs(x.TrueError[2]-truth) > 1e-4*truth || truth < 1e-4 {
			t.Errorf("%s: true energy errs by %g, by another accurate method %g", m, x.TrueError[2], truth)
		}
	}
	for order, factor := range map[string]float64{"variational2": 4, "variational4": 16, "variational6": 64} {
		coarse, fine := drift[order+", h = 0.02"], drift[order+", h = 0.01"]
		if ratio := coarse / fine; ratio < factor/2 || ratio > 2*factor {
			t.Errorf("%s: the drift falls from %.1e to %.1e when the step is halved", order, coarse, fine)
		}
	}
	if best := drift["variational8, h = 0.01"]; best > 1e-11 || drift["midpoint, h = 0.01"] < 1e-8 {
		t.Errorf("drifts %v", drift)
	}
	checkSorts(t, r, result.Tables[2])
	if len(result.Tables) != 3 || len(result.Tables[0].Rows) != len(integrators()) ||
		len(result.Figures["long"].Panels) != 4 || len(result.Notes) < 4 {
		t.Errorf("tables %v, notes %q", result.Tables, result.Notes)
	}
	for _, p := range result.Figures["long"].Panels {
		if len(p.Series) != 5 {
			t.Errorf("%s: %d series", p.Title, len(p.Series))
		}
	}
}

// The network is the default one, with its head. The table of several starts has all of them: the largest and the least
// of five, all five from states of their own.
func checkSorts(t *testing.T, r Report, table experiment.Table) {
	if r.Model != "lnn, quadratic head, 20×2" {
		t.Errorf("the model is %s", r.Model)
	}
	for i, k := range r.sorts() {
		if len(k.learned) != 5 || k.stopped != 0 {
			t.Fatalf("%+v", k)
		}
		most, least := 0.0, math.Inf(1)
		starts := map[[2]float64]bool{}
		for _, x := range append(r.Others, r.Runs...) {
			size, method := []float64{0.01, 1e-12}[i%2], []string{"variational8", "dop853"}[i%2]
			if x.Start == k.start && x.Step+x.Tolerance == size && x.Method == method {
				most, least = max(most, x.Drift[2]), min(least, x.Drift[2])
				starts[[2]float64{x.Angles[0], x.Angles[1]}] = true
			}
		}
		row := table.Rows[i]
		want := []string{k.start, k.method, fmt.Sprintf("%.1e", most), fmt.Sprintf("%.1e", least)}
		if len(starts) != 5 || !(most > least) || !slices.Equal(row[:4], want) {
			t.Errorf("%v of %d starts: %g to %g", row, len(starts), least, most)
		}
	}
}
