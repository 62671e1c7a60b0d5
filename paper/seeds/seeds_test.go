package seeds

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/model/graph"
	"lagrange/train"
)

// All systems of the registry are there, and a training of few steps is measured, the same each time.
func TestSeeds(t *testing.T) {
	cs := tasks()
	for i, s := range mech.Systems() {
		if cs[i].name != s.Name() || !strings.Contains(cs[i].command(7), " "+s.Name()+" ") {
			t.Errorf("%s: %s", s.Name(), cs[i].command(7))
		}
	}
	c := cs[slices.IndexFunc(cs, func(c task) bool { return c.name == "pendulum"+ofNetwork })]
	c.record.Trajectories, c.record.Steps, c.steps = 12, 60, 10
	held := c.record
	held.Seed = unseen
	set, err := held.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, method, err := c.run(t.Context(), 3, set)
	if err != nil || a.NonFinite || a.Stuck || !(a.AccelError < 0.5) || !(a.AccelError > 0) || !(a.WindowError < 0.5) ||
		a.Mass.States != set.Rows() || method != train.Kaczmarz {
		t.Errorf("%+v, %s, %v", a, method, err)
	}
	b, _, err := c.run(t.Context(), 3, set)
	if a.Seconds, b.Seconds = 0, 0; err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%+v, then %+v, %v", a, b, err)
	}
}

// The error of a coordinate is the sum of what is missed over the sum of what there is,
// that of a model the mean over the coordinates: with a half of one and a quarter of the
// other these are ½ and ¾. A row of large accelerations counts for more than others.
func TestSeedError(t *testing.T) {
	c := tasks()[1]
	c.record.Trajectories, c.record.Steps = 9, 30
	set, err := c.record.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "nn", Hidden: []int{1}, Steps: 1, Method: "adam"})
	if err != nil {
		t.Fatal(err)
	}
	fill := func(of func(row, k int, a float64) float64) {
		for i := range set.Trajectories {
			for n := range set.Trajectories[i].T {
				p := set.Trajectories[i].Slice(2, 0, n, n+1)
				for k, a := range m.Accel(p.Q, p.V, nil) {
					p.A[k] = of(n, k, a)
				}
			}
		}
	}
	fill(func(_, k int, a float64) float64 { return a * float64(2+2*k) })
	if e, _ := relativeAccel(m, set); math.Abs(e-(0.5+0.75)/2) > 1e-12 {
		t.Errorf("an error of %g, not 5/8", e)
	}
	fill(func(_, _ int, a float64) float64 { return a })
	p := set.Trajectories[4].Slice(2, 0, 7, 8)
	others := [2]float64{}
	for i := range set.Trajectories {
		for j, a := range set.Trajectories[i].A {
			others[j%2] += math.Abs(a)
		}
	}
	for k := range p.A {
		others[k] -= math.Abs(p.A[k])
		p.A[k] = 1e6
	}
	want := 0.0
	for k, a := range m.Accel(p.Q, p.V, nil) {
		want += math.Abs(a-1e6) / (1e6 + others[k]) / 2
	}
	if e, _ := relativeAccel(m, set); math.Abs(e-want) > 1e-9 {
		t.Errorf("an error of %g, not %g", e, want)
	}
}

