package lagrange

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/plot"
)

// Evaluation is what is measured of a model on a recording.
type Evaluation struct {
	Horizon float64 `json:"horizon"` // of the windows, in the recording's time unit
	Windows int     `json:"windows"`
	// the recording is the one trained on: its test windows only
	HeldOut bool `json:"held_out"`
	// Smoothed says that no velocities were recorded: predictions begin at states that a smoother found, and are
	// compared with these.
	Smoothed bool `json:"smoothed,omitempty"`
	// some of these rows may have been learned from by the model, or one from which it went on
	Seen bool `json:"seen,omitempty"`
	// the model and its baseline by family, and "constant_velocity"
	Models map[string]eval.Scores `json:"models"`
	// root mean square errors of accelerations where they were recorded, and "no_acceleration"
	Accelerations map[string][]float64 `json:"accelerations,omitempty"`
	// those of forces of given motion, of a model that learned from them, and their "spread"
	Torques map[string][]float64 `json:"torques,omitempty"`
	// Findings are what is to be said of the model beside its errors.
	Findings []data.Finding `json:"findings,omitempty"`
	Ensemble *Coverages     `json:"spread,omitempty"` // of an ensemble, whose mean is "ensemble" among Models
	Mass     *eval.Mass     `json:"mass_matrix,omitempty"`
	// Estimated is of an evaluation from estimated starts.
	Estimated *Estimated `json:"estimated_starts,omitempty"`
	// EnergyDrift is the largest change of the learned energy over ten horizons from the first window, relative to its
	// spread over the recorded states, all under the system parameters of that window; only for a model without forces
	// and friction. See BreaksDown.
	EnergyDrift *float64    `json:"energy_drift,omitempty"`
	Plan        *Plan       `json:"plan,omitempty"` // of the training; see Record
	Restarts    []Restart   `json:"restarts,omitempty"`
	Doubt       string      `json:"doubt,omitempty"`                // of the model
	Training    []MassPoint `json:"training_mass_matrix,omitempty"` // over a sample of states, at validations
}

// Evaluate predicts windows of a recording from their first rows. Of the recording that the model was trained on, only
// windows that it has not seen are used. horizon 0 is that of training.
func (m *Model) Evaluate(ctx context.Context, set *data.Set, horizon float64) (Evaluation, error) {
	if set.D() != m.D() || set.M() != m.M() {
		return Evaluation{}, fmt.Errorf("the recording has %d coordinates and %d inputs, the model %d and %d; name "+
			"the columns with --q, --v, --u, --parameters", set.D(), set.M(), m.D(), m.M())
	}
	if horizon == 0 {
		horizon = m.Record.Horizon
	}
	test, heldOut, err := m.unseen(ctx, set)
	r := Evaluation{Horizon: horizon, HeldOut: heldOut, Plan: m.Record.Plan, Restarts: m.Record.Restarts,
		Doubt: m.Record.Doubt, Training: m.Record.Mass}
	if err != nil {
		return r, err
	}
	r.Accelerations, r.Torques = m.accelerations(test), m.torques(test)
	if set.States() {
		r.Findings = m.verdict(set, r)
		return r, nil
	}
	r.Seen, r.Smoothed = m.saw(set, heldOut), len(set.Trajectories) > 0 && set.Trajectories[0].V == nil
	ws := test.Windows(horizon, 0)
	if r.Windows = len(ws); r.Windows == 0 {
		return r, fmt.Errorf("no window of %g %s in what may be used of the recording; use a shorter --horizon "+
			"(trained with %g)", horizon, set.TimeUnit(), m.Record.Horizon)
	}
	r.Models = map[string]eval.Scores{ConstantVelocity: eval.ConstantVelocity(test, ws)}
	for k := m; k != nil; k = k.Baseline {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		r.Models[k.net.Spec.Family] = eval.Windows(k.net, k.acting(test), ws)
	}
	if m.Ensemble != nil {
		r.Models["ensemble"], r.Ensemble = m.Ensemble.evaluate(test, ws)
	}
	if mass, ok := eval.MassMatrix(m.net, test); ok {
		r.Mass = &mass
	}
	_, conserved := model.As[model.Conserved[float64]](m.net.Tape(1))
	frictionless := m.net.Spec.Friction == "" || m.net.Spec.Friction == model.NoFriction
	if conserved && len(m.Columns().Forces()) == 0 && frictionless {
		drift, err := m.drift(ctx, test, ws[0], horizon)
		if err != nil {
			return r, err
		}
		r.EnergyDrift = &drift
	}
	r.Findings = m.verdict(set, r)
	return r, nil
}

