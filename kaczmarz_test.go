package lagrange_test

import (
	"testing"

	"lagrange"
	"lagrange/train"
)

// Asked for, steps on small batches learn what there is. Of 256 residuals a step half keep the mass matrix of a
// pendulum positive definite. Accelerations are learned from where some steps of Adam end, which leave little.
func TestFitByKaczmarz(t *testing.T) {
	set := recording("pendulum", 6, 150, true, 0.05)
	first := 0.0
	by := func(objective string, steps int) *lagrange.Model {
		m := fit(t, set, lagrange.Settings{Model: "lnn", Objective: objective, Method: train.Kaczmarz, Steps: steps,
			Seed: 1, Workers: 2, On: func(p lagrange.Progress) {
				if p.Step == 1 {
					first = p.Loss
				}
			}})
		if r := m.Record; r.Method != train.Kaczmarz || r.Steps != steps || len(r.Stages) > 0 {
			t.Errorf("%s: by %s, %d steps, %+v", objective, r.Method, r.Steps, r.Stages)
		}
		return m
	}
	by(lagrange.Windows, 5)
	m := by(lagrange.Accelerations, 400)
	if !(first < 0.01) {
		t.Errorf("a loss of %g at first", first)
	}
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	if rmse := e.Models["lnn"].RMSEQ[0]; !(rmse < 1e-4) || e.Mass.NotPositive > 0 || m.Record.Batch != 128 {
		t.Errorf("an error of %g rad, %+v, batches of %d", rmse, e.Mass, m.Record.Batch)
	}
}
