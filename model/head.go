package model

import "lagrange/nn"

// kineticHead is the head of a Lagrangian network, L = l + ½ Σᵢ cᵢ vᵢ²: the output l of the net and a kinetic energy
// that keeps the mass matrix away from singular while the net is young (c = 0 is the paper's form). Its input is (l, q,
// v) and the system parameters, which it does not use; it implements nn.Part.
type kineticHead[T nn.Float] struct {
	c    []T // (d)
	in   int
	x    *nn.Streams[T]
	bend *bend[T]
}

// newKineticHead returns the head for states and system parameters of the given number of columns.
func newKineticHead[T nn.Float](c []T, columns, batch int) *kineticHead[T] {
	h := &kineticHead[T]{c: c, in: 1 + columns}
	var at []int
	for i := range c {
		at = append(at, 1+len(c)+i)
	}
	h.bend = newBend[T](batch, at)
	return h
}

func (h *kineticHead[T]) In() int  { return h.in }
func (h *kineticHead[T]) Out() int { return 1 }

// v returns the velocities in row b of block k.
func (h *kineticHead[T]) v(k, b int) []T { return h.x.Row(k, b)[1+len(h.c) : 1+2*len(h.c)] }

// Forward implements nn.Part.
func (h *kineticHead[T]) Forward(x, y *nn.Streams[T]) {
	h.x = x
	for b := range x.Batch {
		v := h.v(0, b)
		y.Row(0, b)[0] = x.Row(0, b)[0] + dot3(h.c, v, v)/2
		for k := 1; k <= x.K; k++ {
			y.Row(k, b)[0] = x.Row(k, b)[0] + dot3(h.c, v, h.v(k, b))
		}
	}
}

// Reverse implements nn.Part.
func (h *kineticHead[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	d := len(h.c)
	for b := range ybar.Batch {
		y, r := ybar.Row(0, b)[0], xbar.Row(0, b)
		r[0] = y
		clear(r[1:])
		bend := h.bend.of(b)
		for i, v := range h.v(0, b) {
			r[1+d+i] = h.c[i] * v * y
			bend[i] = h.c[i] * y
		}
	}
	h.bend.add(h.x, H)
}

// Mixed implements nn.Part.
func (h *kineticHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for b := range x.Batch {
		v := h.v(0, b)
		for k := -x.Components; k < 0; k++ {
			y.Row(k, b)[0] = x.Row(k, b)[0] + dot3(h.c, v, h.v(k, b))
		}
		if x.Components == nn.HyperDual {
			y.Row(nn.ST, b)[0] += dot3(h.c, h.v(nn.S, b), h.v(nn.T, b))
		}
	}
}

// MixedReverse implements nn.Part.
func (h *kineticHead[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	d := len(h.c)
	for b := range ybar.Batch {
		v, y := h.v(0, b), ybar.Row(0, b)[0]
		for k := -ybar.Components; k < 0; k++ {
			vk, yk, r := h.v(k, b), ybar.Row(k, b)[0], xbar.Row(k, b)
			r[0] = yk
			clear(r[1:])
			for i, c := range h.c {
				r[1+d+i] = c * (v[i]*yk + vk[i]*y)
			}
		}
		if ybar.Components == nn.HyperDual {
			vs, vt, ys, yt, r := h.v(nn.S, b), h.v(nn.T, b), ybar.Row(nn.S, b)[0], ybar.Row(nn.T, b)[0],
				xbar.Row(nn.ST, b)
			for i, c := range h.c {
				r[1+d+i] += c * (vs[i]*yt + vt[i]*ys)
			}
		}
	}
}

func dot3[T nn.Float](c, x, y []T) (s T) {
	for i, f := range c {
		s += f * x[i] * y[i]
	}
	return
}

// scaleHead gives the outputs of a net the units of the data, y = scale ⊙ l; what follows l in its input is not used.
// It implements nn.Part.
type scaleHead[T nn.Float] struct {
	scale []T
	in    int
}

func (h *scaleHead[T]) In() int  { return h.in }
func (h *scaleHead[T]) Out() int { return len(h.scale) }

// Forward implements nn.Part.
func (h *scaleHead[T]) Forward(x, y *nn.Streams[T]) {
	for k := 0; k <= x.K; k++ {
		h.forward(k, x, y)
	}
}

// Reverse implements nn.Part.
func (h *scaleHead[T]) Reverse(ybar, xbar *nn.Streams[T], _ []T, _ nn.Gradient[T]) {
	h.reverse(0, ybar, xbar)
}

// Mixed implements nn.Part.
func (h *scaleHead[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for k := -x.Components; k < 0; k++ {
		h.forward(k, x, y)
	}
}

// MixedReverse implements nn.Part.
func (h *scaleHead[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for k := -ybar.Components; k < 0; k++ {
		h.reverse(k, ybar, xbar)
	}
}

func (h *scaleHead[T]) forward(k int, x, y *nn.Streams[T]) {
	for b := range x.Batch {
		l, o := x.Row(k, b), y.Row(k, b)
		for i, s := range h.scale {
			o[i] = s * l[i]
		}
	}
}

func (h *scaleHead[T]) reverse(k int, ybar, xbar *nn.Streams[T]) {
	for b := range ybar.Batch {
		o, l := ybar.Row(k, b), xbar.Row(k, b)
		for i, s := range h.scale {
			l[i] = s * o[i]
		}
		clear(l[len(h.scale):])
	}
}
