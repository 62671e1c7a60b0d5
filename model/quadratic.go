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
	d, in        int
	s, inverse   []T // s and 1/s (d)
	c            T
	x            *nn.Streams[T]
	speeds       []speed[T] // of the value and of the tangents or components of a row
	w            []hyper[T] // (d)
	none, unread []T        // (in)
}

// newQuadraticHead returns the head for states and system parameters of the given number of columns, and k tangents.
func newQuadraticHead[T nn.Float](s []T, c T, columns, k int) *quadraticHead[T] {
	d, rows := len(s), 1+max(k, nn.HyperDual)
	h := &quadraticHead[T]{d: d, in: 1 + triangle(d) + columns, s: s, c: c, speeds: make([]speed[T], rows),
		w: make([]hyper[T], d)}
	h.none, h.unread = make([]T, h.in), make([]T, h.in)
	for i := range h.speeds {
		h.speeds[i].scaled = make([]T, d)
	}
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

// speed is the velocity of a row, w, and w_i/s_i beside it.
type speed[T nn.Float] struct {
	w, scaled []T
	only      int // the place of its only number that is not 0; −1: none is; several: several are
}

const several = 1 << 30

// speed reads the velocity of a row into memory k of those that are in use at once. The tangents of a mass matrix are
// e₁ … e_d and 0 there: most terms of a form of two of them are 0.
func (h *quadraticHead[T]) speed(k int, row []T) *speed[T] {
	y := &h.speeds[k]
	y.w, y.only = row[h.velocity():][:h.d], -1
	for i, w := range y.w {
		if w == 0 {
			y.scaled[i] = 0
			continue
		}
		y.scaled[i] = w / h.s[i]
		if y.only >= 0 {
			i = several
		}
		y.only = i
	}
	return y
}

// form is Σ_ij N_ij w_i u_j for N of a row x, with w and u the velocities y and z over s.
func (h *quadraticHead[T]) form(x []T, y, z *speed[T]) (s T) {
	if z.only < h.d {
		return h.along(x, y, z)
	}
	at := 1
	for i, wi := range y.scaled {
		ui := z.scaled[i]
		for j, sj := range h.s[:i] {
			s += x[at] * (wi*z.w[j] + ui*y.w[j]) / sj
			at++
		}
		s += x[at] * wi * ui
		at++
	}
	return s
}

// along is form where at most one number of z is not 0: the other terms, in their order.
func (h *quadraticHead[T]) along(x []T, y, z *speed[T]) (s T) {
	k := z.only
	if k < 0 || y.only < 0 {
		return 0
	}
	uk, scaled := z.w[k], z.scaled[k]
	row := x[1+k*(k+1)/2:][:k+1]
	if y.only == several {
		for j, n := range row[:k] {
			s += n * (scaled * y.w[j]) / h.s[j]
		}
	} else if i := y.only; i < k {
		return row[i] * (scaled * y.w[i]) / h.s[i]
	} else if i > k {
		return x[1+i*(i+1)/2+k] * (y.scaled[i] * uk) / h.s[k]
	}
	s += row[k] * y.scaled[k] * scaled
	if y.only == several {
		for i := k + 1; i < h.d; i++ {
			s += x[1+i*(i+1)/2+k] * (y.scaled[i] * uk) / h.s[k]
		}
	}
	return s
}

// free is c Σ w_i u_i.
func (h *quadraticHead[T]) free(y, z *speed[T]) (s T) {
	for i, u := range z.w {
		if u != 0 {
			s += h.c * y.w[i] * u / (h.s[i] * h.s[i])
		}
	}
	return s
}

// first is the derivative along x_k at x; y and yk are their velocities.
func (h *quadraticHead[T]) first(x, xk []T, y, yk *speed[T]) T {
	return xk[0] + h.form(xk, y, y)/2 + h.form(x, y, yk) + h.free(y, yk)
}

// second is the second derivative along x_i and x_k at x.
func (h *quadraticHead[T]) second(x, xi, xk []T, y, yi, yk *speed[T]) T {
	return h.form(xi, y, yk) + h.form(xk, y, yi) + h.form(x, yi, yk) + h.free(yi, yk)
}

// Forward implements nn.Part.
func (h *quadraticHead[T]) Forward(x, y *nn.Streams[T]) {
	h.x = x
	for b := range x.Batch {
		x0 := x.Row(0, b)
		v := h.speed(0, x0)
		y.Row(0, b)[0] = x0[0] + (h.form(x0, v, v)+h.free(v, v))/2
		for k := 1; k <= x.K; k++ {
			xk := x.Row(k, b)
			y.Row(k, b)[0] = h.first(x0, xk, v, h.speed(1, xk))
		}
	}
}

// Reverse implements nn.Part.
func (h *quadraticHead[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	K := h.x.K
	for b := range ybar.Batch {
		x, L := h.x.Row(0, b), ybar.Row(0, b)[0]
		h.adjoint(xbar.Row(0, b), x, L)
		if H == nil {
			continue
		}
		y := h.speed(0, x)
		for k := 1; k <= K; k++ {
			xk := h.x.Row(k, b)
			yk := h.speed(k, xk)
			for i := 1; i <= k; i++ {
				H[b*K*K+(i-1)*K+k-1] += L * h.second(x, h.x.Row(i, b), xk, y, &h.speeds[i], yk)
			}
		}
	}
}

// adjoint sets x̄:  l̄ = L̄,  N̄_ij = L̄ w_i w_j (half of it for i = j),  w̄ = L̄ (N + c) w.
func (h *quadraticHead[T]) adjoint(r, x []T, L T) {
	clear(r)
	r[0] = L
	v, W := h.velocity(), h.speeds[0].scaled
	for i, n := range h.inverse {
		W[i] = n * x[v+i]
	}
	for i, wi := range W {
		sum := h.c * wi
		for j, wj := range W {
			sum += x[element(i, j)] * wj
			switch {
			case j < i:
				r[element(i, j)] = L * (wi * wj)
			case j == i:
				r[element(i, j)] = 0.5 * (L * (wi * wj))
			}
		}
		r[v+i] = h.inverse[i] * (L * sum)
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

// Mixed implements nn.Part.
func (h *quadraticHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for b := range x.Batch {
		x0 := x.Row(0, b)
		v := h.speed(0, x0)
		for k := 1; k <= x.Components; k++ {
			xk := x.Row(-k, b)
			y.Row(-k, b)[0] = h.first(x0, xk, v, h.speed(k, xk))
		}
		if x.Components == nn.HyperDual {
			y.Row(nn.ST, b)[0] += h.second(x0, x.Row(nn.S, b), x.Row(nn.T, b), v, &h.speeds[-nn.S], &h.speeds[-nn.T])
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
