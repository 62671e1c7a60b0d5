package model

import (
	"math"

	"lagrange/nn"
)

// inertiaHead is the head of a structured Lagrangian (Lutter et al. 2019),
//
//	L = ½ wᵀ M w − E V,   M = R Rᵀ + ε,   w_i = v_i/s_i,
//
// with s_i the scale of v_i and E that of V. Its input is (l, V, q, v) and the system parameters, of which it uses l, V
// and v. R is lower triangular, row by row: R_ij = l_ij below the diagonal and softplus(l_ii + c) on it, with c such
// that M = 1 at l = 0. So M is positive definite for every l. It implements nn.Part, in three steps that are
// differentiated one by one:
//
//	R = R(l),   y = Rᵀ w,   L = ½ |y|² + ½ ε |w|² − E V.
type inertiaHead[T nn.Float] struct {
	d, in    int
	s        []T // (d)
	E        T
	softplus func(z float64) (f, f1, f2, f3 float64)
	jets     []T // softplus with three derivatives at the diagonal (B, d, 4)
	x        *nn.Streams[T]
	R, w, y  []T // of one sample and each of its value and tangents: (1+K, d(d+1)/2), (1+K, d), (1+K, d)
	g        []T // R_k y (1+K, d)
	dual     struct{ R, w, y []hyper[T] }
}

const inertiaFloor = 1e-3 // ε

// inertiaShift is c.
var inertiaShift = math.Log(math.Expm1(math.Sqrt(1 - inertiaFloor)))

// triangle is the number of elements of R.
func triangle(d int) int { return d * (d + 1) / 2 }

// newInertiaHead returns the head for states and system parameters of the given number of columns.
func newInertiaHead[T nn.Float](s []T, E T, columns, batch, k int) *inertiaHead[T] {
	softplus, err := nn.LookupActivation("softplus")
	if err != nil {
		panic("model: " + err.Error())
	}
	d := len(s)
	m, n := triangle(d), (1+k)*d
	h := &inertiaHead[T]{
		d: d, in: m + 1 + columns, s: s, E: E, softplus: softplus.Jet, jets: make([]T, 4*batch*d),
		R: make([]T, (1+k)*m), w: make([]T, n), y: make([]T, n), g: make([]T, n),
	}
	h.dual.R, h.dual.w, h.dual.y = make([]hyper[T], m), make([]hyper[T], d), make([]hyper[T], d)
	return h
}

func (h *inertiaHead[T]) In() int  { return h.in }
func (h *inertiaHead[T]) Out() int { return 1 }

// potential and velocity are the places of V and of v₀ in the input.
func (h *inertiaHead[T]) potential() int { return triangle(h.d) }
func (h *inertiaHead[T]) velocity() int  { return triangle(h.d) + 1 + h.d }

// jet returns softplus and its derivatives at R_jj of sample b.
func (h *inertiaHead[T]) jet(b, j int) []T { return h.jets[4*(b*h.d+j):][:4] }

// row returns R, w, y and g of block k, as load left them.
func (h *inertiaHead[T]) row(k int) (R, w, y, g []T) {
	m, d := triangle(h.d), h.d
	return h.R[k*m : (k+1)*m], h.w[k*d : (k+1)*d], h.y[k*d : (k+1)*d], h.g[k*d : (k+1)*d]
}

// load sets R, w and y = Rᵀw of the value of sample b, or of tangent k: R_k, w_k and y_k = R_kᵀ w + Rᵀ w_k.
func (h *inertiaHead[T]) load(k, b int) {
	x := h.x.Row(k, b)
	R0, w0, _, _ := h.row(0)
	R, w, y, _ := h.row(k)
	copy(R, x)
	for j, at := 0, 0; j < h.d; j, at = j+1, at+j+2 {
		f := h.jet(b, j)
		if k == 0 {
			R[at] = f[0]
		} else {
			R[at] = f[1] * x[at]
		}
		w[j] = x[h.velocity()+j] / h.s[j]
	}
	clear(y)
	project(R, w0, y)
	if k > 0 {
		project(R0, w, y)
	}
}

// project adds Rᵀw to y.
func project[T nn.Float](R, w, y []T) {
	at := 0
	for i, x := range w {
		for j := 0; j <= i; j++ {
			y[j] += R[at] * x
			at++
		}
	}
}

// Forward implements nn.Part.
func (h *inertiaHead[T]) Forward(x, y *nn.Streams[T]) {
	h.x = x
	for b := range x.Batch {
		l := x.Row(0, b)
		for j := range h.d {
			f0, f1, f2, f3 := h.softplus(float64(l[diagonal(j)]) + inertiaShift)
			f := h.jet(b, j)
			f[0], f[1], f[2], f[3] = T(f0), T(f1), T(f2), T(f3)
		}
		_, w0, y0, _ := h.row(0)
		for k := 0; k <= x.K; k++ {
			h.load(k, b)
			_, w, yk, _ := h.row(k)
			L := dot(y0, yk) + inertiaFloor*dot(w0, w)
			if k == 0 {
				L /= 2
			}
			y.Row(k, b)[0] = L - h.E*x.Row(k, b)[h.potential()]
		}
	}
}

// diagonal is the place of R_jj.
func diagonal(j int) int { return j * (j + 3) / 2 }

func dot[T nn.Float](x, y []T) (s T) {
	for i, v := range x {
		s += v * y[i]
	}
	return
}

