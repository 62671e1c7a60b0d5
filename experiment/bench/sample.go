package bench

import (
	"context"
	"errors"
	"math/rand/v2"

	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/train"
)

// Single rounds to float32, the precision of the paper's search.
func Single(o *train.Accelerations[float64]) *train.Accelerations[float32] {
	round := func(x []float64) []float32 {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = float32(v)
		}
		return y
	}
	return &train.Accelerations[float32]{X: round(o.X), A: round(o.A), N: o.N, Penalty: o.Penalty}
}

// Sample draws training states of a system with their exact accelerations.
func Sample(system mech.System, r *rand.Rand, n int) *train.Accelerations[float64] {
	d := system.Dim()
	o := &train.Accelerations[float64]{N: n, X: make([]float64, n*2*d), A: make([]float64, n*d), Penalty: train.Huber}
	for i := range n {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		system.Sample(r, q, v)
		system.Accel(q, v, o.A[i*d:(i+1)*d])
	}
	return o
}

// View is how a model sees states: (q, v), or with the canonical momentum (q, p) and ṗ.
func View(b body, canonical bool, o *train.Accelerations[float64]) *train.Accelerations[float64] {
	w := *o
	if !canonical {
		return &w
	}
	d := b.Dim()
	w.X, w.A, w.Qdot = ToMomenta(b, o.X), make([]float64, len(o.A)), make([]float64, len(o.A))
	for k := 0; k < len(o.A); k += d {
		copy(w.Qdot[k:k+d], o.X[2*k+d:2*k+2*d])
		momentumRate(b, o.X[2*k:2*k+d], o.X[2*k+d:2*k+2*d], o.A[k:k+d], w.A[k:k+d])
	}
	return &w
}

// momentumRate writes ṗ, the derivative of p(q, v) along (v, a), by central differences, extrapolated.
func momentumRate(b body, q, v, a, pdot []float64) {
	d := len(q)
	w := make([]float64, 3*d)
	clear(pdot)
	for _, s := range [...]struct{ h, c float64 }{{1, 4. / 3}, {2, -1. / 3}} {
		const h = 1e-4
		for _, sign := range [...]float64{1, -1} {
			for i := range d {
				w[i], w[d+i] = q[i]+sign*s.h*h*v[i], v[i]+sign*s.h*h*a[i]
			}
			b.Momentum(w[:d], w[d:2*d], w[2*d:])
			for i, p := range w[2*d:] {
				pdot[i] += sign * s.c * p / (2 * s.h * h)
			}
		}
	}
}

// NodeStep is how far it is to the next states, which a neural ODE learns.
const NodeStep = 0.02

// NextStates are the first N states and those one step of the true motion later.
func NextStates(ctx context.Context, system mech.System, o *train.Accelerations[float64],
	N int) (*train.Segments[float64], error) {
	n := 2 * system.Dim()
	w := &train.Segments[float64]{Steps: 1, X: make([]float64, 2*N*n), H: make([]float64, 2*N), First: make([]int, N),
		Penalty: train.L1}
	fails := make([]error, par.Workers())
	par.Do(len(fails), func(k int) {
		lo, hi := par.Span(N, k, len(fails))
		for i := lo; i < hi && fails[k] == nil && ctx.Err() == nil; i++ {
			x, err := Motion(system, o.X[i*n:(i+1)*n], []float64{0, NodeStep})
			copy(w.X[2*i*n:], x)
			w.First[i], w.H[2*i], fails[k] = 2*i, NodeStep, err
		}
	})
	return w, errors.Join(append(fails, ctx.Err())...)
}
