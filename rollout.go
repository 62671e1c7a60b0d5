package lagrange

import (
	"context"
	"fmt"

	"lagrange/data"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/ode"
)

// RolloutOptions says how to integrate; the zero value is dopri5 at a tolerance of 1e-9.
type RolloutOptions struct {
	Method     ode.Method
	RTol, ATol float64
	Step       float64 // largest step of a fixed-step method
	MaxSteps   int     // see ode.Options
}

func (o RolloutOptions) options() ode.Options {
	return ode.Options{Method: o.Method, RTol: o.RTol, ATol: o.ATol, Step: o.Step, MaxSteps: o.MaxSteps}
}

// Rollout integrates from (q, v) under constant forces u (nil: none) and reports at times. Where the integration fails,
// the error is an *ode.Failure and the trajectory holds what was reached. That of an ensemble is the mean of its
// members.
func (m *Model) Rollout(ctx context.Context, q, v, u, times []float64, o RolloutOptions) (data.Trajectory, error) {
	if m.Ensemble != nil {
		mean, _, err := m.Ensemble.Rollout(ctx, q, v, u, times, o)
		return mean, err
	}
	if u == nil {
		u = make([]float64, m.M())
	}
	m.fits(q, v, u)
	d, tape := m.D(), m.net.Tape(1)
	field := func(_ float64, x, dx []float64) { tape.Field(x, u, dx) }
	opt := o.options()
	opt.Dim = 2 * d
	if o.Method.Variational() {
		var err error
		if opt.Variation, err = m.variation(o.Method, func(_ float64, at []float64) { copy(at, u) }); err != nil {
			return data.Trajectory{}, err
		}
	}
	r, err := ode.Solve(ctx, field, append(append([]float64(nil), q...), v...), times, opt)
	t := data.Trajectory{T: times[:r.N]}
	for k := range r.N {
		x := r.X[2*k*d : 2*(k+1)*d]
		t.Q, t.V, t.U = append(t.Q, x[:d]...), append(t.V, x[d:]...), append(t.U, u...)
	}
	return t, err
}

// RolloutSet starts from the first row of every trajectory of a recording and reports at the same times, under its
// forces, which go between samples as Spec.Between says. The Set has the same columns but for accelerations.
// Trajectories are integrated side by side on all cores, each with steps of its own; those whose integration fails hold
// what was reached, and the error is that of the first. That of an ensemble is the mean of its members.
func (m *Model) RolloutSet(ctx context.Context, s *data.Set, o RolloutOptions) (*data.Set, error) {
	if m.Ensemble != nil {
		mean, _, err := m.Ensemble.RolloutSet(ctx, s, o)
		return mean, err
	}
	if o.Method.Variational() {
		return m.variations(ctx, s, o)
	}
	recorded := s
	s, err := stated(ctx, m.acting(s))
	if err != nil {
		return nil, err
	}
	N, d, f := len(s.Trajectories), m.D(), m.M()
	out, fails, u := *s, make([]error, N), make([]float64, N*f)
	out.Trajectories = make([]data.Trajectory, N)
	ode.Together(N, 2*d, model.Chunk, m.batch(u), func(i int, field ode.Field) {
		out.Trajectories[i], fails[i] = m.follow(ctx, field, u[i*f:(i+1)*f], &s.Trajectories[i], o)
	})
	out.Delays = recorded.Delays
	for i := range out.Trajectories {
		t := &out.Trajectories[i]
		t.U = recorded.Trajectories[i].U[:t.Len()*f]
	}
	return &out, first(fails, s.Trajectories)
}

// acting is a recording with its known forces as late as they act by the model.
func (m *Model) acting(set *data.Set) *data.Set {
	delays, held := m.net.Spec.Delays()
	if set.M() != len(delays) {
		return set // it is refused elsewhere
	}
	return set.Delayed(delays, held)
}

// first returns the error of the first trajectory that failed, under its name, and says how many did.
func first(fails []error, ts []data.Trajectory) error {
	at, n := -1, 0
	for i := len(fails) - 1; i >= 0; i-- {
		if fails[i] != nil {
			at, n = i, n+1
		}
	}
	if at < 0 {
		return nil
	}
	more := ""
	if n > 1 {
		more = fmt.Sprintf(", first of %d that failed", n)
	}
	return fmt.Errorf("trajectory %q%s: %w", ts[at].ID, more, fails[at])
}

