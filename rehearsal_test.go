package lagrange_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// A net of several layers learns a clean recording from estimated accelerations first, and a step on windows later it
// knows those where it comes from.
func TestRehearsal(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of Gauss–Newton")
	}
	m := fit(t, recording("double-pendulum", 12, 80, false, 0.02), lagrange.Settings{Model: "lnn",
		Method: train.GaussNewton, Hidden: []int{8, 8}, Head: model.Quadratic, Steps: 1, Seed: 1, Workers: 2})
	r := m.Record
	if r.Method != train.GaussNewton || len(r.Stages) != 1 || r.Stages[0].Name != "estimated accelerations" ||
		!(r.Stages[0].After < r.Stages[0].Before/20) {
		t.Fatalf("%s, %+v", r.Method, r.Stages)
	}
	if e := missed(m, recording("double-pendulum", 12, 80, true, 0.02)); !(e < 0.05) {
		t.Errorf("accelerations are off by %.2g", e)
	}
}

// After an interruption the same comes out, and what is held out to test with has no say.
func TestRehearsalRepeats(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of Gauss–Newton")
	}
	set := recording("pendulum", 12, 60, false, 0.05)
	s := lagrange.Settings{Steps: 2, Seed: 1, Workers: 2, Method: train.GaussNewton, Hidden: []int{4, 4}}
	calm := fit(t, set, s)
	if r := calm.Record; len(r.Stages) != 1 || r.Stages[0].Name != "estimated accelerations" {
		t.Fatalf("%+v", r.Stages)
	}
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	ctx, cancel := context.WithCancel(t.Context())
	s.On = func(lagrange.Progress) { cancel() }
	if _, err := lagrange.Fit(ctx, set, s); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.On = nil
	if m := fit(t, set, s); !same(m.Theta(), calm.Theta()) {
		t.Error("the run that was interrupted differs")
	}
	s.Checkpoint = ""
	for i := 2; i < len(set.Trajectories); i += 3 { // with nine trajectories or more, each third is to test with
		for k := range set.Trajectories[i].V {
			set.Trajectories[i].V[k] *= 1 + 0.1*math.Sin(float64(k))
		}
	}
	if m := fit(t, set, s); !same(m.Theta(), calm.Theta()) {
		t.Error("what is held out to test with has a say")
	}
}

// missed is Σ|a − a*|/Σ|a*| of a model over a recording.
func missed(m *lagrange.Model, set *data.Set) float64 {
	d, miss, all := set.D(), 0.0, 0.0
	for _, tr := range set.Trajectories {
		for n := range tr.T {
			for k, a := range m.Accel(tr.Q[n*d:(n+1)*d], tr.V[n*d:(n+1)*d], nil) {
				miss, all = miss+math.Abs(a-tr.A[n*d+k]), all+math.Abs(tr.A[n*d+k])
			}
		}
	}
	return miss / all
}
