// Package ode integrates ordinary differential equations ẋ = f(t, x), one state or a batch of them at once, with
// methods that are values: explicit tableaux (Euler, RK4), adaptive pairs with dense output (Dopri5, Dop853) and
// geometric methods (Verlet, Midpoint, Variational). Solve takes one step size for a whole batch; Together integrates
// many solutions, each with its own, and evaluates their field at once.
//
// Sources: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I (2nd ed. 1993), Sections II.4–II.6,
// II.10; Hairer, Lubich, Wanner, Geometric Numerical Integration (2nd ed. 2006), Sections I.1, VI.3, VIII.6.
package ode

import (
	"context"
	"fmt"
	"lagrange/internal/vec"
	"math"
)

// Field evaluates ẋ = f(t, x) into dx. x and dx hold a batch of states row by row, (B, n) flattened; x must not be
// changed.
type Field func(t float64, x, dx []float64)

// Options says how to integrate; the zero value is Dopri5 with tolerances of 1e-9.
type Options struct {
	Method Method // zero = Dopri5

	// Adaptive methods keep the local error of every component below ATol + RTol |x|, in the root mean square over a
	// state. Zero = 1e-9 each.
	RTol, ATol float64

	// Step is the largest step of a fixed-step method: the distance between two times is divided evenly into steps not
	// above it; zero = one step. For an adaptive method it is the first step; zero = chosen from the field.
	Step float64

	// MaxSteps bounds the steps, rejected ones included. Zero = 1,000,000 for adaptive methods, no bound for the
	// others.
	MaxSteps int

	// Dim is n, the numbers in a state; zero = len(x0), one state. The error of a batch is the largest over its states,
	// so each is as accurate as if it were alone. Verlet reads a state as (q, v), so n must be even.
	Dim int

	// Variation is what a variational method integrates, with Dim and states (q, v); the field is not read then and may
	// be nil.
	Variation Variation
}

// Stats counts accepted steps, rejected steps, and evaluations of the field or variation by each state of a batch; of
// these evaluations of a variation, Second had second derivatives.
type Stats struct{ Steps, Rejected, Evals, Second int }

// Result holds the states at the times asked for.
type Result struct {
	X     []float64 // (len(times), len(x0)); NaN from row N on
	N     int       // rows reached, the start included
	Stats Stats
}

// Failure reports that a solution could not be continued beyond Time, the last time with a finite state.
type Failure struct {
	Time float64
	// the state in trouble, counted from 0, and the states in the batch; Row is -1 if it is not one alone
	Row, Of int
	Kind    Kind   // what kept the integration from going on
	Reason  string // that in words and, where there is one, the way out
}

// Kind says what a failure of an integration is.
type Kind string

// The kinds.
const (
	NotFinite     Kind = "not finite"     // the state or the field
	StepUnderflow Kind = "step underflow" // of an adaptive method, or a step below the resolution of time
	TooManySteps  Kind = "too many steps" // Options.MaxSteps
	NoConvergence Kind = "no convergence" // of the iteration of an implicit step
	SingularMass  Kind = "singular mass"  // momenta do not give velocities
)

// Error says when and why, and which state of a batch.
func (f *Failure) Error() string {
	if f.Row < 0 || f.Of < 2 {
		return fmt.Sprintf("stopped at t = %g: %s", f.Time, f.Reason)
	}
	return fmt.Sprintf("stopped at t = %g by state %d of %d: %s", f.Time, f.Row+1, f.Of, f.Reason)
}

// Solve starts at times[0] with x0, (B, n) flattened, and reports the state at every time. The times are strictly
// monotone, forward or backward. An adaptive method takes the steps it likes and fills in the times between by its
// dense output; the field is never evaluated beyond the last time.
//
// The error is that of ctx, or a *Failure when the state or the field ceases to be finite, the step underflows,
// MaxSteps are not enough or an implicit step does not converge. What was reached before is in the Result either way.
func Solve(ctx context.Context, f Field, x0, times []float64, o Options) (Result, error) {
	o = o.defaults(x0, times)
	r := Result{X: make([]float64, len(times)*len(x0)), N: 1}
	for i := copy(r.X, x0); i < len(r.X); i++ {
		r.X[i] = math.NaN()
	}
	s := newStepper(f, times[0], x0, o)
	var err error
	switch {
	case !vec.Finite(x0):
		err = s.stop(s.bad(x0), NotFinite, "the start is not finite")
	case o.Method.Adaptive():
		err = s.adapt(ctx, times, &r)
	default:
		err = s.march(ctx, times, &r)
	}
	r.Stats = s.stats
	return r, err
}

func (o Options) defaults(x0, times []float64) Options {
	if o.Method.Name == "" && o.Method.Order == 0 {
		o.Method = Dopri5
	}
	for _, p := range []float64{o.RTol, o.ATol, o.Step} {
		if !(p >= 0) || math.IsInf(p, 0) {
			panic(fmt.Sprintf("ode: a tolerance or step of %v, want a positive number, or 0 for the default", p))
		}
	}
	if o.RTol == 0 {
		o.RTol = 1e-9
	}
	if o.ATol == 0 {
		o.ATol = 1e-9
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = math.MaxInt
		if o.Method.Adaptive() {
			o.MaxSteps = 1_000_000
		}
	}
	if o.Dim == 0 {
		o.Dim = len(x0)
	}
	if len(x0) == 0 || o.Dim < 0 || len(x0)%o.Dim != 0 {
		panic(fmt.Sprintf("ode: %d numbers are no batch of states of %d", len(x0), o.Dim))
	}
	if o.Method.pairs && o.Dim%2 != 0 {
		panic(fmt.Sprintf("ode: %s wants states (q, v), Dim is %d", o.Method.Name, o.Dim))
	}
	if len(times) == 0 {
		panic("ode: no times")
	}
	for i, t := range times {
		if !vec.IsFinite(t) || i > 0 && !((t-times[i-1])*(times[min(i, 1)]-times[0]) > 0) {
			panic(fmt.Sprintf("ode: times[%d] = %v, want finite and strictly monotone times", i, t))
		}
	}
	return o
}
