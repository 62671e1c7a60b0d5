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

// place is where a column stands in a row: in x, in what becomes of it, and among the numbers that are kept of a row.
type place[T nn.Float] struct {
	x, y, kept int
	circle     bool
	mean, f    T // of an affine column f(x) = f (x − mean); w of an angle
	f2, f3     T // w² and w³ of an angle
}

// second is f″ᵀ ȳ of a column with the numbers j of a row kept, whose adjoints are y.
func (p *place[T]) second(j, y []T) T {
	j, y = j[p.kept:], y[p.y:]
	if p.circle {
		return -p.f2 * (j[0]*y[0] + j[1]*y[1])
	}
	return j[1] * y[0]
}

// third is f‴ᵀ ȳ of such a column.
func (p *place[T]) third(j, y []T) T {
	j, y = j[p.kept:], y[p.y:]
	if p.circle {
		return p.f3 * (j[0]*y[1] - j[1]*y[0])
	}
	return j[2] * y[0]
}

// features maps a state to the inputs of the net, one column after the other; it implements nn.Part.
type features[T nn.Float] struct {
	columns         []column
	out, numbers    int
	straight, bends []place[T] // of the affine columns; of those with an f″
	absent          []int      // the places in x of the columns that are dropped
	x               *nn.Streams[T]
	kept            []T // the numbers of the columns with an f″ (batch, numbers)
	bend            *bend[T]
}

func newFeatures[T nn.Float](columns []column, batch int) *features[T] {
	f := &features[T]{columns: columns}
	var curved []int // the places in x of those with an f″
	for i, c := range columns {
		p := place[T]{x: i, y: f.out, kept: f.numbers, circle: c.kind == circle}
		switch c.kind {
		case dropped:
			f.absent = append(f.absent, i)
		case affine:
			p.mean, p.f = T(c.mean), slope[T](c)
			f.straight = append(f.straight, p)
		default:
			p.f, p.f2, p.f3 = T(c.w), T(c.w*c.w), T(c.w*c.w*c.w)
			f.bends, curved = append(f.bends, p), append(curved, i)
		}
		f.out += c.width()
		f.numbers += c.numbers()
	}
	f.kept, f.bend = make([]T, f.numbers*batch), newBend[T](batch, curved)
	return f
}

// of is what is kept of row b.
func (f *features[T]) of(b int) []T { return f.kept[b*f.numbers : (b+1)*f.numbers] }

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
	for b := range x.Batch {
		j, xb, yb := f.of(b), x.Row(0, b), y.Row(0, b)
		for i := range f.straight {
			p := &f.straight[i]
			yb[p.y] = (xb[p.x] - p.mean) * p.f
		}
		for i := range f.bends {
			p := &f.bends[i]
			if !p.circle {
				yb[p.y] = bent(&f.columns[p.x], xb[p.x], j[p.kept:])
				continue
			}
			s, c := math.Sincos(f.columns[p.x].w * float64(xb[p.x]))
			j, yb := j[p.kept:], yb[p.y:]
			j[0], j[1] = T(s), T(c)
			yb[0], yb[1] = T(s), T(c)
		}
	}
	for k := 1; k <= x.K; k++ {
		f.push(k, x, y)
	}
}

// bent is f(x) of a column that is neither straight nor an angle; it keeps f′, f″, f‴ in j.
func bent[T nn.Float](c *column, x T, j []T) T {
	switch c.kind {
	case logarithmic:
		z := float64(x) / c.knee
		f1 := 1 / math.Sqrt(1+z*z)
		j[0], j[1], j[2] = T(f1/c.knee), T(-z*f1*f1*f1/(c.knee*c.knee)),
			T((2*z*z-1)*f1*f1*f1*f1*f1/(c.knee*c.knee*c.knee))
		return T(math.Asinh(z) - math.Asinh(c.mean/c.knee))
	case squared:
		r := slope[T](*c)
		z := (x - T(c.mean)) * r
		j[0], j[1], j[2] = 2*z*r, 2*r*r, 0
		return z * z
	case inverse:
		z, r := T(c.scale)/x, 1/x
		j[0], j[1], j[2] = -z*r, 2*z*r*r, -6*z*r*r*r
		return z
	case inverseSquare:
		z, r := T(c.scale)/x, 1/x
		j[0], j[1], j[2] = -2*z*z*r, 6*z*z*r*r, -24*z*z*r*r*r
		return z * z
	}
	panic("model: a column that is straight, an angle, or dropped")
}

