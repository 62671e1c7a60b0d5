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
	knee        float64 // logarithmic: asinh(x/knee) − asinh(mean/knee)
}

type kind uint8

const (
	dropped kind = iota // an ignorable coordinate: nothing depends on it
	affine
	circle // an angle: sin and cos, so that what is learned is smooth across the seam
	// a number that spans orders of magnitude: its logarithm beyond the knee, smooth and straight through zero
	logarithmic
	squared // the square of what is affine
	inverse // scale/x, and
	inverseSquare
)

// Knee is the rule for the knees of a Coordinate: a number that is positive in all of a recording and spans more than
// threefold is seen by its logarithm; for others it is 0. On the orbits of four planets, 0.3 to 1.7 AU, the
// accelerations of a Lagrangian with a convex initialisation were two thirds to a half as wrong with logarithms as
// without.
func Knee(least, most float64) float64 {
	if least > 0 && most > 3*least {
		return least / 3
	}
	return 0
}

// numbers is how many of f and its derivatives are kept of a column with an f″: sin and cos, or f′, f″, f‴.
func (c column) numbers() int {
	return [...]int{dropped: 0, affine: 0, circle: 2, logarithmic: 3, squared: 3, inverse: 3,
		inverseSquare: 3}[c.kind]
}

// second is f″ᵀ ȳ of a column with the numbers j kept, whose adjoints are y.
func second[T nn.Float](c column, j, y []T) T {
	if c.kind == circle {
		return -T(c.w*c.w) * (j[0]*y[0] + j[1]*y[1])
	}
	return j[1] * y[0]
}

// third is f‴ᵀ ȳ of such a column.
func third[T nn.Float](c column, j, y []T) T {
	if c.kind == circle {
		return T(c.w*c.w*c.w) * (j[0]*y[1] - j[1]*y[0])
	}
	return j[2] * y[0]
}

// features maps a state to the inputs of the net, one column after the other; it implements nn.Part.
type features[T nn.Float] struct {
	columns []column
	out     int
	x       *nn.Streams[T]
	kept    []T // the numbers of the columns with an f″, row by row
	bend    *bend[T]
}

func newFeatures[T nn.Float](columns []column, batch int) *features[T] {
	f := &features[T]{columns: columns, bend: newBend[T](batch, len(columns))}
	kept := 0
	for _, c := range columns {
		f.out += c.width()
		kept += c.numbers()
	}
	f.kept = make([]T, kept*batch)
	return f
}

func (c column) width() int {
	return [...]int{dropped: 0, affine: 1, circle: 2, logarithmic: 1, squared: 1, inverse: 1,
		inverseSquare: 1}[c.kind]
}

func (f *features[T]) In() int  { return len(f.columns) }
func (f *features[T]) Out() int { return f.out }

// slope is f′ of an affine column.
func slope[T nn.Float](c column) T { return T(1 / c.scale) }

// Forward implements nn.Part.
func (f *features[T]) Forward(x, y *nn.Streams[T]) {
	f.x = x
	kept := f.kept
	for b := range x.Batch {
		xb, yb, o := x.Row(0, b), y.Row(0, b), 0
		for i, c := range f.columns {
			switch c.kind {
			case affine:
				yb[o] = (xb[i] - T(c.mean)) * slope[T](c)
			case circle:
				s, co := math.Sincos(c.w * float64(xb[i]))
				kept[0], kept[1] = T(s), T(co)
				yb[o], yb[o+1] = T(s), T(co)
			case logarithmic:
				z := float64(xb[i]) / c.knee
				f1 := 1 / math.Sqrt(1+z*z)
				kept[0], kept[1], kept[2] = T(f1/c.knee), T(-z*f1*f1*f1/(c.knee*c.knee)),
					T((2*z*z-1)*f1*f1*f1*f1*f1/(c.knee*c.knee*c.knee))
				yb[o] = T(math.Asinh(z) - math.Asinh(c.mean/c.knee))
			case squared:
				z, r := (xb[i]-T(c.mean))*slope[T](c), slope[T](c)
				kept[0], kept[1], kept[2] = 2*z*r, 2*r*r, 0
				yb[o] = z * z
			case inverse:
				z, r := T(c.scale)/xb[i], 1/xb[i]
				kept[0], kept[1], kept[2] = -z*r, 2*z*r*r, -6*z*r*r*r
				yb[o] = z
			case inverseSquare:
				z, r := T(c.scale)/xb[i], 1/xb[i]
				kept[0], kept[1], kept[2] = -2*z*z*r, 6*z*z*r*r, -24*z*z*r*r*r
				yb[o] = z * z
			}
			o += c.width()
			kept = kept[c.numbers():]
		}
	}
	for k := 1; k <= x.K; k++ {
		f.push(k, x, y)
	}
}

