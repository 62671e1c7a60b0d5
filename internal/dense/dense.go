// Package dense has the products and factors of symmetric matrices of some thousands of rows, on all cores.
package dense

import (
	"sync"

	"lagrange/internal/gemm"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// A symmetric matrix of some thousands of rows is held by its upper triangle, in strips of columns (Upper) or, where
// others read it, row by row (n, n). Its products and its factors are made of the fast product C += AᵀB of package
// gemm, on operands packed as that reads them, and their parts are shared among a team. The order of every sum depends
// on the sizes alone.

const (
	width = 24 // columns of a packed strip and of what is written at a time: those of a panel of the fastest kernel
	few   = 16 // rows of J that one core packs before it takes others
)

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

// Gram adds JᵀJ to the upper triangle of A (n, n), for rows J (rows, n).
func Gram(team *par.Team, rows, n int, J, A []float64) {
	r := Rows{rows: min(rows, deep), n: n}
	packed, room := buffer(r.size()), buffer(start(strips(n)))
	defer buffers.Put(packed)
	defer buffers.Put(room)
	r.strips = *packed
	sum := Upper{n: n, x: *room}
	sum.Clear(team)
	for p := 0; p < rows; p += r.rows {
		d := min(r.rows, rows-p)
		team.Share((d+few-1)/few, func(_, i int) {
			lo, hi := i*few, min(d, (i+1)*few)
			r.Set(lo, J[(p+lo)*n:(p+hi)*n])
		})
		r.Normal(team, d, nil, nil, &sum, nil)
	}
	sum.add(A)
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
