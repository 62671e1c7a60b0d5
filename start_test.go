package lagrange_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"lagrange"
	"lagrange/train"
)

// A clean recording without accelerations is learned from a convex start by Gauss and Newton's method, and then on
// arcs; the same settings give the same, also after interruptions in each of the stages.
func TestStages(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of Gauss–Newton")
	}
	set := recording("pendulum", 6, 150, false, 0.05)
	s := lagrange.Settings{Model: "lnn", Horizon: 0.5, Steps: 12, Seed: 1, Workers: 2}
	calm := fit(t, set, s)
	r := calm.Record
	if r.Method != train.GaussNewton || len(r.Stages) != 2 || r.Steps != 12 {
		t.Fatalf("%s, %d steps, %+v", r.Method, r.Steps, r.Stages)
	}
	if start, arcs := r.Stages[0], r.Stages[1]; !(start.After < start.Before/1000) || !(arcs.After <= arcs.Before) {
		t.Errorf("%+v", r.Stages)
	}
	e, err := calm.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	if rmse := e.Models["lnn"].RMSEQ[0]; !(rmse < 1e-4) || e.Mass.NotPositive > 0 {
		t.Errorf("an error of %g rad, %+v", rmse, e.Mass)
	}
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	for _, stop := range []int{2, 4, 9} {
		ctx, cancel := context.WithCancel(t.Context())
		last := 0
		s.On = func(p lagrange.Progress) {
			if p.Step < last || p.Step > p.Steps || p.Steps != 12 {
				t.Errorf("step %d of %d after %d", p.Step, p.Steps, last)
			}
			if last = p.Step; p.Step >= stop {
				cancel()
			}
		}
		if _, err := lagrange.Fit(ctx, set, s); !errors.Is(err, context.Canceled) {
			t.Fatalf("not cancelled at step %d: %v", stop, err)
		}
	}
	s.On = nil
	if m := fit(t, set, s); !same(m.Theta(), calm.Theta()) || m.Record.Steps != 12 ||
		m.Record.Validation != r.Validation {
		t.Errorf("the run that was interrupted differs: %+v", m.Record)
	}
}

// Windows of a noisy recording are learned by Adam, and so are any where the net is given.
func TestNoStages(t *testing.T) {
	set := recording("pendulum", 6, 150, false, 0.05)
	given := lagrange.Settings{Hidden: []int{4}, Horizon: 0.5, Steps: 2, Seed: 1}
	if r := fit(t, set, given).Record; r.Method != train.Adam || r.Stages != nil {
		t.Errorf("with a net: %s, %+v", r.Method, r.Stages)
	}
	given.Hidden, given.Objective = nil, lagrange.Windows
	if r := fit(t, noisy(set, 0.3), given).Record; r.Method != train.Adam || r.Stages != nil {
		t.Errorf("with noise: %s, %+v", r.Method, r.Stages)
	}
}
