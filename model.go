// Package lagrange learns the Lagrangian of a mechanical system from recorded motion, and simulates, predicts and
// explains with it: Fit a data.Set, ask the Model for accelerations, energy, momentum and roll-outs, Save and Load it.
//
// A Lagrangian neural network (Cranmer et al. 2020) gives a scalar L(q, q̇); the Euler–Lagrange equation gives the
// accelerations. doc/theory.md has the mathematics.
package lagrange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"lagrange/data"
	"lagrange/internal/file"
	"lagrange/model"
	"lagrange/ode"
)

const modelVersion = 1

// Record says how a model came to be: enough to train it again.
type Record struct {
	Seed       uint64       `json:"seed"`
	Steps      int          `json:"steps"`
	Batch      int          `json:"batch"`
	Rate       float64      `json:"rate"`
	Workers    int          `json:"workers"`
	Loss       string       `json:"loss"`
	Objective  string       `json:"objective"`  // "accelerations" or "windows"
	Window     int          `json:"window"`     // steps of a training window
	Horizon    float64      `json:"horizon"`    // of held-out windows, and the length of blocks
	Data       string       `json:"data"`       // fingerprint of the numbers it was trained on
	Options    data.Options `json:"options"`    // which columns they stood in
	Seconds    float64      `json:"seconds"`    // of training, since it was last resumed
	Validation float64      `json:"validation"` // its best validation loss
	Skipped    int          `json:"nonfinite_skipped"`
	Fallbacks  int          `json:"fallback_solves"`
}

// Model is a learned system. Its methods may be called from several goroutines.
type Model struct {
	Record   Record
	Baseline *Model // the plain network trained beside it, if any
	net      *model.Model[float64]
}

// Spec is what is fixed about the model.
func (m *Model) Spec() model.Spec { return m.net.Spec }

// Theta is a copy of its parameters.
func (m *Model) Theta() []float64 { return append([]float64(nil), m.net.Theta...) }

// D is the number of coordinates.
func (m *Model) D() int { return m.net.Spec.D() }

// M is the number of known forces.
func (m *Model) M() int { return m.net.Spec.M() }

// Options says in which columns the model's quantities stood in the recording it was trained on.
func (m *Model) Options() data.Options { return m.Record.Options }

// Tape evaluates batches without allocating; see model.Tape.
func (m *Model) Tape(batch int) model.Tape[float64] { return m.net.Tape(batch) }

// Accel returns the accelerations (d) at (q, v) under forces u (m). For control loops, a Tape does the same without
// allocating.
func (m *Model) Accel(q, v, u []float64) []float64 {
	m.fits(q, v, u)
	a := make([]float64, m.D())
	m.net.SecondOrder(1).Accel(q, v, u, a)
	return a
}

// Energy returns E = v·L_v − L, in the model's own unit: a Lagrangian is learned up to a factor and a constant. ok is
// false for a model without a Lagrangian.
func (m *Model) Energy(q, v []float64) (E float64, ok bool) {
	k, ok := m.mechanics(q, v)
	if !ok {
		return 0, false
	}
	return k.Energy(0), true
}

// Momentum returns p = L_v (d), in the model's own unit. ok is false for a model without a Lagrangian.
func (m *Model) Momentum(q, v []float64) (p []float64, ok bool) {
	k, ok := m.mechanics(q, v)
	if !ok {
		return nil, false
	}
	return append([]float64(nil), k.Momentum(0)...), true
}

func (m *Model) mechanics(q, v []float64) (model.Mechanics[float64], bool) {
	u := make([]float64, m.M())
	m.fits(q, v, u)
	s := m.net.SecondOrder(1)
	k, ok := s.(model.Mechanics[float64])
	if ok {
		s.Accel(q, v, u, make([]float64, m.D()))
	}
	return k, ok
}

