package paper

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/mech"
)

// All systems of the registry are there, and a training of few steps is measured, the same each time.
func TestSeeds(t *testing.T) {
	cs := seedCases()
	for i, s := range mech.Systems() {
		if cs[i].name != s.Name() || !strings.Contains(cs[i].command(7), " "+s.Name()+" ") {
			t.Errorf("%s: %s", s.Name(), cs[i].command(7))
		}
	}
	c := cs[0]
	c.record.Trajectories, c.record.Steps, c.steps = 12, 60, 10
	held := c.record
	held.Seed = unseen
	set, err := held.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, method, err := c.run(t.Context(), 3, set)
	if err != nil || a.NonFinite || a.Stuck || !(a.AccelError < 0.5) || !(a.AccelError > 0) || !(a.WindowError < 0.5) || a.Mass.States != set.Rows() || method != "gauss-newton" {
		t.Errorf("%+v, %s, %v", a, method, err)
	}
	b, _, err := c.run(t.Context(), 3, set)
	if a.Seconds, b.Seconds = 0, 0; err != nil || a != b {
		t.Errorf("%+v, then %+v, %v", a, b, err)
	}
}

// A model without acceleration is as wrong as the accelerations are large, and is stuck.
func TestRelativeAccel(t *testing.T) {
	c := seedCases()[1]
	c.record.Trajectories, c.record.Steps = 9, 60
	set, err := c.record.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "nn", Hidden: []int{1}, Steps: 1, Rate: 1e-9, Method: "adam"})
	if err != nil {
		t.Fatal(err)
	}
	e, lost := relativeAccel(m, set)
	if !(e > 0.5 && e < 20) || !(lost > stuckLoss) {
		t.Errorf("error %g, loss %g", e, lost)
	}
	if s := spreadOf([]float64{3, 1, 2}); s != (Spread{2, 1, 3}) {
		t.Error(s)
	}
}

// The experiment, of short recordings and barely trained, tells everything with numbers that JSON can hold; cancelled, it says so.
func TestEverySeed(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty trainings")
	}
	cs := seedCases()
	for i := range cs {
		cs[i].fit.Method = "adam" // the default one warms up for hundreds of steps, which TestSeeds does once
		if r := &cs[i].record; r.Trajectories > 100 { // each under a condition of its own
			r.Trajectories = 40
		} else {
			r.Trajectories, r.Steps = 10, 60
		}
	}
	short := seeds
	short.Run = func(ctx context.Context, s Settings) (Result, error) { return fromSeeds(ctx, s, cs, 2) }
	folder := t.TempDir()
	result, err := short.Reproduce(t.Context(), Settings{Steps: 1, Quick: true, Seed: 5, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(SeedReport)
	if r.Trainings != 2*len(cs) || len(r.Systems) != len(cs) || len(result.Tables[0].Rows) != len(r.Systems) {
		t.Errorf("%+v", r)
	}
	for _, c := range r.Systems {
		if x := c.AccelError; len(c.Runs) != 2 || !(x.Least <= x.Median && x.Median <= x.Most) || math.IsInf(c.MinEigenvalue, 0) {
			t.Errorf("%+v", c)
		}
	}
	for _, name := range []string{"report.json", "seeds.png", "seeds.svg"} {
		if i, err := os.Stat(filepath.Join(folder, name)); err != nil || i.Size() < 500 {
			t.Error(name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err = short.Reproduce(ctx, Settings{Steps: 1, Quick: true, On: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
