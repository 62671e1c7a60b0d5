// Package dense has the products and factors of symmetric matrices of some thousands of rows, on all cores.
package dense

import (
	"sync"
	"sync/atomic"

	"lagrange/internal/gemm"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// A symmetric matrix of some thousands of rows is held by its upper triangle, row by row (n, n); what stands below the
// diagonal is not used. Its products and its factors are made of the fast product C += AᵀB of package gemm, and their
// parts are shared among a team. The order of every sum depends on n alone.

const (
	depth = 512 // rows of J that are packed at a time
	few   = 16  // of them, by one core before it takes others
	width = 24  // columns of a packed strip and of what is written at a time: those of a panel of the fastest kernel
	stair = 8   // rows of a block of that kernel
)

// shared visits 0 … n − 1, each by whichever core of a team is free.
func shared(team *par.Team, n int, f func(i int)) {
	var next atomic.Int64
	team.Do(func(int) { claim(&next, n, f) })
}

// claim visits those of 0 … n − 1 that nobody has claimed.
func claim(next *atomic.Int64, n int, f func(i int)) {
	for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
		f(i)
	}
}

var buffers = sync.Pool{New: func() any { return new([]float64) }}

// buffer takes memory for n numbers, which the caller gives back.
func buffer(n int) *[]float64 {
	b := buffers.Get().(*[]float64)
	if cap(*b) < n {
		*b = make([]float64, n)
	}
	*b = (*b)[:n]
	return b
}

// Gram adds JᵀJ to A for rows J (rows, n).
func Gram(team *par.Team, rows, n int, J, A []float64) { Normal(team, rows, n, J, nil, nil, A, nil) }

// Normal adds (SJ)ᵀSJ to A and (SJ)ᵀy to g, for rows J (rows, n) and S = diag(s); s, y and g may be nil: all s are 1,
// and g is not wanted. The columns of SJ are packed into strips whose rows stand together.
func Normal(team *par.Team, rows, n int, J, s, y, A, g []float64) {
	strips := (n + width - 1) / width
	packed := buffer(min(rows, depth) * n)
	defer buffers.Put(packed)
	for p := 0; p < rows; p += depth {
		d := min(depth, rows-p)
		P := (*packed)[:d*n]
		shared(team, (d+few-1)/few, func(i int) {
			for k := i * few; k < min(d, (i+1)*few); k++ {
				scale := 1.0
				if s != nil {
					scale = s[p+k]
				}
				pack(scale, J[(p+k)*n:][:n], k, d, P)
			}
		})
		shared(team, (strips+1)/2, func(i int) {
			for j := 2 * i; j < strips; j++ {
				for k := 2 * i; k < min(2*i+2, j+1); k++ {
					multiply(n, d, P, k, j, A)
				}
			}
			for k := 2 * i; g != nil && k < min(2*i+2, strips); k++ {
				at, w := k*width, min(width, n-k*width)
				gemm.MulAdd(w, 1, d, P[at*d:], w, y[p:], 1, g[at:], 1)
			}
		})
	}
}

// pack writes row k of d rows, times a scale, to the strips P. A row is read from its first number to its last: down
// the columns of a strip the same took four times as long.
func pack(scale float64, row []float64, k, d int, P []float64) {
	for at := 0; at < len(row); at += width {
		from := row[at:min(at+width, len(row))]
		to := P[at*d+k*len(from):][:len(from)]
		for j, x := range from {
			to[j] = scale * x
		}
	}
}

// multiply adds the products of the columns of strips i and j, of d rows each, to their block of A: of a strip with
// itself to what is above the diagonal, in steps of some rows.
func multiply(n, d int, P []float64, i, j int, A []float64) {
	a, b := i*width, j*width
	m, w := min(width, n-a), min(width, n-b)
	if i != j {
		gemm.MulAdd(m, w, d, P[a*d:], m, P[b*d:], w, A[a*n+b:], n)
		return
	}
	for k := 0; k < w; k += stair {
		gemm.MulAdd(min(stair, w-k), w-k, d, P[a*d+k:], w, P[a*d+k:], w, A[(a+k)*n+a+k:], n)
	}
}

// SolveUpper replaces x by the solution of UᵀU y = x.
func SolveUpper(n int, U, x []float64) {
	for i := range n { // Uᵀ z = x
		row := U[i*n+i : (i+1)*n]
		x[i] /= row[0]
		vec.Axpy(-x[i], row[1:], x[i+1:])
	}
	var s [1]float64
	for i, k := n-1, 0; i >= 0; i, k = i-1, k+1 {
		row := U[i*n+i : (i+1)*n]
		gemm.MulT(1, 1, k, row[1:], k, x[i+1:], k, s[:], 1)
		x[i] = (x[i] - s[0]) / row[0]
	}
}