// push sets y_k = f′ x_k for block k, a tangent or a direction.
func (f *features[T]) push(k int, x, y *nn.Streams[T]) {
	kept, xk, yk := f.kept, x.Block(k), y.Block(k)
	for b := range x.Batch {
		xb, yb, o := xk[b*x.Stride:], yk[b*y.Stride:], 0
		for i, c := range f.columns {
			switch c.kind {
			case affine:
				yb[o] = slope[T](c) * xb[i]
				o++
			case circle:
				dx := T(c.w) * xb[i]
				yb[o], yb[o+1] = kept[1]*dx, -kept[0]*dx
				kept = kept[2:]
				o += 2
			case logarithmic, squared, inverse, inverseSquare:
				yb[o] = kept[0] * xb[i]
				kept = kept[3:]
				o++
			}
		}
	}
}

// pull sets x̄_k = f′ᵀ ȳ_k for block k.
func (f *features[T]) pull(k int, ybar, xbar *nn.Streams[T]) {
	kept, yk, xk := f.kept, ybar.Block(k), xbar.Block(k)
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
				xb[i] = T(c.w) * (kept[1]*yb[o] - kept[0]*yb[o+1])
				kept = kept[2:]
				o += 2
			case logarithmic, squared, inverse, inverseSquare:
				xb[i] = kept[0] * yb[o]
				kept = kept[3:]
				o++
			}
		}
	}
}

// bent visits the columns with an f″: column i of row b, whose features begin at o, with the numbers kept of it.
func (f *features[T]) bent(visit func(c column, j []T, b, i, o int)) {
	kept := f.kept
	for b := range f.x.Batch {
		o := 0
		for i, c := range f.columns {
			if n := c.numbers(); n > 0 {
				visit(c, kept, b, i, o)
				kept = kept[n:]
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
	f.bent(func(c column, j []T, b, i, o int) { f.bend.c.Row(0, b)[i] = second(c, j, ybar.Row(0, b)[o:]) })
	f.bend.add(f.x, H)
}

// Mixed implements nn.Part.
func (f *features[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) {
	for k := -x.Components; k < 0; k++ {
		f.push(k, x, y)
	}
	if x.Components < nn.HyperDual {
		return
	}
	f.bent(func(c column, j []T, b, i, o int) { // y_st += f″[x_s, x_t]
		r, st := y.Row(nn.ST, b), x.Row(nn.S, b)[i]*x.Row(nn.T, b)[i]
		if c.kind == circle {
			st *= T(c.w * c.w)
			r[o] -= j[0] * st
			r[o+1] -= j[1] * st
		} else {
			r[o] += j[1] * st
		}
	})
}

// MixedReverse implements nn.Part.
func (f *features[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for k := -ybar.Components; k < 0; k++ {
		f.pull(k, ybar, xbar)
	}
	f.bent(func(c column, j []T, b, i, o int) {
		bend := func(k int) T { return second(c, j, ybar.Row(k, b)[o:]) } // f″ᵀ ȳ_k
		xs := f.x.Row(nn.S, b)[i]
		xbar.Row(nn.S, b)[i] += bend(0) * xs
		if ybar.Components < nn.HyperDual {
			return
		}
		xt, xst := f.x.Row(nn.T, b)[i], f.x.Row(nn.ST, b)[i]
		xbar.Row(nn.T, b)[i] += bend(0) * xt
		xbar.Row(nn.ST, b)[i] += bend(nn.T)*xs + bend(nn.S)*xt + bend(0)*xst + third(c, j, ybar.Row(0, b)[o:])*xs*xt
	})
}
