// Package model has learned vector fields: compositions of features, a net, a head and an equation of motion.
//
//	state (q, v) ─► features ─► net ─► head ─► L or a ─► equation of motion ─► a
//
// Every model offers two operations on a batch of states and nothing above it needs more: its field ẋ = f(x, u), and
// the product of an adjoint with the field's derivatives. See doc/theory.md and doc/architecture.md.
//
// doc/extending.md works a family of one's own through.
package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"lagrange/nn"
)

const pi = math.Pi

// Tape evaluates a model on batches of up to the size it was made for. It is bound to the model's parameters, which may
// change between calls, and serves one goroutine at a time. x, dx, λ are (B, 2d), rows (q, v); u, du are (B, m).
// Nothing is allocated after a tape was made.
type Tape[T nn.Float] interface {
	// Field writes ẋ = f(x, u; θ).
	Field(x, u, xdot []T)
	// VJP follows Field, for the same batch: it adds λᵀ∂f/∂θ to dθ, and writes λᵀ∂f/∂x and λᵀ∂f/∂u to dx and du. With P
	// parameters dθ has P numbers, for the sum over the batch, or B·P, a row for each sample: those of a Jacobian. It
	// may be nil where all parameters are those of layers (nn.Layered).
	VJP(lambda, dtheta, dx, du []T)
	// Health counts what went wrong; the caller may clear it.
	Health() *Health
}

// Model is a learned vector field.
type Model[T nn.Float] struct {
	Spec  Spec
	Theta []T
	tape  func(theta []T, batch int) Tape[T] // of a composed model; nil: the family's
}

// New returns a model with freshly drawn parameters.
func New[T nn.Float](spec Spec, seed uint64) (*Model[T], error) {
	f, err := spec.checked()
	if err != nil {
		return nil, err
	}
	theta := make([]float64, f.Params(spec))
	f.Init(spec, rand.New(rand.NewPCG(seed, 0x1a9ca9e)), theta)
	m := &Model[T]{Spec: spec, Theta: make([]T, len(theta))}
	for i, x := range theta {
		m.Theta[i] = T(x)
	}
	return m, nil
}

// checked returns the family of a Spec that is sound.
func (s Spec) checked() (Family, error) {
	if err := s.Check(); err != nil {
		return Family{}, err
	}
	return lookup(s.Family)
}

// Params is the number of parameters of models of a Spec.
func Params(spec Spec) (int, error) {
	f, err := spec.checked()
	if err != nil {
		return 0, err
	}
	return f.Params(spec), nil
}

// With returns a model of the same Spec on the given parameters.
func With[T nn.Float](spec Spec, theta []T) (*Model[T], error) {
	f, err := spec.checked()
	if err != nil {
		return nil, err
	}
	if n := f.Params(spec); n != len(theta) {
		return nil, fmt.Errorf("a %s of this shape has %d parameters, not %d", spec.Family, n, len(theta))
	}
	return &Model[T]{Spec: spec, Theta: theta}, nil
}

// Chunk is how many samples are best evaluated at once: larger batches are worth splitting, since their streams would
// leave the cache between one product and the next; smaller ones read the weights more often. The optimum is flat:
// from 24 to 64 a step changes by a few per cent, for nets from 32 to 500 units wide.
const Chunk = 32

// Tape returns a tape for batches of up to batch states.
func (m *Model[T]) Tape(batch int) Tape[T] {
	if m.tape != nil {
		return m.tape(m.Theta, batch)
	}
	f, err := lookup(m.Spec.Family)
	if err != nil {
		panic("model: " + err.Error())
	}
	switch theta := any(m.Theta).(type) {
	case []float32:
		return any(f.Tape32(m.Spec, theta, batch)).(Tape[T])
	case []float64:
		return any(f.Tape64(m.Spec, theta, batch)).(Tape[T])
	}
	panic("model: parameters are float32 or float64")
}

// As finds what else a tape offers, such as Mechanics: of the batch last given to Field.
func As[O any, T nn.Float](t Tape[T]) (o O, ok bool) {
	if l, lifts := t.(*lifted[T]); lifts {
		o, ok = l.SecondOrder.(O)
		return o, ok
	}
	o, ok = t.(O)
	return o, ok
}

// FirstOrder says whether a tape's field is ẋ of (q, p), with q̇ a part of what is learned; in all others q̇ = v.
func FirstOrder[T nn.Float](t Tape[T]) bool {
	_, hamiltonian := t.(*hamilton[T])
	return hamiltonian
}

