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
	d, in int
	s     []T // (d)
	c     T
	x     *nn.Streams[T]
}

// newQuadraticHead returns the head for states and system parameters of the given number of columns.
func newQuadraticHead[T nn.Float](s []T, c T, columns int) *quadraticHead[T] {
	d := len(s)
	return &quadraticHead[T]{d: d, in: 1 + triangle(d) + columns, s: s, c: c}
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

// form is Σ_ij N_ij w_i u_j for N of a row x, and w and u the velocities of rows y and z.
func (h *quadraticHead[T]) form(x, y, z []T) (s T) {
	at, w, u := 1, y[h.velocity():], z[h.velocity():]
	for i, si := range h.s {
		wi, ui := w[i]/si, u[i]/si
		for j := range i {
			s += x[at] * (wi*u[j] + ui*w[j]) / h.s[j]
			at++
		}
		s += x[at] * wi * ui
		at++
	}
	return s
}

// free is c Σ w_i u_i.
func (h *quadraticHead[T]) free(y, z []T) (s T) {
	w, u := y[h.velocity():], z[h.velocity():]
	for i, si := range h.s {
		s += h.c * w[i] * u[i] / (si * si)
	}
	return s
}

// first is the derivative along x_k at x.
func (h *quadraticHead[T]) first(x, xk []T) T {
	return xk[0] + h.form(xk, x, x)/2 + h.form(x, x, xk) + h.free(x, xk)
}

// second is the second derivative along x_i and x_k at x.
func (h *quadraticHead[T]) second(x, xi, xk []T) T {
	return h.form(xi, x, xk) + h.form(xk, x, xi) + h.form(x, xi, xk) + h.free(xi, xk)
}

// Forward implements nn.Part.
func (h *quadraticHead[T]) Forward(x, y *nn.Streams[T]) {
	h.x = x
	for b := range x.Batch {
		x0 := x.Row(0, b)
		y.Row(0, b)[0] = x0[0] + (h.form(x0, x0, x0)+h.free(x0, x0))/2
		for k := 1; k <= x.K; k++ {
			y.Row(k, b)[0] = h.first(x0, x.Row(k, b))
		}
	}
}

// Reverse implements nn.Part.
func (h *quadraticHead[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		x, L := h.x.Row(0, b), ybar.Row(0, b)[0]
		h.adjoint(xbar.Row(0, b), func(i int) hyper[T] { return hyper[T]{x: x[i]} }, hyper[T]{x: L},
			func(r []T, i int, a hyper[T]) { r[i] = a.x })
		K := h.x.K
		if H == nil {
			continue
		}
		for k := 1; k <= K; k++ {
			for i := 1; i <= k; i++ {
				H[b*K*K+(i-1)*K+k-1] += L * h.second(x, h.x.Row(i, b), h.x.Row(k, b))
			}
		}
	}
}

// adjoint sets x̄ for hyper-dual x and L̄:  l̄ = L̄,  N̄_ij = L̄ w_i w_j (half of it for i = j),  w̄ = L̄ (N + c) w.
func (h *quadraticHead[T]) adjoint(r []T, x func(i int) hyper[T], L hyper[T], set func(r []T, i int, a hyper[T])) {
	v := h.velocity()
	for i := range h.in {
		set(r, i, hyper[T]{})
	}
	set(r, 0, L)
	for i, si := range h.s {
		wi := x(v + i).scale(1 / si)
		sum := wi.scale(h.c)
		for j, sj := range h.s {
			wj := x(v + j).scale(1 / sj)
			sum = sum.add(x(element(i, j)).mul(wj))
			switch {
			case j < i:
				set(r, element(i, j), L.mul(wi.mul(wj)))
			case j == i:
				set(r, element(i, j), L.mul(wi.mul(wj)).scale(0.5))
			}
		}
		set(r, v+i, L.mul(sum).scale(1/si))
	}
}

// Mixed implements nn.Part.
func (h *quadraticHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for b := range x.Batch {
		x0 := x.Row(0, b)
		for k := -x.Components; k < 0; k++ {
			y.Row(k, b)[0] = h.first(x0, x.Row(k, b))
		}
		if x.Components == nn.HyperDual {
			y.Row(nn.ST, b)[0] += h.second(x0, x.Row(nn.S, b), x.Row(nn.T, b))
		}
	}
}

// MixedReverse implements nn.Part.
func (h *quadraticHead[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for b := range ybar.Batch {
		if ybar.Components == nn.HyperDual {
			x, to := duals(h.x, b), duals(xbar, b)
			h.adjoint(nil, x.at, duals(ybar, b).at(0), func(_ []T, i int, a hyper[T]) { to.set(i, a) })
			continue
		}
		x, s := h.x.Row(0, b), h.x.Row(nn.S, b)
		L := hyper[T]{x: ybar.Row(0, b)[0], s: ybar.Row(nn.S, b)[0]}
		h.adjoint(xbar.Row(nn.S, b), func(i int) hyper[T] { return hyper[T]{x: x[i], s: s[i]} }, L,
			func(r []T, i int, a hyper[T]) { r[i] = a.s })
	}
}
