package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/model"
)

// WeakOptions says how a weak initialisation is made. Zero values stand for the documented defaults.
type WeakOptions struct {
	Half    float64 // half-length T of the bumps, in the unit of time; has to be given
	Ridge   float64 // ρ, in units of the mean diagonal element of the columns of L; default 1e-7
	Rounds  int     // solutions of the least-squares problem; default 12
	Floor   float64 // least eigenvalue of M wanted, in units in which the mean of its diagonal is 1; default 0.05
	Bumps   int     // at most so many; default what 2²⁴ numbers have room for
	Workers int     // cores; default all
}

// WeakInitialisation is ConvexInitialisation without accelerations, which a smoother of noisy positions finds too small
// where the motion is fast. The equation of motion is multiplied by bumps ψ of half-length T and integrated by parts,
//
//	r = −∫ (ψ̇ L_v + ψ (L_q + F)) dt / ∫ ψ dt,   ψ(t) = (1 − s²)⁴,   s = (t − t_c)/T,
//
// about centres a third of T apart: the force that the smoothed motion (q, v) leaves unexplained on the average over a
// bump. It is linear in the coefficients of L, in gains and offsets, and in those of friction (model.Dissipation),
// which bring no energy. With M_c that of the solution before at the centre, and σ_a the scale of accelerations,
//
//	mean |M_c⁻¹ r/σ_a|² + ρ |b|² + κ Σ (floor − uᵀM u)₊²   is least,   mean tr M = d,
//
// where b are the coefficients of L but for constant masses. The model is left at the solution that leaves least of the
// first sum, of those whose M is positive definite at all centres; without one it is as it was, and InitialGuess says
// so. The error is ctx's.
func WeakInitialisation(ctx context.Context, m *model.Model[float64], o *Measured,
	c WeakOptions) (InitialGuess, error) {
	w := &weakSolver{m: m, o: o, c: c}
	defer w.close()
	return w.solve(ctx, c.Ridge)
}

// weakSolver finds weak initialisations with bumps of one length and several ridges: what depends on no ridge, the rows
// above all, is made once, when it is first asked for.
type weakSolver struct {
	m     *model.Model[float64]
	o     *Measured
	c     WeakOptions
	p     *convexProblem // nil: not yet made, or there is none
	guess InitialGuess   // without a solution
	first []float64      // θ before it
	at    []float64      // where the problem was made linear
}

// prepare makes the problem.
func (w *weakSolver) prepare() {
	w.first = slices.Clone(w.m.Theta)
	p, why := newWeakProblem(w.m, w.o, w.c)
	if w.guess.Why = why; why != "" {
		return
	}
	w.p = p
	w.guess = InitialGuess{Samples: len(p.samples), Columns: p.n, After: math.Inf(1)}
	if w.guess.Samples*p.d < p.n/2 {
		w.guess.Why = fmt.Sprintf("%d bumps are too few for %d parameters", w.guess.Samples, p.n)
		return
	}
	p.evaluate()
	p.calm()
	p.linearise()
	w.at = slices.Clone(w.m.Theta)
	w.guess.Before = p.evaluate()
}

// solve leaves the model at the solution with a ridge; without one it is as it was.
func (w *weakSolver) solve(ctx context.Context, ridge float64) (InitialGuess, error) {
	if w.first == nil {
		w.prepare()
	}
	s := w.guess
	if s.Why != "" {
		return s, nil
	}
	copy(w.m.Theta, w.at)
	clear(w.p.weak.delta)
	w.p.weak.c.Ridge = cmp.Or(ridge, defaultRidge)
	kept := w.p.floors(ctx, solverRidge, &s)
	if kept == nil {
		kept = w.first
		s.Why = fmt.Sprintf("none of %d solutions had a positive definite mass matrix", s.Rounds)
	}
	copy(w.m.Theta, kept)
	return s, ctx.Err()
}

// close ends its cores.
func (w *weakSolver) close() {
	if w.p != nil {
		w.p.team.Close()
	}
}

// solverRidge keeps the normal matrix positive definite; the ridge of the problem is beside it.
const solverRidge = 1e-12

// defaultRidge is ρ where none is given.
const defaultRidge = 1e-7

// weakKappa is the first κ: noise leaves residuals that are large beside those that exact accelerations leave.
const weakKappa = 0.025

// newWeakProblem is the convex problem whose samples are the centres of bumps.
func newWeakProblem(m *model.Model[float64], o *Measured, c WeakOptions) (*convexProblem, string) {
	if !(c.Half > 0) {
		panic("train: bumps have a length")
	}
	if _, ok := model.As[model.Slopes[float64]](m.Tape(1)); !ok {
		return nil, "a " + model.Title(m.Spec.Family) + " has no weak form"
	}
	w := &weakForm{o: o, c: c, friction: model.DissipationOf(m.Spec, len(m.Theta))}
	d, n := o.D, len(m.Linear())+w.friction.Len()
	if w.c.Bumps == 0 {
		w.c.Bumps = max(1, (1<<24)/(d*max(1, n)))
	}
	if w.c.Floor == 0 {
		w.c.Floor = 0.05
	}
	w.place()
	if len(w.bumps) == 0 {
		return nil, fmt.Sprintf("no stretch of the recording is as long as two half-lengths of %.3g", c.Half)
	}
	centres := &Accelerations[float64]{Penalty: L2, N: len(w.bumps)}
	for _, b := range w.bumps {
		from := &o.Of[b.of]
		centres.X = append(centres.X, from.state(b.centre)...)
		centres.U = append(centres.U, from.U[b.centre*o.M:(b.centre+1)*o.M]...)
	}
	centres.A = make([]float64, len(w.bumps)*d)
	p, why := newConvexProblem(m, centres, ConvexOptions{Rounds: c.Rounds, Floor: w.c.Floor, Samples: len(w.bumps),
		Workers: c.Workers})
	if why != "" {
		return nil, why
	}
	for i := range p.samples {
		p.samples[i] = i
	}
	p.weak = w
	p.allocate(n)
	w.delta, w.free = make([]float64, n), make([]bool, n)
	w.friction.Set(m.Theta, make([]float64, w.friction.Len())) // it is linear in its coefficients from 0 on
	for _, j := range m.Unpenalised() {
		w.free[j] = true
	}
	return p, ""
}
