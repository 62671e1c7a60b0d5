// Package vec has the elementwise sweeps of a pass: activations with their derivatives, the activation's rules for
// tangents, curvature, adjoints and the mixed stream (doc/theory.md), combinations of tangents, and Adam. Slices of one
// call that are written may not overlap others, except that an output may be exactly one of the inputs. Each sweep has
// kernels for AVX-512 and for AVX2 with FMA, and a twin in plain Go, which serves other processors.
package vec

import "math"

//go:generate -command streams go run -C ../../_asm ./vec -kernels streams
//go:generate streams -out ../internal/vec/streams_amd64.s -stubs ../internal/vec/streams_amd64.go -pkg vec
//go:generate -command sums go run -C ../../_asm ./vec -kernels sums
//go:generate sums -out ../internal/vec/sums_amd64.s -stubs ../internal/vec/sums_amd64.go -pkg vec
//go:generate -command activations go run -C ../../_asm ./vec -kernels activations
//go:generate activations -out ../internal/vec/activations_amd64.s -stubs ../internal/vec/activations_amd64.go -pkg vec

// Float is the element type.
type Float interface{ ~float32 | ~float64 }

// Jet holds f′, f″, f‴ at the pre-activations of a layer.
type Jet[T Float] struct{ F1, F2, F3 []T }

// Duals holds one array for each part of a hyper-dual number: value, s, t and st.
type Duals[T Float] struct{ Value, S, T, ST []T }

// Scale sets y_k = f ⊙ x_k for K blocks of len(f) numbers that begin step ≥ 0 apart in x and in y: h_k = f′ z_k for all
// tangents at once. y may be x.
func Scale[T Float](f []T, K, step int, x, y []T) {
	n := len(f)
	if K == 0 || n == 0 {
		return
	}
	x, y = x[:(K-1)*step+n], y[:(K-1)*step+n]
	if call := of[T]().scale; call != nil {
		call(ptr(f), ptr(x), ptr(y), n, K, step)
		return
	}
	for k := range K {
		u, v := x[k*step:][:n], y[k*step:][:n]
		for j, g := range f {
			v[j] = g * u[j]
		}
	}
}

// Directions sets rows s_b = Σ_k cs[b,k] x_{k,b} and t_b = Σ_k ct[b,k] x_{k,b} of n numbers, for B rows that begin ld
// apart; block k of the K begins at x[k·step:], step ≥ 0; cs and ct are (B, K). A coefficient of zero does not hide a
// tangent that is not finite: such a sample is lost already. s and t may not overlap x.
func Directions[T Float](B, K, n, ld int, cs, ct, x []T, step int, s, t []T) {
	call := of[T]().directions
	for b := range B {
		cs, ct, s, t := cs[b*K:][:K], ct[b*K:][:K], s[b*ld:][:n], t[b*ld:][:n]
		if K == 0 || n == 0 {
			clear(s)
			clear(t)
			continue
		}
		x := x[b*ld:][:(K-1)*step+n]
		if call != nil {
			call(ptr(cs), ptr(ct), ptr(x), ptr(s), ptr(t), n, K, step)
			continue
		}
		clear(s)
		clear(t)
		for k := range K {
			f, g := cs[k], ct[k]
			for j, v := range x[k*step:][:n] {
				s[j] += f * v
				t[j] += g * v
			}
		}
	}
}

// Mixed sets the parts of h = f(z) beside its value:
//
//	h_s = f′ z_s          h_t = f′ z_t          h_st = f′ z_st + f″ z_s z_t
func Mixed[T Float](f1, f2, zs, zt, zst, hs, ht, hst []T) {
	n := len(f1)
	f2, zs, zt, zst, hs, ht, hst = f2[:n], zs[:n], zt[:n], zst[:n], hs[:n], ht[:n], hst[:n]
	if call := of[T]().mixed; call != nil {
		call(ptr(f1), ptr(f2), ptr(zs), ptr(zt), ptr(zst), ptr(hs), ptr(ht), ptr(hst), n)
		return
	}
	for i, f := range f1 {
		s, t := zs[i], zt[i]
		hst[i] = f*zst[i] + f2[i]*s*t
		hs[i], ht[i] = f*s, f*t
	}
}

// MixedReverse sets the adjoints δ of the pre-activations z from the adjoints ā of the outputs; δ.Value is f′ ā
// already:
//
//	δ_s  = f′ ā_s + f″ ā z_s          δ_t = f′ ā_t + f″ ā z_t
//	δ_st = f′ ā_st + f″ (ā_s z_t + ā_t z_s) + ā (f‴ z_s z_t + f″ z_st)
func MixedReverse[T Float](f Jet[T], z, a, delta Duals[T]) {
	n := len(z.S)
	f1, f2, f3 := f.F1[:n], f.F2[:n], f.F3[:n]
	zs, zt, zst := z.S[:n], z.T[:n], z.ST[:n]
	av, as, at, ast := a.Value[:n], a.S[:n], a.T[:n], a.ST[:n]
	ds, dt, dst := delta.S[:n], delta.T[:n], delta.ST[:n]
	if call := of[T]().mixedReverse; call != nil {
		call(ptr(f1), ptr(f2), ptr(f3), ptr(zs), ptr(zt), ptr(zst),
			ptr(av), ptr(as), ptr(at), ptr(ast), ptr(ds), ptr(dt), ptr(dst), n)
		return
	}
	for i := range zs {
		s, t, p, q, f, g, c := zs[i], zt[i], as[i], at[i], f1[i], f2[i], av[i]
		dst[i] = f*ast[i] + g*(p*t+q*s) + c*(f3[i]*s*t+g*zst[i])
		ds[i] = f*p + g*c*s
		dt[i] = f*q + g*c*t
	}
}

