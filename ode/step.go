package ode

import (
	"context"
	"lagrange/internal/vec"
	"math"
)

// stepper carries one integration: the state x at time t, the trial state y one step on, and the stages k.
type stepper struct {
	Options
	f     Field
	t     float64
	x, y  []float64   // (B, n)
	w     []float64   // scratch, (B, n)
	k     [][]float64 // s stages, k_s = f(t + h, y), dense stages
	F     [][]float64 // dense output
	fresh bool        // k[0] can be used as it is
	worst int         // the state with the largest error, or the first that is not finite
	stats Stats
	gauss *gauss // of a variational method, for which x and y are (q, p)
}

func newStepper(f Field, t float64, x0 []float64, o Options) *stepper {
	m, n := o.Method, len(x0)
	s := &stepper{Options: o, f: f, t: t, k: make([][]float64, max(1, len(m.Tableau.B))+1+len(m.Dense.C))}
	if m.Adaptive() {
		s.F = make([][]float64, 3+len(m.Dense.D))
	}
	pool := make([]float64, (3+len(s.k)+len(s.F))*n)
	cut := func(rows ...*[]float64) {
		for _, p := range rows {
			*p, pool = pool[:n:n], pool[n:]
		}
	}
	cut(&s.x, &s.y, &s.w)
	for i := range s.k {
		cut(&s.k[i])
	}
	for i := range s.F {
		cut(&s.F[i])
	}
	copy(s.x, x0)
	if m.Variational() {
		s.gauss = newGauss(s)
	}
	return s
}

// march takes evenly divided fixed steps from each time to the next.
func (s *stepper) march(ctx context.Context, times []float64, r *Result) error {
	advance := s.Method.advance
	if advance == nil {
		advance = explicit
	}
	if s.gauss != nil && len(times) > 1 {
		s.gauss.start()
	}
	for i, t1 := range times[1:] {
		t0, m := times[i], 1.
		if s.Step > 0 {
			m = max(1, math.Ceil(math.Abs(t1-t0)/s.Step*(1-1e-12))) // 0.3/0.1 is 3 steps, whatever its last bit
		}
		h := (t1 - t0) / m
		for j := 1.; j <= m; j++ {
			if err := s.may(ctx, h); err != nil {
				return err
			}
			if err := advance(s, h); err != nil {
				return err
			}
			if !vec.Finite(s.y) {
				return s.stop(s.bad(s.y), NotFinite, "the state is no longer finite; a smaller step may help")
			}
			s.x, s.y, s.t = s.y, s.x, t0+j*h
			s.stats.Steps++
		}
		s.t = t1
		x := s.x
		if s.gauss != nil {
			x = s.y
			if err := s.gauss.velocities(x); err != nil {
				return err
			}
		}
		copy(r.row(i+1, len(x)), x)
	}
	return nil
}

func (r *Result) row(i, n int) []float64 { r.N = i + 1; return r.X[i*n : (i+1)*n] }

// may refuses a step h that ctx, MaxSteps or the resolution of time forbids.
func (s *stepper) may(ctx context.Context, h float64) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.stats.Steps+s.stats.Rejected >= s.MaxSteps:
		return s.stop(-1, TooManySteps, "the bound on the number of steps is reached")
	case s.t+h == s.t:
		return s.stop(s.bad(s.x), StepUnderflow, "the step underflows")
	}
	return nil
}

// explicit takes one step of the tableau into y.
func explicit(s *stepper, h float64) error {
	s.fresh = false
	s.stages(h)
	return nil
}

// stages evaluates k_0 … k_{s−1} and the new state y.
func (s *stepper) stages(h float64) {
	T := s.Method.Tableau
	if !s.fresh {
		s.eval(s.t, s.x, s.k[0])
		s.fresh = true
	}
	for i := 1; i < len(T.B); i++ {
		s.stage(i, h, T.C[i], T.A[i])
	}
	s.sum(s.y, T.B)
	shift(s.y, s.x, h)
}

// stage evaluates k_i = f(t + c h, x + h Σ a_j k_j).
func (s *stepper) stage(i int, h, c float64, a []float64) {
	s.sum(s.w, a)
	shift(s.w, s.x, h)
	s.eval(s.t+c*h, s.w, s.k[i])
}

func (s *stepper) eval(t float64, x, dx []float64) {
	s.f(t, x, dx)
	s.stats.Evals++
}

// sum sets out = Σ_j w_j k_j. It is added to x last, so a step rounds x once.
func (s *stepper) sum(out, w []float64) {
	clear(out)
	for j, w := range w {
		if w == 0 {
			continue
		}
		for i, k := range s.k[j][:len(out)] {
			out[i] += w * k
		}
	}
}

// shift sets y = x + h y.
func shift(y, x []float64, h float64) {
	for i, x := range x[:len(y)] {
		y[i] = x + h*y[i]
	}
}

func (s *stepper) stop(row int, kind Kind, reason string) *Failure {
	return &Failure{s.t, row, len(s.x) / s.Dim, kind, reason}
}

// bad returns the first state with a non-finite number in z, or -1.
func (s *stepper) bad(z []float64) int {
	for b := 0; b < len(z)/s.Dim; b++ {
		if !vec.Finite(z[b*s.Dim : (b+1)*s.Dim]) {
			return b
		}
	}
	return -1
}
