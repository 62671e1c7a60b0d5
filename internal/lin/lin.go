// Package lin solves the small symmetric systems M a = r of mechanics: closed forms for d ≤ 3, Cholesky above, and the
// pseudo-inverse by a symmetric eigendecomposition when M is not safely positive definite.
package lin

import "math"

// Float is the element type.
type Float interface{ ~float32 | ~float64 }

// Kind says how a matrix was factorised, and so what stands in its factor.
type Kind uint8

const (
	// Inverse is the explicit inverse of a safely positive definite matrix of order ≤ 3.
	Inverse Kind = iota
	// Cholesky is the lower factor R of M = R Rᵀ.
	Cholesky
	// Pseudo is the pseudo-inverse of a matrix that is not safely positive definite.
	Pseudo
	// NonFinite marks a matrix with a NaN or an infinity: there is no factor, and solutions are NaN.
	NonFinite
)

// Safe is the smallest ratio of a pivot of the factorisation to the largest diagonal element at which a matrix counts
// as safely positive definite: below it the relative error of a solution in T could reach order one.
func Safe[T Float]() T {
	var x T
	switch any(x).(type) {
	case float32:
		return 1e-6
	}
	return T(1e-13)
}

// Work is the scratch space of Factor; one serves matrices up to its order.
type Work[T Float] struct{ a, e, w []T }

// NewWork returns scratch space for matrices of order d.
func NewWork[T Float](d int) *Work[T] {
	return &Work[T]{a: make([]T, d*d), e: make([]T, d*d), w: make([]T, d)}
}

// Factor writes to f (d·d) a factor of the symmetric matrix m (d, d) and says which. m and f must not overlap.
func (s *Work[T]) Factor(d int, m, f []T) Kind {
	var top, sum T
	for i := range d {
		top = max(top, m[i*d+i])
	}
	for _, x := range m[:d*d] {
		sum += x - x // NaN exactly when an element is not finite
	}
	switch {
	case sum != 0:
		return NonFinite
	case d <= 3 && inverse(d, m, f, Safe[T]()*top):
		return Inverse
	case d > 3 && cholesky(d, m, f, Safe[T]()*top):
		return Cholesky
	}
	s.pseudo(d, m, f)
	return Pseudo
}

// Positive says whether the symmetric matrix m (d, d) is positive definite; f (d·d) is scratch space.
func Positive[T Float](d int, m, f []T) bool { return cholesky(d, m, f, 0) }

// Solve sets x = M⁻¹ r (or M⁺ r) from a factor; r and x must not overlap.
func Solve[T Float](d int, k Kind, f, r, x []T) {
	switch k {
	case NonFinite:
		for i := range d {
			x[i] = T(math.NaN())
		}
	case Cholesky:
		for i := range d { // R y = r
			y := r[i]
			for j := range i {
				y -= f[i*d+j] * x[j]
			}
			x[i] = y / f[i*d+i]
		}
		for i := d - 1; i >= 0; i-- { // Rᵀ x = y
			y := x[i]
			for j := i + 1; j < d; j++ {
				y -= f[j*d+i] * x[j]
			}
			x[i] = y / f[i*d+i]
		}
	default:
		for i := range d {
			var y T
			for j := range d {
				y += f[i*d+j] * r[j]
			}
			x[i] = y
		}
	}
}

// inverse writes M⁻¹ in closed form when the pivots of M = L D Lᵀ all exceed floor.
func inverse[T Float](d int, m, f []T, floor T) bool {
	switch d {
	case 1:
		if !(m[0] > floor) {
			return false
		}
		f[0] = 1 / m[0]
		return true
	case 2:
		a, b, c := m[0], m[1], m[3]
		det := a*c - b*b
		if !(a > floor && det > a*floor) {
			return false
		}
		f[0], f[1], f[2], f[3] = c/det, -b/det, -b/det, a/det
		return true
	case 3:
		a, b, c, e, g, h := m[0], m[1], m[2], m[4], m[5], m[8]
		two := a*e - b*b
		A, B, C := e*h-g*g, c*g-b*h, b*g-c*e // cofactors of the first row
		det := a*A + b*B + c*C
		if !(a > floor && two > a*floor && det > two*floor) {
			return false
		}
		G := b*c - a*g
		f[0], f[1], f[2] = A/det, B/det, C/det
		f[3], f[4], f[5] = B/det, (a*h-c*c)/det, G/det
		f[6], f[7], f[8] = C/det, G/det, two/det
		return true
	}
	return d == 0
}

