package dense

import (
	"math"
	"sync/atomic"

	"lagrange/internal/gemm"
	"lagrange/internal/par"
)

const (
	panel = 3         // strips whose rows a factorisation finishes at a time
	sub   = width / 3 // rows of a panel whose pivots are found one by one
)

// FactorUpper replaces the upper triangle of A (n, n) by U with A = UᵀU. It returns false, and leaves A as it is, when
// a pivot is not positive.
func FactorUpper(team *par.Team, n int, A []float64) bool {
	room := buffer(start(strips(n)))
	defer buffers.Put(room)
	U := Upper{n: n, x: *room}
	U.read(A)
	if !U.Factor(team, &U, 0, nil) {
		return false
	}
	U.write(A)
	return true
}

// Factor sets U with A + λ diag(D) = UᵀU; U may be A. It returns false, and leaves U unusable, when a pivot is not
// positive. A panel of rows is looked at once, when all above it are done (Golub & Van Loan, Matrix Computations, §4.2,
// by blocks): it is taken from A then, with its signs turned, so that products are added to it.
func (u *Upper) Factor(team *par.Team, A *Upper, lambda float64, D []float64) bool {
	f := factor{U: u, A: A, lambda: lambda, D: D, inverse: buffer(panel * width * sub),
		copied: buffer(strips(u.n) * sub * width)}
	defer buffers.Put(f.inverse)
	defer buffers.Put(f.copied)
	all := strips(u.n)
	for f.first = 0; f.first < all; f.first += panel {
		f.end = min(all, f.first+panel)
		f.k, f.m = f.first*width, min(u.n, f.end*width)-f.first*width
		ok, next := true, atomic.Int64{}
		team.Do(func(w int) {
			if w == 0 {
				for s := f.first; s < f.end; s++ {
					f.update(s)
				}
				ok = f.pivots()
			}
			par.Claim(&next, all-f.end, func(i int) { f.update(f.end + i) })
		})
		if !ok {
			return false
		}
		team.Share(all-f.end, func(_, i int) { f.finish(f.end + i) })
	}
	return true
}

// factor is a factorisation under way, of which the rows k … k+m, those of the diagonal of the strips first … end, are
// next. Above them stands U, and in them −A and what is added to it.
type factor struct {
	U, A            *Upper
	lambda          float64
	D               []float64
	first, end      int
	k, m            int
	inverse, copied *[]float64 // −U⁻ᵀ of each block of a panel (sub, sub), a block of each strip (sub, width)
}

// update takes the rows of the panel in strip s, and what the rows above make of them: −A + UᵀU.
func (f *factor) update(s int) {
	w, B := f.U.columns(s), f.U.rows(s, 0)
	lo, hi := f.k, min(f.k+f.m, (s+1)*width)
	to := f.U.rows(s, lo)[:(hi-lo)*width]
	for i, x := range f.A.rows(s, lo)[:len(to)] {
		to[i] = -x
	}
	for i := s * width; i < hi && f.D != nil; i++ {
		B[i*width+i%width] -= f.lambda * f.D[i]
	}
	for q := f.first; q < min(s, f.end); q++ {
		gemm.MulAdd(f.U.columns(q), w, f.k, f.U.rows(q, 0), width, B, width, B[q*width*width:], width)
	}
	for j := 0; j < w && s < f.end; j += stair {
		gemm.MulAdd(min(stair, w-j), w-j, f.k, B[j:], width, B[j:], width, B[(s*width+j)*width+j:], width)
	}
}

// pivots factors the square block of the panel.
func (f *factor) pivots() bool {
	for i := 0; i < f.m; i += sub {
		b, at := min(sub, f.m-i), f.k+i
		s, j := at/width, at%width
		a := f.U.rows(s, at)[j:]
		f.eliminate(i, b, s, j)
		for k := range b {
			for l := k; l < b; l++ {
				a[k*width+l] *= -1
			}
		}
		if !pivots(width, b, a) {
			return false
		}
		inverse(width, b, a, (*f.inverse)[i*sub:])
		f.divide(i, b, s, j+b)
		for s++; s < f.end; s++ {
			f.eliminate(i, b, s, 0)
			f.divide(i, b, s, 0)
		}
	}
	return true
}

// finish makes the rows of the panel in strip s those of U, once its square block is done.
func (f *factor) finish(s int) {
	for i := 0; i < f.m; i += sub {
		b := min(sub, f.m-i)
		f.eliminate(i, b, s, 0)
		f.divide(i, b, s, 0)
	}
}

// eliminate adds what the first i rows of the panel make of the b after them, to the columns of strip s from its j-th
// on.
func (f *factor) eliminate(i, b, s, j int) {
	at, B := f.k+i, f.U.rows(s, f.k)[j:]
	gemm.MulAdd(b, f.U.columns(s)-j, i, f.U.rows(at/width, f.k)[at%width:], width, B, width, B[i*width:], width)
}

// divide multiplies those by −U⁻ᵀ of their block.
func (f *factor) divide(i, b, s, j int) {
	w := f.U.columns(s) - j
	if w <= 0 {
		return
	}
	rows, copied := f.U.rows(s, f.k+i), (*f.copied)[s*sub*width:][:b*width]
	copy(copied, rows)
	gemm.Mul(b, w, b, (*f.inverse)[i*sub:], b, copied[j:], width, rows[j:], width)
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

// inverse writes −U⁻ᵀ (b, b) of the block at the start of a, whose rows are n apart: row i is −U⁻¹eᵢ.
func inverse(n, b int, a, out []float64) {
	clear(out[:b*b])
	for i := range b {
		x := out[i*b : (i+1)*b]
		x[i] = -1 / a[i*n+i]
		for k := i - 1; k >= 0; k-- {
			s := 0.0
			for j := k + 1; j <= i; j++ {
				s -= a[k*n+j] * x[j]
			}
			x[k] = s / a[k*n+k]
		}
	}
}
