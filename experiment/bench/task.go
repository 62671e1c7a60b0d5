// Package bench is what experiments share: samples of true systems, tasks with their records and roll-outs, trainings
// on a clock, errors and how they are told.
package bench

import (
	"context"
	"errors"

	"lagrange/internal/lin"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// body is what a task needs of a true system; every mech.System is one.
type body interface {
	Dim() int
	Accel(q, v, a []float64)
	Momentum(q, v, p []float64)
	Energy(q, v []float64) float64
}

// Records are recorded states (q, v), row by row, in motions of equal steps.
type Records struct {
	X     []float64 // (rows, 2d)
	V, A  []float64 // recorded q̇ and q̈ (rows, d); nil: there are none
	Start []int     // first rows of windows of WindowSteps steps
}

// WindowSteps is the length of the windows of recorded motions.
const WindowSteps = 4

// Task is a system that all models learn from the same records, and roll-outs by which they are measured.
type Task struct {
	Name, Title  string
	Body         body
	Period       float64 // of the coordinates; 0: they are no angles
	Dt           float64
	Share        float64 // of the training time, for each model
	Most         int     // of steps; 0: no bound
	Learn, Valid Records
	Fresh        []float64 // states (rows, 2d), (q, v), that no training sees; nil: there are none but the starts
	Starts       []float64 // (n, 2d), (q, v)
	Times        []float64
	Truth        [][]float64 // of each start (times, 2d), (q, v)
	Measures     []string    // what score measures, the first is what counts
	Score        func(t *Task, paths [][]float64) []float64
	Curve        func(t *Task, paths [][]float64) []float64 // over the times, for the figure
	YLabel       string
	Published    map[string]string // by model
}

// ToMomenta returns states (q, p) for rows (q, v).
func ToMomenta(b body, x []float64) []float64 {
	d, y := b.Dim(), append([]float64(nil), x...)
	for at := 0; at < len(x); at += 2 * d {
		b.Momentum(x[at:at+d], x[at+d:at+2*d], y[at+d:at+2*d])
	}
	return y
}

// toVelocities is the inverse of ToMomenta for a momentum that is linear in v.
func toVelocities(b body, x []float64) []float64 {
	d, y := b.Dim(), append([]float64(nil), x...)
	M, F, e, w := make([]float64, d*d), make([]float64, d*d), make([]float64, d), lin.NewWork[float64](d)
	for at := 0; at < len(x); at += 2 * d {
		q := x[at : at+d]
		for i := range d {
			e[i] = 1
			b.Momentum(q, e, M[i*d:(i+1)*d])
			e[i] = 0
		}
		lin.Solve(d, w.Factor(d, M, F), F, x[at+d:at+2*d], y[at+d:at+2*d])
	}
	return y
}

// derivatives are the weights, times 12 h, of the derivative at
// each of five equidistant points of the polynomial through them.
var derivatives = [5][5]float64{
	{-25, 48, -36, 16, -3}, {-3, -10, 18, -6, 1}, {1, -8, 0, 8, -1}, {-1, 6, -18, 10, 3}, {3, -16, 36, -48, 25},
}

// rates returns the derivatives of the second half of the states,
// from five-point formulas where there are no records of them.
func (t *Task) rates(r *Records, X []float64, canonical bool) []float64 {
	d := t.Body.Dim()
	a := make([]float64, len(X)/2)
	switch {
	case r.A == nil:
		for _, s := range r.Start {
			for k, weights := range derivatives {
				for j, w := range weights {
					for i := range d {
						a[(s+k)*d+i] += w * X[2*(s+j)*d+d+i] / (12 * t.Dt)
					}
				}
			}
		}
	case canonical: // the mass is constant
		for at := 0; at < len(a); at += d {
			t.Body.Momentum(X[2*at:2*at+d], r.A[at:at+d], a[at:at+d])
		}
	default:
		copy(a, r.A)
	}
	return a
}

// Objective is the derivatives of the states, recorded or by five-point formulas.
func (t *Task) Objective(r *Records, c Contestant) train.Objective[float64] {
	d, X := t.Body.Dim(), r.X
	if c.Canonical {
		X = ToMomenta(t.Body, X)
	}
	o := &train.Accelerations[float64]{X: X, A: t.rates(r, X, c.Canonical), N: len(X) / (2 * d), Penalty: c.Penalty}
	switch {
	case c.Family != "hnn":
	case r.V != nil:
		o.Qdot = r.V
	default: // the formulas for q, in the place of p
		turned := make([]float64, len(X))
		for at := 0; at < len(X); at += 2 * d {
			copy(turned[at+d:at+2*d], X[at:at+d])
		}
		o.Qdot = t.rates(r, turned, false)
	}
	return o
}

// windows is the loss of motions from recorded states.
func (t *Task) windows(r *Records, c Contestant) train.Objective[float64] {
	X := r.X
	if c.Canonical {
		X = ToMomenta(t.Body, X)
	}
	h := make([]float64, len(X)/(2*t.Body.Dim()))
	for i := range h {
		h[i] = t.Dt
	}
	return &train.Segments[float64]{Steps: WindowSteps, X: X, H: h, First: r.Start, Penalty: c.Penalty}
}

// stage is a part of a training.
type stage struct {
	learn, valid train.Objective[float64]
	rate         float64
}

// stages are what a model learns one after the other, each for the same time: a neural ODE
// windows; the others derivatives and then, where those are not recorded, windows too.
func (t *Task) stages(c Contestant) (s []stage) {
	rate := c.Rate
	if c.Family != "node" {
		s = append(s, stage{t.Objective(&t.Learn, c), t.Objective(&t.Valid, c), rate})
		rate /= 3
	}
	if c.Family == "node" || t.Learn.A == nil {
		s = append(s, stage{t.windows(&t.Learn, c), t.windows(&t.Valid, c), rate})
	}
	return s
}

// Spec scales a model to the records.
func (t *Task) Spec(c Contestant) model.Spec {
	d, X := t.Body.Dim(), t.Learn.X
	if c.Canonical {
		X = ToMomenta(t.Body, X)
	}
	A := t.rates(&t.Learn, X, c.Canonical)
	o := &train.Accelerations[float64]{X: X, A: A, N: len(A) / d}
	return c.Network.Spec(1, Scaled(o, t.Period))
}

// Motions are those of a model from the starts (N, 2d), states (q, v), reported as (q, v)
// at the times up to where they came; early are those whose integration failed before the end. The
// model is one of (q, v), or of (q, p) if canonical; most bounds the steps, 0: not at all.
func Motions(ctx context.Context, b body, m *model.Model[float64], canonical bool, starts, times []float64,
	most int) (paths []ode.Result, early []bool, err error) {
	n := 2 * b.Dim()
	N := len(starts) / n
	x0 := starts
	if canonical {
		x0 = ToMomenta(b, x0)
	}
	paths, early = make([]ode.Result, N), make([]bool, N)
	fails := make([]error, N)
	ode.Together(N, n, model.Chunk, Field(m), func(i int, f ode.Field) {
		res, err := ode.Solve(ctx, f, x0[i*n:(i+1)*n], times, ode.Options{RTol: 1e-8, ATol: 1e-8, MaxSteps: most})
		var up *ode.Failure
		if early[i] = errors.As(err, &up); err != nil && !early[i] {
			fails[i] = err
			return
		}
		if canonical {
			copy(res.X, toVelocities(b, res.X[:res.N*n]))
		}
		paths[i] = res
	})
	return paths, early, errors.Join(fails...)
}

// Rollout returns the motions of all starts in the field of a
// model, and how many ended early: those stay where they were last.
func (t *Task) Rollout(ctx context.Context, m *model.Model[float64], canonical bool) (paths [][]float64, failed int,
	err error) {
	n := 2 * t.Body.Dim()
	results, early, err := Motions(ctx, t.Body, m, canonical, t.Starts, t.Times, 20_000)
	if err != nil {
		return nil, 0, err
	}
	for i, r := range results {
		for k := r.N; k < len(t.Times); k++ {
			copy(r.X[k*n:(k+1)*n], r.X[(r.N-1)*n:])
		}
		paths = append(paths, r.X)
		if early[i] {
			failed++
		}
	}
	return paths, failed, nil
}

// Motion integrates the true system.
func Motion(b body, x0, times []float64) ([]float64, error) {
	d := b.Dim()
	field := func(_ float64, x, dx []float64) { copy(dx, x[d:]); b.Accel(x[:d], x[d:], dx[d:]) }
	r, err := ode.Solve(context.Background(), field, x0, times, ode.Options{Method: ode.Dop853, RTol: 1e-10,
		ATol: 1e-10})
	return r.X, err
}

// solve sets the true motions of the starts.
func (t *Task) solve() error {
	n := 2 * t.Body.Dim()
	for at := 0; at < len(t.Starts); at += n {
		x, err := Motion(t.Body, t.Starts[at:at+n], t.Times)
		if err != nil {
			return err
		}
		t.Truth = append(t.Truth, x)
	}
	return nil
}
