package model

import (
	"slices"

	"lagrange/internal/gemm"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// Sensitivities carries S = ∂x/∂θ along the last Run, or what Begin began, with the same discrete steps, and calls see
// with it after each step k = 1 … steps. It is (B, n, P), and 0 at the start. With X′ the sensitivity of a stage,
//
//	K′_i = ∂f/∂θ + ∂f/∂x X′_i,   X′_i = S + h Σ_j a_ij K′_j,   S ← S + h Σ b_i K′_i.
//
// For the rows of all residuals of a window this costs n sweeps a stage, where adjoints would cost n for every later
// residual.
func (r *Rollout[T]) Sensitivities(see func(k int, S []T), P int) {
	r.sensitivity(P, P, 0, nil).run(see)
}

// StartSensitivities is Sensitivities with the derivatives with respect to the state x₀ that the roll-out began at
// before those with respect to the parameters at the given places of θ (P): S = (∂x/∂x₀, ∂x/∂θ_of) is (B, n, n +
// len(of)), and (1, 0) at the start. The sweeps are the same; the state's own columns add the term ∂f/∂x X′ alone.
func (r *Rollout[T]) StartSensitivities(see func(k int, S []T), P int, of []int) {
	r.sensitivity(P, r.n+len(of), r.n, of).run(see)
}

// sensitivity is the memory of Sensitivities.
type sensitivity[T nn.Float] struct {
	*Rollout[T]
	P, first int   // numbers of θ; first number of ẋ that is not one of x itself
	W, own   int   // columns of S; how many of them, the first ones, are of x₀
	of       []int // places in θ of the others, where own > 0; else they are all of θ
	S, X     []T   // (B, n, W), of the state and of a stage
	dK       [][]T
	rows     []T // (B, P) of one number of ẋ
	G        []T // (B, n, n − first), ∂ẋ_k/∂x_j at (j, k)
}

// sensitivity returns the memory for such columns, that of the last call where it serves.
func (r *Rollout[T]) sensitivity(P, W, own int, of []int) *sensitivity[T] {
	if s := r.sense; s != nil && s.P == P && s.W == W && s.own == own && slices.Equal(s.of, of) {
		return s
	}
	batch := len(r.lambda) / r.n
	size := batch * r.n * W
	s := &sensitivity[T]{Rollout: r, P: P, first: r.n / 2, W: W, own: own, of: slices.Clone(of),
		S: make([]T, size), X: make([]T, size), rows: make([]T, batch*P)}
	if FirstOrder(r.tape) {
		s.first = 0
	}
	s.G = make([]T, batch*r.n*(r.n-s.first))
	for range r.tab.B {
		s.dK = append(s.dK, make([]T, size))
	}
	r.sense = s
	return s
}

// run carries S along the last Run.
func (s *sensitivity[T]) run(see func(k int, S []T)) {
	r, size := s.Rollout, s.B*s.n*s.W
	clear(s.S[:size])
	for i := range s.B * s.own {
		s.S[i*s.W+i%s.n] = 1
	}
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
		r.combine(r.State(k), r.h[k*r.B:(k+1)*r.B], r.tab.B, r.State(k+1))
		s.combine(r.h[k*r.B:(k+1)*r.B], r.tab.B, s.S)
		see(k+1, s.S[:size])
	}
}

// combine adds h Σ a_j K′_j to y.
func (s *sensitivity[T]) combine(h []T, a []float64, y []T) {
	block := s.n * s.W
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
	n, W, B, m := s.n, s.W, s.B, s.n-s.first
	dK := s.dK[i]
	for k := s.first; k < n; k++ {
		s.field(k, dK)
	}
	for b := range B {
		X := s.X[b*n*W : (b+1)*n*W]
		copy(dK[b*n*W:], X[s.first*W:(s.first+s.first)*W]) // q̇ = v
		gemm.MulAdd(m, W, n, s.G[b*n*m:], m, X, W, dK[(b*n+s.first)*W:], W)
	}
}

// field sets the rows ∂ẋ_k/∂θ of K′, and those of ∂ẋ_k/∂x in G.
func (s *sensitivity[T]) field(k int, dK []T) {
	n, P, W, B, m := s.n, s.P, s.W, s.B, s.n-s.first
	lambda, rows := s.lk[:B*n], s.rows[:B*P]
	if W == s.own { // nothing is asked of θ, and one row takes what the tape adds
		rows = rows[:P]
	}
	clear(lambda)
	clear(rows)
	for b := range B {
		lambda[b*n+k] = 1
	}
	s.tape.VJP(lambda, rows, s.dx[:B*n], s.du[:B*s.m])
	for b := range B {
		row := dK[(b*n+k)*W : (b*n+k+1)*W]
		clear(row[:s.own])
		switch {
		case s.own == 0:
			copy(row, rows[b*P:])
		default:
			for j, p := range s.of {
				row[s.own+j] = rows[b*P+p]
			}
		}
		for j, c := range s.dx[b*n : (b+1)*n] {
			s.G[(b*n+j)*m+k-s.first] = c
		}
	}
}
