package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/vec"
)

// kernel has the products of a batch of fewer residuals than parameters (n < P) whose rows J are held, with a metric D
// of the parameters:
//
//	K = √C J D⁻¹ Jᵀ √C.
type kernel struct {
	*linearised
	n       int
	s       []float64 // √c
	inverse []float64 // 1/D
	K, F    *dense.Upper
	one     []float64
}

func newKernel(l *linearised) *kernel {
	n := l.B * l.W
	l.all = make([]float64, n*l.P)
	k := &kernel{linearised: l, n: n, s: make([]float64, n), inverse: make([]float64, l.P),
		K: dense.NewUpper(n), F: dense.NewUpper(n), one: make([]float64, n)}
	for i := range k.one {
		k.one[i] = 1
	}
	return k
}

func (k *kernel) row(i int) []float64 { return k.all[i*k.P : (i+1)*k.P] }

// roots takes the weights of the batch. A residual without one has no row, and with it nothing that is not finite.
func (k *kernel) roots() {
	for i, c := range k.c {
		if k.s[i] = math.Sqrt(c); c == 0 {
			clear(k.row(i))
		}
	}
}

// columns visits the parameters lo … hi that a core takes at a time.
func (k *kernel) columns(f func(lo, hi int)) {
	const span = 1024
	k.loop.team.Share((k.P+span-1)/span, func(_, i int) { f(i*span, min(k.P, (i+1)*span)) })
}

// squares moves S by the share to the diagonal of JᵀCJ.
func (k *kernel) squares(share float64, S []float64) {
	k.columns(func(lo, hi int) {
		S := S[lo:hi]
		for j := range S {
			S[j] *= 1 - share
		}
		for i, c := range k.c {
			c *= share
			for j, x := range k.row(i)[lo:hi] {
				S[j] += c * x * x
			}
		}
	})
}

// form sets K by the metric D.
func (k *kernel) form(D []float64) {
	for j, d := range D {
		k.inverse[j] = 1 / d
	}
	k.K.Clear(k.loop.team)
	dense.Outer(k.loop.team, k.n, k.s, k.all, k.inverse, k.K)
}

// solve replaces y by (K + λ)⁻¹ y; it returns false when that is not possible with so small a λ.
func (k *kernel) solve(lambda float64, y []float64) bool {
	if !k.F.Factor(k.loop.team, k.K, lambda, k.one) {
		return false
	}
	k.F.Solve(y)
	return true
}

// push sets y = √C J x.
func (k *kernel) push(x, y []float64) {
	k.loop.team.Share(k.n, func(_, i int) { y[i] = k.s[i] * dot(k.row(i), x) })
}

// pull sets x = Jᵀ √C y.
func (k *kernel) pull(y, x []float64) {
	k.columns(func(lo, hi int) {
		clear(x[lo:hi])
		for i, z := range y {
			vec.Axpy(k.s[i]*z, k.row(i)[lo:hi], x[lo:hi])
		}
	})
}
