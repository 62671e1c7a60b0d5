package fit

import (
	"math"
	"testing"

	"lagrange/data"
)

// Arcs never start from what is held out to test with, nor look at it, and those to learn from know nothing of what
// judges them.
func TestCourse(t *testing.T) {
	for _, trajectories := range []int{3, 20} { // held out by blocks, and by whole trajectories
		set := &data.Set{Coordinates: []data.Coordinate{{Name: "x", Velocity: "v"}}}
		for range trajectories {
			tr := data.Trajectory{}
			for n := range 201 {
				x := float64(n) / 10
				if n > 150 {
					x += 5 // a gap
				}
				tr.T, tr.Q, tr.V = append(tr.T, x), append(tr.Q, math.Sin(x)), append(tr.V, math.Cos(x))
			}
			set.Trajectories = append(set.Trajectories, tr)
		}
		f := &problem{set: set}
		var err error
		if f.split, err = set.Split(1, true); err != nil {
			t.Fatal(err)
		}
		if f.spec, err = specOf(set, f.split.Train, Options{Model: "lnn", Activation: "softplus",
			Hidden: []int{1}}); err != nil {
			t.Fatal(err)
		}
		for _, stride := range []int{1, 4} {
			c := f.course(stride)
			for part, others := range map[int8][]int8{toLearn: {toTest, toSelect}, toSelect: {toTest}} {
				o := c.segments(40, 1, part)
				if o.Len() == 0 {
					t.Fatalf("%d trajectories, stride %d: no arcs of part %d", trajectories, stride, part)
				}
				for _, at := range o.First {
					for _, p := range others {
						if c.part[at] == p {
							t.Errorf("an arc of part %d starts at a row of part %d", part, p)
						}
					}
					for k := range o.Steps {
						if h := o.H[at+k]; !(h > 0 && h < 0.11*float64(stride)) {
							t.Errorf("a step of %g", h)
						}
					}
				}
				for i, p := range c.part {
					if (o.Scale[2*i] > 0) != (p == part) {
						t.Errorf("part %d looks at a row of part %d", part, p)
					}
				}
			}
		}
	}
}
