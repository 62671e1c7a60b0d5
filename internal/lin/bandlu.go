package lin

import "math"

// BandLU is the factor P M = L U of a symmetric matrix of order N that vanishes farther than B from its diagonal and
// need not be positive definite, with partial pivoting, which lets U reach 2B above the diagonal. A factorisation costs
// 2 N B (2B + 1) operations at most, a solution 6 N B (Golub & Van Loan, Matrix Computations, §4.3.4).
type BandLU struct {
	N, B int
	A    []float64 // rows (N, 3B+1): element (i, j) stands at A[i(3B+1) + B+j−i]
	swap []int     // the row that came to place i
}

// NewBandLU returns room for a factor.
func NewBandLU(n, b int) *BandLU {
	return &BandLU{N: n, B: b, A: make([]float64, n*(3*b+1)), swap: make([]int, n)}
}

// Clear makes M zero.
func (m *BandLU) Clear() { clear(m.A) }

// Add adds x to elements (i, j) and (j, i), |i − j| ≤ B; to one on the diagonal once.
func (m *BandLU) Add(i, j int, x float64) {
	*m.at(i, j) += x
	if i != j {
		*m.at(j, i) += x
	}
}

func (m *BandLU) at(i, j int) *float64 { return &m.A[i*(3*m.B+1)+m.B+j-i] }

// row is row i from column j up to column end.
func (m *BandLU) row(i, j, end int) []float64 {
	at := i*(3*m.B+1) + m.B - i
	return m.A[at+j : at+end]
}

// Factor replaces M by its factor and says whether M is safely regular; if not, A is spoilt.
func (m *BandLU) Factor() bool {
	top := 0.0
	for _, x := range m.A {
		top = max(top, math.Abs(x))
	}
	floor := Safe[float64]() * top
	for k := range m.N {
		last, best := min(m.N, k+m.B+1), k
		for i := k + 1; i < last; i++ {
			if math.Abs(*m.at(i, k)) > math.Abs(*m.at(best, k)) {
				best = i
			}
		}
		m.swap[k] = best
		end := min(m.N, k+2*m.B+1)
		pivot := m.row(k, k, end)
		if best != k {
			for j, x := range m.row(best, k, end) {
				pivot[j], m.row(best, k, end)[j] = x, pivot[j]
			}
		}
		if !(math.Abs(pivot[0]) > floor) {
			return false
		}
		for i := k + 1; i < last; i++ {
			row := m.row(i, k, end)
			row[0] /= pivot[0]
			for j, u := range pivot[1:] {
				row[1+j] -= row[0] * u
			}
		}
	}
	return true
}

// Solve replaces x by M⁻¹ x, after Factor.
func (m *BandLU) Solve(x []float64) {
	for k := range m.N {
		x[k], x[m.swap[k]] = x[m.swap[k]], x[k]
		for i := k + 1; i < min(m.N, k+m.B+1); i++ {
			x[i] -= *m.at(i, k) * x[k]
		}
	}
	for k := m.N - 1; k >= 0; k-- {
		row := m.row(k, k, min(m.N, k+2*m.B+1))
		for j, u := range row[1:] {
			x[k] -= u * x[k+1+j]
		}
		x[k] /= row[0]
	}
}
