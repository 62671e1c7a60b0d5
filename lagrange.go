// Package lagrange learns the Lagrangian of a mechanical system from recorded motion, and simulates, predicts and
// explains with it: Fit a data.Set, ask the Model for accelerations, energy, momentum and roll-outs, Save and Load it.
//
// A Lagrangian neural network (Cranmer et al. 2020) gives a scalar L(q, q̇); the Euler–Lagrange equation gives the
// accelerations. doc/theory.md has the mathematics.
//
// A first program reads a recording, learns from it and predicts:
//
//	set, err := data.Read([]string{"motor.csv"}, data.Options{})
//	m, err := lagrange.Fit(ctx, set, lagrange.Settings{Friction: model.Both, Budget: time.Minute})
//	path, err := m.Rollout(ctx, q, v, nil, times, lagrange.RolloutOptions{})
//
// [Fit], [Load], [Model.Accel], [Model.Energy] and [Model.Rollout] have examples that run. doc/guide.md goes from a
// recording to a model, and doc/extending.md adds models, methods and systems of one's own.
package lagrange

import (
	"context"

	"lagrange/data"
	"lagrange/fit"
)

// What is asked of a training, and what it tells and notes: see package fit.
type (
	Settings  = fit.Options
	Progress  = fit.Progress
	Graph     = fit.Graph
	Record    = fit.Record
	Stage     = fit.Stage
	Restart   = fit.Restart
	MassPoint = fit.MassPoint
	Pace      = fit.Pace
	Plan      = fit.Plan
	Line      = fit.Line
)

// What a model can learn from.
const (
	Accelerations  = fit.Accelerations
	Windows        = fit.Windows
	Torque         = fit.Torque
	Motion         = fit.Motion
	SmoothedMotion = fit.SmoothedMotion
)

// Fit learns a model of a recording; see fit.Train. The standard deviation of an ensemble is
// calibrated on the part of the recording that chose its parameters.
func Fit(ctx context.Context, set *data.Set, s Settings) (*Model, error) {
	return learned(fit.Train(ctx, set, s))
}

// learned is the model of what was learned.
func learned(r fit.Result, err error) (*Model, error) {
	if err != nil {
		return nil, err
	}
	m := of(r.Networks[0])
	if len(r.Networks) == 1 {
		return m, nil
	}
	m.Ensemble = &Ensemble{}
	for _, n := range r.Networks {
		m.Ensemble.Members = append(m.Ensemble.Members, of(n))
	}
	m.Ensemble.calibrate(r.Held)
	return m, nil
}

// FitBaseline learns the plain network beside a model; see fit.Baseline.
func FitBaseline(ctx context.Context, set *data.Set, s Settings, beside *Model) (*Model, error) {
	return Fit(ctx, set, fit.Baseline(set, s, beside.network()))
}

func of(n fit.Network) *Model { return &Model{Record: n.Record, net: n.Net} }

func (m *Model) network() fit.Network { return fit.Network{Record: m.Record, Net: m.net} }

// Networks are what a training goes on from (Settings.From), or whose steps it repeats (Settings.Like): those of all
// members.
func (m *Model) Networks() (ns []fit.Network) {
	for _, k := range m.Members() {
		ns = append(ns, k.network())
	}
	return ns
}

// Beyond lists the coordinates and velocities of a recording that reach further than twice as far as the scale of the
// model allows for: by a model that goes on, these are learned in the scales that it has.
func (m *Model) Beyond(set *data.Set) (names []string) {
	sc, velocities := set.Scales(), set.Trajectories[0].V != nil
	for i, c := range m.net.Spec.Coordinates {
		if c.Period == 0 && !c.Cyclic && (sc.Q[i] > 2*c.Scale || abs(sc.Mean[i]-c.Mean) > 2*c.Scale) {
			names = append(names, c.Name)
		}
		if velocities && sc.V[i] > 2*c.Speed {
			names = append(names, c.Velocity)
		}
	}
	return names
}

func abs(x float64) float64 { return max(x, -x) }
