// Package lagrange learns the Lagrangian of a mechanical system from recorded motion, and simulates, predicts and
// explains with it: Fit a data.Set, ask the Model for accelerations, energy, momentum and roll-outs, Save and Load it.
//
// A Lagrangian neural network (Cranmer et al. 2020) gives a scalar L(q, q̇); the Euler–Lagrange equation gives the
// accelerations. doc/theory.md has the mathematics.
package lagrange

import (
	"context"
	"fmt"
	"sync"

	"lagrange/data"
	"lagrange/model"
	"lagrange/ode"
)

// Model is a learned system. Its methods may be called from several goroutines.
type Model struct {
	Record   Record
	Baseline *Model // the plain network trained beside it, if any
	// Others are the other members of an ensemble, models like this one from other seeds, each with one network. Energy, Momentum, Accel,
	// Rollout and all else that does not say otherwise is of this network alone; see Members.
	Others      []*Model
	Calibration *Calibration // of the ensemble's spread; nil for none
	net         *model.Model[float64]
	single      sync.Pool // of *state
}

// Spec is what is fixed about the model.
func (m *Model) Spec() model.Spec { return m.net.Spec }

// Theta is a copy of its parameters.
func (m *Model) Theta() []float64 { return append([]float64(nil), m.net.Theta...) }

// D is the number of coordinates.
func (m *Model) D() int { return m.net.Spec.D() }

// M is the number of known inputs, forces and conditions together.
func (m *Model) M() int { return m.net.Spec.M() }

// Options says in which columns the model's quantities stood in the recording it was trained on.
func (m *Model) Options() data.Options { return m.Record.Options }

// Tape evaluates batches without allocating; see model.Tape.
func (m *Model) Tape(batch int) model.Tape[float64] { return m.net.Tape(batch) }

// state is a tape of one state and what goes in and out of it.
type state struct {
	tape    model.Tape[float64]
	x, xdot []float64
}

// at evaluates the field at (q, v) under inputs u (nil: zeros) and lets see look at the result.
func (m *Model) at(q, v, u []float64, see func(s *state)) {
	if u == nil {
		u = make([]float64, m.M())
	}
	m.fits(q, v, u)
	s, ok := m.single.Get().(*state)
	if !ok {
		s = &state{m.net.Tape(1), make([]float64, 2*m.D()), make([]float64, 2*m.D())}
	}
	defer m.single.Put(s)
	copy(s.x, q)
	copy(s.x[m.D():], v)
	s.tape.Field(s.x, u, s.xdot)
	see(s)
}

// Accel returns the accelerations (d) at (q, v) under inputs u (m). For control loops, a Tape does the same without
// allocating even its result.
func (m *Model) Accel(q, v, u []float64) (a []float64) {
	m.at(q, v, u, func(s *state) { a = append(a, s.xdot[m.D():]...) })
	return a
}

// Energy returns E = v·L_v − L or H, in the model's own unit: it is learned up to a constant, and from a Lagrangian up to a
// factor. ok is false for a model without one. u (m) gives the conditions; nil: zeros.
func (m *Model) Energy(q, v, u []float64) (E float64, ok bool) {
	m.at(q, v, u, func(s *state) {
		var k model.Conserved[float64]
		if k, ok = model.As[model.Conserved[float64]](s.tape); ok {
			E = k.Energy(0)
		}
	})
	return E, ok
}

// Momentum returns p = L_v (d), in the model's own unit. ok is false for a model without a Lagrangian.
func (m *Model) Momentum(q, v, u []float64) (p []float64, ok bool) {
	m.at(q, v, u, func(s *state) {
		var k model.Mechanics[float64]
		if k, ok = model.As[model.Mechanics[float64]](s.tape); ok {
			p = append(p, k.Momentum(0)...)
		}
	})
	return p, ok
}

func (m *Model) fits(q, v, u []float64) {
	if len(q) != m.D() || len(v) != m.D() || len(u) != m.M() {
		panic(fmt.Sprintf("lagrange: a state of %d, %d numbers and %d inputs for a model of %d coordinates and %d inputs", len(q), len(v), len(u), m.D(), m.M()))
	}
}

// RolloutOptions says how to integrate; the zero value is dopri5 at a tolerance of 1e-9.
type RolloutOptions struct {
	Method     ode.Method
	RTol, ATol float64
	Step       float64 // largest step of a fixed-step method
}

func (o RolloutOptions) options() ode.Options {
	return ode.Options{Method: o.Method, RTol: o.RTol, ATol: o.ATol, Step: o.Step}
}

// Rollout integrates from (q, v) under constant forces u (nil: none) and reports at times. When the integration fails,
// the error is an *ode.Failure and the trajectory holds what was reached.
func (m *Model) Rollout(ctx context.Context, q, v, u, times []float64, o RolloutOptions) (data.Trajectory, error) {
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

// RolloutSet starts from the first row of every trajectory of a recording and reports at the same times, under its forces,
// which go between samples as Spec.Between says. The Set has the same columns but for accelerations. Trajectories are
// integrated side by side on all cores, each with steps of its own; those that fail hold what was reached, and the error is
// that of the first.
func (m *Model) RolloutSet(ctx context.Context, s *data.Set, o RolloutOptions) (*data.Set, error) {
	if o.Method.Variational() {
		return m.variations(ctx, s, o)
	}
	N, d, f := len(s.Trajectories), m.D(), m.M()
	out, fails, u := *s, make([]error, N), make([]float64, N*f)
	out.Trajectories = make([]data.Trajectory, N)
	ode.Together(N, 2*d, model.Chunk, m.batch(u), func(i int, field ode.Field) {
		out.Trajectories[i], fails[i] = m.follow(ctx, field, u[i*f:(i+1)*f], &s.Trajectories[i], o)
	})
	return &out, first(fails, s.Trajectories)
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

// batch returns the model as a field of many solutions under the forces u (N, m), of which only the rows of who are read.
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

// follow rolls out one trajectory under the forces that it writes to u (m) before it asks for the field, and interval by
// interval, since they bend at the samples; without forces in one integration, with dense output.
func (m *Model) follow(ctx context.Context, field ode.Field, u []float64, t *data.Trajectory, o RolloutOptions) (data.Trajectory, error) {
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

// Columns returns a Set without trajectories whose columns are the model's.
func (m *Model) Columns() *data.Set {
	s, o := m.net.Spec, m.Record.Options
	out := &data.Set{Time: o.Time, TrajectoryColumn: o.Trajectory}
	if out.Time == "" {
		out.Time = "t"
	}
	out.Columns = append(out.Columns, data.Column{Name: out.Time, Unit: s.TimeUnit, Role: data.RoleTime})
	for _, c := range s.Coordinates {
		out.Coordinates = append(out.Coordinates, data.Coordinate{Name: c.Name, Unit: c.Unit, Period: c.Period, Velocity: c.Velocity})
	}
	for _, c := range s.Coordinates {
		out.Columns = append(out.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ})
	}
	for _, c := range s.Coordinates {
		unit := ""
		if c.Unit != "" && s.TimeUnit != "" {
			unit = c.Unit + "/" + s.TimeUnit
		}
		out.Columns = append(out.Columns, data.Column{Name: c.Velocity, Unit: unit, Role: data.RoleV})
	}
	for _, u := range s.Inputs {
		out.Inputs = append(out.Inputs, u.Name)
		if u.SystemParameter {
			out.SystemParameters++
		}
		out.Columns = append(out.Columns, data.Column{Name: u.Name, Role: data.RoleU})
	}
	return out
}