// push sets y_k = f′ x_k for block k, a tangent or a direction.
func (f *features[T]) push(k int, x, y *nn.Streams[T]) {
	for b := range x.Batch {
		j, xb, yb := f.of(b), x.Row(k, b), y.Row(k, b)
		for i := range f.straight {
			p := &f.straight[i]
			yb[p.y] = p.f * xb[p.x]
		}
		for i := range f.bends {
			p := &f.bends[i]
			j, yb := j[p.kept:], yb[p.y:]
			if !p.circle {
				yb[0] = j[0] * xb[p.x]
				continue
			}
			dx := p.f * xb[p.x]
			yb[0], yb[1] = j[1]*dx, -j[0]*dx
		}
	}
}

// pull sets x̄_k = f′ᵀ ȳ_k for block k.
func (f *features[T]) pull(k int, ybar, xbar *nn.Streams[T]) {
	for b := range ybar.Batch {
		j, yb, xb := f.of(b), ybar.Row(k, b), xbar.Row(k, b)
		for _, i := range f.absent {
			xb[i] = 0
		}
		for i := range f.straight {
			p := &f.straight[i]
			xb[p.x] = p.f * yb[p.y]
		}
		for i := range f.bends {
			p := &f.bends[i]
			j, yb := j[p.kept:], yb[p.y:]
			if !p.circle {
				xb[p.x] = j[0] * yb[0]
				continue
			}
			xb[p.x] = p.f * (j[1]*yb[0] - j[0]*yb[1])
		}
	}
}

// Reverse implements nn.Part.
func (f *features[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, _ nn.Gradient[T]) {
	f.pull(0, ybar, xbar)
	if H == nil {
		return
	}
	for b := range f.x.Batch {
		j, c, y := f.of(b), f.bend.of(b), ybar.Row(0, b)
		for i := range f.bends {
			c[i] = f.bends[i].second(j, y)
		}
	}
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
	for b := range x.Batch { // y_st += f″[x_s, x_t]
		j, xs, xt, r := f.of(b), x.Row(nn.S, b), x.Row(nn.T, b), y.Row(nn.ST, b)
		for i := range f.bends {
			p := &f.bends[i]
			j, r, st := j[p.kept:], r[p.y:], xs[p.x]*xt[p.x]
			if !p.circle {
				r[0] += j[1] * st
				continue
			}
			st *= p.f2
			r[0] -= j[0] * st
			r[1] -= j[1] * st
		}
	}
}

// MixedReverse implements nn.Part.
func (f *features[T]) MixedReverse(ybar, xbar *nn.Streams[T], _ nn.Gradient[T]) {
	for k := -ybar.Components; k < 0; k++ {
		f.pull(k, ybar, xbar)
	}
	for b := range f.x.Batch {
		j, y, xs, rs := f.of(b), ybar.Row(0, b), f.x.Row(nn.S, b), xbar.Row(nn.S, b)
		for i := range f.bends {
			p := &f.bends[i]
			rs[p.x] += p.second(j, y) * xs[p.x] // f″ᵀ ȳ x_s
		}
		if ybar.Components < nn.HyperDual {
			continue
		}
		ys, yt := ybar.Row(nn.S, b), ybar.Row(nn.T, b)
		xt, xst, rt, rst := f.x.Row(nn.T, b), f.x.Row(nn.ST, b), xbar.Row(nn.T, b), xbar.Row(nn.ST, b)
		for i := range f.bends {
			p := &f.bends[i]
			bend, s, t := p.second(j, y), xs[p.x], xt[p.x]
			rt[p.x] += bend * t
			rst[p.x] += p.second(j, yt)*s + p.second(j, ys)*t + bend*xst[p.x] + p.third(j, y)*s*t
		}
	}
}
