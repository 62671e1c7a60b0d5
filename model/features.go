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
	circles []T // sin and cos of the angles of a row, row by row
	bend    *bend[T]
}

func newFeatures[T nn.Float](columns []column, batch int) *features[T] {
	f := &features[T]{columns: columns, bend: newBend[T](batch, len(columns))}
	angles := 0
	for _, c := range columns {
		f.out += c.width()
		if c.kind == circle {
			angles++
		}
	}
	f.circles = make([]T, 2*angles*batch)
	return f
}

func (c column) width() int { return [...]int{dropped: 0, affine: 1, circle: 2}[c.kind] }

func (f *features[T]) In() int  { return len(f.columns) }
func (f *features[T]) Out() int { return f.out }

// slope is f′ of an affine column.
func slope[T nn.Float](c column) T { return T(1 / c.scale) }

// Forward implements nn.Part.
func (f *features[T]) Forward(x, y *nn.Streams[T]) {
	f.x = x
	circles := f.circles
	for b := range x.Batch {
		xb, yb, o := x.Row(0, b), y.Row(0, b), 0
		for i, c := range f.columns {
			switch c.kind {
			case affine:
				yb[o] = (xb[i] - T(c.mean)) * slope[T](c)
			case circle:
				s, co := math.Sincos(c.w * float64(xb[i]))
				circles[0], circles[1] = T(s), T(co)
				yb[o], yb[o+1] = T(s), T(co)
				circles = circles[2:]
			}
			o += c.width()
		}
	}
	for k := 1; k <= x.K; k++ {
		f.push(k, x, y)
	}
}

// push sets y_k = f′ x_k for block k, a tangent or a direction.
func (f *features[T]) push(k int, x, y *nn.Streams[T]) {
	circles, xk, yk := f.circles, x.Block(k), y.Block(k)
	for b := range x.Batch {
		xb, yb, o := xk[b*x.Stride:], yk[b*y.Stride:], 0
		for i, c := range f.columns {
			switch c.kind {
			case affine:
				yb[o] = slope[T](c) * xb[i]
				o++
			case circle:
				dx := T(c.w) * xb[i]
				yb[o], yb[o+1] = circles[1]*dx, -circles[0]*dx
				circles = circles[2:]
				o += 2
			}
		}
	}
}

// pull sets x̄_k = f′ᵀ ȳ_k for block k.
func (f *features[T]) pull(k int, ybar, xbar *nn.Streams[T]) {
	circles, yk, xk := f.circles, ybar.Block(k), xbar.Block(k)
	for b := range ybar.Batch {
		yb, xb, o := yk[b*ybar.Stride:], xk[b*xbar.Stride:], 0
		for i, c := range f.columns {
			switch c.kind {
			case dropped:
				xb[i] = 0
			case affine:
				xb[i] = slope[T](c) * yb[o]
				o++
			case circle:
				xb[i] = T(c.w) * (circles[1]*yb[o] - circles[0]*yb[o+1])
				circles = circles[2:]
				o += 2
			}
		}
	}
}

// bent visits the angles, the only columns with an f″: column i of row b, whose features begin at o, with sin and cos.
func (f *features[T]) bent(visit func(w T, b, i, o int, s, c T)) {
	circles := f.circles
	for b := range f.x.Batch {
		o := 0
		for i, c := range f.columns {
			if c.kind == circle {
				visit(T(c.w), b, i, o, circles[0], circles[1])
				circles = circles[2:]
			}
			o += c.width()
		}
	}
}

// Reverse implements nn.Part.
func (f *features[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	f.pull(0, ybar, xbar)
	if H == nil {
		return
	}
	f.bent(func(w T, b, i, o int, s, c T) {
		y := ybar.Row(0, b)
		f.bend.c.Row(0, b)[i] = -w * w * (s*y[o] + c*y[o+1])
	})
	f.bend.add(f.x, H)
}

// Mixed implements nn.Part.
func (f *features[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for k := -x.Parts; k < 0; k++ {
		f.push(k, x, y)
	}
	if x.Parts < nn.HyperDual {
		return
	}
	f.bent(func(w T, b, i, o int, s, c T) { // y_st += f″[x_s, x_t]
		r, st := y.Row(nn.ST, b), w*w*x.Row(nn.S, b)[i]*x.Row(nn.U, b)[i]
		r[o] -= s * st
		r[o+1] -= c * st
	})
}

// MixedReverse implements nn.Part.
func (f *features[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for k := -ybar.Parts; k < 0; k++ {
		f.pull(k, ybar, xbar)
	}
	f.bent(func(w T, b, i, o int, s, c T) {
		a := ybar.Row(0, b)
		// g = f″ᵀ ȳ in units of w²; f‴ = −f′ in units of w³
		g := func(r []T) T { return -s*r[o] - c*r[o+1] }
		xs := w * f.x.Row(nn.S, b)[i]
		xbar.Row(nn.S, b)[i] += w * g(a) * xs
		if ybar.Parts < nn.HyperDual {
			return
		}
		xt, xst := w*f.x.Row(nn.U, b)[i], w*f.x.Row(nn.ST, b)[i]
		p := c*a[o] - s*a[o+1]
		xbar.Row(nn.U, b)[i] += w * g(a) * xt
		xbar.Row(nn.ST, b)[i] += w * (g(ybar.Row(nn.U, b))*xs + g(ybar.Row(nn.S, b))*xt + g(a)*xst - p*xs*xt)
	})
}
