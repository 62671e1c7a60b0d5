package lagrange_test

import (
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/train"
)

// The baseline learns by the method of its model, from the same features of the state: what a model is measured against
// has the same chances.
func TestBaseline(t *testing.T) {
	if testing.Short() {
		t.Skip("trainings that take seconds, a minute under the race detector")
	}
	for name, c := range map[string]struct {
		set    *data.Set
		s      lagrange.Settings
		method string
	}{
		"windows of a clean orbit": {recording("kepler", 6, 80, false, 0.1), lagrange.Settings{Horizon: 1},
			train.GaussNewton},
		"windows of a noisy pendulum": {noisy(recording("pendulum", 6, 80, false, 0.05), 0.3),
			lagrange.Settings{Horizon: 0.5}, train.Adam},
		"accelerations by Adam": {recording("pendulum", 12, 30, true, 0.05), lagrange.Settings{Method: train.Adam,
			Hidden: []int{8}}, train.Adam},
		"accelerations": {recording("pendulum", 12, 30, true, 0.05), lagrange.Settings{Hidden: []int{4}},
			train.Kaczmarz},
	} {
		c.s.Steps, c.s.Seed, c.s.Workers = 2, 1, 1
		m := fit(t, c.set, c.s)
		b, err := lagrange.FitBaseline(t.Context(), c.set, c.s, m)
		if err != nil {
			t.Fatal(err)
		}
		if b.Spec().Family != "nn" || m.Record.Method != c.method || b.Record.Method != c.method ||
			b.Record.Objective != m.Record.Objective {
			t.Errorf("%s: the model learns by %s from %s, its baseline %s by %s from %s", name,
				m.Record.Method, m.Record.Objective, b.Spec().Family, b.Record.Method, b.Record.Objective)
		}
		knees := 0
		for i, k := range m.Spec().Coordinates {
			of := b.Spec().Coordinates[i]
			if of.Knee != k.Knee || of.SpeedKnee != k.SpeedKnee || of.Cyclic != k.Cyclic || of.Period != k.Period {
				t.Errorf("%s: the model sees %+v, its baseline %+v", name, k, of)
			}
			if k.Knee > 0 || k.SpeedKnee > 0 {
				knees++
			}
		}
		t.Logf("%s: %d coordinates are seen by their logarithms", name, knees)
	}
}