// Family is one kind of model: how many parameters it has, how they are drawn, how it is composed.
type Family struct {
	Name, Title string
	Check       func(Spec) error // what it asks beside Spec.Check; nil: nothing
	Params      func(Spec) int   // of a Spec that is sound
	Init        func(s Spec, r *rand.Rand, theta []float64)
	Tape32      func(s Spec, theta []float32, batch int) Tape[float32]
	Tape64      func(s Spec, theta []float64, batch int) Tape[float64]
	// see Model.Parts; nil: it cannot be taken apart
	Parts    func(s Spec, theta []float64) Parts
	Linear   func(Spec) []int          // see Model.Linear; nil: none
	Net      func(Spec) nn.Shape       // of the net that stands first in θ and gives L; nil: there is none
	Constant func(s Spec, at int) bool // whether that parameter of Linear is a constant mass; nil: there are none
	// whose forces stand last in θ, those of one node of many; nil: the Spec itself
	ForceSpec func(Spec) Spec
	Heads     bool // it has the heads of a Spec, plain and quadratic
	// it learns from windows of the motion alone, also where accelerations are recorded
	Rollouts bool
	// its coordinates belong to nodes, which share what is learned: it needs Spec.Nodes
	Nodes   bool
	Netless bool // it has no hidden layers
	Bare    bool // its net sees v and stands for all forces: it takes no part for friction
}

var families = []Family{lnn, delan, terms, baseline, hnn, node}

// Register adds a family that is composed in another package, which does so when it is initialised.
func Register(f Family) { families = append(families, f) }

// Families lists the names of the kinds of model.
func Families() []string {
	var names []string
	for _, f := range families {
		names = append(names, f.Name)
	}
	return names
}

// Title is the name in words of a family, for tables and figures.
func Title(name string) string {
	f, err := lookup(name)
	if err != nil {
		return name
	}
	return f.Title
}

// FamilyOf is the family of a name; the zero value where there is none.
func FamilyOf(name string) Family {
	f, _ := lookup(name)
	return f
}

func lookup(name string) (Family, error) {
	for _, f := range families {
		if f.Name == name {
			return f, nil
		}
	}
	return Family{}, fmt.Errorf("no model %q; there are %s", name, strings.Join(Families(), ", "))
}

// lifted makes a field ẋ = (v, a) of accelerations.
type lifted[T nn.Float] struct {
	SecondOrder[T]
	d, m                    int
	q, v, a, lambda, dq, dv []T
}

func lift[T nn.Float](d, m, batch int, s SecondOrder[T]) *lifted[T] {
	n := batch * d
	w := make([]T, 6*n)
	return &lifted[T]{SecondOrder: s, d: d, m: m, q: w[:n], v: w[n : 2*n], a: w[2*n : 3*n], lambda: w[3*n : 4*n],
		dq: w[4*n : 5*n], dv: w[5*n:]}
}

// Field implements Tape.
func (l *lifted[T]) Field(x, u, xdot []T) {
	d, B := l.d, len(x)/(2*l.d)
	for b := range B {
		r := x[2*b*d:]
		copy(l.q[b*d:(b+1)*d], r)
		copy(l.v[b*d:(b+1)*d], r[d:])
	}
	l.Accel(l.q[:B*d], l.v[:B*d], u, l.a[:B*d])
	for b := range B {
		r := xdot[2*b*d:]
		copy(r[:d], l.v[b*d:(b+1)*d])
		copy(r[d:2*d], l.a[b*d:(b+1)*d])
	}
}

// VJP implements Tape.
func (l *lifted[T]) VJP(lambda, dtheta, dx, du []T) {
	d, B := l.d, len(lambda)/(2*l.d)
	for b := range B {
		r := lambda[2*b*d:]
		copy(l.dv[b*d:(b+1)*d], r) // q̇ = v
		copy(l.lambda[b*d:(b+1)*d], r[d:])
	}
	clear(l.dq[:B*d])
	clear(du)
	l.SecondOrder.VJP(l.lambda[:B*d], dtheta, l.dq[:B*d], l.dv[:B*d], du)
	for b := range B {
		r := dx[2*b*d:]
		copy(r[:d], l.dq[b*d:(b+1)*d])
		copy(r[d:2*d], l.dv[b*d:(b+1)*d])
	}
}
