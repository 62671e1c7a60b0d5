package lagrange

import (
	"context"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
)

// Ensemble is networks from several seeds that answer together: by their mean, with the predictive standard deviation
// of what would be recorded about it. An error beyond one is to be expected in a third of the cases, beyond two in a
// twentieth.
type Ensemble struct {
	Members     []*Model     // of one network each
	Calibration *Calibration // nil: the standard deviation is that of the members
}

// Calibration makes of the standard deviation of an ensemble's members the predictive one. It is found on the
// validation part of the recording: Motion over windows of the horizon, for (q, v); Accel where accelerations are
// recorded.
type Calibration struct {
	Motion eval.Calibration  `json:"motion"`
	Accel  *eval.Calibration `json:"accelerations,omitempty"`
}

// fits says whether a calibration is one for d coordinates.
func (c *Calibration) fits(d int) bool {
	negative := func(x float64) bool { return !(x >= 0) }
	ok := func(l eval.Calibration, k int) bool {
		return l.Factor > 0 && !math.IsInf(l.Factor, 0) && (l.Floor == nil || len(l.Floor) == k) &&
			!slices.ContainsFunc(l.Floor, negative)
	}
	return ok(c.Motion, 2*d) && (c.Accel == nil || ok(*c.Accel, d))
}

// calibrations are those of motion and of accelerations; without recorded accelerations these have the factor of motion
// alone.
func (e *Ensemble) calibrations() (motion, accel eval.Calibration) {
	motion = eval.Calibration{Factor: 1}
	if c := e.Calibration; c != nil {
		motion = c.Motion
		if c.Accel != nil {
			return motion, *c.Accel
		}
	}
	return motion, eval.Calibration{Factor: motion.Factor}
}

func (e *Ensemble) nets() (nets []*model.Model[float64]) {
	for _, k := range e.Members {
		nets = append(nets, k.net)
	}
	return nets
}

// calibrate finds the calibration on data that no member has learned from; too little of it leaves the standard
// deviation as it is.
func (e *Ensemble) calibrate(held *data.Set) {
	windows := held.Windows(e.Members[0].Record.Horizon, 0)
	if len(windows) == 0 {
		return
	}
	_, dev := eval.Ensemble(e.nets(), held, windows)
	var c Calibration
	var ok bool
	if c.Motion, ok = dev.Calibrate(); !ok {
		return
	}
	if a, ok := eval.EnsembleAccelerations(e.nets(), held).Calibrate(); ok {
		c.Accel = &a
	}
	e.Calibration = &c
}

// Accel returns the mean of the members' accelerations (d) at (q, v) under inputs u (m; nil: zeros).
func (e *Ensemble) Accel(q, v, u []float64) []float64 {
	mean, _ := e.Predict(q, v, u)
	return mean
}

// Predict returns the mean of the members' accelerations (d) and its predictive standard deviation (d).
func (e *Ensemble) Predict(q, v, u []float64) (mean, sd []float64) {
	var xs [][]float64
	for _, k := range e.Members {
		xs = append(xs, k.Accel(q, v, u))
	}
	_, accel := e.calibrations()
	return accel.Moments(xs)
}

// force is Model.Force.
func (e *Ensemble) force(q, v, a, u []float64) (tau []float64, ok bool) {
	if len(e.Members[0].Columns().Forces()) == 0 {
		return e.Members[0].Force(q, v, a, u)
	}
	var xs [][]float64
	for _, k := range e.Members {
		if tau, ok = k.Force(q, v, a, u); !ok {
			return nil, false
		}
		xs = append(xs, tau)
	}
	tau, _ = eval.Moments(xs)
	return tau, true
}

