package model

import (
	"math"

	"lagrange/nn"
)

// quadraticHead is the head of a Lagrangian network whose kinetic energy has outputs of its own,
//
//	L = l + ½ wᵀ (N + c) w,   w_i = v_i/s_i,
//
// with l and the symmetric N the outputs of a net that sees all of (q, v): it can say whatever the kinetic head can, by
// l alone, and what is quadratic in the velocities it says with functions of q. Its input is (l, N, q, v) and the
// system parameters, of which it uses l, N and v; N stands row by row up to its diagonal. It implements nn.Part.
type quadraticHead[T nn.Float] struct {
	d, in, rows  int
	inverse      []T // 1/s (d)
	c            T
	x            *nn.Streams[T]
	kept         []T        // of each row of each sample (batch, rows, 4d), see of
	w            []hyper[T] // (d)
	none, unread []T        // (in)
}

// newQuadraticHead returns the head for states and system parameters of the given number of columns, and k tangents.
func newQuadraticHead[T nn.Float](s []T, c T, columns, batch, k int) *quadraticHead[T] {
	d, rows := len(s), 1+k+nn.HyperDual
	h := &quadraticHead[T]{d: d, in: 1 + triangle(d) + columns, rows: rows, c: c, kept: make([]T, batch*rows*4*d),
		w: make([]hyper[T], d)}
	h.none, h.unread = make([]T, h.in), make([]T, h.in)
	for _, x := range s {
		h.inverse = append(h.inverse, 1/x)
	}
	return h
}

// wide is the number of coordinates from which on a quadratic head is drawn smaller.
const wide = 7

// firstOutputs is the scale of the outputs of a net as it is drawn. A symmetric N whose elements have the deviation σ
// has eigenvalues down to −2σ√d [Wigner1958], and N + c is to be positive definite: of chains of 7 and of 14 and more
// pendulums it was not at 69 and at 100 % of the states with 0.1, at which fewer coordinates are left, since they learn
// from there. With this less than one in a hundred is not.
func (s Spec) firstOutputs() float64 {
	if d := s.D(); s.Head == Quadratic && d >= wide {
		return 0.066 / math.Sqrt(float64(d))
	}
	return 0.1
}

func (h *quadraticHead[T]) In() int  { return h.in }
func (h *quadraticHead[T]) Out() int { return 1 }

// velocity is the place of v₀ in the input.
func (h *quadraticHead[T]) velocity() int { return 1 + triangle(h.d) + h.d }

// element is the place of N_ij in the input.
func element(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return 1 + i*(i+1)/2 + j
}

// times adds N w to y, with N of a row x. Most of the velocities of the tangents of a mass matrix are 0.
func (h *quadraticHead[T]) times(x, w, y []T) {
	y = y[:len(w)]
	for j, wj := range w {
		if wj == 0 {
			continue
		}
		for i, n := range x[element(j, 0):][:j+1] {
			y[i] += n * wj
		}
		at := element(j, j)
		for i := j + 1; i < len(w); i++ {
			at += i
			y[i] += x[at] * wj
		}
	}
}

// of is what is kept of row k of sample b, the value or what goes along a direction: with w and N of the value
//
//	(w_k, N_k w, N_k w + (N + c) w_k, w_k),
//
// where N_k w is 0 for the value. Of two rows j and k the dot product of the first half of one and the second half of
// the other is the second derivative along both, w_jᵀ (N_k w + (N + c) w_k) + w_kᵀ N_j w.
func (h *quadraticHead[T]) of(b, k int) []T {
	n := 4 * h.d
	return h.kept[(b*h.rows+k)*n:][:n]
}

// value reads the value x of a sample, and returns L.
func (h *quadraticHead[T]) value(b int, x []T) T {
	d, r, L := h.d, h.of(b, 0), x[0]
	h.momentum(x, x, r)
	for i, w := range r[:d] {
		L += w * r[2*d+i] / 2
	}
	return L
}

// momentum sets w_k and (N + c) w_k of a row xk, with N of x.
func (h *quadraticHead[T]) momentum(x, xk, r []T) {
	d := h.d
	w, n, p, again := r[:d], r[d:2*d], r[2*d:3*d], r[3*d:4*d]
	for i, v := range xk[h.velocity():][:d] {
		y := v * h.inverse[i]
		w[i], n[i], p[i], again[i] = y, 0, h.c*y, y
	}
	h.times(x, w, p)
}

