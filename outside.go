package lagrange

import (
	"fmt"
	"math"

	"lagrange/data"
)

// slack is the share of a range by which a row may leave it.
const slack = 0.02

// reach are the ranges of what a model has learned from, and the row that was found farthest outside.
type reach struct {
	set    *data.Set
	ranges map[string]data.Range
	worst  string
	far    float64
}

// reach is that of the columns of a recording; nil where the model does not know them.
func (m *Model) reach(set *data.Set) *reach {
	if len(m.Record.Ranges) == 0 {
		return nil
	}
	r := &reach{set: set, ranges: map[string]data.Range{}}
	for _, x := range m.Record.Ranges {
		r.ranges[x.Role+" "+x.Name] = x
	}
	return r
}

// off says whether a number lies outside of its range, an angle the nearer way round.
func (r *reach) off(role, name string, x, period float64) bool {
	k, known := r.ranges[role+" "+name]
	size := k.Max - k.Min
	if !known || period > 0 && size > 0.9*period {
		return false
	}
	if period > 0 {
		x = (k.Max+k.Min)/2 + math.Remainder(x-(k.Max+k.Min)/2, period)
	}
	by := max(k.Min-x, x-k.Max)
	if by <= slack*size {
		return false
	}
	if by/max(size, math.SmallestNonzeroFloat64) > r.far {
		r.worst, r.far = fmt.Sprintf("%s reaches %.3g, and was from %.3g to %.3g", name, x, k.Min, k.Max), by/size
	}
	return true
}

// row says whether row n of a trajectory lies outside in any of its columns.
func (r *reach) row(t *data.Trajectory, n int) (out bool) {
	d, u := r.set.D(), r.set.M()
	for k, c := range r.set.Coordinates {
		out = r.off(data.RoleQ, c.Name, t.Q[n*d+k], c.Period) || out
		if t.V != nil {
			out = r.off(data.RoleV, c.Velocity, t.V[n*d+k], 0) || out
		}
	}
	for j, name := range r.set.Inputs {
		out = r.off(data.RoleU, name, t.U[n*u+j], 0) || out
	}
	return out
}

// strays counts the rows of a recording that lie outside of what the model has learned from.
func (m *Model) strays(set *data.Set) (f data.Finding, some bool) {
	r := m.reach(set)
	if r == nil {
		return f, false
	}
	rows, out := 0, 0
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		for n := range t.T {
			rows++
			if r.row(t, n) {
				out++
			}
		}
	}
	share := 100 * float64(out) / float64(rows)
	return data.Finding{Kind: data.KindOutside, Sure: data.Certain, Serious: share > 10,
		Says: fmt.Sprintf("%.3g %% of the rows lie outside of what the model has learned from: %s", share, r.worst),
		Do:   "train on a recording that reaches as far"}, out > 0
}

// Outside are the spans of time, from the first to the last row of each, in which a trajectory with the columns of set
// lies outside of what the model has learned from: a coordinate, a velocity or an input is beyond its range by more
// than a fiftieth of it. It is empty where the ranges are not known.
func (m *Model) Outside(set *data.Set, t *data.Trajectory) (spans [][2]float64) {
	r := m.reach(set)
	if r == nil {
		return nil
	}
	was := false
	for n, at := range t.T {
		is := r.row(t, n)
		switch {
		case is && was:
			spans[len(spans)-1][1] = at
		case is:
			spans = append(spans, [2]float64{at, at})
		}
		was = is
	}
	return spans
}
