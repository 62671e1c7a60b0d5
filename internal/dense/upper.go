package dense

import (
	"lagrange/internal/gemm"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// Upper is the upper triangle of a symmetric matrix (n, n), or of its factor, in strips of columns, each as long as its
// last column: what a product reads or writes of a strip stands together. Below the diagonal there may be anything.
type Upper struct {
	n int
	x []float64 // (i, j) stands at start(j/width) + i·width + j%width
}

// NewUpper is a matrix of zeros.
func NewUpper(n int) *Upper { return &Upper{n: n, x: make([]float64, start(strips(n)))} }

// strips is how many n columns have.
func strips(n int) int { return (n + width - 1) / width }

// start is where strip s begins: those before it have width, 2 width, … rows.
func start(s int) int { return width * width * s * (s + 1) / 2 }

// rows are those of strip s from row i on.
func (u *Upper) rows(s, i int) []float64 { return u.x[start(s)+i*width : start(s+1)] }

// columns is how many strip s has.
func (u *Upper) columns(s int) int { return min(width, u.n-s*width) }

// Diagonal is number i of the diagonal.
func (u *Upper) Diagonal(i int) float64 { return u.rows(i/width, i)[i%width] }

// AddRow adds numbers to columns of row i, none of them before the diagonal.
func (u *Upper) AddRow(i int, columns []int, x []float64) {
	for k, j := range columns {
		u.rows(j/width, i)[j%width] += x[k]
	}
}

// Clear makes all numbers 0.
func (u *Upper) Clear(team *par.Team) {
	team.Do(func(w int) {
		lo, hi := par.Span(len(u.x), w, team.Workers())
		clear(u.x[lo:hi])
	})
}

// read takes the upper triangle of a matrix A (n, n) that stands row by row.
func (u *Upper) read(A []float64) {
	u.each(A, func(from, row []float64) { copy(row, from) })
}

// write sets the upper triangle of such a matrix.
func (u *Upper) write(A []float64) {
	u.each(A, func(to, row []float64) { copy(to, row) })
}

// add adds to the upper triangle of such a matrix.
func (u *Upper) add(A []float64) {
	u.each(A, func(to, row []float64) { vec.Add(row, to) })
}

// each visits all numbers on and above the diagonal, some of a row of A and of u at a time.
func (u *Upper) each(A []float64, f func(a, row []float64)) {
	for i := range u.n {
		for s := i / width; s < strips(u.n); s++ {
			j := max(i, s*width)
			k := min(u.n, (s+1)*width)
			f(A[i*u.n+j:i*u.n+k], u.rows(s, i)[j-s*width:k-s*width])
		}
	}
}

// Solve replaces x by the solution of UᵀU y = x.
func (u *Upper) Solve(x []float64) {
	var t [width]float64
	for s := range strips(u.n) { // Uᵀ z = x
		at, w, U := s*width, u.columns(s), u.rows(s, 0)
		clear(t[:])
		gemm.MulAdd(1, w, at, x, 1, U, width, t[:], width)
		z := x[at : at+w]
		for i := range z {
			row := U[(at+i)*width:][:w]
			z[i] = (z[i] - t[i]) / row[i]
			vec.Axpy(z[i], row[i+1:], t[i+1:w])
		}
	}
	back := buffer(u.n)
	defer buffers.Put(back)
	for s := strips(u.n) - 1; s >= 0; s-- { // U y = z
		at, w, U := s*width, u.columns(s), u.rows(s, 0)
		y := x[at : at+w]
		for i := w - 1; i >= 0; i-- {
			row := U[(at+i)*width:][:w]
			for j := i + 1; j < w; j++ {
				y[i] -= row[j] * y[j]
			}
			y[i] /= row[i]
		}
		gemm.Mul(at, 1, w, U, width, y, 1, *back, 1)
		vec.Axpy(-1, (*back)[:at], x)
	}
}
