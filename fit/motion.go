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
	if f := model.FamilyOf(s.Model); f.Name == "hnn" {
		return fmt.Errorf("a %s learns H(q, p) from recorded momenta p, and positions alone do not tell them: other "+
			"momenta p + ∂F(q)/∂q have the same motion with another H. Take lnn, or leave --model out: what it "+
			"learns is L, of which p = ∂L/∂q̇ is a momentum and p q̇ − L the energy. With --differentiate estimated "+
			"velocities stand for momenta, which is right where all masses are 1", f.Title)
	}
	return nil
}

// motion is what was measured, and the states behind it.
type motion struct {
	states      *smooth.Recording // of what is learned from
	smoothed    *smooth.Recording // of what is held out
	learn, held *train.Measured
	swing       float64 // period of the fastest part of any coordinate
	horizon     float64 // that was asked for; 0: none was
	outliers    int
	blunted     bool // a share of the motion counts as noise, leastNoise
}

// measure smooths what is learned from and, with the same noise, what is held out, for predictions over a horizon that
// was asked for: of long recordings a sample.
func (f *problem) measure(ctx context.Context, horizon float64) error {
	r, v, err := f.smoothedParts(ctx)
	if err != nil {
		return err
	}
	m := &motion{states: r, smoothed: v, swing: math.Inf(1), horizon: horizon}
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
	f.motion = m
	if m.atRest() > nothingMoves {
		return fmt.Errorf("%s in %.0f %% of the rows, which teaches nothing about motion: record swings that are far "+
			"larger than the noise", m.rest(), 100*m.atRest())
	}
	f.measured(r)
	if m.blunt(r.Findings) {
		f.plan.set("unit of errors", m.unit(), "there is less noise than that")
	}
	return nil
}

// stretch is how many rows those of a sample have.
func (f *problem) stretch() int { return int(sampleSwings*f.plan.Recording.RowsBySwing) + leastStretch }

// sampled is what of a split recording is learned from, and held out.
func (f *problem) sampled(s data.Split) (learn, held *data.Set) {
	rows := sampleRows
	if f.s.Objective == Motion {
		rows = shotRows(f.s.family(), f.set.D())
	}
	return sampled(s.Train, rows, f.stretch()), sampled(s.Valid, rows/sampleHeld, f.stretch())
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

// rest says what is at rest.
func (m *motion) rest() string {
	if m.learn.D == 1 {
		return m.states.Set.Coordinates[0].Name + " is at rest"
	}
	return "all coordinates are at rest"
}

// atRest is the share of the rows that are learned from in which no coordinate moves: its velocity is not told from 0
// by restSD standard deviations.
func (m *motion) atRest() float64 {
	d, rows, rest := m.learn.D, 0.0, 0.0
	for _, e := range m.learn.Of {
		for n := range e.T {
			still := true
			for j := d; j < 2*d; j++ {
				still = still && math.Abs(e.X[2*d*n+j]) < restSD*e.SD[2*d*n+j]
			}
			if rows++; still {
				rest++
			}
		}
	}
	return rest / max(1, rows)
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
			return fmt.Errorf("%s is at rest, or its motion is lost in noise: %s: leave that column out, or record "+
				"larger motion, or more rows by unit of time", x.Coordinate, x.Notes[0])
		}
	}
	return nil
}

// median of x; x is reordered.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[len(x)/2]
}
