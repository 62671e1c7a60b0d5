package model

import (
	"math"

	"lagrange/internal/lin"
)

// Dissipation is the friction of a Spec in the numbers c in which its force is linear, which its parameters are not:
//
//	F_i = −E/s_i Σ_j C_ij w_j − Σ E/s k g(w),   w_i = v_i/s_i,
//
// first the lower triangle of C = RRᵀ row by row, if friction is viscous, then the sizes k = c² of each of its laws g
// at all contacts (laws). The shapes of the laws are as they are in θ.
type Dissipation struct {
	d           int
	s           []float64
	E           float64
	at          int // place of the forces in θ
	viscous     int // where its parameters begin in θ; −1: absent
	resistances []resistance
}

// DissipationOf finds that of a Spec. Of a model of nodes it is that of a node, which all of them share.
func DissipationOf(s Spec, params int) Dissipation {
	s = s.forceSpec()
	l := layout(s)
	f := Dissipation{d: s.D(), E: s.power(), viscous: -1, at: params - len(l.params)}
	f.s, _ = scales[float64](s)
	if f.resistances = l.resistances; l.viscous >= 0 {
		f.viscous = f.at + l.viscous
	}
	return f
}

// Len is how many numbers c there are.
func (f Dissipation) Len() (n int) {
	if f.viscous >= 0 {
		n = triangle(f.d)
	}
	for _, r := range f.resistances {
		n += len(r.contacts)
	}
	return n
}

// Slopes adds ∂(zᵀF)/∂c at v to row, for one node after the other where there are several.
func (f Dissipation) Slopes(theta, v, z, row []float64) {
	for i := 0; i < len(v); i += f.d {
		f.slopes(theta, v[i:i+f.d], z[i:i+f.d], row)
	}
}

// slopes is Slopes for one node.
func (f Dissipation) slopes(theta, v, z, row []float64) {
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
	for _, r := range f.resistances {
		force := newRubbing(r, theta[f.at:], f.at, f.E)
		for k, a := range r.contacts {
			_, _, _, g, _ := force.at0(k, v)
			y := z[a.i]
			if a.j >= 0 {
				y -= z[a.j]
			}
			row[at] -= f.E / a.s * y * g
			at++
		}
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
	for _, r := range f.resistances {
		for k := range r.contacts {
			theta[f.at+r.at+k] = math.Sqrt(max(0, c[k]))
		}
		c = c[len(r.contacts):]
	}
}