// batch returns the model as a field of many solutions under the forces u (N, m), of which only the rows of who are
// read.
func (m *Model) batch(u []float64) func(size int) ode.Batch {
	f := m.M()
	return func(size int) ode.Batch {
		tape, us := m.net.Tape(size), make([]float64, size*f)
		return func(who []int, _, x, dx []float64) {
			for b, i := range who {
				copy(us[b*f:(b+1)*f], u[i*f:])
			}
			tape.Field(x, us[:len(who)*f], dx)
		}
	}
}

// follow rolls out one trajectory under the forces that it writes to u (m) before it asks for the field, and interval
// by interval, since they bend at the samples; without forces in one integration, with dense output.
func (m *Model) follow(ctx context.Context, field ode.Field, u []float64, t *data.Trajectory,
	o RolloutOptions) (data.Trajectory, error) {
	d, f := m.D(), m.M()
	m.fits(t.Q[:d], t.V[:d], t.U[:f])
	out := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line}
	x := append(append([]float64(nil), t.Q[:d]...), t.V[:d]...)
	keep := func(k int, x []float64) {
		out.T, out.Q, out.V = append(out.T, t.T[k]), append(out.Q, x[:d]...), append(out.V, x[d:]...)
		out.U = append(out.U, t.U[k*f:(k+1)*f]...)
	}
	keep(0, x)
	if f == 0 {
		r, err := ode.Solve(ctx, field, x, t.T, o.options())
		for k := 1; k < r.N; k++ {
			keep(k, r.X[2*k*d:2*(k+1)*d])
		}
		return out, err
	}
	for k := 0; k+1 < t.Len(); k++ {
		h, u0, u1 := t.T[k+1]-t.T[k], t.U[k*f:(k+1)*f], t.U[(k+1)*f:(k+2)*f]
		forced := func(at float64, x, dx []float64) {
			m.net.Spec.Between((at-t.T[k])/h, u0, u1, u)
			field(at, x, dx)
		}
		r, err := ode.Solve(ctx, forced, x, t.T[k:k+2], o.options())
		if err != nil {
			return out, err
		}
		x = r.X[2*d:]
		keep(k+1, x)
	}
	return out, nil
}

// variation returns what a variational method integrates: that of the model's Lagrangian, with the forces it has itself
// and what inputs, u(t) written to at (m), bring.
func (m *Model) variation(method ode.Method, u func(t float64, at []float64)) (ode.Variation, error) {
	f, most := m.M(), method.Order/2 // the states of a step
	k, ok := model.As[model.Variation[float64]](m.net.Tape(most))
	if !ok {
		return nil, fmt.Errorf("a %s has no Lagrangian in (q, q̇), which %s needs; take one of the other methods",
			model.Title(m.net.Spec.Family), method.Name)
	}
	us := make([]float64, most*f)
	return func(t, x, g, H []float64) {
		for i, t := range t {
			u(t, us[i*f:(i+1)*f])
		}
		k.Vary(x, us[:len(t)*f], g, H)
	}, nil
}

// variations is RolloutSet by a variational method: the stages of a step are evaluated at once, trajectories run on all
// cores.
func (m *Model) variations(ctx context.Context, s *data.Set, o RolloutOptions) (*data.Set, error) {
	N, recorded := len(s.Trajectories), s
	s = m.acting(s)
	out, fails := *recorded, make([]error, N)
	out.Trajectories = make([]data.Trajectory, N)
	if _, err := m.variation(o.Method, nil); err != nil {
		return nil, err
	}
	par.Do(min(N, par.Workers()), func(w int) {
		for i := w; i < N; i += min(N, par.Workers()) {
			out.Trajectories[i], fails[i] = m.vary(ctx, &s.Trajectories[i], o)
			out.Trajectories[i].U = recorded.Trajectories[i].U[:out.Trajectories[i].Len()*m.M()]
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
