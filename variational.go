package lagrange

import (
	"context"
	"fmt"

	"lagrange/data"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/ode"
)

// variation returns what a variational method integrates: that of the model's Lagrangian, with the forces it has itself and what inputs, u(t)
// written to at (m), bring.
func (m *Model) variation(method ode.Method, u func(t float64, at []float64)) (ode.Variation, error) {
	f, most := m.M(), method.Order/2 // the states of a step
	k, ok := model.As[model.Variation[float64]](m.net.Tape(most))
	if !ok {
		return nil, fmt.Errorf("a %s has no Lagrangian in (q, q̇), which %s needs; take one of the other methods", model.Title(m.net.Spec.Family), method.Name)
	}
	us := make([]float64, most*f)
	return func(t, x, g, H []float64) {
		for i, t := range t {
			u(t, us[i*f:(i+1)*f])
		}
		k.Vary(x, us[:len(t)*f], g, H)
	}, nil
}

// variations is RolloutSet by a variational method: the stages of a step are evaluated at once, trajectories run on all cores.
func (m *Model) variations(ctx context.Context, s *data.Set, o RolloutOptions) (*data.Set, error) {
	N := len(s.Trajectories)
	out, fails := *s, make([]error, N)
	out.Trajectories = make([]data.Trajectory, N)
	if _, err := m.variation(o.Method, nil); err != nil {
		return nil, err
	}
	par.Do(min(N, par.Workers()), func(w int) {
		for i := w; i < N; i += min(N, par.Workers()) {
			out.Trajectories[i], fails[i] = m.vary(ctx, &s.Trajectories[i], o)
		}
	})
	return &out, first(fails, s.Trajectories)
}

// vary is follow by a variational method. The nodes of a step are inside of it, so the forces may bend at its ends.
func (m *Model) vary(ctx context.Context, t *data.Trajectory, o RolloutOptions) (data.Trajectory, error) {
	d, f, k := m.D(), m.M(), 0
	m.fits(t.Q[:d], t.V[:d], t.U[:f])
	opt := o.options()
	opt.Dim = 2 * d
	var err error
	opt.Variation, err = m.variation(o.Method, func(at float64, u []float64) {
		for k+2 < t.Len() && at > t.T[k+1] {
			k++
		}
		c := (at - t.T[k]) / (t.T[k+1] - t.T[k])
		for j := range u {
			u[j] = (1-c)*t.U[k*f+j] + c*t.U[(k+1)*f+j]
		}
	})
	if err != nil {
		return data.Trajectory{}, err
	}
	r, err := ode.Solve(ctx, nil, append(append([]float64(nil), t.Q[:d]...), t.V[:d]...), t.T, opt)
	out := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line, T: t.T[:r.N], U: t.U[:r.N*f]}
	for k := range r.N {
		x := r.X[2*k*d : 2*(k+1)*d]
		out.Q, out.V = append(out.Q, x[:d]...), append(out.V, x[d:]...)
	}
	return out, err
}