// A training is poor above a tenth on the worst of its recordings,
// and if it is stuck; what is not finite is counted apart.
func TestSeedClasses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		errors         []float64
		lost           float64
		indefinite     int
		why            string
		median, worst  float64
		lose, bad, off bool // not finite, poor, stuck
	}{
		{errors: []float64{0.02, 0.1, 0.07}, median: 0.07, worst: 0.1},
		{errors: []float64{0.02, 0.1001, 0.07}, median: 0.07, worst: 0.1001, bad: true},
		{errors: []float64{0.3, 0.2, 0.4, 0.1}, median: 0.25, worst: 0.4, bad: true},
		{errors: []float64{0.02, bench.Hopeless, 0.07}, median: 0.07, worst: bench.Hopeless, lose: true},
		{errors: []float64{0.01, 0.01, 0.01}, lost: 0.95, median: 0.01, worst: 0.01, bad: true, off: true},
		{errors: []float64{0.01, 0.01, 0.01}, indefinite: 51, median: 0.01, worst: 0.01, bad: true, off: true},
		{errors: []float64{0.01, 0.01, 0.01}, lost: 0.85, indefinite: 50, median: 0.01, worst: 0.01},
		{errors: []float64{0.01, 0.01, 0.01}, why: "doubt", median: 0.01, worst: 0.01, bad: true, off: true},
	} {
		r := Run{AccelErrors: c.errors, Why: c.why, AccelError: nan, WorstError: nan,
			Mass: eval.Mass{NotPositive: c.indefinite, States: 1000}}
		r.classify(c.lost)
		if math.Abs(r.AccelError-c.median) > 1e-12 || r.WorstError != c.worst || r.NonFinite != c.lose ||
			r.Poor != c.bad || r.Stuck != c.off {
			t.Errorf("%+v: median %g, worst %g, non-finite %t, poor %t, stuck %t", c, r.AccelError, r.WorstError,
				r.NonFinite, r.Poor, r.Stuck)
		}
		var s Score
		s.sum([]Run{r, r})
		if want := map[bool]int{true: 2}; s.Poor != want[c.bad] || s.NonFinite != want[c.lose] ||
			s.Stuck != want[c.off] {
			t.Errorf("%+v counted as %d poor, %d non-finite, %d stuck", c, s.Poor, s.NonFinite, s.Stuck)
		}
	}
}

// Recordings held out differ from one another and from all that are learned from, in every trajectory.
func TestSeedsHeldOut(t *testing.T) {
	for _, c := range tasks() {
		c.record.Trajectories, c.record.Steps = 3, 1
		seen := map[string]string{}
		note := func(set *data.Set, name string) {
			for i := range set.Trajectories {
				key := fmt.Sprint(set.Trajectories[i].Q, set.Trajectories[i].V)
				if other := seen[key]; other != "" {
					t.Errorf("%s: a trajectory of the %s one is that of the %s one", c.name, name, other)
				}
				seen[key] = name
			}
		}
		for seed := range uint64(manySeeds) {
			record := c.record
			record.Seed = 5 + seed
			set, err := record.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			note(set, fmt.Sprintf("learned %d", seed))
		}
		held, err := c.heldOut(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		for k, set := range held {
			if note(set, fmt.Sprintf("held-out %d", k)); !set.HasAccelerations() {
				t.Errorf("%s: nothing to measure by", c.name)
			}
		}
		if len(held) != manyHeld || len(seen) != 3*(manySeeds+manyHeld) {
			t.Errorf("%s: %d held out", c.name, len(held))
		}
	}
}

// What a training depends on is told apart: its run, system, steps and seed; a part comes back from the file as it was.
func TestSeedsKept(t *testing.T) {
	c, s := tasks()[1], experiment.Settings{Seed: 3, Folder: t.TempDir()}
	done := part{c.part(s, 3), "newton", Run{Seed: 3, AccelErrors: []float64{1. / 3, 2}, Why: "so",
		Mass: eval.Mass{States: 4}}}
	for _, file := range []bool{true, false} {
		store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, part.key)
		if err != nil {
			t.Fatal(err)
		}
		if file {
			if err := store.Add(done); err != nil {
				t.Fatal(err)
			}
		} else if back, ok := store.Get(c.part(s, 3)); !ok || !reflect.DeepEqual(back, done) {
			t.Errorf("%+v", back)
		}
		longer, slower := s, c
		longer.Quick = true
		slower.steps++
		for what, k := range map[string]partKey{"seed": c.part(s, 4), "run": c.part(longer, 3),
			"steps": slower.part(s, 3), "system": tasks()[2].part(s, 3)} {
			if _, ok := store.Get(k); ok {
				t.Errorf("another %s is taken up", what)
			}
		}
		store.Close()
	}
}

