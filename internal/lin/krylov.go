package lin

import "math"

// Krylov is the memory of the iterative solvers for matrices of one pattern.
type Krylov struct {
	p *Pattern
	w [6][]float64
}

// NewKrylov returns memory for matrices of the pattern p.
func NewKrylov(p *Pattern) *Krylov {
	k := &Krylov{p: p}
	for i := range k.w {
		k.w[i] = make([]float64, p.N)
	}
	return k
}

// near is the residual, relative to the right-hand side, at which the iterations rest.
const near = 1e-14

// Conjugate solves M x = r by conjugate gradients, preconditioned by the diagonal (Golub & Van Loan, §11.5). It fails
// when a direction of M shows no positive curvature, or when steps steps leave a residual above 1e-10 |r|.
func (k *Krylov) Conjugate(m, r, x []float64, steps int) bool {
	e, z, d, y, diag := k.w[0], k.w[1], k.w[2], k.w[3], k.w[4]
	k.diagonal(m, diag)
	for _, g := range diag {
		if !(g > 0) {
			return false
		}
	}
	clear(x)
	copy(e, r)
	norm := math.Sqrt(inner(r, r))
	old := 0.0
	for s := range steps {
		if math.Sqrt(inner(e, e)) <= near*norm {
			break
		}
		for i := range z {
			z[i] = e[i] / diag[i]
		}
		rho := inner(e, z)
		for i := range d {
			if s == 0 {
				d[i] = z[i]
			} else {
				d[i] = z[i] + rho/old*d[i]
			}
		}
		old = rho
		k.p.Mul(m, d, y)
		c := inner(d, y)
		if !(c > 0) {
			return false
		}
		for i := range x {
			x[i] += rho / c * d[i]
			e[i] -= rho / c * y[i]
		}
	}
	return k.residual(m, r, x) <= 1e-10*norm
}

// Minres solves M x = r by minimal residuals, for symmetric M of any signature (Paige & Saunders 1975). Where M is
// singular and r in its range, x is the solution of least norm. It fails when steps steps leave a residual above 1e-8
// |r|.
func (k *Krylov) Minres(m, r, x []float64, steps int) bool {
	v0, v, d0, d, y := k.w[0], k.w[1], k.w[2], k.w[3], k.w[4]
	clear(x)
	clear(v0)
	clear(d0)
	clear(d)
	norm := math.Sqrt(inner(r, r))
	if norm == 0 {
		return true
	}
	for i := range v {
		v[i] = r[i] / norm
	}
	beta, eta := 0.0, norm
	c0, c, s0, s := 1.0, 1.0, 0.0, 0.0 // the last two rotations
	for range steps {
		// Lanczos: M v = β v₋ + α v + β₊ v₊
		k.p.Mul(m, v, y)
		alpha := inner(v, y)
		for i := range y {
			y[i] -= alpha*v[i] + beta*v0[i]
		}
		next := math.Sqrt(inner(y, y))
		// the rotations make its tridiagonal matrix upper triangular, with ρ₁, ρ₂, ρ₃ in this column
		delta := c*alpha - c0*s*beta
		rho1 := math.Hypot(delta, next)
		rho2 := s*alpha + c0*c*beta
		rho3 := s0 * beta
		if !(rho1 > 0) {
			break
		}
		c0, s0, c, s = c, s, delta/rho1, next/rho1
		for i := range x {
			w := (v[i] - rho3*d0[i] - rho2*d[i]) / rho1
			d0[i], d[i] = d[i], w
			x[i] += c * eta * w
		}
		eta *= -s
		if math.Abs(eta) <= near*norm || next == 0 {
			break
		}
		beta = next
		for i := range v {
			v0[i], v[i] = v[i], y[i]/next
		}
	}
	return k.residual(m, r, x) <= 1e-8*norm
}

func (k *Krylov) diagonal(m, diag []float64) {
	for i := range int32(k.p.N) {
		diag[i] = m[k.p.At(i, i)]
	}
}

// residual is |M x − r|.
func (k *Krylov) residual(m, r, x []float64) float64 {
	y := k.w[5]
	k.p.Mul(m, x, y)
	s := 0.0
	for i := range y {
		s += (y[i] - r[i]) * (y[i] - r[i])
	}
	return math.Sqrt(s)
}

func inner(x, y []float64) (s float64) {
	for i, a := range x {
		s += a * y[i]
	}
	return s
}
