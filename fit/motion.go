package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/train"
)

// fromMotion learns from positions with noise, velocities known or not: a smoother finds noise and states, and the
// model is fitted to the positions themselves by multiple shooting (problem.shooting). It has no losses of samples.
var fromMotion = objective{name: Motion, needs: needsOneFamily, losses: nil}

// Motion is the objective of recordings of positions alone.
const Motion = "motion"

// needsOneFamily refuses what has no roll-out from positions and velocities alone, and what shooting cannot bear.
func needsOneFamily(_ *data.Set, s Options) error {
	switch f := model.FamilyOf(s.Model); {
	case f.Nodes:
		return fmt.Errorf("a %s does not learn from positions alone; --differentiate estimates velocities", f.Title)
	case f.Name == "hnn":
		return fmt.Errorf("a %s needs momenta, which positions alone do not give; --differentiate estimates velocities",
			f.Title)
	case s.From != nil:
		return errors.New("training from positions alone does not go on from a model yet: leave out --from")
	}
	return nil
}

// motion is what was measured, and the states behind it.
type motion struct {
	states      *data.Set // smoothed, of what is learned from
	learn, held *train.Measured
	swing       float64 // period of the fastest part of any coordinate
	outliers    int
	blunted     bool // a share of the motion counts as noise, leastNoise
}

// measure smooths what is learned from and, with the same noise, what is held out.
func (f *problem) measure(ctx context.Context) error {
	r, err := smooth.Set(ctx, f.split.Train, 0)
	if err != nil {
		return few(err)
	}
	v, err := r.Like(ctx, f.split.Valid)
	if err != nil {
		return few(err)
	}
	m := &motion{states: r.Set, swing: math.Inf(1)}
	for _, x := range r.Findings {
		if m.outliers += x.Outliers; x.Swing > 0 {
			m.swing = min(m.swing, x.Swing)
		}
	}
	if m.learn, err = train.NewMeasured(r.Measured, r); err != nil {
		return err
	}
	if m.held, err = train.NewMeasured(v.Measured, v); err != nil {
		return err
	}
	if f.motion = m; m.blunt(r.Findings) {
		f.plan.set("unit of errors", m.unit(), "there is less noise than that")
	}
	return nil
}

// unit is that of errors.
func (m *motion) unit() string {
	if m.blunted {
		return fmt.Sprintf("%g of the motion", leastNoise)
	}
	return "the noise"
}

// blunt has the noise of each coordinate count as leastNoise of its motion at least, and says whether that changes any.
func (m *motion) blunt(of []smooth.Finding) bool {
	by := make([]float64, len(of))
	for k, x := range of {
		by[k] = max(1, leastNoise*x.Size/x.Noise[0].Value)
		m.blunted = m.blunted || by[k] > 1
	}
	if m.blunted {
		m.learn.Blunt(by)
		m.held.Blunt(by)
	}
	return m.blunted
}

// few says what to do where there are too few rows.
func few(err error) error {
	if errors.Is(err, smooth.ErrFew) {
		return fmt.Errorf("%w: record more, or in longer pieces, or give velocities", err)
	}
	return err
}

// sharp are smoothed states with accelerations (train.Accelerations), but for those near the ends of a recording, and
// others of which little is known.
func (m *motion) sharp(p train.Penalty) *train.Accelerations[float64] {
	o := m.learn
	a := &train.Accelerations[float64]{Penalty: p}
	d, u := o.D, o.M
	for i, t := range m.states.Trajectories {
		sd := o.Of[i].SD
		var all []float64
		for n := range t.T {
			for k := range d {
				all = append(all, sd[n*2*d+d+k])
			}
		}
		limit := blurred * median(all)
		for n := range t.T {
			sharp := true
			for k := range d {
				sharp = sharp && sd[n*2*d+d+k] <= limit
			}
			if !sharp {
				continue
			}
			a.X = t.AppendStates(a.X, d, n, n+1)
			a.A, a.U, a.N = append(a.A, t.A[n*d:(n+1)*d]...), append(a.U, t.U[n*u:(n+1)*u]...), a.N+1
		}
	}
	return a
}

// median of x; x is reordered.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[len(x)/2]
}
