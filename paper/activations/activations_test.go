package activations

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// small is a search of 7·(2 + 2 + 3) trials.
func small(folder string, on func(experiment.Progress)) experiment.Settings {
	return experiment.Settings{Steps: 6, Budget: time.Millisecond, Seed: 5, Folder: folder, On: on}
}

// clockless is a report without what the clock says.
func clockless(r experiment.Result) Report {
	o := r.Numbers.(Report)
	o.Seconds, o.CoreSeconds = 0, 0
	forget := func(trials []Trial) []Trial {
		trials = slices.Clone(trials)
		for i := range trials {
			trials[i].Seconds = 0
		}
		return trials
	}
	o.Activations = slices.Clone(o.Activations)
	for i, a := range o.Activations {
		o.Activations[i].Candidates, o.Activations[i].Finals = forget(a.Candidates), forget(a.Finals)
	}
	return o
}

// A search that is interrupted twice, the second time in the middle of a line of its journal, and then goes
// on finds what an undisturbed one on a single core finds, and makes no trial again that it had noted.
func TestSearchGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred trials take seconds")
	}
	before := runtime.GOMAXPROCS(1)
	undisturbed, err := Experiment.Run(t.Context(), small("", nil))
	runtime.GOMAXPROCS(max(2, before))
	defer runtime.GOMAXPROCS(before)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "trials.jsonl")
	made := 0
	for _, stop := range []int{9, 30} { // in the search, among its best
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Experiment.Run(ctx, small(folder, func(p experiment.Progress) {
			if made++; made >= stop {
				cancel()
			}
		}))
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled: %v", err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != made || made < 30 {
		t.Errorf("%d trials made, %d noted", made, n)
	}
	if err := os.WriteFile(path, text[:len(text)-20], 0o666); err != nil { // the machine stopped here
		t.Fatal(err)
	}
	made--
	var last experiment.Progress
	resumed, err := Experiment.Run(t.Context(), small(folder, func(p experiment.Progress) { made++; last = p }))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := clockless(undisturbed), clockless(resumed); !reflect.DeepEqual(a, b) {
		t.Errorf("undisturbed %+v\ninterrupted %+v", a, b)
	}
	if made != 49 || last.Step != 21 || last.Steps != 21 { // the last are those from other seeds
		t.Errorf("%d trials, the last one %+v", made, last)
	}
}

// What a trial is depends on the seed and its number alone; rate, width and depth are in their ranges, the same for all
// activations, and different from draw to draw.
func TestDrawn(t *testing.T) {
	o := &search{settings: experiment.Settings{Seed: 3}, steps: 10}
	n := len(nn.Activations())
	seen := map[float64]bool{}
	for i := range 50 * n {
		c := o.drawn(i)
		if o.drawn(i) != c {
			t.Fatalf("trial %d is not always the same", i)
		}
		if c.Rate < math.Pow(10, -3.5) || c.Rate > 0.1 || c.Width < 16 || c.Width > 128 || c.Depth < 1 || c.Depth > 4 ||
			c.Steps != 10 {
			t.Errorf("trial %d: %+v", i, c)
		}
		same := o.drawn(i - i%n)
		same.Activation = c.Activation
		if c != same || c.Activation != nn.Activations()[i%n].Name {
			t.Errorf("trial %d: %+v, its block has %+v", i, c, same)
		}
		seen[c.Rate] = true
	}
	if len(seen) != 50 {
		t.Errorf("%d draws", len(seen))
	}
	if other := (&search{settings: experiment.Settings{Seed: 4}, steps: 10}); other.drawn(0).Rate == o.drawn(0).Rate {
		t.Error("the seed does not matter")
	}
}

// The ranking follows the medians of the finals; trials that are not finite count as the worst, and the notes say who
// loses, by how much, and how many trials failed.
func TestRanking(t *testing.T) {
	names := nn.Activations()
	loss := map[string]float64{"relu2": 9, "relu3": math.Inf(1), "tanh": 5, "sigmoid": 6, "softplus": 2, "swish": 1,
		"gelu": 3}
	all := func(scale float64) (trials []Trial) {
		for _, a := range names {
			l := loss[a.Name] * scale
			trials = append(trials, Trial{Config: Config{Activation: a.Name}, Finite: vec.IsFinite(l),
				AccelL1: bench.OnlyFinite(l)})
		}
		return trials
	}
	o := &search{seeds: 1, steps: 10, final: 60}
	r := o.report(slices.Concat(all(3), all(2)), all(1.5), all(1))
	var order []string
	for _, a := range r.Numbers.(Report).Activations {
		order = append(order, a.Name)
	}
	if got := strings.Join(order, " "); got != "swish softplus gelu tanh sigmoid relu2 relu3" {
		t.Error(got)
	}
	n := r.Numbers.(Report)
	if n.Trials != 14 || n.NonFinite != 2 || n.Met != 2 || n.Activations[0].Best != 2 ||
		n.Activations[0].FinalMedian != 1 {
		t.Errorf("%+v", n)
	}
	notes := strings.Join(r.Notes, "\n")
	for _, want := range []string{"swish wins: 1 ", "loses here: number 2 with 2", "Of 14 trials 2 (14 %)"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in %s", want, notes)
		}
	}
	told := experiment.Experiment{Run: func(context.Context, experiment.Settings) (experiment.Result, error) {
		return r, nil
	}}
	if _, err := told.Reproduce(t.Context(), experiment.Settings{Folder: t.TempDir()}); err != nil {
		t.Error(err) // what is not finite has to be written too
	}
	if last := r.Tables[0].Rows[6]; last[1] != "relu3" || last[2] != "not finite" || last[len(last)-1] != "1.07" {
		t.Errorf("%q", last)
	}
}

// The trials that were made stay readable where they lie, each under the configuration that identifies it.
func TestTrialsStay(t *testing.T) {
	text, err := os.ReadFile("../../doc/results/activations/trials.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "trials.jsonl"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	store, err := experiment.OpenStore(folder, "trials.jsonl", Trial.config)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		var c Config
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if trial, ok := store.Get(c); !ok || c.Activation == "" || trial.Finite != (trial.AccelL1 > 0) {
			t.Fatalf("%+v: %+v, %t", c, trial, ok)
		}
		n++
	}
	if n < 1000 {
		t.Errorf("%d trials", n)
	}
}
