package lagrange_test

import (
	"math"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/sim"
)

// Swings of a pendulum with noise of 0.01 in angle and velocity are learned from as angles alone are: the law is found,
// also where the velocities are degrees by second, which are then left out. Predictions begin at filtered states, of
// exact motion at the recorded ones. The model is repeated to the bit, and gone on from.
func TestNoisyVelocities(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	system, err := mech.Lookup("pendulum")
	if err != nil {
		t.Fatal(err)
	}
	s := sim.Simulation{System: system, Trajectories: 9, Steps: 120, Dt: 0.02, Seed: 3, Noise: 0.01}
	set, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Noise, s.Seed = 0, 4
	exact, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []float64{1, 180 / math.Pi} {
		for i := range set.Trajectories {
			for n := range set.Trajectories[i].V {
				set.Trajectories[i].V[n] *= scale
			}
		}
		m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Seed: 1, Workers: 2})
		if err != nil {
			t.Fatal(scale, err)
		}
		if line := m.Record.Plan.Line("velocities"); m.Record.Objective != lagrange.Motion ||
			strings.Contains(line.Choice, "measured: omega") != (scale == 1) {
			t.Errorf("times %g: %s, %+v", scale, m.Record.Objective, line)
		}
		e, err := m.Evaluate(t.Context(), exact, 1)
		most := 1e-3 // of angles alone
		if scale == 1 {
			most = 3e-4
		}
		if err != nil || !(e.Models["terms"].MedianQ[0] < most) {
			t.Errorf("times %g: %+v, %v", scale, e.Models, err)
		}
		for want, of := range map[lagrange.Start]*data.Set{lagrange.Filtered: set, lagrange.Recorded: exact} {
			if got, err := m.StartOf(t.Context(), of); err != nil || got != want {
				t.Errorf("times %g: begins at %s, %v, want %s", scale, got, err, want)
			}
		}
		if scale != 1 {
			continue
		}
		again, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Seed: 1, Workers: 2, Like: m.Networks()})
		if err != nil || fingerprint(again) != fingerprint(m) {
			t.Errorf("repeated: %v", err)
		}
		onward, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Seed: 1, Workers: 2, From: m.Networks()})
		if err != nil || onward.Record.Objective != lagrange.Motion || len(onward.Record.Before) != 1 ||
			!(onward.Record.Validation < 1.02*m.Record.Validation) {
			t.Errorf("gone on from: %v", err)
		}
	}
}
