package lagrange

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/formula"
	"lagrange/invariant"
	"lagrange/model"
)

// Explanation says what a model has learned, and how far it can be trusted.
type Explanation struct {
	States     string      `json:"states"` // where they come from
	Accuracy   Accuracy    `json:"accuracy"`
	Lagrangian *Lagrangian `json:"lagrangian"`
	// Conserved is what the motion without known forces conserves, by the formula if that predicts better or there is
	// no recording: states that no motion has visited tell of a net what it was not asked to learn.
	Conserved *invariant.Result `json:"conserved,omitempty"`
	ByFormula bool              `json:"conserved_by_formula,omitempty"`
	Nature    *Nature           `json:"nature,omitempty"` // of the motion; nil without a plain network, or a recording
	Trust     *Trust            `json:"trust,omitempty"`  // nil without a recording
}

// Accuracy is the error of the accelerations of a model, relative to their size.
type Accuracy struct {
	Error float64 `json:"error"`
	From  string  `json:"from"`
}

// mostStates are looked at; mostSlopes is that many times coordinates for conserved quantities.
const mostStates, mostSlopes = 1500, 12_000

// Explain says what a model has learned at states of a recording: those that it has not seen of the one that it was
// trained on. Without a recording (nil) they are drawn within the scales of the model. A formula has at most so many
// terms; 0: as many as it takes. More terms are added to the library that they are looked for in, see
// model.Spec.TermOf. Of an ensemble it is the first member that is looked into.
func (m *Model) Explain(ctx context.Context, set *data.Set, terms int, seed uint64, more ...string) (e Explanation,
	err error) {
	if err := m.checkMore(more); err != nil {
		return e, err
	}
	x, u, us := m.drawn(seed), m.means(), []float64(nil)
	e.States = fmt.Sprintf("%d states drawn within the ranges of the model", len(x)/(2*m.D()))
	var seen *data.Set
	held := false
	if set != nil {
		if set.D() != m.D() || set.M() != m.M() {
			return e, fmt.Errorf("the recording has %d coordinates and %d inputs, the model %d and %d; name the "+
				"columns with --q, --v, --u, --parameters", set.D(), set.M(), m.D(), m.M())
		}
		if seen, held, err = m.unseen(ctx, set); err != nil {
			return e, err
		}
		x, us = rows(seen)
		u = m.typical(seen, x)
		e.States = fmt.Sprintf("%d rows of the recording", len(x)/(2*m.D()))
		if held {
			e.States += ", held out of training"
		}
	}
	if N := len(x) / (2 * m.D()); N < invariant.Least {
		return e, fmt.Errorf("%d rows of the recording may be used: %d at least say what a model has learned", N,
			invariant.Least)
	}
	e.Accuracy = m.accuracy(seen, x, u)
	if e.Lagrangian, err = m.formula(ctx, x, u, e.Accuracy.Error, terms, more); err != nil {
		return e, err
	}
	switch l := e.Lagrangian; {
	case set == nil || l.renamed(m) || l.Model == nil || l.Model.net == m.net:
	case l.At != "":
		l.compareAt(m, seen, held)
	default:
		if err := l.compare(ctx, m, set); err != nil {
			return e, err
		}
	}
	if err = m.conserved(ctx, &e, seen, x, u); err != nil || set == nil {
		return e, err
	}
	e.Trust = m.trust(x, u, us, e.Accuracy.Error)
	e.Nature, err = m.nature(ctx, x, u)
	return e, err
}

// conserved looks for what is conserved: by the formula if that predicts better or, without a recording, if there is
// one, for it holds where no motion has been; else by the model.
func (m *Model) conserved(ctx context.Context, e *Explanation, seen *data.Set, x, u []float64) error {
	by, off, l := m, e.Accuracy.Error, e.Lagrangian
	better := l.At == "" && l.Compared != nil && l.Compared.Better == formulaBetter
	if l.Model != nil && !l.Legendre && (seen == nil || better) {
		e.ByFormula, by, u = true, l.Model, u[:l.Model.M()] // forces stand first
		if off = l.Error; seen != nil {
			off = by.accuracy(seen, x, u).Error
		}
	}
	some := formula.Thinned(x, 2*m.D(), max(4*invariant.Least, mostSlopes/m.D()))
	c, err := invariant.Find(ctx, by.system(u, off), some)
	if err == nil {
		e.Conserved = &c
	}
	return err
}

