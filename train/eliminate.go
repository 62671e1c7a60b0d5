package train

import (
	"math"

	"lagrange/internal/gemm"
	"lagrange/internal/vec"
)

// triangulate makes the first cols columns of A (rows, width) upper triangular by Householder's reflections, which all
// its columns go through: A ← QᵀA (Golub & Van Loan, Matrix Computations, §5.2). w has room for a row.
func triangulate(A []float64, rows, width, cols int, w []float64) {
	for c := range min(cols, rows-1) {
		s := 0.0
		for i := c; i < rows; i++ {
			s += A[i*width+c] * A[i*width+c]
		}
		if s == 0 {
			continue
		}
		at := c*width + c
		alpha := -math.Copysign(math.Sqrt(s), A[at])
		A[at] -= alpha                        // v = a − α e, beside which H = 1 − β v vᵀ
		beta := 1 / (s - alpha*(A[at]+alpha)) // 2/vᵀv = 1/(α² − α a)
		rest := w[:width-c-1]
		clear(rest)
		for i := c; i < rows; i++ {
			if v := A[i*width+c]; v != 0 {
				vec.Axpy(v, A[i*width+c+1:(i+1)*width], rest)
			}
		}
		for i := c; i < rows; i++ {
			if v := A[i*width+c]; v != 0 {
				vec.Axpy(-beta*v, rest, A[i*width+c+1:(i+1)*width])
				A[i*width+c] = 0
			}
		}
		A[at] = alpha
	}
}

// gramUpper adds AᵀA to the upper triangle of G (n, n), of the n columns of A (rows, width) from column at on.
func gramUpper(A []float64, rows, width, at, n int, G []float64) {
	const tile = 96
	for i := 0; i < n && rows > 0; i += tile {
		for j := i; j < n; j += tile {
			gemm.MulAdd(min(tile, n-i), min(tile, n-j), rows, A[at+i:], width, A[at+j:], width, G[i*n+j:], n)
		}
	}
}

// reduced are the rows of one segment after what its start alone explains was split off: orthogonal rows say nothing of
// the start and are in the equations of b already. Columns are those of the start (n), of b (P), and the residual.
type reduced struct {
	own  []float64 // (n, n+P+1), the first n columns upper triangular
	jump []float64 // weighed jumps to the start of the next segment (n, n+P+1); nil: none follows
	next []float64 // and their slopes with respect to that start, a diagonal (n)
	// what is left of x_s after the elimination: R x_s + N x_s+1 + B b = r
	left []float64 // (n, 2n+P+1): R, N, B, r
}

// eliminator takes the starts of chains of segments out of the equations, on one core. With J = (J_x, J_b) and
// J_x = Q R, block bidiagonal,
//
//	G = J_bᵀJ_b − (QᵀJ_b)ᵀ(QᵀJ_b),   g = J_bᵀr − (QᵀJ_b)ᵀQᵀr,   δx = R⁻¹(Qᵀr − QᵀJ_b δb),
//
// where Q is never formed: its reflections go along the chain, and G and g are the products of the rows that R leaves.
type eliminator struct {
	n, P  int
	A, Z  []float64 // rows of a start (3n, n+P+1); of it and the next one (2n, 2n+P+1)
	carry []float64 // (n, n+P+1) rows that say something of the next start
	w     []float64
	G     []float64 // (P+1, P+1), g in the last column
}

func newEliminator(n, P int) *eliminator {
	W := n + P + 1
	return &eliminator{n: n, P: P, A: make([]float64, 3*n*W), Z: make([]float64, 2*n*(n+W)),
		carry: make([]float64, n*W),
		w:     make([]float64, n+W), G: make([]float64, (P+1)*(P+1))}
}

// chain eliminates the starts of a chain with the damping λ and adds what is left to G.
func (e *eliminator) chain(of []reduced, lambda float64) {
	n, W := e.n, e.n+e.P+1
	clear(e.carry)
	for i := range of {
		s := &of[i]
		copy(e.A, e.carry)
		copy(e.A[n*W:], s.own)
		e.damp(of, i, lambda)
		triangulate(e.A, 3*n, W, n, e.w)
		gramUpper(e.A[n*W:], 2*n, W, n, e.P+1, e.G)
		if s.jump == nil {
			for r := range n {
				to := s.left[r*(n+W) : (r+1)*(n+W)]
				copy(to, e.A[r*W:r*W+n])
				clear(to[n : 2*n])
				copy(to[2*n:], e.A[r*W+n:(r+1)*W])
			}
			continue
		}
		for r := range 2 * n {
			from, to := e.A[r*W:], e.Z[r*(n+W):(r+1)*(n+W)]
			if r >= n {
				from = s.jump[(r-n)*W:]
			}
			copy(to, from[:n])
			clear(to[n : 2*n])
			copy(to[2*n:], from[n:W])
			if r >= n {
				to[r] = s.next[r-n]
			}
		}
		triangulate(e.Z, 2*n, n+W, n, e.w)
		copy(s.left, e.Z[:n*(n+W)])
		for r := range n {
			copy(e.carry[r*W:(r+1)*W], e.Z[(n+r)*(n+W)+n:])
		}
	}
}

// damp sets the rows of λ D in A, D the squares of the columns of start i.
func (e *eliminator) damp(of []reduced, i int, lambda float64) {
	s := &of[i]
	n, W := e.n, e.n+e.P+1
	rows := e.A[2*n*W : 3*n*W]
	clear(rows)
	for j := range n {
		D := 0.0
		for r := j; r < n*W; r += W {
			D += s.own[r] * s.own[r]
			if s.jump != nil {
				D += s.jump[r] * s.jump[r]
			}
		}
		if i > 0 {
			D += of[i-1].next[j] * of[i-1].next[j]
		}
		rows[j*W+j] = math.Sqrt(lambda * D)
	}
}

// back sets the steps δx (N, n) of the starts of a chain for the step δb.
func (e *eliminator) back(of []reduced, db, dx []float64) {
	n, W := e.n, 2*e.n+e.P+1
	for s := len(of) - 1; s >= 0; s-- {
		x := dx[s*n : (s+1)*n]
		for i := n - 1; i >= 0; i-- {
			row := of[s].left[i*W : (i+1)*W]
			y := row[W-1]
			for k, b := range db {
				y -= row[2*n+k] * b
			}
			if of[s].jump != nil {
				for k, z := range dx[(s+1)*n : (s+2)*n] {
					y -= row[n+k] * z
				}
			}
			for k := i + 1; k < n; k++ {
				y -= row[k] * x[k]
			}
			x[i] = y / row[i]
		}
	}
}