func (m *Model) fits(q, v, u []float64) {
	if len(q) != m.D() || len(v) != m.D() || len(u) != m.M() {
		panic(fmt.Sprintf("lagrange: a state of %d, %d numbers and %d forces for a model of %d coordinates and %d forces", len(q), len(v), len(u), m.D(), m.M()))
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

// Rollout integrates from (q, v) under constant forces u (nil: none) and reports at times. When the motion blows up,
// the error is an *ode.Blowup and the trajectory holds what was reached.
func (m *Model) Rollout(ctx context.Context, q, v, u, times []float64, o RolloutOptions) (data.Trajectory, error) {
	if u == nil {
		u = make([]float64, m.M())
	}
	m.fits(q, v, u)
	d, tape := m.D(), m.net.Tape(1)
	field := func(_ float64, x, dx []float64) { tape.Field(x, u, dx) }
	opt := o.options()
	opt.Dim = 2 * d
	r, err := ode.Solve(ctx, field, append(append([]float64(nil), q...), v...), times, opt)
	t := data.Trajectory{T: times[:r.N]}
	for k := range r.N {
		x := r.X[2*k*d : 2*(k+1)*d]
		t.Q, t.V, t.U = append(t.Q, x[:d]...), append(t.V, x[d:]...), append(t.U, u...)
	}
	return t, err
}

// RolloutSet starts from the first row of every trajectory of a recording and reports at the same times, under its forces,
// taken as linear between samples. The Set has the same columns but for accelerations.
func (m *Model) RolloutSet(ctx context.Context, s *data.Set, o RolloutOptions) (*data.Set, error) {
	out := *s
	out.Trajectories = nil
	for i := range s.Trajectories {
		t, err := m.follow(ctx, &s.Trajectories[i], o)
		if len(t.T) > 0 {
			out.Trajectories = append(out.Trajectories, t)
		}
		if err != nil {
			return &out, fmt.Errorf("trajectory %q: %w", s.Trajectories[i].ID, err)
		}
	}
	return &out, nil
}

// follow rolls out one trajectory, interval by interval, since the forces bend at the samples.
func (m *Model) follow(ctx context.Context, t *data.Trajectory, o RolloutOptions) (data.Trajectory, error) {
	d, f := m.D(), m.M()
	m.fits(t.Q[:d], t.V[:d], t.U[:f])
	out := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line}
	tape, u := m.net.Tape(1), make([]float64, f)
	x := append(append([]float64(nil), t.Q[:d]...), t.V[:d]...)
	opt := o.options()
	opt.Dim = 2 * d
	keep := func(k int) {
		out.T, out.Q, out.V = append(out.T, t.T[k]), append(out.Q, x[:d]...), append(out.V, x[d:]...)
		out.U = append(out.U, t.U[k*f:(k+1)*f]...)
	}
	keep(0)
	if f == 0 { // nothing bends: one integration, with dense output
		r, err := ode.Solve(ctx, func(_ float64, x, dx []float64) { tape.Field(x, u, dx) }, x, t.T, opt)
		for k := 1; k < r.N; k++ {
			x = r.X[2*k*d : 2*(k+1)*d]
			keep(k)
		}
		return out, err
	}
	for k := 0; k+1 < t.Len(); k++ {
		h := t.T[k+1] - t.T[k]
		field := func(at float64, x, dx []float64) {
			c := (at - t.T[k]) / h
			for j := range u {
				u[j] = (1-c)*t.U[k*f+j] + c*t.U[(k+1)*f+j]
			}
			tape.Field(x, u, dx)
		}
		r, err := ode.Solve(ctx, field, x, t.T[k:k+2], opt)
		if err != nil {
			return out, err
		}
		x = r.X[2*d:]
		keep(k + 1)
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
		out.Forces = append(out.Forces, u.Name)
		out.Columns = append(out.Columns, data.Column{Name: u.Name, Role: data.RoleU})
	}
	return out
}

// header is the JSON part of a model file; the parameters of each model stand after it, one model after the other.
type header struct {
	Spec   model.Spec `json:"spec"`
	Record Record     `json:"record"`
}

// Save writes the model, and its baseline with it, atomically.
func (m *Model) Save(path string) error {
	var hs []header
	c := file.Container{Kind: "model", Version: modelVersion}
	for k := m; k != nil; k = k.Baseline {
		hs = append(hs, header{k.net.Spec, k.Record})
		c.Floats = append(c.Floats, k.net.Theta...)
	}
	h, err := json.Marshal(hs)
	if err != nil {
		return err
	}
	c.Header = h
	return c.Save(path)
}

// Load reads a model that Save wrote. Errors say what is wrong with the file and the way out.
func Load(path string) (*Model, error) {
	c, err := file.Load(path, "model", modelVersion)
	if err != nil {
		return nil, err
	}
	m, err := decode(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(c file.Container) (*Model, error) {
	var hs []header
	if err := json.Unmarshal(c.Header, &hs); err != nil || len(hs) == 0 || len(hs) > 2 || len(hs) == 2 && (hs[0].Spec.D() != hs[1].Spec.D() || hs[0].Spec.M() != hs[1].Spec.M()) {
		return nil, errors.Join(fmt.Errorf("its header is not that of a model"), err)
	}
	var first, last *Model
	floats := c.Floats
	for _, h := range hs {
		n, err := model.Params(h.Spec)
		if err != nil {
			return nil, err
		}
		if n > len(floats) {
			return nil, fmt.Errorf("holds %d numbers, too few for its models", len(c.Floats))
		}
		net, err := model.With(h.Spec, floats[:n:n])
		if err != nil {
			return nil, err
		}
		floats = floats[n:]
		m := &Model{Record: h.Record, net: net}
		if first == nil {
			first = m
		} else {
			last.Baseline = m
		}
		last = m
	}
	if len(floats) > 0 {
		return nil, fmt.Errorf("holds %d numbers more than its models have", len(floats))
	}
	return first, nil
}