// Rollout is that of the members: their mean at each of the times and, in Q and V of sd, its predictive standard
// deviation, noise of the recording included, from a recorded state. It was calibrated over windows of the horizon: for
// much longer motions it is an extrapolation. Where the integration of one member fails, all end.
func (e *Ensemble) Rollout(
	ctx context.Context, q, v, u, times []float64, o RolloutOptions,
) (mean, sd data.Trajectory, err error) {
	var ts []data.Trajectory
	for _, k := range e.Members {
		t, fail := k.Rollout(ctx, q, v, u, times, o)
		if err == nil {
			err = fail
		}
		ts = append(ts, t)
	}
	mean, sd = e.together(ts)
	return mean, sd, err
}

// RolloutSet is Model.RolloutSet of the members; see Rollout.
func (e *Ensemble) RolloutSet(ctx context.Context, s *data.Set, o RolloutOptions) (mean, sd *data.Set, err error) {
	var sets []*data.Set
	for _, k := range e.Members {
		out, fail := k.RolloutSet(ctx, s, o)
		if out == nil {
			return nil, nil, fail
		}
		if err == nil {
			err = fail
		}
		sets = append(sets, out)
	}
	a, b := *sets[0], *sets[0]
	a.Trajectories, b.Trajectories = nil, nil
	for i := range s.Trajectories {
		var ts []data.Trajectory
		for _, set := range sets {
			ts = append(ts, set.Trajectories[i])
		}
		t, w := e.together(ts)
		a.Trajectories, b.Trajectories = append(a.Trajectories, t), append(b.Trajectories, w)
	}
	return &a, &b, err
}

// together gives mean and standard deviation of roll-outs from one state, as far as the shortest reaches.
func (e *Ensemble) together(ts []data.Trajectory) (mean, sd data.Trajectory) {
	first := e.Members[0]
	d, f, n := first.D(), first.M(), ts[0].Len()
	for _, t := range ts {
		n = min(n, t.Len())
	}
	mean = ts[0].Slice(d, f, 0, n)
	sd = mean
	xs := make([][]float64, len(ts))
	for j, t := range ts {
		for k := range n {
			xs[j] = append(append(xs[j], t.Q[k*d:(k+1)*d]...), t.V[k*d:(k+1)*d]...)
		}
	}
	motion, _ := e.calibrations()
	a, s := motion.Moments(xs)
	mean.Q, mean.V, sd.Q, sd.V = nil, nil, nil, nil
	for k := range n {
		q, v, end := 2*k*d, (2*k+1)*d, 2*(k+1)*d
		mean.Q, mean.V = append(mean.Q, a[q:v]...), append(mean.V, a[v:end]...)
		sd.Q, sd.V = append(sd.Q, s[q:v]...), append(sd.V, s[v:end]...)
	}
	return mean, sd
}

// Coverage is the share of held-out errors within one and within two standard deviations.
type Coverage struct {
	Errors     int        `json:"errors"`
	Raw        [2]float64 `json:"raw"` // by the standard deviation of the members
	Calibrated [2]float64 `json:"calibrated"`
	Factor     float64    `json:"factor"` // of the calibration
}

// Coverages show how good the predictive standard deviation of an ensemble is.
type Coverages struct {
	Members int        `json:"members"`
	Normal  [2]float64 `json:"normal"` // the shares by a normal distribution
	Motion  Coverage   `json:"motion"`
	Accel   *Coverage  `json:"accelerations,omitempty"` // where they are recorded
}

// evaluate measures an ensemble.
func (e *Ensemble) evaluate(test *data.Set, ws []data.Window) (eval.Scores, *Coverages) {
	cover := func(d eval.Deviations, c eval.Calibration) Coverage {
		return Coverage{len(d.E), d.Within(eval.Calibration{Factor: 1}), d.Within(c), c.Factor}
	}
	motion, accel := e.calibrations()
	scores, dev := eval.Ensemble(e.nets(), test, ws)
	r := &Coverages{Members: len(e.Members), Normal: eval.Normal, Motion: cover(dev, motion)}
	if dev := eval.EnsembleAccelerations(e.nets(), test); len(dev.E) > 0 {
		c := cover(dev, accel)
		r.Accel = &c
	}
	return scores, r
}
