package model

import (
	"math"

	"lagrange/nn"
)

// column says how one number of the state enters the net.
type column struct {
	kind        kind
	mean, scale float64 // affine: (x − mean)/scale
	w           float64 // circle: sin wx, cos wx
}

type kind uint8

const (
	dropped kind = iota // an ignorable coordinate: nothing depends on it
	affine
	circle // an angle: sin and cos, so that what is learned is smooth across the seam
)

// features maps a state to the inputs of the net, one column after the other; it implements nn.Part.
type features[T nn.Float] struct {
	columns []column
	out     int
	x       *nn.Streams[T]
}

func newFeatures[T nn.Float](columns []column) *features[T] {
	f := &features[T]{columns: columns}
	for _, c := range columns {
		f.out += c.width()
	}
	return f
}

func (c column) width() int { return [...]int{dropped: 0, affine: 1, circle: 2}[c.kind] }

func (f *features[T]) In() int  { return len(f.columns) }
func (f *features[T]) Out() int { return f.out }

// Forward implements nn.Part.
func (f *features[T]) Forward(x, y *nn.Streams[T]) {
	f.x = x
	f.each(func(c column, i, o, b int) {
		switch c.kind {
		case affine:
			g := T(1 / c.scale)
			y.Row(0, b)[o] = (x.Row(0, b)[i] - T(c.mean)) * g
			for k := 1; k <= x.K; k++ {
				y.Row(k, b)[o] = g * x.Row(k, b)[i]
			}
		case circle:
			s, co := sincos(c.w, x.Row(0, b)[i])
			w := T(c.w)
			y.Row(0, b)[o], y.Row(0, b)[o+1] = s, co
			for k := 1; k <= x.K; k++ {
				dx := w * x.Row(k, b)[i]
				y.Row(k, b)[o], y.Row(k, b)[o+1] = co*dx, -s*dx
			}
		}
	})
}

// Reverse implements nn.Part.
func (f *features[T]) Reverse(ybar, xbar *nn.Streams[T], _ []T) {
	f.each(func(c column, i, o, b int) {
		switch c.kind {
		case dropped:
			for k := 0; k <= ybar.K; k++ {
				xbar.Row(k, b)[i] = 0
			}
		case affine:
			for k := 0; k <= ybar.K; k++ {
				xbar.Row(k, b)[i] = T(1/c.scale) * ybar.Row(k, b)[o]
			}
		case circle:
			s, co := sincos(c.w, f.x.Row(0, b)[i])
			w := T(c.w)
			ys, yc := ybar.Row(0, b)[o], ybar.Row(0, b)[o+1]
			xbar.Row(0, b)[i] = w * (co*ys - s*yc)
			for k := 1; k <= ybar.K; k++ {
				r := ybar.Row(k, b)
				xbar.Row(k, b)[i] = w * (co*r[o] - s*r[o+1] - w*f.x.Row(k, b)[i]*(s*ys+co*yc))
			}
		}
	})
}

// Mixed implements nn.Part.
func (f *features[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	f.each(func(c column, i, o, b int) {
		xs, xt, xst := x.Row(nn.S, b)[i], x.Row(nn.U, b)[i], x.Row(nn.ST, b)[i]
		switch c.kind {
		case affine:
			g := T(1 / c.scale)
			y.Row(nn.S, b)[o], y.Row(nn.U, b)[o], y.Row(nn.ST, b)[o] = g*xs, g*xt, g*xst
		case circle:
			s, co := sincos(c.w, f.x.Row(0, b)[i])
			w := T(c.w)
			y.Row(nn.S, b)[o], y.Row(nn.S, b)[o+1] = co*w*xs, -s*w*xs
			y.Row(nn.U, b)[o], y.Row(nn.U, b)[o+1] = co*w*xt, -s*w*xt
			y.Row(nn.ST, b)[o] = w * (co*xst - s*w*xs*xt)
			y.Row(nn.ST, b)[o+1] = w * (-s*xst - co*w*xs*xt)
		}
	})
}

// MixedReverse implements nn.Part.
func (f *features[T]) MixedReverse(_ nn.Directions[T], ybar, xbar *nn.Streams[T], _ []T) {
	f.each(func(c column, i, o, b int) {
		as, at, ast := ybar.Row(nn.S, b), ybar.Row(nn.U, b), ybar.Row(nn.ST, b)
		rs, rt, rst := xbar.Row(nn.S, b), xbar.Row(nn.U, b), xbar.Row(nn.ST, b)
		switch c.kind {
		case dropped:
			rs[i], rt[i], rst[i] = 0, 0, 0
		case affine:
			g := T(1 / c.scale)
			rs[i], rt[i], rst[i] = g*as[o], g*at[o], g*ast[o]
		case circle:
			s, co := sincos(c.w, f.x.Row(0, b)[i])
			w, a := T(c.w), ybar.Row(0, b)
			xs, xt, xst := w*f.x.Row(nn.S, b)[i], w*f.x.Row(nn.U, b)[i], w*f.x.Row(nn.ST, b)[i]
			// p = f′ᵀ·, g = f″ᵀ· of an adjoint (sin, cos); f‴ = −f′ in units of w
			p := func(r []T) T { return co*r[o] - s*r[o+1] }
			g := func(r []T) T { return -s*r[o] - co*r[o+1] }
			rs[i] = w * (p(as) + g(a)*xs)
			rt[i] = w * (p(at) + g(a)*xt)
			rst[i] = w * (p(ast) + g(at)*xs + g(as)*xt + g(a)*xst - p(a)*xs*xt)
		}
	})
}

// each visits every column of every row: i its place in the state, o that of its first feature.
func (f *features[T]) each(visit func(c column, i, o, b int)) {
	for b := range f.x.Batch {
		o := 0
		for i, c := range f.columns {
			visit(c, i, o, b)
			o += c.width()
		}
	}
}

func sincos[T nn.Float](w float64, x T) (s, c T) {
	ss, cc := math.Sincos(w * float64(x))
	return T(ss), T(cc)
}