// means are no forces, and the means of system parameters.
func (m *Model) means() (u []float64) {
	for _, in := range m.net.Spec.Inputs {
		if !in.SystemParameter {
			in.Mean = 0
		}
		u = append(u, in.Mean)
	}
	return u
}

// checkMore says what is wrong with terms that are added to a library.
func (m *Model) checkMore(more []string) error {
	if len(more) > 0 && m.net.Spec.Family == "terms" {
		return fmt.Errorf("the term %q: the model is a sum of terms already; terms are for "+
			"networks, or for the training of such a sum (train --model terms --term)", more[0])
	}
	for _, text := range more {
		if _, _, err := m.net.Spec.TermOf(text); err != nil {
			return err
		}
	}
	return nil
}

// rows are states of a recording, from all over it, and its inputs there.
func rows(set *data.Set) (x, u []float64) {
	d, f := set.D(), set.M()
	each(set, func(t *data.Trajectory, r int) {
		x = t.AppendStates(x, d, r, r+1)
		u = append(u, t.U[r*f:(r+1)*f]...)
	})
	return x, u
}

// each visits rows from all over a recording, mostStates at most.
func each(set *data.Set, visit func(t *data.Trajectory, row int)) {
	every, k := max(1, (set.Rows()+mostStates-1)/mostStates), 0
	for i := range set.Trajectories {
		for r := range set.Trajectories[i].Len() {
			if k++; k%every == 0 {
				visit(&set.Trajectories[i], r)
			}
		}
	}
}

// mostTypical is how many motions, and states, typical weighs.
const mostTypical = 60

// typical are the inputs without forces, with the system parameters of one motion of a recording: that in whose
// conditions accelerations at states x are of the median size. Where a field is weak a network knows little of it.
func (m *Model) typical(set *data.Set, x []float64) []float64 {
	u, d, f, k := make([]float64, set.M()), m.D(), len(set.Forces()), set.M()
	if f == k || len(set.Trajectories) == 0 {
		return u
	}
	type condition struct {
		u    []float64
		size float64
	}
	var all []condition
	x = formula.Thinned(x, 2*d, mostTypical)
	n := len(set.Trajectories)
	for i := range min(n, mostTypical) {
		c := condition{u: slices.Clone(u)}
		copy(c.u[f:], set.Trajectories[i*n/min(n, mostTypical)].U[f:k])
		for b := 0; b < len(x); b += 2 * d {
			for i, a := range m.Accel(x[b:b+d], x[b+d:b+2*d], c.u) {
				c.size += a * a / (m.Spec().Coordinates[i].Accel * m.Spec().Coordinates[i].Accel)
			}
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b condition) int { return cmp.Compare(a.size, b.size) })
	return all[len(all)/2].u
}

// drawn are states about the means of a model, normal with its scales, but slower, angles from all directions; and
// within what was recorded, where it knows that.
func (m *Model) drawn(seed uint64) (x []float64) {
	r := rand.New(rand.NewPCG(seed, 0xe8))
	ranges := map[string]data.Range{}
	for _, k := range m.Record.Ranges {
		ranges[k.Name] = k
	}
	within := func(name string, draw func() float64) float64 {
		k, known := ranges[name]
		for range mostDraws {
			if y := draw(); !known || k.Min <= y && y <= k.Max {
				return y
			}
		}
		return k.Mean
	}
	for range mostStates {
		for _, c := range m.Spec().Coordinates {
			x = append(x, within(c.Name, func() float64 {
				if c.Period > 0 {
					return c.Period * (r.Float64() - 0.5)
				}
				return c.Mean + c.Scale*r.NormFloat64()
			}))
		}
		for _, c := range m.Spec().Coordinates {
			x = append(x, within(c.Velocity, func() float64 { return slow * c.Speed * r.NormFloat64() }))
		}
	}
	return x
}

const (
	mostDraws = 100 // for a number within what was recorded
	// slow is how fast drawn states are beside recorded ones: a motion is seldom fast and far away together
	slow = 0.5
)

// assumed is the error of accelerations where nothing tells it.
const assumed = 0.01

