package train

import (
	"math"

	"lagrange/internal/dense"
)

// normalEquations hold A = JᵀCJ, and factor A + λD.
type normalEquations struct {
	*gaussNewtonSteps
	packed *dense.Rows // rows of J of a block of samples
	block  int         // samples of a block: all of the batch where there is room for its rows
	A, F   *dense.Upper
	D      []float64 // (P)
}

func newNormalEquations(g *gaussNewtonSteps) *normalEquations {
	P, block := g.P, g.B
	if g.B*g.W*P > mostRows {
		block = min(g.B, max(1, 512/g.W/g.loop.chunk)*g.loop.chunk*g.loop.team.Workers())
	}
	g.room()
	e := &normalEquations{gaussNewtonSteps: g, packed: dense.NewRows(block*g.W, P), block: block,
		A: dense.NewUpper(P), F: dense.NewUpper(P), D: make([]float64, P)}
	if block == g.B {
		g.found = func(w, lo, hi int) { e.packed.Set(lo*g.W, g.jacobian(w, hi-lo)) }
	}
	return e
}

// rows packs the rows of J of the samples lo … hi, unless those of the batch are; those that do not count are 0.
func (e *normalEquations) rows(lo, hi int) {
	W := e.W
	e.each(lo, hi, func(w, a, b int) {
		if e.found == nil {
			r := e.next[a*W : b*W]
			e.loop.passes[w].Residuals(e.loop.batch[a:b], r, r) // of which only the tape's state is wanted
			e.packed.Set((a-lo)*W, e.jacobian(w, b-a))
		}
		for i, c := range e.c[a*W : b*W] {
			if c == 0 {
				e.packed.Clear((a-lo)*W + i) // and with it what is not finite
			}
		}
	})
}

func (e *normalEquations) form() {
	e.A.Clear(e.loop.team)
	clear(e.g)
	for lo := 0; lo < e.B; lo += e.block {
		hi := min(e.B, lo+e.block)
		e.rows(lo, hi)
		at, end := lo*e.W, hi*e.W
		e.packed.Normal(e.loop.team, end-at, e.c[at:end], e.r[at:end], e.A, e.g)
	}
	for i := range e.D {
		e.D[i] = e.A.Diagonal(i)
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
	if !e.F.Factor(e.loop.team, e.A, lambda, e.D) {
		return false
	}
	copy(e.d, e.g)
	e.F.Solve(e.d)
	return true
}
