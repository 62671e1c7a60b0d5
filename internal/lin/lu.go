package lin

import "math"

// LU replaces a (n, n) by its factors P A = L U, with partial pivoting; row i was exchanged with row piv[i] ≥ i in
// step i. It is false if A is singular to working precision or not finite.
func LU(n int, a []float64, piv []int) bool {
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i*n+k]) > math.Abs(a[p*n+k]) {
				p = i
			}
		}
		piv[k] = p
		if x := math.Abs(a[p*n+k]); !(x > 0) || math.IsInf(x, 0) {
			return false
		}
		top := a[k*n : (k+1)*n]
		if p != k {
			for j, x := range a[p*n : (p+1)*n] {
				a[p*n+j], top[j] = top[j], x
			}
		}
		for i := k + 1; i < n; i++ {
			row := a[i*n : (i+1)*n]
			l := row[k] / top[k]
			row[k] = l
			for j := k + 1; j < n; j++ {
				row[j] -= l * top[j]
			}
		}
	}
	return true
}

// SolveLU replaces x (n) by A⁻¹x, with what LU left.
func SolveLU(n int, a []float64, piv []int, x []float64) {
	for k, p := range piv[:n] {
		x[k], x[p] = x[p], x[k]
	}
	for i := range n {
		for j, l := range a[i*n : i*n+i] {
			x[i] -= l * x[j]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= a[i*n+j] * x[j]
		}
		x[i] /= a[i*n+i]
	}
}
