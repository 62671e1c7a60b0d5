package recorded

import (
	"context"

	"lagrange"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/train"
)

// starts are the states (windows, 2D) at which the rows before each window begin, fitted to these with the model held.
// What is known before of a state is that of a smoother, which sees these rows alone, with the noise of the recording.
func (r *recording) starts(ctx context.Context, m *lagrange.Model, p parts) ([]float64, error) {
	net, err := model.With(m.Spec(), m.Theta())
	if err != nil {
		return nil, err
	}
	noise := make([]*smooth.Fit, r.D)
	o := &train.Measured{D: r.D, M: r.M}
	sigma := make([]float64, 2*r.D)
	for j := range noise {
		var all []smooth.Series
		for _, t := range p.learn.Trajectories {
			all = append(all, series(t.T, t.Q, r.D, j))
		}
		if noise[j], err = smooth.Find(ctx, all); err != nil {
			return nil, err
		}
		sigma[j] = noise[j].Q.Value
	}
	var segments []train.Segment
	for i, w := range p.windows {
		before := r.part(w.Recording, w.look, w.first)
		rows := len(before.T)
		k := train.Measurement{T: before.T, U: before.U, Sigma: sigma, Y: make([]float64, 2*r.D*rows),
			X: make([]float64, 2*r.D*rows), SD: make([]float64, 2*r.D*rows)}
		for j := range noise {
			x := noise[j].States(series(before.T, before.Y, r.D, j), nil)
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

// series is coordinate j of positions (rows, d).
func series(t, y []float64, d, j int) smooth.Series {
	s := smooth.Series{T: t, Q: make([]float64, len(t))}
	for n := range t {
		s.Q[n] = y[n*d+j]
	}
	return s
}