// toward reads a row xk that goes along a direction at x into memory k, and returns the derivative of L along it,
// l_k + wᵀ (½ N_k w + (N + c) w_k).
func (h *quadraticHead[T]) toward(b, k int, x, xk []T) T {
	d, r, s := h.d, h.of(b, k), xk[0]
	w, n, p := h.of(b, 0)[:d], r[d:2*d], r[2*d:3*d]
	h.momentum(x, xk, r)
	h.times(xk, w, n)
	for i, w := range w {
		s += w * (n[i]/2 + p[i])
		p[i] += n[i]
	}
	return s
}

// second is the second derivative along rows j and k.
func (h *quadraticHead[T]) second(b, j, k int) (s T) {
	y := h.of(b, j)[:2*h.d]
	z := h.of(b, k)[2*h.d:][:len(y)]
	for i, y := range y {
		s += y * z[i]
	}
	return s
}

// Forward implements nn.Part.
func (h *quadraticHead[T]) Forward(x, y *nn.Streams[T]) {
	h.x = x
	for b := range x.Batch {
		x0 := x.Row(0, b)
		y.Row(0, b)[0] = h.value(b, x0)
		for k := 1; k <= x.K; k++ {
			y.Row(k, b)[0] = h.toward(b, k, x0, x.Row(k, b))
		}
	}
}

// Reverse implements nn.Part.
func (h *quadraticHead[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	K := h.x.K
	for b := range ybar.Batch {
		L := ybar.Row(0, b)[0]
		h.adjoint(xbar.Row(0, b), h.of(b, 0), L)
		if H == nil {
			continue
		}
		for k := 1; k <= K; k++ {
			for i := 1; i <= k; i++ {
				H[b*K*K+(i-1)*K+k-1] += L * h.second(b, i, k)
			}
		}
	}
}

// adjoint sets x̄ of a sample of which r is kept:  l̄ = L̄,  N̄_ij = L̄ w_i w_j (half of it for i = j),
// w̄ = L̄ (N + c) w.
func (h *quadraticHead[T]) adjoint(xbar, r []T, L T) {
	clear(xbar)
	xbar[0] = L
	v, p := h.velocity(), r[2*h.d:]
	for i, wi := range r[:h.d] {
		N := xbar[element(i, 0):][:i+1]
		for j, wj := range r[:i] {
			N[j] = L * (wi * wj)
		}
		N[i] = L * (wi * wi) / 2
		xbar[v+i] = h.inverse[i] * (L * p[i])
	}
}

// mixed sets the components of x̄ as adjoint its value, for hyper-dual x and L̄.
func (h *quadraticHead[T]) mixed(r, x dualRow[T], L hyper[T]) {
	for _, k := range [][]T{r.s, r.t, r.st} {
		clear(k)
	}
	r.set(0, L)
	v, W := h.velocity(), h.w
	for i, n := range h.inverse {
		W[i] = x.at(v + i).scale(n)
	}
	for i, wi := range W {
		sum := wi.scale(h.c)
		for j, wj := range W {
			sum = sum.add(x.at(element(i, j)).mul(wj))
			switch {
			case j < i:
				r.set(element(i, j), L.mul(wi.mul(wj)))
			case j == i:
				r.set(element(i, j), L.mul(wi.mul(wj)).scale(0.5))
			}
		}
		r.set(v+i, L.mul(sum).scale(h.inverse[i]))
	}
}

// Mixed implements nn.Part. What is kept of the components comes last.
func (h *quadraticHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for b := range x.Batch {
		for k := 1; k <= x.Components; k++ {
			y.Row(-k, b)[0] = h.toward(b, h.rows-k, x.Row(0, b), x.Row(-k, b))
		}
		if x.Components == nn.HyperDual {
			y.Row(nn.ST, b)[0] += h.second(b, h.rows+nn.S, h.rows+nn.T)
		}
	}
}

// MixedReverse implements nn.Part.
func (h *quadraticHead[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		if ybar.Components == nn.HyperDual {
			h.mixed(duals(xbar, b), duals(h.x, b), duals(ybar, b).at(0))
			continue
		}
		// of a dual number t and st are 0
		x := dualRow[T]{h.x.Row(0, b), h.x.Row(nn.S, b), h.none, h.none}
		L := hyper[T]{x: ybar.Row(0, b)[0], s: ybar.Row(nn.S, b)[0]}
		h.mixed(dualRow[T]{s: xbar.Row(nn.S, b), t: h.unread, st: h.unread}, x, L)
	}
}
