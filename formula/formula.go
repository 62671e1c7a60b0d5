// Package formula finds a sum of terms for the Lagrangian of a learned model. The accelerations of the model are free
// of noise and can be had at any state; what is looked for are coefficients β of a library of terms for which the
// Euler–Lagrange equation leaves nothing of them,
//
//	r = Σ β_k (d/dt ∂h_k/∂v − ∂h_k/∂q) = 0,
//
// up to the scale of L, as in [Purnomo2023], and then the fewest terms that leave no more than the model itself is off
// by; doc/theory.md, "A formula for what a network has learned".
package formula

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lagrange/model"
)

// Task is what a formula is looked for of.
type Task struct {
	Of     *model.Model[float64] // whose accelerations are explained
	States []float64             // (N, 2d), those of one motion one after the other
	Terms  [][]model.Term        // the library; nil: Spec.DefaultTerms, and inverse powers in the potential
	More   []string              // terms that are added to it, see model.Spec.TermOf
	// Parameters are the system parameters of the model at which it is explained; nil: their means.
	Parameters []float64
	// Error is that of the accelerations of the model, relative to their size: what a formula need not be better than.
	Error float64
	Most  int // terms; 0: as many as it takes
	// of a Hamiltonian network, see legendre
	accel       []float64
	coordinates []model.Coordinate
}

// Size is the best formula of so many terms.
type Size struct {
	Terms int     `json:"terms"`
	Error float64 `json:"error"` // of accelerations at states that did not find it, relative to their size
}

// Found is a formula.
type Found struct {
	Model   *model.Model[float64] // a sum of terms, in the unit of L and with the forces of the model
	Library int                   // terms looked at
	// Proposed are terms that the library lacked, found by symbolic regression.
	Proposed []string
	Assumed  string            // beside the accelerations; "" nothing
	Labels   map[string]string // short names of terms that are sums over the nodes of a graph
	// States are those of the formula: of a Hamiltonian network (q, v) in place of (q, p).
	States []float64
	Front  []Size  // from the largest to the smallest
	Error  float64 // that of the chosen one
	// Free is how many more combinations of the terms that were chosen leave nothing of the accelerations: parts of L
	// that do not know one another have a scale each.
	Free int
	// Others are the parameters that would have been found if the accelerations had other errors of the size of theirs.
	Others [][]float64
}

// Find finds a formula. The error says why there is none. Where the library leaves clearly more than the model is off
// by, terms that it lacks are looked for.
func Find(ctx context.Context, t Task) (*Found, error) {
	if t.Of.Spec.Nodes != nil {
		t, labels, err := t.sites()
		if err != nil {
			return nil, err
		}
		f, err := t.find(ctx)
		if err == nil {
			f.Labels = labels
		}
		return f, err
	}
	if model.FirstOrder(t.Of.Tape(1)) {
		var err error
		if t, err = t.legendre(); err != nil {
			return nil, err
		}
	}
	f, why := t.find(ctx)
	enough := lacking
	if t.Of.Spec.D() == 1 {
		enough = lackingAlone
	}
	if ctx.Err() != nil || why == nil && f.Front[0].Error <= enough*max(t.Error, rounding) ||
		why != nil && !errors.Is(why, errNone) && !errors.Is(why, errMass) {
		return f, why
	}
	texts, err := t.propose(ctx)
	if err != nil || texts == nil {
		return f, why
	}
	t.More = append(slices.Clone(t.More), texts...)
	if g, err := t.find(ctx); err == nil && (why != nil || g.Error < f.Error) {
		g.Proposed = texts
		return g, nil
	}
	return f, why
}

// find finds a formula among the terms of a library.
func (t Task) find(ctx context.Context) (*Found, error) {
	e, err := newEquations(t)
	if err != nil {
		return nil, err
	}
	f := &Found{Library: len(e.at), Assumed: e.assumed, States: t.States}
	if err := e.weigh(ctx); err != nil {
		return nil, err
	}
	sizes, err := e.front(ctx)
	if err != nil {
		return nil, err
	}
	least := math.Inf(1)
	for _, at := range sizes {
		s := Size{len(at), e.left(e.check, at, e.solve(e.learn, at))}
		f.Front, least = append(f.Front, s), min(least, s.Error)
	}
	allowed, why := max(slack*t.Error, rounding, slack*least), errNone
	for k := len(sizes) - 1; k >= 0; k-- { // from the smallest on
		s := f.Front[k]
		if t.Most > 0 && s.Terms > t.Most {
			break
		}
		if s.Error > allowed && s.Terms != t.Most {
			continue
		}
		if ok, err := e.choose(f, sizes[k]); ok || err != nil {
			return f, err
		}
		why = errMass
	}
	if t.Most > 0 {
		return nil, fmt.Errorf("%d terms are too few, or too many: there is no formula of so many", t.Most)
	}
	return nil, why
}

