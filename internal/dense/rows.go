package dense

import (
	"lagrange/internal/gemm"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

const (
	deep  = 512 // the most rows of a strip that are multiplied at a time: three such strips fit a second-level cache
	stair = 8   // rows of a block of the fastest kernel
)

// Rows are rows of J (rows, n), packed as products JᵀCJ read them: in strips of columns, whose rows stand together.
type Rows struct {
	rows, n int
	strips  []float64 // number j of row i stands at (j/width·rows + i)·width + j%width
}

// NewRows makes room for rows of n numbers.
func NewRows(rows, n int) *Rows {
	r := &Rows{rows: rows, n: n}
	r.strips = make([]float64, r.size())
	return r
}

func (r *Rows) count() int { return strips(r.n) }

func (r *Rows) size() int { return r.count() * r.rows * width }

// strip is that of the columns from s·width on, of the rows from i on; w is how many there are.
func (r *Rows) strip(s, i int) (x []float64, w int) {
	return r.strips[(s*r.rows+i)*width : (s+1)*r.rows*width], min(width, r.n-s*width)
}

// Set writes row i and those after it, as many as J has. Different rows may be written at the same time.
func (r *Rows) Set(i int, J []float64) {
	for s := range r.count() {
		to, w := r.strip(s, i)
		for at := s * width; at < len(J); at += r.n {
			copy(to[:w], J[at:])
			to = to[width:]
		}
	}
}

// Clear makes row i zero.
func (r *Rows) Clear(i int) {
	for s := range r.count() {
		x, w := r.strip(s, i)
		clear(x[:w])
	}
}

// Normal adds JᵀCJ to A and JᵀC y to g, for the first so many rows of J and C = diag(c); nil: all c are 1, and g is not
// wanted.
func (r *Rows) Normal(team *par.Team, rows int, c, y []float64, A *Upper, g []float64) {
	blocks := (rows + deep - 1) / deep
	for b := range blocks {
		lo, hi := par.Span(rows, b, blocks)
		d := hi - lo
		weights := buffer(d * width) // c of a row for each of its numbers
		for i := range c[min(lo, len(c)):min(hi, len(c))] {
			x := (*weights)[i*width : (i+1)*width]
			for j := range x {
				x[j] = c[lo+i]
			}
		}
		team.Share((r.count()+1)/2, func(_, i int) { r.pair(2*i, lo, hi, c == nil, *weights, y, A, g) })
		buffers.Put(weights)
	}
}

// pair adds what the strips s and s + 1 make with themselves and with all after them, of the rows lo … hi.
func (r *Rows) pair(s, lo, hi int, plain bool, weights, y []float64, A *Upper, g []float64) {
	d, size := hi-lo, (hi-lo)*width
	room := buffer(2 * size)
	defer buffers.Put(room)
	var of [2][]float64 // CJ
	for k := range min(2, r.count()-s) {
		x, w := r.strip(s+k, lo)
		if of[k] = x; !plain {
			of[k] = (*room)[k*size : (k+1)*size]
			vec.Scale(weights[:size], 1, 0, x[:size], of[k])
		}
		if g != nil {
			gemm.MulAdd(w, 1, d, of[k], width, y[lo:], 1, g[(s+k)*width:], 1)
		}
	}
	for j := s; j < r.count(); j++ {
		for k := s; k < min(s+2, j+1); k++ {
			r.multiply(k, j, lo, d, of[k-s], A)
		}
	}
}

// multiply adds the products of the columns of strip i of CJ, CJi, with those of strip j of J to their block of A: of a
// strip with itself to what is above the diagonal, in steps of some rows.
func (r *Rows) multiply(i, j, lo, d int, CJi []float64, A *Upper) {
	x, w := r.strip(j, lo)
	to := A.rows(j, i*width)
	if i != j {
		gemm.MulAdd(width, w, d, CJi, width, x, width, to, width)
		return
	}
	for k := 0; k < w; k += stair {
		gemm.MulAdd(min(stair, w-k), w-k, d, CJi[k:], width, x[k:], width, to[k*width+k:], width)
	}
}