// Nothing is set but what has no default, and all train for as many steps of the method that the plan takes.
func TestSeedDefaults(t *testing.T) {
	for _, c := range tasks() {
		bare := c.fit
		if bare.Model == graph.Family {
			bare.Model, bare.Graph.Shape = "", ""
		}
		if strings.HasSuffix(c.name, ofNetwork) {
			bare.Model = ""
		}
		if !reflect.DeepEqual(bare, lagrange.Settings{}) {
			t.Errorf("%s: %+v", c.name, c.fit)
		}
		c.record.Trajectories, c.record.Steps = 10, 40
		set, err := c.record.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		method := ""
		c.fit.Planned = func(p lagrange.Plan) { method = p.Line("method").Choice; cancel() }
		_, err = lagrange.Fit(ctx, set, c.fit)
		want := map[bool]int{true: kaczmarzSteps, false: newtonSteps}[method == train.Kaczmarz]
		if !errors.Is(err, context.Canceled) || method == "" || c.steps != want {
			t.Errorf("%s: %d steps by %q, %v", c.name, c.steps, method, err)
		}
	}
}

// A model without acceleration is as wrong as the accelerations are large, and is stuck.
func TestRelativeAccel(t *testing.T) {
	c := tasks()[1]
	c.record.Trajectories, c.record.Steps = 9, 60
	set, err := c.record.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "nn", Hidden: []int{1}, Steps: 1, Rate: 1e-9,
		Method: "adam"})
	if err != nil {
		t.Fatal(err)
	}
	e, lost := relativeAccel(m, set)
	if !(e > 0.5 && e < 20) || !(lost > stuckLoss) {
		t.Errorf("error %g, loss %g", e, lost)
	}
	if s := rangeOf([]float64{3, 1, 2}); s != (Range{2, 1, 3}) {
		t.Error(s)
	}
}

// The experiment, of short recordings and barely trained, tells
// everything with numbers that JSON can hold; cancelled, it says so.
func TestEverySeed(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty trainings")
	}
	cs := tasks()
	for i := range cs {
		// that of accelerations warms up for hundreds of steps, which TestSeeds does once; sums of terms have none
		if !slices.ContainsFunc(cs, func(c task) bool { return c.name == cs[i].name+ofNetwork }) {
			cs[i].fit.Method = "adam"
		}
		if r := &cs[i].record; r.Trajectories > 100 { // each under a condition of its own
			r.Trajectories = 40
		} else {
			r.Trajectories, r.Steps = 10, 60
		}
	}
	short := Experiment
	short.Run = func(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
		return fromSeeds(ctx, s, cs, 2)
	}
	folder := t.TempDir()
	result, err := short.Reproduce(t.Context(), experiment.Settings{Steps: 1, Quick: true, Seed: 5, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(Report)
	if r.Trainings != 2*len(cs) || len(r.Systems) != len(cs) || len(result.Tables[0].Rows) != len(r.Systems) {
		t.Errorf("%+v", r)
	}
	seen := map[float64]bool{}
	for i, c := range r.Systems {
		for j, run := range c.Runs {
			if run.Seed != 5+uint64(j) || c.Name != cs[i].name || !run.NonFinite && seen[run.AccelError] {
				t.Errorf("%s, run %d, is another's: %+v", c.Name, j, run)
			}
			seen[run.AccelError] = true
		}
		if x := c.AccelError; len(c.Runs) != 2 || !(x.Least <= x.Median && x.Median <= x.Most) ||
			math.IsInf(c.MinEigenvalue, 0) {
			t.Errorf("%+v", c)
		}
	}
	for _, name := range []string{"report.json", "seeds.png", "seeds.svg"} {
		if i, err := os.Stat(filepath.Join(folder, name)); err != nil || i.Size() < 500 {
			t.Error(name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err = short.Reproduce(ctx, experiment.Settings{Steps: 1, Quick: true,
		On: func(experiment.Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
