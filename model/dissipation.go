package model

import (
	"math"

	"lagrange/internal/lin"
)

// Dissipation is the friction of a Spec in the numbers c in which its force is linear, which its parameters are not:
//
//	F_i = −E/s_i (Σ_j C_ij w_j + k_i tanh(w_i/ε_i) + D_i |w_i| w_i) ∓ Σ E/s_ij k_ij tanh(w_ij/ε_ij),   w_i = v_i/s_i,
//
// first the lower triangle of C = RRᵀ row by row, if friction is viscous, then the k_i = c_i², if it is dry, the D_i of
// drag, and the k_ij of pairs of angles, w_ij = (v_i − v_j)/s_ij. The widths ε are as they are in θ.
type Dissipation struct {
	d                               int
	s                               []float64
	E                               float64
	viscous, coulomb, drag, between int // where their parameters begin in θ; −1: absent
	pairs                           []pair
}

// DissipationOf finds that of a Spec. Models of nodes have none of their own.
func DissipationOf(s Spec, params int) Dissipation {
	l := layout(s)
	f := Dissipation{d: s.D(), E: s.power(), viscous: -1, coulomb: -1, drag: -1, between: -1}
	f.s, _ = scales[float64](s)
	if s.Nodes != nil {
		return f
	}
	at := params - len(l.params)
	if l.viscous >= 0 {
		f.viscous = at + l.viscous
	}
	if l.coulomb >= 0 {
		f.coulomb = at + l.coulomb
	}
	if l.drag >= 0 {
		f.drag = at + l.drag
	}
	if l.between >= 0 {
		f.between, f.pairs = at+l.between, s.pairs()
	}
	return f
}

// Len is how many numbers c there are.
func (f Dissipation) Len() (n int) {
	if f.viscous >= 0 {
		n += triangle(f.d)
	}
	if f.coulomb >= 0 {
		n += f.d
	}
	if f.drag >= 0 {
		n += f.d
	}
	return n + len(f.pairs)
}

// Slopes adds ∂(zᵀF)/∂c at v to row.
func (f Dissipation) Slopes(theta, v, z, row []float64) {
	at := 0
	if f.viscous >= 0 {
		for i := range f.d {
			for j := range i + 1 {
				y := z[i] / f.s[i] * v[j] / f.s[j]
				if j < i {
					y += z[j] / f.s[j] * v[i] / f.s[i]
				}
				row[at] -= f.E * y
				at++
			}
		}
	}
	if f.coulomb >= 0 {
		for i, s := range f.s {
			eps := math.Exp(theta[f.coulomb+f.d+i])
			row[at] -= f.E / s * z[i] * math.Tanh(v[i]/s/eps)
			at++
		}
	}
	if f.drag >= 0 {
		for i, s := range f.s {
			w := v[i] / s
			row[at] -= f.E / s * z[i] * math.Abs(w) * w
			at++
		}
	}
	for k, p := range f.pairs {
		eps := math.Exp(theta[f.between+len(f.pairs)+k])
		row[at] -= f.E / p.s * (z[p.i] - z[p.j]) * math.Tanh((v[p.i]-v[p.j])/p.s/eps)
		at++
	}
}

// Creates says which of the numbers c have to be 0 for friction not to bring energy: negative coefficients, with what
// couples them, and what couples others more than a C without negative eigenvalues can.
func (f Dissipation) Creates(c []float64) (drop []bool, any bool) {
	drop = make([]bool, len(c))
	n := 0
	if f.viscous >= 0 {
		n = triangle(f.d)
		for i := range f.d {
			for j := range i + 1 {
				at := i*(i+1)/2 + j
				drop[at] = c[at] != 0 && (c[diagonal(i)] <= 0 || c[diagonal(j)] <= 0)
				any = any || drop[at]
			}
		}
		if !any && least(f.d, c) < 0 {
			for i := range f.d {
				for j := range i {
					drop[i*(i+1)/2+j], any = true, true
				}
			}
		}
	}
	for i, k := range c[n:] {
		if k < 0 {
			drop[n+i], any = true, true
		}
	}
	return drop, any
}

// symmetric is C, whose lower triangle is c.
func symmetric(d int, c []float64) []float64 {
	C := make([]float64, d*d)
	for i := range d {
		for j := range i + 1 {
			C[i*d+j], C[j*d+i] = c[i*(i+1)/2+j], c[i*(i+1)/2+j]
		}
	}
	return C
}

// least is the least eigenvalue of C, those of no size by rounding being 0.
func least(d int, c []float64) float64 {
	w, E := make([]float64, d), make([]float64, d*d)
	lin.Eigen(d, symmetric(d, c), w, E)
	if w[0] > -1e-12*w[d-1] {
		return 0
	}
	return w[0]
}

// Set sets the parameters of friction to numbers c that create no energy: C = RRᵀ by Cholesky's method, in which a
// column without a pivot is 0.
func (f Dissipation) Set(theta, c []float64) {
	if f.viscous >= 0 {
		R := theta[f.viscous : f.viscous+triangle(f.d)]
		clear(R)
		for j := range f.d {
			for i := j; i < f.d; i++ {
				sum := c[i*(i+1)/2+j]
				for k := range j {
					sum -= R[i*(i+1)/2+k] * R[j*(j+1)/2+k]
				}
				switch pivot := R[diagonal(j)]; {
				case i == j:
					R[diagonal(j)] = math.Sqrt(max(0, sum))
				case pivot > 0:
					R[i*(i+1)/2+j] = sum / pivot
				}
			}
		}
		c = c[triangle(f.d):]
	}
	for _, part := range []struct{ at, n int }{{f.coulomb, f.d}, {f.drag, f.d}, {f.between, len(f.pairs)}} {
		if part.at < 0 {
			continue
		}
		for i, k := range c[:part.n] {
			theta[part.at+i] = math.Sqrt(max(0, k))
		}
		c = c[part.n:]
	}
}
