package lagrange_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"lagrange"
	"lagrange/mech"
	"lagrange/sim"
	"lagrange/train"
)

// Where nobody asks for a method the one goes on that is ahead: Kaczmarz as if it had been asked for, or Gauss–Newton
// with a tenth of the steps, which is the same when it is repeated and when it was interrupted.
func TestRivals(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of training")
	}
	swings, s := recording("pendulum", 12, 60, true, 0.05), lagrange.Settings{Model: "lnn", Steps: 300, Seed: 1,
		Workers: 1}
	asked := s
	asked.Method = train.Kaczmarz
	own, told := fit(t, swings, s), fit(t, swings, asked)
	if own.Record.Method != train.Kaczmarz || !same(own.Theta(), told.Theta()) {
		t.Errorf("by %s, and not as if that had been asked for", own.Record.Method)
	}
	particle, err := mech.Lookup("relativistic")
	if err != nil {
		t.Fatal(err)
	}
	fast, err := sim.Simulation{System: particle, Trajectories: 300, Steps: 25, Dt: 0.01, Seed: 2,
		Accelerations: true}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	calm := fit(t, fast, s)
	if r := calm.Record; r.Method != train.GaussNewton || r.Steps != 30 ||
		r.Plan.Line("method").Choice != train.Kaczmarz {
		t.Fatalf("%d steps by %s", r.Steps, r.Method)
	}
	like := s
	like.Steps, like.Like = 0, calm.Networks()
	if m := fit(t, fast, like); m.Record.Method != train.GaussNewton || !same(m.Theta(), calm.Theta()) {
		t.Errorf("%d steps by %s repeat %d of Gauss–Newton", m.Record.Steps, m.Record.Method, calm.Record.Steps)
	}
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	ctx, cancel := context.WithCancel(t.Context())
	s.On = func(p lagrange.Progress) {
		if p.Step >= 10 {
			cancel()
		}
	}
	if _, err := lagrange.Fit(ctx, fast, s); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.On = nil
	if m := fit(t, fast, s); m.Record.Method != train.GaussNewton || !same(m.Theta(), calm.Theta()) {
		t.Errorf("by %s, and not where it would have ended", m.Record.Method)
	}
}
