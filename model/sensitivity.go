package model

import (
	"lagrange/internal/gemm"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// Sensitivities carries S = ∂x/∂θ along the last Run, with the same discrete steps, and calls see with it after each
// step k = 1 … steps. It is (B, n, P), and 0 at the start. With X′ the sensitivity of a stage,
//
//	K′_i = ∂f/∂θ + ∂f/∂x X′_i,   X′_i = S + h Σ_j a_ij K′_j,   S ← S + h Σ b_i K′_i.
//
// For the rows of all residuals of a window this costs n sweeps a stage, where adjoints would cost n for every later
// residual.
func (r *Rollout[T]) Sensitivities(see func(k int, S []T), P int) {
	if r.sense == nil || r.sense.P != P {
		r.sense = newSensitivity(r, P)
	}
	s := r.sense
	size := r.B * r.n * P
	clear(s.S[:size])
	for k := range r.steps {
		for i, a := range r.tab.A {
			copy(s.X[:size], s.S[:size])
			s.combine(r.h[k*r.B:(k+1)*r.B], a, s.X)
			// the stages of this step are combined of the fields of this step
			X := r.stage(k, i)
			r.combine(r.State(k), r.h[k*r.B:(k+1)*r.B], a, X)
			r.tape.Field(X, r.force(k, r.tab.C[i]), r.K[i][:r.B*r.n])
			s.stage(i)
		}
		s.combine(r.h[k*r.B:(k+1)*r.B], r.tab.B, s.S)
		see(k+1, s.S[:size])
	}
}

// sensitivity is the memory of Sensitivities.
type sensitivity[T nn.Float] struct {
	*Rollout[T]
	P, first int // number of θ; first number of ẋ that is not one of x itself
	S, X     []T // (B, n, P), of the state and of a stage
	dK       [][]T
	rows     []T // (B, P) of one number of ẋ
	G        []T // (B, n, n − first), ∂ẋ_k/∂x_j at (j, k)
}

func newSensitivity[T nn.Float](r *Rollout[T], P int) *sensitivity[T] {
	batch := len(r.lambda) / r.n
	size := batch * r.n * P
	s := &sensitivity[T]{Rollout: r, P: P, first: r.n / 2, S: make([]T, size), X: make([]T, size),
		rows: make([]T, batch*P)}
	if FirstOrder(r.tape) {
		s.first = 0
	}
	s.G = make([]T, batch*r.n*(r.n-s.first))
	for range r.tab.B {
		s.dK = append(s.dK, make([]T, size))
	}
	return s
}

// combine adds h Σ a_j K′_j to y.
func (s *sensitivity[T]) combine(h []T, a []float64, y []T) {
	block := s.n * s.P
	for j, c := range a {
		if c == 0 {
			continue
		}
		for b, hb := range h {
			vec.Axpy(T(c)*hb, s.dK[j][b*block:(b+1)*block], y[b*block:(b+1)*block])
		}
	}
}

// stage sets K′_i of the batch last given to the tape.
func (s *sensitivity[T]) stage(i int) {
	n, P, B, m := s.n, s.P, s.B, s.n-s.first
	dK := s.dK[i]
	for k := s.first; k < n; k++ {
		lambda, rows := s.lk[:B*n], s.rows[:B*P]
		clear(lambda)
		clear(rows)
		for b := range B {
			lambda[b*n+k] = 1
		}
		s.tape.VJP(lambda, rows, s.dx[:B*n], s.du[:B*s.m])
		for b := range B {
			copy(dK[(b*n+k)*P:(b*n+k+1)*P], rows[b*P:])
			for j, c := range s.dx[b*n : (b+1)*n] {
				s.G[(b*n+j)*m+k-s.first] = c
			}
		}
	}
	for b := range B {
		X := s.X[b*n*P : (b+1)*n*P]
		copy(dK[b*n*P:], X[s.first*P:(s.first+s.first)*P]) // q̇ = v
		gemm.MulAdd(m, P, n, s.G[b*n*m:], m, X, P, dK[(b*n+s.first)*P:], P)
	}
}
