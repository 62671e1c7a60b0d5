package lagrange_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/train"
)

// unlucky are settings with which the first two seeds end up with a mass matrix of varying sign.
func unlucky() lagrange.Settings {
	return lagrange.Settings{Hidden: []int{2}, Activation: "relu2", Head: "plain", Method: train.Adam, Steps: 90,
		Batch: 16, Rate: 0.1, Seed: 22, Workers: 1}
}

// Hopeless trainings are given up after a third of their steps, the steps in all are those asked for, and the same
// settings give the same.
func TestRestart(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	calm := fit(t, set, unlucky())
	r := calm.Record
	if len(r.Restarts) != 2 || r.Restarts[0].Seed != 22 || r.Restarts[0].Steps != 30 || r.Restarts[1].Steps != 20 ||
		!strings.Contains(r.Restarts[1].Why, "not positive definite") {
		t.Fatalf("%+v", r.Restarts)
	}
	if r.Seed != 22 || r.Steps != 90 || r.Doubt != "" {
		t.Errorf("seed %d, %d steps, %q", r.Seed, r.Steps, r.Doubt)
	}
	if n := len(r.Mass); n == 0 || r.Mass[n-1].Step != 40 || r.Mass[n-1].NotPositive > 10 ||
		!(r.Mass[0].MaxCondition >= 1) {
		t.Errorf("mass matrices on the way: %+v", r.Mass)
	}
	s := unlucky()
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	for _, stop := range [][2]int{{0, 9}, {1, 37}, {2, 61}} {
		ctx, cancel := context.WithCancel(t.Context())
		s.On = func(p lagrange.Progress) {
			if p.Restarts == stop[0] && p.Step == stop[1] {
				cancel()
			}
		}
		if _, err := lagrange.Fit(ctx, set, s); !errors.Is(err, context.Canceled) {
			t.Fatalf("not cancelled in training %d: %v", stop[0], err)
		}
	}
	s.On = nil
	if m := fit(t, set, s); !same(m.Theta(), calm.Theta()) || len(m.Record.Restarts) != 2 || m.Record.Steps != 90 {
		t.Errorf("the run that was interrupted differs: %+v", m.Record)
	}
}

// A short training that is hopeless goes on from another seed, too.
func TestRestartShort(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := unlucky()
	s.Steps = 45
	if r := fit(t, set, s).Record; len(r.Restarts) < 1 || r.Restarts[0].Steps != 15 || r.Steps != 45 {
		t.Errorf("%d steps, %+v", r.Steps, r.Restarts)
	}
}

// Where no seed helps, the number of trainings is bounded, and the model says that it is no good.
func TestHopeless(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := unlucky()
	s.Model, s.Head, s.Rate, s.Steps = "nn", "", 1e-9, 300
	r := fit(t, set, s).Record
	if len(r.Restarts) != 3 || r.Doubt == "" || r.Steps != 300 || !strings.Contains(r.Restarts[0].Why,
		"without acceleration") {
		t.Errorf("%+v, %q", r.Restarts, r.Doubt)
	}
}