// front drops one term after the other.
func (e *equations) front(ctx context.Context) (sizes [][]int, err error) {
	if e.solve(e.learn, e.at) == nil {
		return nil, errNone
	}
	for at := e.at; at != nil; at = e.without(at) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sizes = append(sizes, at)
	}
	return sizes, nil
}

// choose makes a formula of some terms, unless its mass matrix is not positive definite at all states: where these
// differ in too few directions, L may do without a mass.
func (e *equations) choose(f *Found, at []int) (ok bool, err error) {
	β := e.solve(e.learn, at)
	f.Free = e.free(at, max(e.left(e.check, at, β), e.t.Error))
	if β = e.settled(e.learn, at, f.Free); β == nil || !e.positive(at, β) {
		return false, nil
	}
	f.Error = e.left(e.check, at, β)
	if f.Model, err = e.model(at, β); err != nil {
		return false, err
	}
	f.Others, err = e.others(at, β, max(f.Error, e.t.Error), f.Free)
	return true, err
}

const (
	lacking = 2.0 // times the error of the model leaves a library that lacks something
	// lackingAlone is that of one coordinate. Any motion of one has a Lagrangian, errors of a network included: of a
	// pendulum's, off by 1.7e-5, the library left 5.4e-5, and a proposal nothing. Of a relativistic particle's, off by
	// 0.026, it leaves 6.2. Not tuned.
	lackingAlone = 20.0
	slack        = 1.2  // times the least error, or that of the model: what a formula with fewer terms may have
	rounding     = 1e-6 // or this, which Gram matrices leave
)

var errNone = errors.New("no sum of the terms of the library with a mass for each coordinate comes near to the " +
	"accelerations")

var errMass = errors.New("the mass matrix of a sum of terms that gives the accelerations is not positive at all " +
	"states: they may differ in too few directions")

// without drops the term that is missed least, of those that leave the mass matrix positive definite at all states, if
// there are any; nil where all that are left are needed.
func (e *equations) without(at []int) (best []int) {
	for _, i := range e.missed(at) {
		if len(at) == 1 {
			break
		}
		some := slices.Delete(slices.Clone(at), i, i+1)
		β := e.solve(e.learn, some)
		if β == nil {
			continue
		}
		if e.positive(some, β) {
			return some
		}
		if best == nil {
			best = some
		}
	}
	return best
}

// missed are the places of terms that may go, the one that is missed least first: with C = G⁻¹ what is left without
// term k is 1/(tᵀCt − (tᵀC)_k²/C_kk).
func (e *equations) missed(at []int) (order []int) {
	g, unit := inUnits(e.learn, at)
	n := len(at)
	t := mat.NewVecDense(n, nil)
	for i, k := range at {
		t.SetVec(i, e.trace[k]*unit[i])
		g.SetSym(i, i, g.At(i, i)+tiny)
	}
	var chol mat.Cholesky
	var condition mat.Condition // large: G is as good as singular, as it should be
	var C mat.SymDense
	if !chol.Factorize(g) {
		return nil
	}
	if err := chol.InverseTo(&C); err != nil && !errors.As(err, &condition) {
		return nil
	}
	var tC mat.VecDense
	tC.MulVec(&C, t)
	less := make([]float64, n) // of tᵀCt
	for i, k := range at {
		if less[i] = tC.AtVec(i) * tC.AtVec(i) / C.At(i, i); !e.needed(at, k) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(less[a], less[b]) })
	return order
}

// needed says whether a term is the last one of a diagonal element of the mass matrix.
func (e *equations) needed(at []int, k int) bool {
	o := e.of[k]
	if o == 0 {
		return false
	}
	i, j := model.MassElement(o)
	if i != j {
		return false
	}
	n := 0
	for _, l := range at {
		if e.spec.Moves(e.terms[l], i) {
			return false
		}
		if e.of[l] == o {
			n++
		}
	}
	return n == 1
}

// model is the sum of some terms, with the forces of the model that it explains.
func (e *equations) model(at []int, β []float64) (*model.Model[float64], error) {
	s := e.spec
	s.Terms = make([][]model.Term, len(e.spec.Terms))
	var theta []float64
	for i, k := range at {
		s.Terms[e.of[k]] = append(s.Terms[e.of[k]], e.terms[k])
		theta = append(theta, β[i])
	}
	return model.With(s, append(theta, e.forces...))
}

// Thinned are n of the states (N, width), evenly.
func Thinned(x []float64, width, n int) (some []float64) {
	N := len(x) / width
	for i := range min(n, N) {
		at := i * N / min(n, N)
		some = append(some, x[at*width:(at+1)*width]...)
	}
	return some
}
