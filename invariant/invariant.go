// Package invariant finds what a motion conserves: functions C(q, v) with ∇C·f = 0 along its field ẋ = f(x), in
// libraries of candidates, how many of them are functionally independent, and how far each of them drifts.
//
// The search is that of a null space, as in [Liu2022]: with the values Φ and the rates Φ̇ of candidates φ_k at sampled
// states, C = Σ c_k φ_k changes by |Φ̇c| while it differs between states by |Φc|. Numbers that are conserved have a
// ratio down to the error of the field; doc/theory.md, "Conserved quantities".
package invariant

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Coordinate is the name of one q and of its velocity, and the period of an angle (0: none).
type Coordinate struct {
	Name, Velocity string
	Period         float64
}

// System is a motion ẋ = f(x) of states x = (q, v). Its functions are called one after the other.
type System struct {
	Coordinates []Coordinate
	Field       func(x, xdot []float64)
	Energy      func(x []float64) float64 // E; nil: not known
	Momentum    func(x, p []float64)      // p = L_v (d); nil: not known
	// Error is that of the accelerations, relative to their size: 0 of a true system.
	Error float64
	// Span is the time over which drift is measured; 0: ten times that in which velocities change.
	Span float64
}

// Term is a candidate with what stands in front of it.
type Term struct {
	Text  string  `json:"term"`
	Value float64 `json:"value"`
}

// Invariant is a conserved quantity.
type Invariant struct {
	Name  string `json:"name"` // energy, momentum, angular momentum, …
	Terms []Term `json:"terms"`
	// Rate is the root mean square of Ċ over states that did not find it, in units of its standard deviation between
	// states and of the time in which velocities change.
	Rate float64 `json:"rate"`
	// Error is the relative error of the accelerations that would explain Ċ: less than Tolerance.
	Error float64 `json:"explained_by"`
	// Drift is the largest change along roll-outs from such states, in units of the standard deviation between states;
	// negative: no roll-out could be followed.
	Drift float64                   `json:"drift"`
	Value func(x []float64) float64 `json:"-"`
}

// Result is what was found.
type Result struct {
	Found      []Invariant `json:"found"`
	Candidates int         `json:"candidates"` // functions looked at
	Tolerance  float64     `json:"tolerance"`  // what Error was held against
	Next       float64     `json:"next"`       // least Error of what is not conserved; 0: of nothing
	Directions int         `json:"directions"` // of state space in which the states differ,
	Of         int         `json:"of"`         // of 2d
	Time       float64     `json:"time"`       // in which velocities change
	Span       float64     `json:"span"`       // of roll-outs
	Left       []string    `json:"left,omitempty"`
}

// Least is the fewest states that say anything.
const Least = 60

const (
	exact     = 1e-6 // tolerance of a true system: what is left of rates by differences
	rateShare = 5    // times the error of the accelerations: tolerance, for errors are larger at some states
	loosest   = 0.01 // tolerance: beyond, functions that are not conserved pass
	loose     = 0.1  // greatest Rate
	mostDrift = 0.2  // and Drift
	longest   = 6    // terms, or two for each coordinate: with more, errors of accelerations can be made up for
	most      = 400  // candidates at once
	// coordinates: of more, those that swing in modes have a quadratic function for each mode and for each two of one
	// frequency
	mostQuadratic = 6
)

// search is the work of Find.
type search struct {
	System
	ctx      context.Context
	d        int
	lib      *library
	levels   []level
	learn    *sample // states that find,
	check    *sample // and those that confirm
	T        float64 // in which velocities change
	accel    []float64
	mean, sd []float64 // of x
	span     [][]float64
	means    []float64 // of the functions
	sds      []float64
	paths    [][]float64                               // roll-outs, each (samples, 2d)
	turns    []func(x []float64, by float64) []float64 // of angular momenta found
	r        Result
}

// Find looks for what a system conserves, among states (N, 2d), N ≥ Least, in whose neighbourhood the field is known.
// Every third state is kept apart to confirm. The error is that of the context, or says that there are too few states.
func Find(ctx context.Context, s System, states []float64) (Result, error) {
	d := len(s.Coordinates)
	N := len(states) / (2 * d)
	if N < Least {
		return Result{}, fmt.Errorf("%d states: conserved quantities ask for %d at least", N, Least)
	}
	f := &search{System: s, ctx: ctx, d: d, lib: newLibrary(s, states)}
	f.scales(states)
	f.narrowed(N)
	var learn, check []float64
	for n := range N {
		if x := states[2*d*n : 2*d*(n+1)]; n%3 == 2 {
			check = append(check, x...)
		} else {
			learn = append(learn, x...)
		}
	}
	f.learn, f.check = f.sampled(learn), f.sampled(check)
	f.units(f.learn)
	f.inUnits(f.learn)
	f.inUnits(f.check)
	f.r.Tolerance = min(loosest, max(exact, rateShare*s.Error))
	f.r.Next, f.r.Time, f.r.Span = math.Inf(1), f.T, s.Span
	if f.r.Span == 0 {
		f.r.Span = 10 * f.T
	}
	f.r.Directions, f.r.Of = len(f.span), 2*d
	err := f.follow()
	if err == nil {
		err = f.look()
	}
	if math.IsInf(f.r.Next, 1) {
		f.r.Next = 0
	}
	return f.r, err
}

