package lagrange_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lagrange"
	"lagrange/data"
	training "lagrange/fit"
)

// throughInterruptions trains with a checkpoint to go on from, interrupted again and again, each time after so many
// times longer, until it ends. It says how often there was a checkpoint to go on from.
func throughInterruptions(t *testing.T, set *data.Set, s lagrange.Settings, wait time.Duration, longer float64) (
	m *lagrange.Model, times int) {
	t.Helper()
	for ; m == nil; wait = time.Duration(float64(wait) * longer) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), wait, context.Canceled)
		var err error
		m, err = lagrange.Fit(ctx, set, s)
		cancel()
		if err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		if err != nil && len(training.Checkpoints(s.Checkpoint)) > 0 {
			times++
		}
	}
	return m, times
}

// A network on accelerations warms up by Adam and goes on by Gauss–Newton. Interrupted again and again, a
// little later each time, it ends at the bits of the run that nobody disturbed.
func TestResumeWarmUp(t *testing.T) {
	if testing.Short() {
		t.Skip("trainings that take seconds, a minute under the race detector")
	}
	set := recording("cart-pole", 12, 25, true, 0.05)
	s := lagrange.Settings{Model: "lnn", Steps: 6, Seed: 3, Workers: 1}
	calm := fit(t, set, s)
	s.Checkpoint, s.Resume, s.Every = filepath.Join(t.TempDir(), "c"), true, 20*time.Millisecond
	m, interrupted := throughInterruptions(t, set, s, 100*time.Millisecond, 1.5)
	if !same(m.Theta(), calm.Theta()) {
		t.Error("the run that was interrupted differs")
	}
	var stages []string
	for _, path := range training.Checkpoints(s.Checkpoint) {
		stages = append(stages, strings.TrimPrefix(path, s.Checkpoint))
	}
	if len(stages) < 2 || stages[0] != "" || !strings.HasPrefix(stages[1], ".w") || interrupted == 0 {
		t.Errorf("checkpoints of %q, interrupted %d times behind the first", stages, interrupted)
	}
	training.Discard(s.Checkpoint)
	if left, _ := filepath.Glob(s.Checkpoint + "*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What is learned from positions alone, interrupted again and again, ends at the bits of the run that nobody disturbed,
// weak initialisation, shooting, choice of friction and elimination of terms included.
func TestResumeMotion(t *testing.T) {
	if testing.Short() {
		t.Skip("trainings that take seconds, a minute under the race detector")
	}
	set := recording("pendulum", 6, 80, false, 0.05)
	r := rand.New(rand.NewPCG(4, 4))
	for i := range set.Trajectories {
		w := &set.Trajectories[i]
		w.V = nil
		for k := range w.Q {
			w.Q[k] += 0.01 * r.NormFloat64()
		}
	}
	for _, model := range []string{"", "lnn", "nn"} {
		s := lagrange.Settings{Model: model, Seed: 3, Workers: 1}
		calm := fit(t, set, s)
		s.Checkpoint, s.Resume, s.Every = filepath.Join(t.TempDir(), "c"), true, time.Millisecond
		m, interrupted := throughInterruptions(t, set, s, 50*time.Millisecond, 1.25)
		if !same(m.Theta(), calm.Theta()) || interrupted == 0 {
			t.Errorf("%q: interrupted %d times, parameters %v, of the calm run %v", model, interrupted, m.Theta(),
				calm.Theta())
		}
		t.Logf("%q was interrupted %d times", model, interrupted)
		s.Seed = 4
		if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), "seed 3, not 4") {
			t.Errorf("%q: the checkpoint of seed 3 taken for that of seed 4: %v", model, err)
		}
		training.Discard(s.Checkpoint)
		if left, _ := filepath.Glob(s.Checkpoint + "*"); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

// A checkpoint belongs to one run: the same numbers, all settings, the stage. Another seed, other steps, another rate
// or weight of it is refused with its name, also where only the last stage has left a checkpoint.
func TestCheckpointIdentity(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of Gauss–Newton")
	}
	set := recording("pendulum", 6, 100, false, 0.05)
	s := lagrange.Settings{Model: "lnn", Horizon: 0.5, Steps: 9, Seed: 1, Workers: 2,
		Checkpoint: filepath.Join(t.TempDir(), "c")}
	ctx, cancel := context.WithCancel(t.Context())
	s.On = func(p lagrange.Progress) {
		if p.Step == 8 { // in the last stage
			cancel()
		}
	}
	if _, err := lagrange.Fit(ctx, set, s); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.On, s.Resume = nil, true
	for what, change := range map[string]func(*lagrange.Settings){
		"seed 1, not 2":  func(s *lagrange.Settings) { s.Seed = 2 },
		"steps 9, not 7": func(s *lagrange.Settings) { s.Steps = 7 },
		"horizon":        func(s *lagrange.Settings) { s.Horizon = 0.45 },
		"loss":           func(s *lagrange.Settings) { s.Loss = "l2" },
		"rate":           func(s *lagrange.Settings) { s.Rate = 0.1 },
	} {
		other := s
		change(&other)
		if _, err := lagrange.Fit(t.Context(), set, other); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
	// the case that was seen: only the checkpoint of the last stage is left of a run from another seed
	if err := os.Rename(s.Checkpoint+".s", s.Checkpoint+".kept"); err != nil {
		t.Fatal(err)
	}
	training.Discard(s.Checkpoint)
	if err := os.Rename(s.Checkpoint+".kept", s.Checkpoint+".s"); err != nil {
		t.Fatal(err)
	}
	s.Seed = 2
	if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), "seed 1, not 2") {
		t.Errorf("the last stage of seed 1 taken for that of seed 2: %v", err)
	}
}

