package invariant

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lagrange/internal/lin"
)

// mostTriples is the number of functions up to which all triples of them are looked at.
const mostTriples = 120

// short is a combination of one, two or three functions.
type short struct {
	of   []int // places among the functions looked at
	c    [3]float64
	rate float64
}

// shorts are the slowest combinations of one, two and three of the functions at that are within the tolerance, where
// fewer of them are not, from the shortest on. They leave little to chance: of true systems, one to three functions
// that are not conserved come to 0.012 at best.
func (f *search) shorts(at []int) []short {
	K := len(at)
	D, G := mat.NewSymDense(K, nil), f.learn.size(at)
	for i, k := range at {
		for j, l := range at[:i+1] {
			D.SetSym(i, j, dot(f.learn.dot[k], f.learn.dot[l]))
		}
	}
	g := gram{D: D, G: G, limit: f.r.Tolerance}
	one, two := make([]bool, K), make([]bool, K*K)
	for i := range K {
		one[i] = g.try(i)
	}
	for i := range K {
		for j := range i {
			if !one[i] && !one[j] {
				two[i*K+j] = g.try(i, j)
			}
		}
	}
	for i := 0; i < K && K <= mostTriples; i++ {
		for j := range i {
			if one[i] || one[j] || two[i*K+j] {
				continue
			}
			for k := range j {
				if !one[k] && !two[i*K+k] && !two[j*K+k] {
					g.try(i, j, k)
				}
			}
		}
	}
	slices.SortStableFunc(g.found, func(a, b short) int {
		return cmp.Or(len(a.of)-len(b.of), cmp.Compare(a.rate, b.rate))
	})
	return g.found
}

// gram minimises √(cᵀDc/cᵀGc) over combinations of few functions.
type gram struct {
	D, G  *mat.SymDense
	limit float64
	found []short
}

// try notes the slowest combination of some functions and says whether it is within the limit: with G = R Rᵀ that is
// the least eigenvalue of R⁻¹ D R⁻ᵀ.
func (g *gram) try(of ...int) bool {
	n := len(of)
	var R, A, e [9]float64
	var w [3]float64
	for i, k := range of {
		for j, l := range of[:i+1] {
			x := g.G.At(k, l)
			for m := range j {
				x -= R[3*i+m] * R[3*j+m]
			}
			switch {
			case i != j:
				R[3*i+j] = x / R[3*j+j]
			case !(x > narrow*g.G.At(k, k)):
				return false // one depends on others
			default:
				R[3*i+i] = math.Sqrt(x)
			}
		}
	}
	forward := func(x []float64, step int) { // x ← R⁻¹ x
		for i := range n {
			for m := range i {
				x[i*step] -= R[3*i+m] * x[m*step]
			}
			x[i*step] /= R[3*i+i]
		}
	}
	for i, k := range of {
		for j, l := range of {
			A[i*n+j] = g.D.At(k, l)
		}
	}
	for j := range n {
		forward(A[j:], n)
	}
	for i := range n {
		forward(A[i*n:], 1)
	}
	lin.Eigen(n, A[:n*n], w[:n], e[:n*n])
	s := short{of: of, rate: math.Sqrt(max(0, w[0]))}
	if !(s.rate <= g.limit) {
		return false
	}
	for i := n - 1; i >= 0; i-- { // c = R⁻ᵀ e
		s.c[i] = e[i*n]
		for m := i + 1; m < n; m++ {
			s.c[i] -= R[3*m+i] * s.c[m]
		}
		s.c[i] /= R[3*i+i]
	}
	s.of = slices.Clone(of)
	g.found = append(g.found, s)
	return true
}
