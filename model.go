package lagrange

import (
	"fmt"
	"sync"

	"lagrange/data"
	"lagrange/model"
)

// Model is a learned system. Its methods may be called from several goroutines.
type Model struct {
	Record   Record
	Baseline *Model // the plain network trained beside it, if any
	// Ensemble has the networks from other seeds too; nil: there is one network. Accelerations, forces and motions are
	// then those of the ensemble. Energy, Momentum, Theta and Tape are of its first member: each has units of its own.
	Ensemble *Ensemble
	net      *model.Model[float64]
	single   sync.Pool // of *state
}

// Members are the networks of an ensemble, each a model of its own; of a single network the model itself.
func (m *Model) Members() []*Model {
	if m.Ensemble != nil {
		return m.Ensemble.Members
	}
	return []*Model{m}
}

// Spec is what is fixed about the model.
func (m *Model) Spec() model.Spec { return m.net.Spec }

// Theta is a copy of its parameters.
func (m *Model) Theta() []float64 { return append([]float64(nil), m.net.Theta...) }

// D is the number of coordinates.
func (m *Model) D() int { return m.net.Spec.D() }

// M is the number of known inputs, forces and system parameters together.
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

// Accel returns the accelerations (d) at (q, v) under inputs u (m); of an ensemble the mean. For control loops, a Tape
// does the same for one network without allocating even its result.
func (m *Model) Accel(q, v, u []float64) (a []float64) {
	if m.Ensemble != nil {
		return m.Ensemble.Accel(q, v, u)
	}
	m.at(q, v, u, func(s *state) { a = append(a, s.xdot[m.D():]...) })
	return a
}

// Predict returns the accelerations (d) and, of an ensemble, their predictive standard deviation (d); see Ensemble.
// That of a single network is zero.
func (m *Model) Predict(q, v, u []float64) (mean, sd []float64) {
	if m.Ensemble != nil {
		return m.Ensemble.Predict(q, v, u)
	}
	return m.Accel(q, v, u), make([]float64, m.D())
}

// Energy returns E = v·L_v − L or H, in the model's own unit: it is learned up to a constant, and from a Lagrangian up
// to a factor. ok is false for a model without one. u (m) gives the system parameters; nil: zeros.
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

// Force is the inverse of Accel: the forces that have to act at (q, v) for the accelerations a (d), beside those that u
// (m; nil: zeros) brings, which also has the system parameters. They are what the motors must give, one for each known
// force of the recording and in its unit: Accel(q, v, u + τ) = a, or comes as close to a as fewer motors than
// coordinates can. For a model without known forces they are the generalised forces (d), in the model's own unit. ok is
// false for a model without a Lagrangian. Of an ensemble the forces of motors are the mean of its members, and the
// others those of the first.
func (m *Model) Force(q, v, a, u []float64) (tau []float64, ok bool) {
	if m.Ensemble != nil {
		return m.Ensemble.force(q, v, a, u)
	}
	if u == nil {
		u = make([]float64, m.M())
	}
	if len(a) != m.D() {
		panic(fmt.Sprintf("lagrange: %d accelerations for a model of %d coordinates", len(a), m.D()))
	}
	m.at(q, v, u, func(s *state) {
		var k model.InverseDynamics[float64]
		if k, ok = model.As[model.InverseDynamics[float64]](s.tape); !ok {
			return
		}
		Q := make([]float64, m.D())
		k.Force(q, v, u, a, Q)
		if tau = k.Motors(Q); tau == nil {
			tau = Q
		}
	})
	return tau, ok
}

func (m *Model) fits(q, v, u []float64) {
	if len(q) != m.D() || len(v) != m.D() || len(u) != m.M() {
		panic(fmt.Sprintf("lagrange: a state of %d, %d numbers and %d inputs for a model of %d coordinates and %d "+
			"inputs", len(q), len(v), len(u), m.D(), m.M()))
	}
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
		out.Coordinates = append(out.Coordinates, data.Coordinate{Name: c.Name, Unit: c.Unit, Period: c.Period,
			Velocity: c.Velocity})
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
		out.Columns = append(out.Columns, data.Column{Name: u.Name, Unit: u.Unit, Role: data.RoleU})
	}
	return out
}
