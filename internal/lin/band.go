package lin

import "math"

// Band is a symmetric matrix of order N that vanishes farther than B from its diagonal, and its Cholesky factor. A
// factorisation costs N B² operations, a solution 4 N B (Golub & Van Loan, Matrix Computations, §4.3).
type Band struct {
	N, B int
	// A is the lower half by rows, (N, B+1): element (i, j) stands at A[i(B+1) + B+j−i]. Factor overwrites it with R, M
	// = R Rᵀ.
	A []float64
}

// NewBand returns a matrix of zeros.
func NewBand(n, b int) *Band { return &Band{N: n, B: b, A: make([]float64, n*(b+1))} }

// Add adds x to element (i, j) of the lower half, j ≤ i.
func (m *Band) Add(i, j int, x float64) { m.A[i*(m.B+1)+m.B+j-i] += x }

// Factor replaces M by its Cholesky factor and says whether M is safely positive definite; if not, A is spoilt.
func (m *Band) Factor() bool {
	w, top := m.B+1, 0.0
	for i := range m.N {
		top = max(top, m.A[i*w+m.B])
	}
	floor := Safe[float64]() * top
	for i := range m.N {
		row, lo := m.A[i*w:(i+1)*w], max(0, i-m.B)
		for j := lo; j < i; j++ {
			// Σ R_ip R_jp over p from the later of the two rows' beginnings
			p := max(lo, j-m.B)
			x, y := row[m.B+p-i:m.B+j-i], m.A[j*w+m.B+p-j:j*w+m.B]
			s := row[m.B+j-i]
			for k, r := range x {
				s -= r * y[k]
			}
			row[m.B+j-i] = s / m.A[j*w+m.B]
		}
		s := row[m.B]
		for _, r := range row[m.B+lo-i : m.B] {
			s -= r * r
		}
		if !(s > floor) {
			return false
		}
		row[m.B] = math.Sqrt(s)
	}
	return true
}

// SolveRows replaces the rows X_i, those of a matrix (N, columns), by those of M⁻¹ X, after Factor of M.
func SolveRows[T Float](m *Band, X [][]T) {
	w := m.B + 1
	for i, x := range X { // R Y = X
		lo := max(0, i-m.B)
		for k, r := range m.A[i*w+m.B+lo-i : i*w+m.B] {
			subtract(T(r), X[lo+k], x)
		}
		times(T(1/m.A[i*w+m.B]), x)
	}
	for i := m.N - 1; i >= 0; i-- { // Rᵀ X = Y
		times(T(1/m.A[i*w+m.B]), X[i])
		lo := max(0, i-m.B)
		for k, r := range m.A[i*w+m.B+lo-i : i*w+m.B] {
			subtract(T(r), X[i], X[lo+k])
		}
	}
}

func times[T Float](c T, x []T) {
	for j := range x {
		x[j] *= c
	}
}

// subtract sets y −= c x.
func subtract[T Float](c T, x, y []T) {
	y = y[:len(x)]
	for j, v := range x {
		y[j] -= c * v
	}
}

// Solve replaces x by M⁻¹ x, after Factor.
func (m *Band) Solve(x []float64) {
	w := m.B + 1
	for i := range m.N { // R y = x
		lo := max(0, i-m.B)
		s, row := x[i], m.A[i*w+m.B+lo-i:i*w+m.B]
		for k, r := range row {
			s -= r * x[lo+k]
		}
		x[i] = s / m.A[i*w+m.B]
	}
	for i := m.N - 1; i >= 0; i-- { // Rᵀ x = y
		x[i] /= m.A[i*w+m.B]
		lo := max(0, i-m.B)
		for k, r := range m.A[i*w+m.B+lo-i : i*w+m.B] {
			x[lo+k] -= r * x[i]
		}
	}
}
