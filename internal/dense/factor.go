package dense

import (
	"math"
	"sync/atomic"

	"lagrange/internal/gemm"
	"lagrange/internal/par"
)

const (
	panel = 64 // rows that a factorisation finishes at a time
	sub   = 8  // rows of a panel whose pivots are found one by one
)

// FactorUpper replaces the upper triangle of A by U with A = UᵀU. It returns false, and leaves A unusable, when a pivot
// is not positive. A panel of rows is looked at once, when all above it are done (Golub & Van Loan, Matrix
// Computations, §4.2, by blocks).
func FactorUpper(team *par.Team, n int, A []float64) bool {
	f := factor{n: n, A: A, above: buffer(n * panel), inside: buffer(panel * panel), inverse: buffer(panel * sub),
		copied: buffer(sub * n)}
	defer func() {
		for _, b := range []*[]float64{f.above, f.inside, f.inverse, f.copied} {
			buffers.Put(b)
		}
	}()
	for f.k = 0; f.k < n; f.k += panel {
		f.m = min(panel, n-f.k)
		end := f.k + f.m
		team.Do(func(w int) { f.lift(par.Span(f.k, w, team.Workers())) })
		ok, strips, next := true, (n-end+width-1)/width, atomic.Int64{}
		team.Do(func(w int) {
			if w == 0 {
				f.update(f.k, end)
				ok = f.pivots()
			}
			claim(&next, strips, func(i int) { f.update(end+i*width, min(n, end+(i+1)*width)) })
		})
		if !ok {
			return false
		}
		shared(team, strips, func(i int) { f.rows(end+i*width, min(n, end+(i+1)*width)) })
	}
	return true
}

// factor is a factorisation under way, of which the rows k … k+m are next.
type factor struct {
	n, k, m int
	A       []float64
	above   *[]float64 // −U of the columns k … k+m and the rows above (k, m)
	inside  *[]float64 // −U of each block of a panel, of the rows of the panel above it
	inverse *[]float64 // U⁻ᵀ of each block of a panel (sub, sub)
	copied  *[]float64 // (sub, n)
}

// lift negates the rows lo … hi of U of the columns of the panel.
func (f *factor) lift(lo, hi int) {
	for i := lo; i < hi; i++ {
		negate(f.A[i*f.n+f.k:i*f.n+f.k+f.m], (*f.above)[i*f.m:])
	}
}

func negate(x, y []float64) {
	y = y[:len(x)]
	for j, u := range x {
		y[j] = -u
	}
}

// update takes what the rows above make of the columns lo … hi from the panel: A −= UᵀU.
func (f *factor) update(lo, hi int) {
	for j := lo; j < hi && f.k > 0; j += width {
		w := min(width, hi-j)
		gemm.MulAdd(min(f.m, j+w-f.k), w, f.k, *f.above, f.m, f.A[j:], f.n, f.A[f.k*f.n+j:], f.n)
	}
}

// pivots factors the square block of the panel.
func (f *factor) pivots() bool {
	for s := 0; s < f.m; s += sub {
		b, at := min(sub, f.m-s), f.k+s
		for i := range s {
			negate(f.A[(f.k+i)*f.n+at:(f.k+i)*f.n+at+b], (*f.inside)[s*panel+i*b:])
		}
		f.eliminate(s, b, at, f.k+f.m)
		a := f.A[at*f.n+at:]
		if !pivots(f.n, b, a) {
			return false
		}
		inverse(f.n, b, a, (*f.inverse)[s*sub:])
		f.divide(s, b, at+b, f.k+f.m)
	}
	return true
}

// rows finishes the columns lo … hi of the panel, once its square block is done.
func (f *factor) rows(lo, hi int) {
	for s := 0; s < f.m; s += sub {
		b := min(sub, f.m-s)
		f.eliminate(s, b, lo, hi)
		f.divide(s, b, lo, hi)
	}
}

// eliminate takes what the s rows of the panel above block s make of its columns lo … hi.
func (f *factor) eliminate(s, b, lo, hi int) {
	if s > 0 {
		gemm.MulAdd(b, hi-lo, s, (*f.inside)[s*panel:], b, f.A[f.k*f.n+lo:], f.n, f.A[(f.k+s)*f.n+lo:], f.n)
	}
}

// divide multiplies the columns lo … hi of block s by U⁻ᵀ of the block.
func (f *factor) divide(s, b, lo, hi int) {
	if lo == hi {
		return
	}
	rows, n := f.A[(f.k+s)*f.n:], f.n
	for i := range b {
		copy((*f.copied)[i*n+lo:i*n+hi], rows[i*n+lo:])
	}
	gemm.Mul(b, hi-lo, b, (*f.inverse)[s*sub:], b, (*f.copied)[lo:], n, rows[lo:], n)
}

// pivots factors the b × b block at the start of a, whose rows are n apart.
func pivots(n, b int, a []float64) bool {
	for i := range b {
		p := a[i*n+i]
		if !(p > 0) || math.IsInf(p, 0) {
			return false
		}
		row, r := a[i*n+i:i*n+b], 1/math.Sqrt(p)
		for j := range row {
			row[j] *= r
		}
		for k := i + 1; k < b; k++ {
			x, y := row[k-i:], a[k*n+k:k*n+b]
			for j, u := range x {
				y[j] -= x[0] * u
			}
		}
	}
	return true
}

// inverse writes U⁻ᵀ (b, b) of the block at the start of a, whose rows are n apart: row i is U⁻¹eᵢ.
func inverse(n, b int, a, out []float64) {
	clear(out[:b*b])
	for i := range b {
		x := out[i*b : (i+1)*b]
		x[i] = 1 / a[i*n+i]
		for k := i - 1; k >= 0; k-- {
			s := 0.0
			for j := k + 1; j <= i; j++ {
				s -= a[k*n+j] * x[j]
			}
			x[k] = s / a[k*n+k]
		}
	}
}
