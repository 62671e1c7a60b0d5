package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// normalEquations hold A = JᵀCJ, summed over blocks of rows of √C J, and factor A + λD.
type normalEquations struct {
	*gaussNewtonSteps
	block   int       // samples of a block
	J, A, F []float64 // rows of a block, (P, P) twice
	D       []float64
}

func newNormalEquations(g *gaussNewtonSteps) *normalEquations {
	P, block := g.P, max(1, 512/g.W/g.loop.chunk)*g.loop.chunk*g.loop.team.Workers()
	block = min(block, g.B)
	return &normalEquations{gaussNewtonSteps: g, block: block, J: make([]float64, block*g.W*P), A: make([]float64, P*P),
		F: make([]float64, P*P), D: make([]float64, P)}
}

// rows writes √C J of the samples lo … hi.
func (g *gaussNewtonSteps) rows(lo, hi int, J []float64) {
	W, P := g.W, g.P
	g.each(lo, hi, func(w, a, b int) {
		p, r := g.loop.passes[w], g.next[a*W:b*W]
		p.Residuals(g.loop.batch[a:b], r, r) // of which only the tape's state is wanted
		J := J[(a-lo)*W*P : (b-lo)*W*P]
		clear(J)
		p.Rows(J)
		for i, c := range g.c[a*W : b*W] {
			row := J[i*P : (i+1)*P]
			if c == 0 {
				clear(row) // and with it what is not finite
				continue
			}
			s := math.Sqrt(c)
			for j := range row {
				row[j] *= s
			}
		}
	})
}

func (e *normalEquations) form() {
	clear(e.A)
	clear(e.g)
	for lo := 0; lo < e.B; lo += e.block {
		hi := min(e.B, lo+e.block)
		e.rows(lo, hi, e.J)
		dense.Gram(e.loop.team, (hi-lo)*e.W, e.P, e.J, e.A)
		e.loop.team.Do(func(w int) { // g += (√C J)ᵀ √C r
			first, last := par.Span(e.P, w, e.loop.team.Workers())
			for i := lo * e.W; i < hi*e.W; i++ {
				at := (i - lo*e.W) * e.P
				vec.Axpy(math.Sqrt(e.c[i])*e.r[i], e.J[at+first:at+last], e.g[first:last])
			}
		})
	}
	for i := range e.D {
		e.D[i] = e.A[i*e.P+i]
	}
	raise(e.D)
}

// floor is the least element of a metric, as a part of their mean. At 1e-10, where only a parameter without any effect
// is kept from zero, the steps of a net along what it hardly depends on were so long that λ had to grow to 1; from 1e-6
// to 1e-2 it learned alike.
const floor = 1e-4

// raise keeps a metric above its floor.
func raise(D []float64) {
	mean := 0.0
	for _, x := range D {
		mean += x / float64(len(D))
	}
	for i := range D {
		D[i] += floor*mean + math.SmallestNonzeroFloat64
	}
}

func (e *normalEquations) metric() []float64 { return e.D }

func (e *normalEquations) solve(lambda float64) bool {
	P := e.P
	e.loop.team.Do(func(w int) {
		lo, hi := par.Span(P, w, e.loop.team.Workers())
		copy(e.F[lo*P:hi*P], e.A[lo*P:hi*P])
	})
	for i, d := range e.D {
		e.F[i*P+i] += lambda * d
	}
	if !dense.FactorUpper(e.loop.team, P, e.F) {
		return false
	}
	copy(e.d, e.g)
	dense.SolveUpper(P, e.F, e.d)
	return true
}
