// Package vec has the elementwise sweeps of a pass: the activation's rules for tangents, adjoints and the mixed stream
// (doc/theory.md), combinations of tangents, and Adam. Slices of one call have the same length and may not overlap
// unless said.
package vec

import "math"

// Float is the element type.
type Float interface{ ~float32 | ~float64 }

// Mul sets y = a ⊙ x.
func Mul[T Float](a, x, y []T) {
	x, y = x[:len(a)], y[:len(a)]
	for i, f := range a {
		y[i] = f * x[i]
	}
}

// MulAdd2 sets y = a ⊙ x + b ⊙ c ⊙ z, the adjoint of a tangent: δ_k = f′ ā_k + f″ ā z_k.
func MulAdd2[T Float](a, x, b, c, z, y []T) {
	x, b, c, z, y = x[:len(a)], b[:len(a)], c[:len(a)], z[:len(a)], y[:len(a)]
	for i, f := range a {
		y[i] = f*x[i] + b[i]*c[i]*z[i]
	}
}

// Mixed sets h = f′ z_st + f″ z_s z_t.
func Mixed[T Float](f1, f2, zs, zt, zst, h []T) {
	f2, zs, zt, zst, h = f2[:len(f1)], zs[:len(f1)], zt[:len(f1)], zst[:len(f1)], h[:len(f1)]
	for i, f := range f1 {
		h[i] = f*zst[i] + f2[i]*zs[i]*zt[i]
	}
}

// Jet holds f′, f″, f‴ at the pre-activations of a layer.
type Jet[T Float] struct{ F1, F2, F3 []T }

// Duals holds one array for each part of a hyper-dual number: value, s, t and st.
type Duals[T Float] struct{ Value, S, T, ST []T }

// MixedReverse sets the adjoints δ of the pre-activations z from the adjoints ā of the outputs; δ.Value is f′ ā already:
//
//	δ_s  = f′ ā_s + f″ ā z_s          δ_t = f′ ā_t + f″ ā z_t
//	δ_st = f′ ā_st + f″ (ā_s z_t + ā_t z_s) + ā (f‴ z_s z_t + f″ z_st)
func MixedReverse[T Float](f Jet[T], z, a, delta Duals[T]) {
	n := len(z.S)
	f1, f2, f3 := f.F1[:n], f.F2[:n], f.F3[:n]
	zs, zt, zst := z.S[:n], z.T[:n], z.ST[:n]
	av, as, at, ast := a.Value[:n], a.S[:n], a.T[:n], a.ST[:n]
	ds, dt, dst := delta.S[:n], delta.T[:n], delta.ST[:n]
	for i := range zs {
		s, t, g, c := zs[i], zt[i], f2[i], av[i]
		ds[i] = f1[i]*as[i] + g*c*s
		dt[i] = f1[i]*at[i] + g*c*t
		dst[i] = f1[i]*ast[i] + g*(as[i]*t+at[i]*s) + c*(f3[i]*s*t+g*zst[i])
	}
}

// Combine sets y = Σ_k c[b,k] x_k row by row, with x_k the k-th of K blocks of B rows of n numbers, each row starting
// ld after the last, blocks step apart (negative when they run down in memory from the first); c is (B, K).
func Combine[T Float](B, K, n, ld int, c []T, x []T, first, step int, y []T, at int) {
	for b := range B {
		o := y[at+b*ld:][:n]
		clear(o)
		for k := range K {
			f := c[b*K+k]
			if f == 0 {
				continue
			}
			for j, v := range x[first+k*step+b*ld:][:n] {
				o[j] += f * v
			}
		}
	}
}

// AddRows adds b to each of the rows of y (rows, n), which stand ld apart.
func AddRows[T Float](rows, n, ld int, b, y []T) {
	for i := range rows {
		o := y[i*ld:][:n]
		for j, v := range b[:n] {
			o[j] += v
		}
	}
}

// SumRows adds the sum of the rows of y (rows, n), which stand ld apart, to s.
func SumRows[T Float](rows, n, ld int, y, s []T) {
	s = s[:n]
	for i := range rows {
		for j, v := range y[i*ld:][:n] {
			s[j] += v
		}
	}
}

// Add sets y += x.
func Add[T Float](x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += v
	}
}

// Finite reports whether every element is finite.
func Finite[T Float](x []T) bool {
	var s T
	for _, v := range x {
		s += v - v
	}
	return s == 0
}

// Norm returns the Euclidean norm, summed in float64.
func Norm[T Float](x []T) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}

// Adam makes step i (from 1) of Kingma & Ba 2015, Algorithm 1, with gradient c·g: θ, m and s are updated in one sweep.
func Adam[T Float](i int, rate, beta1, beta2, eps, c float64, g, theta, m, s []T) {
	b1, b2 := T(beta1), T(beta2)
	m, s, theta = m[:len(g)], s[:len(g)], theta[:len(g)]
	// m̂ = m/(1−β₁ⁱ), ŝ = s/(1−β₂ⁱ); the corrections are folded into the rate and into ε
	root := math.Sqrt(1 - math.Pow(beta2, float64(i)))
	r, e, f := T(rate*root/(1-math.Pow(beta1, float64(i)))), T(eps*root), T(c)
	for j, x := range g {
		x *= f
		m[j] = b1*m[j] + (1-b1)*x
		s[j] = b2*s[j] + (1-b2)*x*x
		theta[j] -= r * m[j] / (T(math.Sqrt(float64(s[j]))) + e)
	}
}