// DualReverse sets the adjoint δ_s of the pre-activations z, which have a part s alone, from the adjoints ā of the
// outputs:
//
//	δ_s = f′ ā_s + f″ ā z_s
func DualReverse[T Float](f1, f2, zs, a, as, ds []T) {
	n := len(f1)
	f2, zs, a, as, ds = f2[:n], zs[:n], a[:n], as[:n], ds[:n]
	if call := of[T]().dualReverse; call != nil {
		call(ptr(f1), ptr(f2), ptr(zs), ptr(a), ptr(as), ptr(ds), n)
		return
	}
	for i, f := range f1 {
		ds[i] = f*as[i] + f2[i]*a[i]*zs[i]
	}
}

// AddRows adds b to each of the rows of y (rows, n), which stand ld apart.
func AddRows[T Float](rows, n, ld int, b, y []T) {
	for i := range rows {
		Add(b[:n], y[i*ld:])
	}
}

// SumRows adds the sum of the rows of y (rows, n), which stand ld apart, to s.
func SumRows[T Float](rows, n, ld int, y, s []T) {
	for i := range rows {
		Add(y[i*ld:][:n], s)
	}
}

// Add sets y += x.
func Add[T Float](x, y []T) {
	y = y[:len(x)]
	if call := of[T]().add; call != nil {
		call(ptr(x), ptr(y), len(x))
		return
	}
	for i, v := range x {
		y[i] += v
	}
}

// worthACall is the least length for which the call of a kernel costs less than the loop in its place.
const worthACall = 16

// Axpy sets y += c x. Products are rounded before they are added, so that all instruction sets come to the same bits.
func Axpy[T Float](c T, x, y []T) {
	y = y[:len(x)]
	if call := of[T]().axpy; call != nil && len(x) >= worthACall {
		call(c, ptr(x), ptr(y), len(x))
		return
	}
	for i, v := range x {
		y[i] += T(c * v)
	}
}

// AddSquares sets y += x and returns Σ y², summed in float64: its relative error is at most (n/4 + 8)·2⁻⁵³ from the
// kernels, n·2⁻⁵³ from the twin, since no term is negative. It is NaN or infinite if an element of y is.
func AddSquares[T Float](x, y []T) float64 {
	y = y[:len(x)]
	if call := of[T]().addSquares; call != nil {
		var s [1]float64
		call(ptr(x), ptr(y), len(x), ptr(s[:]))
		return s[0]
	}
	s := 0.0
	for i, v := range x {
		v += y[i]
		y[i] = v
		s += float64(v) * float64(v)
	}
	return s
}

// SumSquares returns Σ y², with the error of AddSquares.
func SumSquares[T Float](y []T) float64 {
	if call := of[T]().sumSquares; call != nil {
		var s [1]float64
		call(ptr(y), len(y), ptr(s[:]))
		return s[0]
	}
	s := 0.0
	for _, v := range y {
		s += float64(v) * float64(v)
	}
	return s
}

// few is how many numbers are done as soon as a kernel is found.
const few = 8

// Finite reports whether every element is finite.
func Finite[T Float](x []T) bool {
	if len(x) > few {
		if s := SumSquares(x); s-s == 0 {
			return true
		} // else the square of a finite float64 may be infinite
	}
	var s T
	for _, v := range x {
		s += v - v
	}
	return s == 0
}

// IsFinite reports whether a number is neither infinite nor NaN.
func IsFinite[T Float](x T) bool { return x-x == 0 }

// Norm returns the Euclidean norm, summed in float64.
func Norm[T Float](x []T) float64 { return math.Sqrt(SumSquares(x)) }

// Adam makes step i (from 1) of Kingma & Ba 2015, Algorithm 1, with gradient c·g: θ, m and s are updated in one sweep.
// A kernel and its twin differ by at most ε (|β₁m| + |(1−β₁)c g|) in m, 2ε s in s, and ε |θ| and 6ε of the step of θ
// that these terms would make if their signs agreed, ε being the distance from 1 to the next number.
func Adam[T Float](i int, rate, beta1, beta2, eps, c float64, g, theta, m, s []T) {
	b1, b2 := T(beta1), T(beta2)
	m, s, theta = m[:len(g)], s[:len(g)], theta[:len(g)]
	// m̂ = m/(1−β₁ⁱ), ŝ = s/(1−β₂ⁱ); the corrections are folded into the rate and into ε
	root := math.Sqrt(1 - math.Pow(beta2, float64(i)))
	r, e, f := T(rate*root/(1-math.Pow(beta1, float64(i)))), T(eps*root), T(c)
	if call := of[T]().adam; call != nil {
		call(ptr(g), ptr(theta), ptr(m), ptr(s), len(g), b1, 1-b1, b2, 1-b2, r, e, f)
		return
	}
	for j, x := range g {
		x *= f
		m[j] = b1*m[j] + (1-b1)*x
		s[j] = b2*s[j] + (1-b2)*x*x
		theta[j] -= r * m[j] / (T(math.Sqrt(float64(s[j]))) + e)
	}
}
