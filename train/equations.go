package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// primal holds A = JᵀCJ, summed over blocks of rows of √C J, and factors A + λD.
type primal struct {
	*gauss
	block   int       // samples of a block
	J, A, F []float64 // rows of a block, (P, P) twice
	D       []float64
}

func newPrimal(g *gauss) *primal {
	P, block := g.P, max(1, 512/g.W/g.loop.chunk)*g.loop.chunk*g.loop.team.Workers()
	block = min(block, g.B)
	return &primal{gauss: g, block: block, J: make([]float64, block*g.W*P), A: make([]float64, P*P), F: make([]float64, P*P), D: make([]float64, P)}
}

// rows writes √C J of the samples lo … hi.
func (g *gauss) rows(lo, hi int, J []float64) {
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

func (e *primal) form() {
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

// floor is the least element of a metric, as a part of their mean. At 1e-10, where only a parameter without any effect is kept from
// zero, the steps of a net along what it hardly depends on were so long that λ had to grow to 1; from 1e-6 to 1e-2 it learned alike.
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

func (e *primal) metric() []float64 { return e.D }

func (e *primal) solve(lambda float64) bool {
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

// kernel holds Y = D^(−½) Jᵀ √C and K = YᵀY for fewer residuals than parameters (n < P):
//
//	d = D^(−½) Y (K + λ)⁻¹ √C r.
type kernel struct {
	*gauss
	n       int
	J, Y    []float64 // (n, P), (P, n)
	K, F, z []float64 // (n, n) twice, (n)
	D       []float64
}

func newKernel(g *gauss) *kernel {
	n, P := g.B*g.W, g.P
	return &kernel{
		gauss: g, n: n, J: make([]float64, n*P), Y: make([]float64, n*P),
		K: make([]float64, n*n), F: make([]float64, n*n), z: make([]float64, n), D: make([]float64, P),
	}
}

func (e *kernel) metric() []float64 { return e.D }

func (e *kernel) form() {
	n, P := e.n, e.P
	e.rows(0, e.B, e.J)
	e.loop.team.Do(func(w int) {
		lo, hi := par.Span(P, w, e.loop.team.Workers())
		clear(e.D[lo:hi])
		for i := range n {
			for j, x := range e.J[i*P+lo : i*P+hi] {
				e.D[lo+j] += x * x
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
					e.Y[j*n+i] = e.J[i*P+j] / math.Sqrt(e.D[j])
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

func (e *kernel) solve(lambda float64) bool {
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