// scales are mean and spread of the states, the size of accelerations, and T.
func (f *search) scales(states []float64) {
	n := 2 * f.d
	N := len(states) / n
	f.mean, f.sd, f.accel = make([]float64, n), make([]float64, n), make([]float64, f.d)
	a, square, dx := make([]float64, f.d), make([]float64, n), make([]float64, n)
	for b := range N {
		x := states[b*n : (b+1)*n]
		f.Field(x, dx)
		for i, y := range x {
			f.mean[i] += y / float64(N)
			square[i] += y * y / float64(N)
		}
		for i := range f.d {
			a[i] += dx[f.d+i] * dx[f.d+i] / float64(N)
		}
	}
	rate := 0.0
	for i := range n {
		f.sd[i] = math.Sqrt(max(0, square[i]-f.mean[i]*f.mean[i]))
	}
	for i := range f.d {
		f.accel[i] = math.Sqrt(a[i])
		if v := square[f.d+i]; v > 0 {
			rate = max(rate, a[i]/v)
		}
	}
	f.T = 1
	if rate > 0 {
		f.T = 1 / math.Sqrt(rate)
	}
	f.span = f.directions(states)
}

// narrowed leaves out the libraries that are too large for so many states, and functions that are in no other.
func (f *search) narrowed(N int) {
	used := make([]bool, len(f.lib.functions))
	for _, l := range levels {
		at := f.lib.of(l)
		if len(at) > most || 3*len(at) > N || l.momenta*(l.degree+1) > 1 && f.d > mostQuadratic {
			f.r.Left = append(f.r.Left, l.title)
			continue
		}
		f.levels = append(f.levels, l)
		for _, k := range at {
			used[k] = true
		}
	}
	var kept []function
	for k, g := range f.lib.functions {
		if used[k] {
			kept = append(kept, g)
		}
	}
	f.lib.functions = kept
	f.r.Candidates = len(kept)
}

// look goes through the libraries from the simplest to the largest: through all of them for short combinations, and
// then through their null spaces.
func (f *search) look() error {
	for _, through := range []func(level, []int){f.short, f.long} {
		for _, l := range f.levels {
			if err := f.ctx.Err(); err != nil {
				return err
			}
			if at := f.lib.of(l); len(at) > 0 && len(f.r.Found) < f.most() {
				through(l, at)
			}
		}
	}
	return nil
}

// most is how many independent functions can be conserved where states differ in so many directions: the field is
// orthogonal to all their gradients.
func (f *search) most() int { return len(f.span) - 1 }

// short takes short combinations of the functions at of the library.
func (f *search) short(l level, at []int) {
	for _, s := range f.shorts(at) {
		c := make([]float64, len(at))
		for i, k := range s.of {
			c[k] = s.c[i]
		}
		f.take(l, at, c)
	}
}

// long takes combinations that span the null space of the functions at.
func (f *search) long(l level, at []int) {
	null := f.null(at)
	for i, c := range null {
		null[i] = f.sparse(at, c)
	}
	slices.SortStableFunc(null, func(a, b []float64) int { return terms(a) - terms(b) })
	for _, c := range null {
		if f.Error == 0 || terms(c) <= max(longest, 2*f.d) {
			f.take(l, at, c)
		}
	}
}

// take takes a combination that holds at the states that confirm and on roll-outs, and is no function of what was
// found.
func (f *search) take(l level, at []int, c []float64) {
	if len(f.r.Found) >= f.most() {
		return
	}
	x := f.measured(at, c)
	if !(x.Error <= f.r.Tolerance) || !(x.Rate < loose) || !f.independent(x) {
		return
	}
	if x.Drift = f.drift(x); x.Drift > mostDrift {
		return
	}
	f.named(l, at, c, &x)
	f.r.Found = append(f.r.Found, x)
}

// terms is how many coefficients are not 0.
func terms(c []float64) (n int) {
	for _, x := range c {
		if x != 0 {
			n++
		}
	}
	return n
}
