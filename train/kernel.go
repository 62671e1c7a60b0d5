package train

import (
	"math"

	"lagrange/internal/dense"
)

// kernel has the products of a batch of fewer residuals than parameters (n < P), with a metric D of the parameters:
//
//	K = √C J D⁻¹ Jᵀ √C.
type kernel struct {
	*linearised
	rows
	n       int
	s       []float64 // √c
	inverse []float64 // 1/D
	K, F    *dense.Upper
	one     []float64
}

// rows are those of √C J of a batch.
type rows interface {
	// found takes the rows of samples lo … hi from pass w, which has just found their residuals.
	found(w, lo, hi int)
	// scale takes the weights √c. A residual without one has no row, and with it nothing that is not finite.
	scale(s []float64)
	// squares moves S by the share to the diagonal of JᵀCJ.
	squares(share float64, S []float64)
	// raise follows squares: it keeps the diagonal above its floor, a metric D.
	raise(D []float64)
	// outer follows raise: it adds √C J D⁻¹ Jᵀ √C to K.
	outer(inverse []float64, K *dense.Upper)
	// push sets y = √C J x, pull x = Jᵀ √C y.
	push(x, y []float64)
	pull(y, x []float64)
}

func newKernel(l *linearised) *kernel {
	n := l.B * l.W
	k := &kernel{linearised: l, n: n, s: make([]float64, n), inverse: make([]float64, l.P),
		K: dense.NewUpper(n), F: dense.NewUpper(n), one: make([]float64, n)}
	for i := range k.one {
		k.one[i] = 1
	}
	if layers := layersOf(l.loop.passes[0].Pass, l.P); byLayers(layers, l.P) {
		k.rows = newLayerRows(l, layers)
	} else {
		k.rows = &heldRows{linearised: l, all: make([]float64, n*l.P)}
	}
	l.found = k.rows.found
	return k
}

// roots takes the weights of the batch.
func (k *kernel) roots() {
	for i, c := range k.c {
		k.s[i] = math.Sqrt(c)
	}
	k.scale(k.s)
}

// form sets K by the metric D.
func (k *kernel) form(D []float64) {
	for j, d := range D {
		k.inverse[j] = 1 / d
	}
	k.K.Clear(k.loop.team)
	k.outer(k.inverse, k.K)
}

// solve replaces y by (K + λ)⁻¹ y; it returns false when that is not possible with so small a λ.
func (k *kernel) solve(lambda float64, y []float64) bool {
	if !k.F.Factor(k.loop.team, k.K, lambda, k.one) {
		return false
	}
	k.F.Solve(y)
	return true
}
