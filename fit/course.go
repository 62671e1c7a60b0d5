package fit

import (
	"math"
	"slices"

	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// The parts that rows belong to; a roll-out neither begins at one to test with nor is compared with it.
const (
	toTest int8 = iota
	toLearn
	toSelect
)

// course is a recording as long roll-outs see it: every so many rows of each trajectory up to its first gap.
type course struct {
	stride int
	rows   train.Segments[float64] // without starts
	part   []int8                  // of each row
	first  []int                   // row of each trajectory, and where the last one ends
	scale  []float64               // of q, then of v
}

func (f *problem) course(stride int) *course {
	d, m := f.set.D(), f.set.M()
	c := &course{stride: stride, first: []int{0}}
	for _, x := range f.spec.Coordinates {
		c.scale = append(c.scale, x.Scale)
	}
	for _, x := range f.spec.Coordinates {
		c.scale = append(c.scale, x.Speed)
	}
	for i, t := range f.set.Trajectories {
		part := f.parts(i, t.Len())
		n, gaps := 0, t.Gaps()
		for last := 0; n < t.Len() && !gaps.Within(last, n); n += stride {
			if n > 0 {
				c.rows.H = append(c.rows.H, t.T[n]-t.T[last])
			}
			c.rows.X = t.AppendStates(c.rows.X, d, n, n+1)
			c.rows.U = append(c.rows.U, t.U[n*m:(n+1)*m]...)
			c.part = append(c.part, part[n])
			last = n
		}
		c.rows.H = append(c.rows.H, 0) // after the last row
		c.first = append(c.first, len(c.part))
	}
	return c
}

// parts says where the n rows of trajectory i belong. A row that two of them share is one to learn from, or to select
// by.
func (f *problem) parts(i, n int) []int8 {
	part := make([]int8, n)
	for k, p := range []int8{toLearn, toSelect} {
		for _, w := range f.split.At[k] {
			for r := w.Start; w.Trajectory == i && r <= w.Start+w.Steps; r++ {
				if part[r] != toLearn {
					part[r] = p
				}
			}
		}
	}
	return part
}

// segments are those of so many rows of the recording, end to end, observed at every so many of the course that belong
// to part. None starts at a row to test with, and none of those to learn from at one to select by.
func (c *course) segments(rows, every int, part int8) *train.Segments[float64] {
	o := c.rows
	o.Steps, o.Every, o.Method, o.Penalty = rows/c.stride, every, ode.Dop853.Tableau, train.L2
	for i := range c.first[1:] {
		for at := c.first[i]; at+o.Steps < c.first[i+1] && len(o.First) < mostSegments &&
			(len(o.First)+1)*o.Steps < mostSegmentRows; {
			seen := slices.Contains(c.part[at+1:at+o.Steps+1], part)
			switch {
			case c.part[at] == toTest || part == toLearn && c.part[at] == toSelect:
				at++
			case !seen:
				at += o.Steps
			default:
				o.First = append(o.First, at)
				at += o.Steps
			}
		}
	}
	for _, p := range c.part {
		for _, s := range c.scale {
			if p != part {
				s = 0
			}
			o.Scale = append(o.Scale, s)
		}
	}
	return &o
}

// error is that of segments of so many rows, learned from and held out: the larger one; infinite where there are none.
func (c *course) error(m *model.Model[float64], rows int) float64 {
	worst := 0.0
	for _, part := range []int8{toLearn, toSelect} {
		o := c.segments(rows, 1, part)
		if o.Len() == 0 {
			return math.Inf(1)
		}
		worst = max(worst, size(segmentErrors(m, o)))
	}
	return worst
}

// longest is how many rows the segments have that the model follows: those of a trajectory, fewer where there would not
// be several segments from as many starts, or a half of them, a quarter, …; 0 where they would not be much longer than
// windows.
func (c *course) longest(m *model.Model[float64], window int) int {
	var lengths []int
	for i := range c.first[1:] {
		lengths = append(lengths, c.first[i+1]-c.first[i]-1)
	}
	slices.Sort(lengths)
	longest := min(lengths[len(lengths)/2], len(c.part)/severalSegments)
	whole := int(longestPart*float64(longest*c.stride)) / mostStride * mostStride
	for rows := whole; rows >= muchLonger*window; rows = rows / 2 / mostStride * mostStride {
		if c.error(m, rows) < followed {
			return rows
		}
	}
	return 0
}

// stride is how many rows a step may span on segments of so many, if half of it changes no state by more than tol, in
// units of the scales.
func (f *problem) stride(m *model.Model[float64], rows int, tol float64) int {
	s := mostStride
	for ; s > 1; s /= 2 {
		a, b := f.course(s), f.course(s/2)
		x, y, apart := a.paths(m, rows), b.paths(m, rows), 0.0
		if x == nil {
			return 1 // nothing is known
		}
		for k := range rows / s {
			for i, v := range x.State(k + 1) {
				apart = math.Max(apart, math.Abs(v-y.State(2 * (k + 1))[i])/a.scale[i%len(a.scale)])
			}
		}
		if apart <= tol {
			break
		}
	}
	return s
}

// paths rolls a model out from the first row of some trajectories that is not one to test with, among those rows that
// courses of all strides have; nil where none is followed by so many.
func (c *course) paths(m *model.Model[float64], rows int) *model.Rollout[float64] {
	n, f, steps := len(c.scale), m.Spec.M(), rows/c.stride
	var from []int
	for i, at := range c.first[:len(c.first)-1] {
		for at < c.first[i+1] && c.part[at] == toTest {
			at += mostStride / c.stride
		}
		if at+steps < c.first[i+1] && len(from) < strideTrials {
			from = append(from, at)
		}
	}
	B := len(from)
	if B == 0 {
		return nil
	}
	x, h, u := make([]float64, 0, B*n), make([]float64, steps*B), make([]float64, (steps+1)*B*f)
	for b, at := range from {
		x = append(x, c.rows.X[at*n:(at+1)*n]...)
		for k := range steps + 1 {
			copy(u[(k*B+b)*f:(k*B+b+1)*f], c.rows.U[(at+k)*f:])
			if k < steps {
				h[k*B+b] = c.rows.H[at+k]
			}
		}
	}
	r := model.NewRollout(m.Spec, m.Tape(B), ode.Dop853.Tableau, B, steps)
	r.Run(x, h, u)
	return r
}
