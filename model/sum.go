package model

import "lagrange/nn"

// sum is the linear layer y_o = Σ θ_e x_i over the entries e = (i, o), with x_i = 1 where i is −1: one parameter for
// each entry, and none for the others. It implements nn.Part.
type sum[T nn.Float] struct {
	theta   []T
	entries []entry
	in, out int
	x       *nn.Streams[T]
}

// entry is one input and one output that go together.
type entry struct{ in, out int }

func (l *sum[T]) In() int  { return l.in }
func (l *sum[T]) Out() int { return l.out }

// push sets the blocks lo … hi of y; the constant is in the value alone. Four rows go together: each sum waits for its
// last addition, and four of them wait no longer than one.
func (l *sum[T]) push(x, y *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		b := 0
		for ; b+4 <= x.Batch; b += 4 {
			l.four([4][]T{x.Row(k, b), x.Row(k, b+1), x.Row(k, b+2), x.Row(k, b+3)},
				[4][]T{y.Row(k, b), y.Row(k, b+1), y.Row(k, b+2), y.Row(k, b+3)}, k == 0)
		}
		for ; b < x.Batch; b++ {
			xb, yb := x.Row(k, b), y.Row(k, b)
			clear(yb)
			for e, at := range l.entries {
				switch {
				case at.in >= 0:
					yb[at.out] += l.theta[e] * xb[at.in]
				case k == 0:
					yb[at.out] += l.theta[e]
				}
			}
		}
	}
}

// four is push of four rows. Entries of one output stand together, and their sums in registers.
func (l *sum[T]) four(x, y [4][]T, constant bool) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	x1, x2, x3 = x1[:len(x0)], x2[:len(x0)], x3[:len(x0)]
	for _, row := range y {
		clear(row)
	}
	for e := 0; e < len(l.entries); {
		o := l.entries[e].out
		y0, y1, y2, y3 := y[0][o], y[1][o], y[2][o], y[3][o]
		for ; e < len(l.entries) && l.entries[e].out == o; e++ {
			c, i := l.theta[e], l.entries[e].in
			if i >= 0 {
				y0, y1, y2, y3 = y0+c*x0[i], y1+c*x1[i], y2+c*x2[i], y3+c*x3[i]
			} else if constant {
				y0, y1, y2, y3 = y0+c, y1+c, y2+c, y3+c
			}
		}
		y[0][o], y[1][o], y[2][o], y[3][o] = y0, y1, y2, y3
	}
}

// pull sets the blocks lo … hi of x̄.
func (l *sum[T]) pull(ybar, xbar *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range ybar.Batch {
			yb, xb := ybar.Row(k, b), xbar.Row(k, b)
			clear(xb)
			for e, at := range l.entries {
				if at.in >= 0 {
					xb[at.in] += l.theta[e] * yb[at.out]
				}
			}
		}
	}
}

// gradient adds Σ x_k ȳ_j over the pairs of blocks with k + j = of, the value being 0, s −1, t −2 and st −3.
func (l *sum[T]) gradient(ybar *nn.Streams[T], of int, g nn.Gradient[T]) {
	if g.None() {
		return
	}
	for b := range ybar.Batch {
		row := g.Of(b)
		for k := of; k <= 0; k++ {
			xb, yb := l.x.Row(k, b), ybar.Row(of-k, b)
			for e, at := range l.entries {
				switch {
				case at.in >= 0:
					row[e] += xb[at.in] * yb[at.out]
				case k == 0:
					row[e] += yb[at.out]
				}
			}
		}
	}
}

// Forward implements nn.Part.
func (l *sum[T]) Forward(x, y *nn.Streams[T]) {
	l.x = x
	l.push(x, y, 0, x.K)
}

// Reverse implements nn.Part.
func (l *sum[T]) Reverse(ybar, xbar *nn.Streams[T], _ []T, g nn.Gradient[T]) {
	l.pull(ybar, xbar, 0, 0)
	l.gradient(ybar, 0, g)
}

// Mixed implements nn.Part.
func (l *sum[T]) Mixed(_ nn.Directions[T], x, y *nn.Streams[T]) { l.push(x, y, -x.Components, nn.S) }

// MixedReverse implements nn.Part.
func (l *sum[T]) MixedReverse(ybar, xbar *nn.Streams[T], g nn.Gradient[T]) {
	l.pull(ybar, xbar, -ybar.Components, nn.S)
	l.gradient(ybar, -ybar.Components, g)
}