// Reverse implements nn.Part.
func (h *inertiaHead[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		L, x := ybar.Row(0, b)[0], xbar.Row(0, b)
		h.load(0, b)
		R, w, y, _ := h.row(0)
		clear(x)
		x[h.potential()] = -h.E * L
		at := 0
		for i, v := range w {
			p := inertiaFloor * v // (M w)_i
			for j := 0; j <= i; j++ {
				p += R[at] * y[j]
				x[at] = L * y[j] * v
				at++
			}
			x[diagonal(i)] *= h.jet(b, i)[1]
			x[h.velocity()+i] = L * p / h.s[i]
		}
		if K := h.x.K; H != nil {
			h.curvature(b, L, H[b*K*K:(b+1)*K*K])
		}
	}
}

// curvature adds that of sample b to H (K, K): L̄ times
//
//	y_i·y_k + ε w_i·w_k + y·(R_iᵀ w_k + R_kᵀ w_i) + Σ_j y_j w_j softplus″ l_i,jj l_k,jj.
func (h *inertiaHead[T]) curvature(b int, L T, H []T) {
	K := h.x.K
	_, w0, y0, _ := h.row(0)
	for k := 1; k <= K; k++ {
		h.load(k, b)
		R, _, _, g := h.row(k)
		at := 0
		for i := range g {
			g[i] = 0
			for j := 0; j <= i; j++ {
				g[i] += R[at] * y0[j]
				at++
			}
		}
		lk := h.x.Row(k, b)
		_, wk, yk, _ := h.row(k)
		for i := 1; i <= k; i++ {
			li := h.x.Row(i, b)
			_, wi, yi, gi := h.row(i)
			sum := dot(yi, yk) + inertiaFloor*dot(wi, wk) + dot(gi, wk) + dot(g, wi)
			for j := range h.d {
				at := diagonal(j)
				sum += y0[j] * w0[j] * h.jet(b, j)[2] * li[at] * lk[at]
			}
			H[(i-1)*K+k-1] += L * sum
		}
	}
}

// loadDual sets R, w and y of sample b as hyper-dual numbers.
func (h *inertiaHead[T]) loadDual(b int) {
	x, D := duals(h.x, b), h.dual
	clear(D.y)
	at := 0
	for i := range h.d {
		D.w[i] = x.at(h.velocity() + i).scale(1 / h.s[i])
		for j := 0; j <= i; j++ {
			D.R[at] = x.at(at)
			if i == j {
				f := h.jet(b, j)
				D.R[at] = D.R[at].map2(f[0], f[1], f[2])
			}
			D.y[j] = D.y[j].add(D.R[at].mul(D.w[i]))
			at++
		}
	}
}

// Mixed implements nn.Part.
func (h *inertiaHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for b := range x.Batch {
		h.loadDual(b)
		L := duals(x, b).at(h.potential()).scale(-h.E)
		for i, w := range h.dual.w {
			y := h.dual.y[i]
			L = L.add(y.mul(y).scale(0.5)).add(w.mul(w).scale(inertiaFloor / 2))
		}
		duals(y, b).set(0, L)
	}
}

// MixedReverse implements nn.Part: its adjoints are hyper-dual numbers themselves, ȳ = L̄ y, R̄_ij = ȳ_j w_i, l̄_jj =
// softplus′ R̄_jj, w̄ = R ȳ + ε L̄ w.
func (h *inertiaHead[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		h.loadDual(b)
		L, x, xb, D := duals(ybar, b).at(0), duals(h.x, b), duals(xbar, b), h.dual
		for i := range h.in {
			xb.set(i, hyper[T]{})
		}
		xb.set(h.potential(), L.scale(-h.E))
		at := 0
		for i, w := range D.w {
			sum := w.scale(inertiaFloor)
			for j := 0; j <= i; j++ {
				y := D.y[j]
				sum = sum.add(D.R[at].mul(y))
				r := L.mul(y.mul(w))
				if i == j {
					f := h.jet(b, j)
					r = r.mul(x.at(at).map2(f[1], f[2], f[3]))
				}
				xb.set(at, r)
				at++
			}
			xb.set(h.velocity()+i, L.mul(sum).scale(1/h.s[i]))
		}
	}
}

// hyper is a hyper-dual number: a value and its components s, t and st.
type hyper[T nn.Float] struct{ x, s, t, st T }

func (a hyper[T]) add(b hyper[T]) hyper[T] {
	return hyper[T]{a.x + b.x, a.s + b.s, a.t + b.t, a.st + b.st}
}

func (a hyper[T]) scale(c T) hyper[T] { return hyper[T]{c * a.x, c * a.s, c * a.t, c * a.st} }

func (a hyper[T]) mul(b hyper[T]) hyper[T] {
	return hyper[T]{a.x * b.x, a.x*b.s + a.s*b.x, a.x*b.t + a.t*b.x, a.x*b.st + a.s*b.t + a.t*b.s + a.st*b.x}
}

// map2 is f(a), given f, f′ and f″ there.
func (a hyper[T]) map2(f, f1, f2 T) hyper[T] {
	return hyper[T]{f, f1 * a.s, f1 * a.t, f1*a.st + f2*a.s*a.t}
}

// dualRow is one row of streams, read as hyper-dual numbers.
type dualRow[T nn.Float] struct{ x, s, t, st []T }

func duals[T nn.Float](x *nn.Streams[T], b int) dualRow[T] {
	return dualRow[T]{x.Row(0, b), x.Row(nn.S, b), x.Row(nn.T, b), x.Row(nn.ST, b)}
}

func (r dualRow[T]) at(i int) hyper[T] { return hyper[T]{r.x[i], r.s[i], r.t[i], r.st[i]} }

// writes the components s s, t and st; the value is that of Forward or Reverse.
func (r dualRow[T]) set(i int, a hyper[T]) { r.s[i], r.t[i], r.st[i] = a.s, a.t, a.st }
