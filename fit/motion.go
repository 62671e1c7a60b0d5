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
	case len(s.From) > 1:
		return errors.New("shooting does not go on from several networks: leave out --from")
	}
	return nil
}

// motion is what was measured, and the states behind it.
type motion struct {
	states      *data.Set // smoothed, of what is learned from
	learn, held *train.Measured
	swing       float64 // period of the fastest part of any coordinate
	outliers    int
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
	if err := lost(r); err != nil {
		return err
	}
	m := &motion{states: r.Set, swing: math.Inf(1)}
	for _, x := range r.Findings {
		if m.outliers += x.Outliers; x.Swing > 0 {
			m.swing = min(m.swing, x.Swing)
		}
	}
	if m.learn, err = train.NewMeasured(r.Measured, r); err == nil {
		m.held, err = train.NewMeasured(v.Measured, v)
	}
	f.motion = m
	f.measured(r)
	return err
}

// few says what to do where there are too few rows.
func few(err error) error {
	if errors.Is(err, smooth.ErrFew) {
		return fmt.Errorf("%w: record more, or in longer pieces, or give velocities", err)
	}
	return err
}

// lost names a coordinate whose noise is larger than its motion, in positions and in velocities if these were measured:
// a model of it would be as far off as the noise, and look fine.
func lost(r *smooth.Recording) error {
	d := r.Set.D()
	for k, x := range r.Findings {
		if !(x.Noise[0].Value > x.Size) {
			continue
		}
		sum, n := 0.0, 0.0
		for _, t := range r.Set.Trajectories {
			for i := k; i < len(t.V); i += d {
				sum, n = sum+t.V[i]*t.V[i], n+1
			}
		}
		if c := r.Set.Coordinates[k]; len(x.Noise) == 1 || x.Noise[1].Column != c.Velocity ||
			x.Noise[1].Value > math.Sqrt(sum/n) {
			return fmt.Errorf("%s: %s: leave that column out, or record larger motion, or more rows by unit of time",
				x.Coordinate, x.Notes[0])
		}
	}
	return nil
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
