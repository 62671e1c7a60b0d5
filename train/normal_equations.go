package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/par"
)

// normalEquations hold A = JᵀCJ, and factor A + λD.
type normalEquations struct {
	*gaussNewtonSteps
	block   int       // samples of a block of rows: all of the batch where J holds them
	A, F, D []float64 // (P, P) twice, (P)
	s, y    []float64 // √c, √c r
}

func newNormalEquations(g *gaussNewtonSteps) *normalEquations {
	P, n, block := g.P, g.B*g.W, g.B
	if n*P > mostRows {
		block = min(g.B, max(1, 512/g.W/g.loop.chunk)*g.loop.chunk*g.loop.team.Workers())
	}
	g.J, g.held = make([]float64, block*g.W*P), block == g.B
	return &normalEquations{gaussNewtonSteps: g, block: block, A: make([]float64, P*P), F: make([]float64, P*P),
		D: make([]float64, P), s: make([]float64, n), y: make([]float64, n)}
}

// rows writes the rows of J of the samples lo … hi, unless J holds those of the batch; those that do not count are 0.
func (g *gaussNewtonSteps) rows(lo, hi int) {
	W, P := g.W, g.P
	g.each(lo, hi, func(w, a, b int) {
		J, r := g.J[(a-lo)*W*P:(b-lo)*W*P], g.next[a*W:b*W]
		if !g.held {
			g.loop.passes[w].Residuals(g.loop.batch[a:b], r, r) // of which only the tape's state is wanted
			clear(J)
			g.loop.passes[w].Rows(J)
		}
		for i, c := range g.c[a*W : b*W] {
			if c == 0 {
				clear(J[i*P : (i+1)*P]) // and with it what is not finite
			}
		}
	})
}

func (e *normalEquations) form() {
	for i, c := range e.c {
		e.s[i] = math.Sqrt(c)
		e.y[i] = e.s[i] * e.r[i]
	}
	e.loop.team.Do(func(w int) {
		lo, hi := par.Span(e.P, w, e.loop.team.Workers())
		clear(e.A[lo*e.P : hi*e.P])
	})
	clear(e.g)
	for lo := 0; lo < e.B; lo += e.block {
		hi := min(e.B, lo+e.block)
		e.rows(lo, hi)
		at, end := lo*e.W, hi*e.W
		dense.Normal(e.loop.team, end-at, e.P, e.J, e.s[at:end], e.y[at:end], e.A, e.g)
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
		for i := w; i < P; i += e.loop.team.Workers() {
			copy(e.F[i*P+i:(i+1)*P], e.A[i*P+i:])
		}
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
