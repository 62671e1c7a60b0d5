package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/par"
)

// kernelEquations hold Y = D^(−½) Jᵀ √C and K = YᵀY for fewer residuals than parameters (n < P):
//
//	d = D^(−½) Y (K + λ)⁻¹ √C r.
type kernelEquations struct {
	*gaussNewtonSteps
	n       int
	J       []float64 // (n, P)
	Y       []float64 // (P, n)
	K, F, z []float64 // (n, n) twice, (n)
	D       []float64
}

func newKernelEquations(g *gaussNewtonSteps) *kernelEquations {
	n, P := g.B*g.W, g.P
	g.room()
	e := &kernelEquations{
		gaussNewtonSteps: g, n: n, J: make([]float64, n*P), Y: make([]float64, n*P),
		K: make([]float64, n*n), F: make([]float64, n*n), z: make([]float64, n), D: make([]float64, P),
	}
	g.keep = func(at int, J []float64) { copy(e.J[at*P:], J) }
	return e
}

func (e *kernelEquations) metric() []float64 { return e.D }

func (e *kernelEquations) form() {
	n, P := e.n, e.P
	for i, c := range e.c {
		if c == 0 {
			clear(e.J[i*P : (i+1)*P]) // and with it what is not finite
		}
	}
	e.loop.team.Do(func(w int) {
		lo, hi := par.Span(P, w, e.loop.team.Workers())
		clear(e.D[lo:hi])
		for i := range n {
			for j, x := range e.J[i*P+lo : i*P+hi] {
				e.D[lo+j] += e.c[i] * x * x
			}
		}
	})
	raise(e.D)
	e.loop.team.Do(func(w int) {
		first, last := par.Span(P, w, e.loop.team.Workers())
		const strip = 16 // of columns, whose rows of Y stay in the cache
		for lo := first; lo < last; lo += strip {
			hi := min(last, lo+strip)
			for i := range n {
				for j := lo; j < hi; j++ {
					e.Y[j*n+i] = math.Sqrt(e.c[i]) * e.J[i*P+j] / math.Sqrt(e.D[j])
				}
			}
		}
		for j := first; j < last; j++ { // g = D^½ Y √C r
			s := 0.0
			for i, y := range e.Y[j*n : (j+1)*n] {
				s += y * math.Sqrt(e.c[i]) * e.r[i]
			}
			e.g[j] = math.Sqrt(e.D[j]) * s
		}
	})
	clear(e.K)
	dense.Gram(e.loop.team, P, n, e.Y, e.K)
}

func (e *kernelEquations) solve(lambda float64) bool {
	n := e.n
	copy(e.F, e.K)
	for i := range n {
		e.F[i*n+i] += lambda
		e.z[i] = math.Sqrt(e.c[i]) * e.r[i]
	}
	if !dense.FactorUpper(e.loop.team, n, e.F) {
		return false
	}
	dense.SolveUpper(n, e.F, e.z)
	e.loop.team.Do(func(w int) {
		lo, hi := par.Span(e.P, w, e.loop.team.Workers())
		for j := lo; j < hi; j++ {
			s := 0.0
			for i, y := range e.Y[j*n : (j+1)*n] {
				s += y * e.z[i]
			}
			e.d[j] = s / math.Sqrt(e.D[j])
		}
	})
	return true
}
