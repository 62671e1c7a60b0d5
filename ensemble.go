package lagrange

import (
	"context"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
)

// Calibration makes of the standard deviation of an ensemble's members the spread of what would be recorded about their mean. It is found on
// the validation part of the recording: Motion over windows of the horizon, for (q, v); Accel where accelerations are recorded.
type Calibration struct {
	Motion eval.Law  `json:"motion"`
	Accel  *eval.Law `json:"accelerations,omitempty"`
}

func (c *Calibration) fits(d int) bool {
	ok := func(l eval.Law, k int) bool {
		return l.Factor > 0 && !math.IsInf(l.Factor, 0) && (l.Floor == nil || len(l.Floor) == k) && !slices.ContainsFunc(l.Floor, func(x float64) bool { return !(x >= 0) })
	}
	return ok(c.Motion, 2*d) && (c.Accel == nil || ok(*c.Accel, d))
}

// laws are those of motion and of accelerations; without recorded accelerations these have the factor of motion alone.
func (m *Model) laws() (motion, accel eval.Law) {
	motion = eval.Law{Factor: 1}
	if c := m.Calibration; c != nil {
		motion = c.Motion
		if c.Accel != nil {
			return motion, *c.Accel
		}
	}
	return motion, eval.Law{Factor: motion.Factor}
}

// Members are the networks of an ensemble, m the first of them; of a single model m alone.
func (m *Model) Members() []*Model { return append([]*Model{m}, m.Others...) }

func (m *Model) nets() (nets []*model.Model[float64]) {
	for _, k := range m.Members() {
		nets = append(nets, k.net)
	}
	return nets
}

// calibrate finds the laws on data that no member has learned from; too little of it leaves the spread as it is.
func (m *Model) calibrate(held *data.Set) {
	_, dev := eval.Ensemble(m.nets(), held, held.Windows(m.Record.Horizon, 0))
	var c Calibration
	var ok bool
	if c.Motion, ok = dev.Calibrate(); !ok {
		return
	}
	if a, ok := eval.EnsembleAccelerations(m.nets(), held).Calibrate(); ok {
		c.Accel = &a
	}
	m.Calibration = &c
}

// AccelSpread returns the mean over an ensemble of the accelerations (d) at (q, v) under inputs u (m; nil: zeros), and their calibrated
// spread (d): an error beyond it is to be expected in a third of the cases, beyond its double in a twentieth. That of a single model is zero.
func (m *Model) AccelSpread(q, v, u []float64) (mean, spread []float64) {
	var xs [][]float64
	for _, k := range m.Members() {
		xs = append(xs, k.Accel(q, v, u))
	}
	_, law := m.laws()
	return moments(xs, law)
}

// moments are the mean and the spread of members (k, n).
func moments(xs [][]float64, law eval.Law) (mean, spread []float64) {
	mean, spread = eval.Moments(xs)
	K := max(1, len(law.Floor))
	for i, s := range spread {
		spread[i] = law.Spread(i%K, s)
	}
	return mean, spread
}

// together gives the mean and the spread of roll-outs from one start, as far as the shortest reaches.
func (m *Model) together(ts []data.Trajectory) (mean, spread data.Trajectory) {
	d, f, n := m.D(), m.M(), ts[0].Len()
	for _, t := range ts {
		n = min(n, t.Len())
	}
	mean = ts[0].Slice(d, f, 0, n)
	spread = mean
	xs := make([][]float64, len(ts))
	for j, t := range ts {
		xs[j] = t.AppendStates(nil, d, 0, n)
	}
	law, _ := m.laws()
	a, s := moments(xs, law)
	mean.Q, mean.V, spread.Q, spread.V = nil, nil, nil, nil
	for k := range n {
		q, v, end := 2*k*d, (2*k+1)*d, 2*(k+1)*d
		mean.Q, mean.V = append(mean.Q, a[q:v]...), append(mean.V, a[v:end]...)
		spread.Q, spread.V = append(spread.Q, s[q:v]...), append(spread.V, s[v:end]...)
	}
	return mean, spread
}

// RolloutSpread is Rollout for an ensemble: the mean over its members at each of the times, and in Q and V of spread their
// calibrated spread; see AccelSpread. It is that of what would be recorded, noise included, from a recorded start, and was
// calibrated over windows of the horizon: for much longer motions it is an extrapolation. When the integration of a member fails, all end there.
func (m *Model) RolloutSpread(ctx context.Context, q, v, u, times []float64, o RolloutOptions) (mean, spread data.Trajectory, err error) {
	var ts []data.Trajectory
	for _, k := range m.Members() {
		t, e := k.Rollout(ctx, q, v, u, times, o)
		if err == nil {
			err = e
		}
		ts = append(ts, t)
	}
	mean, spread = m.together(ts)
	return mean, spread, err
}

// RolloutSetSpread is RolloutSet for an ensemble; see RolloutSpread.
func (m *Model) RolloutSetSpread(ctx context.Context, s *data.Set, o RolloutOptions) (mean, spread *data.Set, err error) {
	var sets []*data.Set
	for _, k := range m.Members() {
		out, e := k.RolloutSet(ctx, s, o)
		if out == nil {
			return nil, nil, e
		}
		if err == nil {
			err = e
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
		t, w := m.together(ts)
		a.Trajectories, b.Trajectories = append(a.Trajectories, t), append(b.Trajectories, w)
	}
	return &a, &b, err
}

// Coverage is the share of held-out errors within one and within two spreads.
type Coverage struct {
	Errors     int        `json:"errors"`
	Raw        [2]float64 `json:"raw"` // by the standard deviation of the members
	Calibrated [2]float64 `json:"calibrated"`
	Factor     float64    `json:"factor"` // of the calibrated spread
}

// Calibrated shows how good the spread of an ensemble is.
type Calibrated struct {
	Members int        `json:"members"`
	Normal  [2]float64 `json:"normal"` // the shares by a normal law
	Motion  Coverage   `json:"motion"`
	Accel   *Coverage  `json:"accelerations,omitempty"` // where they are recorded
}

// spread measures an ensemble.
func (m *Model) spread(test *data.Set, ws []data.Window) (eval.Scores, *Calibrated) {
	cover := func(d eval.Deviations, l eval.Law) Coverage {
		return Coverage{len(d.E), d.Within(eval.Law{Factor: 1}), d.Within(l), l.Factor}
	}
	motion, accel := m.laws()
	scores, dev := eval.Ensemble(m.nets(), test, ws)
	r := &Calibrated{Members: 1 + len(m.Others), Normal: eval.Normal, Motion: cover(dev, motion)}
	if dev := eval.EnsembleAccelerations(m.nets(), test); len(dev.E) > 0 {
		c := cover(dev, accel)
		r.Accel = &c
	}
	return scores, r
}