// accuracy is known from recorded accelerations or, over a time in which velocities change, from velocities, or from
// the spread of an ensemble.
func (m *Model) accuracy(set *data.Set, x, u []float64) Accuracy {
	switch {
	case set != nil && set.HasAccelerations():
		return Accuracy{m.offAccelerations(set), "recorded accelerations"}
	case set != nil:
		if e := m.offVelocities(set, x, u); e > 0 {
			return Accuracy{e, "recorded velocities"}
		}
	}
	if m.Ensemble != nil {
		return Accuracy{m.spread(x, u), "the spread of the ensemble"}
	}
	return Accuracy{assumed, "nothing: it is assumed"}
}

// offAccelerations is √(Σ |a − â|²/Σ |a|²) in units of the scales.
func (m *Model) offAccelerations(set *data.Set) float64 {
	d, f, off, all := m.D(), m.M(), 0.0, 0.0
	each(set, func(t *data.Trajectory, r int) {
		a := m.Accel(t.Q[r*d:(r+1)*d], t.V[r*d:(r+1)*d], t.U[r*f:(r+1)*f])
		for i, c := range m.Spec().Coordinates {
			y, z := (a[i]-t.A[r*d+i])/c.Accel, t.A[r*d+i]/c.Accel
			off, all = off+y*y, all+z*z
		}
	})
	return math.Sqrt(off / all)
}

// offVelocities predicts windows of the time T in which velocities change: an error ε of accelerations of size A leaves
// ε A T of the velocity at its end, and ε A T/√3 in the root mean square.
func (m *Model) offVelocities(set *data.Set, x, u []float64) float64 {
	d := m.D()
	accel, speed := make([]float64, d), make([]float64, d)
	for n := 0; n < len(x); n += 2 * d {
		for i, a := range m.Accel(x[n:n+d], x[n+d:n+2*d], u) {
			accel[i], speed[i] = accel[i]+a*a, speed[i]+x[n+d+i]*x[n+d+i]
		}
	}
	N, rate := float64(len(x)/(2*d)), 0.0
	for i := range d {
		rate = max(rate, accel[i]/speed[i])
	}
	T := max(1/math.Sqrt(rate), 2*set.TypicalStep())
	ws := set.Windows(T, 0)
	if len(ws) == 0 {
		return 0
	}
	s, sum := eval.Windows(m.net, set, ws), 0.0
	for i, e := range s.RMSEV {
		if y := e * math.Sqrt(3) / (math.Sqrt(accel[i]/N) * T); accel[i] > 0 {
			sum += y * y / float64(d)
		}
	}
	return math.Sqrt(sum)
}

// spread is that of the accelerations of an ensemble about their mean, relative to it.
func (m *Model) spread(x, u []float64) float64 {
	d, off, all := m.D(), 0.0, 0.0
	for n := 0; n < len(x); n += 2 * d {
		mean := m.Accel(x[n:n+d], x[n+d:n+2*d], u)
		for _, k := range m.Ensemble.Members {
			for i, a := range k.Accel(x[n:n+d], x[n+d:n+2*d], u) {
				y, z := (a-mean[i])/m.Spec().Coordinates[i].Accel, mean[i]/m.Spec().Coordinates[i].Accel
				off, all = off+y*y, all+z*z
			}
		}
	}
	return math.Sqrt(off / all)
}

// system is a model under the inputs u as what conserved quantities are looked for in. Of an ensemble it is the first
// member.
func (m *Model) system(u []float64, err float64) invariant.System {
	d, tape, xdot := m.D(), m.net.Tape(1), make([]float64, 2*m.D())
	s := invariant.System{Error: err, Field: func(x, xdot []float64) { tape.Field(x, u, xdot) }}
	for _, c := range m.Spec().Coordinates {
		s.Coordinates = append(s.Coordinates,
			invariant.Coordinate{Name: c.Name, Velocity: c.Velocity, Period: c.Period})
	}
	if k, ok := model.As[model.Conserved[float64]](tape); ok {
		s.Energy = func(x []float64) float64 {
			tape.Field(x, u, xdot)
			return k.Energy(0)
		}
	}
	if k, ok := model.As[model.Mechanics[float64]](tape); ok {
		s.Momentum = func(x, p []float64) {
			tape.Field(x, u, xdot)
			copy(p, k.Momentum(0)[:d])
		}
	}
	return s
}