// Picture draws recorded against predicted motion over the windows of a recording that Evaluate uses; see eval.Picture.
func (m *Model) Picture(ctx context.Context, set *data.Set) (plot.Figure, error) {
	test, _, err := m.unseen(ctx, set)
	if err != nil {
		return plot.Figure{}, err
	}
	var all []eval.Prediction
	for k := m; k != nil; k = k.Baseline {
		p := eval.Prediction{Title: model.Title(k.net.Spec.Family), Nets: []*model.Model[float64]{k.net}}
		if e := k.Ensemble; e != nil {
			p.Title, p.Nets = fmt.Sprintf("mean of %d networks", len(e.Members)), e.nets()
			p.Calibration, _ = e.calibrations()
		}
		all = append(all, p)
	}
	return eval.Picture(test, test.Windows(m.Record.Horizon, 0), all), nil
}

// unseen returns what of a recording the model was not trained on: its test part if heldOut, else all of it. Where no
// velocities were recorded it has those of a smoother.
func (m *Model) unseen(ctx context.Context, set *data.Set) (test *data.Set, heldOut bool, err error) {
	own := set.Fingerprint() == m.Record.Data && !m.Record.Apart
	if set, err = stated(ctx, m.acting(set)); err != nil || !own {
		return set, false, err
	}
	split, err := set.Split(m.Record.Horizon, true)
	return split.Test, true, err
}

// saw says whether a model may have learned from rows of a recording before it went on: parts of another recording are
// held out by other rules, and a recording that grew is another one.
func (m *Model) saw(set *data.Set, heldOut bool) bool {
	if heldOut {
		return slices.ContainsFunc(m.Record.Before, func(print string) bool { return print != m.Record.Data })
	}
	print := set.Fingerprint()
	return print == m.Record.Data || slices.Contains(m.Record.Before, print)
}

// BreaksDown says whether the model could not be followed over the ten horizons of EnergyDrift, which is
// math.MaxFloat64 then.
func (e Evaluation) BreaksDown() bool {
	return e.EnergyDrift != nil && *e.EnergyDrift == math.MaxFloat64
}

// mostOfDrift bounds the steps over ten horizons: a model that breaks down there goes on in ever smaller ones, which of
// a thousand sites are hours of work.
const mostOfDrift = 10_000

// drift follows the learned energy over ten horizons from the start of a window, under its system parameters: those of
// another motion may have another zero of energy.
func (m *Model) drift(ctx context.Context, set *data.Set, w data.Window, horizon float64) (float64, error) {
	d, f := m.D(), m.M()
	from := &set.Trajectories[w.Trajectory]
	q0, v0, c := from.Q[w.Start*d:(w.Start+1)*d], from.V[w.Start*d:(w.Start+1)*d], from.U[w.Start*f:(w.Start+1)*f]
	energy := func(q, v []float64) float64 {
		E, _ := m.Energy(q, v, c)
		return E
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, t := range set.Trajectories {
		for n := range t.T {
			E := energy(t.Q[n*d:(n+1)*d], t.V[n*d:(n+1)*d])
			lo, hi = min(lo, E), max(hi, E)
		}
	}
	times := make([]float64, 101)
	for i := range times {
		times[i] = float64(i) * horizon / 10
	}
	path, err := m.Members()[0].Rollout(ctx, q0, v0, c, times, RolloutOptions{MaxSteps: mostOfDrift})
	if ctx.Err() != nil {
		return 0, err
	}
	if err != nil {
		return math.MaxFloat64, nil // the integration failed: an outcome of the model
	}
	first := energy(path.Q[:d], path.V[:d])
	worst := 0.0
	for n := range path.T {
		worst = max(worst, math.Abs(energy(path.Q[n*d:(n+1)*d], path.V[n*d:(n+1)*d])-first))
	}
	return worst / max(hi-lo, math.SmallestNonzeroFloat64), nil
}