func cholesky[T Float](d int, m, f []T, floor T) bool {
	for i := range d {
		for j := 0; j <= i; j++ {
			s := m[i*d+j]
			for p := range j {
				s -= f[i*d+p] * f[j*d+p]
			}
			if i != j {
				f[i*d+j] = s / f[j*d+j]
			} else if !(s > floor) {
				return false
			} else {
				f[i*d+i] = T(math.Sqrt(float64(s)))
			}
		}
	}
	return true
}

// pseudo writes the pseudo-inverse M⁺ = Σ e eᵀ/w over the eigenpairs with |w| above the cut-off d·Safe·max|w|.
func (s *Work[T]) pseudo(d int, m, f []T) {
	copy(s.a, m[:d*d])
	Eigen(d, s.a[:d*d], s.w[:d], s.e[:d*d])
	var top T
	for _, w := range s.w[:d] {
		top = max(top, w, -w)
	}
	cut := T(d) * Safe[T]() * top
	clear(f[:d*d])
	for k, w := range s.w[:d] {
		if !(max(w, -w) > cut) {
			continue
		}
		for i := range d {
			c := s.e[i*d+k] / w
			for j := range d {
				f[i*d+j] += c * s.e[j*d+k]
			}
		}
	}
}

// Eigen finds the eigenvalues w (ascending) and eigenvectors (columns of e, row-major) of the symmetric a (d, d) by
// cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, §8.5). a is destroyed.
func Eigen[T Float](d int, a, w, e []T) {
	clear(e[:d*d])
	for i := range d {
		e[i*d+i] = 1
	}
	for range 60 {
		var off, all T
		for i := range d {
			for j := range d {
				if x := a[i*d+j] * a[i*d+j]; i != j {
					off += x
					all += x
				} else {
					all += x
				}
			}
		}
		if !(off > all*1e-32) {
			break
		}
		for p := range d {
			for q := p + 1; q < d; q++ {
				rotate(d, p, q, a, e)
			}
		}
	}
	for i := range d {
		w[i] = a[i*d+i]
	}
	for i := range d { // d is small: selection sort, with the columns of e
		k := i
		for j := i + 1; j < d; j++ {
			if w[j] < w[k] {
				k = j
			}
		}
		if k != i {
			w[i], w[k] = w[k], w[i]
			for r := range d {
				e[r*d+i], e[r*d+k] = e[r*d+k], e[r*d+i]
			}
		}
	}
}

// rotate annihilates a[p,q] by a ← JᵀaJ and accumulates e ← eJ.
func rotate[T Float](d, p, q int, a, e []T) {
	if a[p*d+q] == 0 {
		return
	}
	tau := float64(a[q*d+q]-a[p*d+p]) / (2 * float64(a[p*d+q]))
	t := math.Copysign(1, tau) / (math.Abs(tau) + math.Hypot(1, tau))
	c := T(1 / math.Hypot(1, t))
	s := T(t) * c
	for k := range d {
		x, y := a[k*d+p], a[k*d+q]
		a[k*d+p], a[k*d+q] = c*x-s*y, s*x+c*y
	}
	for k := range d {
		x, y := a[p*d+k], a[q*d+k]
		a[p*d+k], a[q*d+k] = c*x-s*y, s*x+c*y
		x, y = e[k*d+p], e[k*d+q]
		e[k*d+p], e[k*d+q] = c*x-s*y, s*x+c*y
	}
	a[p*d+q], a[q*d+p] = 0, 0
}