// Discard removes the checkpoints of every stage, and nothing that only looks like one.
func TestDiscard(t *testing.T) {
	folder := t.TempDir()
	c := filepath.Join(folder, "m.checkpoint")
	ours := []string{"", ".s", ".w0", ".w1", ".m1", ".m12.r2", ".m1.r1.s", ".r1.w0", ".i0", ".m1.i1"}
	theirs := []string{".mine", ".m1.txt", ".s2", "s", ".r"}
	for _, end := range ours {
		if err := os.WriteFile(c+end, []byte("lagrange checkpoint 3\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range theirs {
		if err := os.WriteFile(c+end, []byte("lagrange checkpoint 3\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(c+".m7", []byte("t,q\n"), 0o600); err != nil { // no checkpoint, whatever its name
		t.Fatal(err)
	}
	training.Discard(c)
	left, _ := filepath.Glob(c + "*")
	if len(left) != len(theirs)+1 {
		t.Errorf("left: %q", left)
	}
}

// A training that goes on from a model is never worse on what is held out, keeps its Spec and its settings, and says
// what it went on from.
func TestFrom(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := quick()
	s.Steps, s.Friction, s.Ensemble = 30, "viscous", 2
	first := fit(t, set, s)
	more := recording("pendulum", 14, 30, true, 0.05)
	for _, to := range []*data.Set{set, more} {
		m := fit(t, to, lagrange.Settings{From: first.Networks(), Steps: 20, Seed: 9})
		r, was := m.Record, first.Record
		if m.Spec().Friction != "viscous" || len(m.Members()) != 2 || r.Method != was.Method || r.Batch != was.Batch ||
			r.Steps != 20 || len(r.Restarts) > 0 {
			t.Errorf("%+v", r)
		}
		if len(r.Before) != 1 || r.Before[0] != was.Data {
			t.Errorf("it went on from what was trained on %q, it says %q", was.Data, r.Before)
		}
		if to == set && !(r.Validation <= was.Validation*(1+1e-12)) {
			t.Errorf("validation %g, before it went on %g", r.Validation, was.Validation)
		}
		if same(m.Theta(), first.Theta()) && !(r.Validation == was.Validation) {
			t.Error("nothing was learned")
		}
	}
	for wayOut, wrong := range map[string]lagrange.Settings{
		"other hidden layers than": {From: first.Networks(), Hidden: []int{3}},
		"is lnn, not nn":           {From: first.Networks(), Model: "nn"},
		"2 networks, not 3":        {From: first.Networks(), Ensemble: 3},
	} {
		wrong.Steps = 1
		if _, err := lagrange.Fit(t.Context(), set, wrong); err == nil || !strings.Contains(err.Error(), wayOut) {
			t.Errorf("want %q, got %v", wayOut, err)
		}
	}
	if _, err := lagrange.Fit(t.Context(), driven(), lagrange.Settings{From: first.Networks(), Steps: 1}); err == nil ||
		!strings.Contains(err.Error(), "inputs") {
		t.Errorf("another system: %v", err)
	}
	if _, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Steps: 1, Horizon: math.NaN()}); err == nil {
		t.Error("a horizon that is no number is taken")
	}
}

// A plan that the clock made is repeated in steps, to the last bit, for every network.
func TestLike(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := quick()
	s.Steps, s.Budget, s.Ensemble = 0, 300*time.Millisecond, 3
	m := fit(t, set, s)
	s.Budget, s.Like = 0, m.Networks()
	again := fit(t, set, s)
	for j, k := range m.Members() {
		if l := again.Members()[j]; !same(k.Theta(), l.Theta()) || k.Record.Steps != l.Record.Steps {
			t.Errorf("network %d: %+v, repeated %+v", j, k.Record.Paces, l.Record.Paces)
		}
	}
}
