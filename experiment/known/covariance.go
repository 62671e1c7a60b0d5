package known

import "math"

// Covariance is that of parameters p that were fitted to segments, however what is left of one is correlated: by how
// much the segments disagree [Huber1967], of N with more than P between them,
//
//	A⁻¹ (Σ s sᵀ) A⁻¹ N/(N − P),   A = Σ (JpᵀJp − BᵀH⁻¹B),   s = Jpᵀr − BᵀH⁻¹g.
//
// It is infinite where there are no more segments than parameters.
func (e *Equations) Covariance(segments []*Segment, p []float64) []float64 {
	P, N := len(p), len(segments)
	A, S, a, s := make([]float64, P*P), make([]float64, P*P), make([]float64, P*P), make([]float64, P)
	for _, g := range segments {
		e.linearise(g, p)
		n := len(g.X)
		products(len(g.r), P, P, g.Jp, g.Jp, a)
		products(len(g.r), P, 1, g.Jp, g.r, s)
		columns := make([][]float64, P)
		for j := range columns {
			for i := range n {
				columns[j] = append(columns[j], g.B[i*P+j])
			}
		}
		solveSymmetric(n, g.H, columns...)
		for j, x := range columns { // H⁻¹B
			s[j] -= inner(x, g.g)
			for k := range P {
				for i := range n {
					a[k*P+j] -= g.B[i*P+k] * x[i]
				}
			}
		}
		add(A, a, 1)
		for j, x := range s {
			add(S[j*P:(j+1)*P], s, x)
		}
	}
	inverse, C := make([][]float64, P), make([]float64, P*P)
	for j := range P {
		inverse[j] = make([]float64, P)
		inverse[j][j] = 1
	}
	solveSymmetric(P, A, inverse...)
	scale := math.Inf(1)
	if N > P {
		scale = float64(N) / float64(N-P)
	}
	for i, x := range inverse {
		for j, y := range inverse {
			for k := range P {
				C[i*P+j] += scale * x[k] * inner(S[k*P:(k+1)*P], y)
			}
		}
	}
	return C
}
