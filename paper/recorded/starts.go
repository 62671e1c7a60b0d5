package recorded

import (
	"context"
	"math"
	"slices"

	"lagrange"
	"lagrange/data"
	"lagrange/filter"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/train"
)

// fitted are the states (windows, 2D) at which the rows before each window begin, fitted to these with the model held.
// What is known before of a state is that of a smoother, which sees these rows alone, with the noise of the recording.
func (r *recording) fitted(ctx context.Context, m *lagrange.Model, p parts) ([]float64, error) {
	net, err := model.With(m.Spec(), m.Theta())
	if err != nil {
		return nil, err
	}
	o := &train.Measured{D: r.D, M: r.M}
	sigma := make([]float64, 2*r.D)
	for j := range p.noise {
		sigma[j] = p.noise[j].Q.Value
	}
	var segments []train.Segment
	for i, w := range p.windows {
		before := r.part(w.Recording, w.look, w.first)
		rows := len(before.T)
		k := train.Measurement{T: before.T, U: before.U, Sigma: sigma, Y: make([]float64, 2*r.D*rows),
			X: make([]float64, 2*r.D*rows), SD: make([]float64, 2*r.D*rows)}
		for j := range p.noise {
			x := p.noise[j].States(series(before.T, before.Y, r.D, j), nil)
			for n := range rows {
				at := n*2*r.D + j
				k.Y[at], k.X[at], k.SD[at] = before.Y[n*r.D+j], x.Q[n], x.SdQ[n]
				k.X[at+r.D], k.SD[at+r.D] = x.V[n], x.SdV[n]
			}
		}
		o.Of = append(o.Of, k)
		segments = append(segments, train.Segment{Of: i, Last: rows - 1})
	}
	team := par.NewTeam(par.Workers())
	defer team.Close()
	s, err := o.Starts(ctx, net, team, segments, nil, train.L2)
	return s.X, err
}

// noises are what a smoother finds in each coordinate of what is learned from.
func (r *recording) noises(ctx context.Context, learn *data.Set) (noise []*smooth.Fit, err error) {
	for j := range r.D {
		var all []smooth.Series
		for _, t := range learn.Trajectories {
			all = append(all, series(t.T, t.Q, r.D, j))
		}
		found, err := smooth.Find(ctx, all)
		if err != nil {
			return nil, err
		}
		noise = append(noise, found)
	}
	return noise, nil
}

// Starts that no model has a part in are filtered, from the rows before the first of a window and that one, as far back
// as two horizons, or smoothed, from all that was recorded, the motion to be predicted included. Others are filtered
// through the model, from the same rows. Chosen ones are the filtered ones, without the model or through it, from which
// the model predicts the motion that it has learned from better.
const filtered, smoothed, through, chosen = "filtered", "smoothed", "through the model", "chosen"

// starts are all ways to find them.
var starts = []string{filtered, smoothed, through, chosen}

// beginning are the states (windows, 2D) at which predictions begin, and the rows of these.
type beginning struct {
	x    []float64
	rows []int
}

// without are the starts of all windows that no model has a part in.
func (r *recording) without(p parts, how string) (b beginning) {
	for _, w := range p.windows {
		lo, hi := r.back(w), w.first
		if how == smoothed {
			lo, hi = 0, len(w.T)-1
		}
		seen := r.part(w.Recording, lo, hi)
		x := make([]float64, 2*r.D)
		for j := range r.D {
			s := p.noise[j].States(series(seen.T, seen.Y, r.D, j), []float64{w.T[w.first]})
			x[j], x[r.D+j] = s.Q[0], s.V[0]
		}
		b.x, b.rows = append(b.x, x...), append(b.rows, w.first)
	}
	return b
}

// rolling rolls a model out from starts, for all windows.
type rolling func(beginning) ([][]float64, error)

// others are the errors from starts that no model had a part in, by how they are found.
func (r *recording) others(p parts, rolled rolling) (map[string]Error, error) {
	errors := map[string]Error{}
	for _, how := range []string{filtered, smoothed} {
		motions, err := rolled(r.without(p, how))
		if err != nil {
			return nil, err
		}
		if errors[how], err = r.scored(p.windows, motions); err != nil {
			return nil, err
		}
	}
	return errors, nil
}

// series is coordinate j of positions (rows, d).
func series(t, y []float64, d, j int) smooth.Series {
	s := smooth.Series{T: t, Q: make([]float64, len(t))}
	for n := range t {
		s.Q[n] = y[n*d+j]
	}
	return s
}

// back is the first row that a start of a window is found from.
func (r *recording) back(w window) int { return min(w.look, row(w.T, w.T[w.first]-2*r.horizon)) }

// throughModel are the starts of all windows that a causal filter through the model finds in the rows before, as far
// back as those of a smoother, with the noise of what is learned from.
func (r *recording) throughModel(ctx context.Context, m *lagrange.Model, p parts, noise filter.Noise) (b beginning,
	err error) {
	net, err := model.With(m.Spec(), m.Theta())
	if err != nil {
		return b, err
	}
	for _, w := range p.windows {
		seen := r.part(w.Recording, r.back(w), w.first)
		rows, acting := len(seen.T), *p.learn
		acting.Trajectories = []data.Trajectory{{T: seen.T, Q: seen.Y, U: seen.U}}
		U := acting.Delayed(m.Spec().Delays()).Trajectories[0].U
		k := filter.Measured{T: seen.T, U: U, Y: slices.Repeat([]float64{math.NaN()}, 2*r.D*rows),
			X: make([]float64, 2*r.D*rows)}
		for j, c := range m.Spec().Coordinates {
			x := p.noise[j].States(series(seen.T, seen.Y, r.D, j), nil)
			for n := range rows {
				at := n*2*r.D + j
				k.Y[at], k.X[at], k.X[at+r.D] = seen.Y[n*r.D+j], x.Q[n], x.V[n]
			}
			k.SD = append(k.SD, c.Scale)
		}
		for _, c := range m.Spec().Coordinates {
			k.SD = append(k.SD, c.Speed)
		}
		k.Prior = slices.Clone(k.X[:2*r.D])
		err := filter.Rows(ctx, net, noise, k, min(leastRows, rows)-1, func(row int, x, _ []float64) {
			if row == rows-1 {
				b.x, b.rows = append(b.x, x...), append(b.rows, w.first)
			}
		})
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// leastRows are those that a filter sees at least before it says where a motion is.
const leastRows = 10
