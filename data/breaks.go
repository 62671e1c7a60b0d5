package data

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// velocitiesTell takes a coordinate without a unit for an angle where its velocity is in the unit of one over a time.
func (s *Set) velocitiesTell(free bool) {
	for k := range s.Coordinates {
		c := &s.Coordinates[k]
		v, ok := measureOf(s.unit(c.Velocity))
		if !free || c.Unit != "" || c.Period > 0 || !ok || v.of == nil || v.of.quantity != ofAngle {
			continue
		}
		if a := s.agreement(k); math.Abs(a.Ratio-1) < near {
			c.Period = v.of.period
			s.Notes = append(s.Notes, fmt.Sprintf("%s is taken for an angle in %s, by the unit of %s", c.Name,
				first(v.of),
				c.Velocity))
		}
	}
}

// Jumps are steps of a coordinate that its velocity does not explain: so many times what it leaves unexplained in most
// rows, so many times a large step, and such a share of the range.
const jumpResidual, jumpStep, jumpRange = 30, 4, 0.02

// jump is one in row n of a coordinate.
type jump struct {
	n, k int
	by   float64
}

// jumps finds those of coordinate k in a trajectory; none where they are not rare, for the velocity is then wrong.
// Where there is no velocity the step before tells how far one is, and a jump is found once more behind it. The extent
// is that of the coordinate in all of the recording.
func (s *Set) jumps(t *Trajectory, k int, extent float64) (found []jump) {
	d := s.D()
	if t.Len() < 10 {
		return nil
	}
	way := func(n int) float64 { return t.Q[n*d+k] - t.Q[(n-1)*d+k] }
	step := func(n int) (dq, left float64) {
		dq = way(n)
		if t.V != nil {
			return dq, dq - (t.V[(n-1)*d+k]+t.V[n*d+k])/2*(t.T[n]-t.T[n-1])
		}
		return dq, dq - way(max(1, n-1))
	}
	var lefts, ways []float64
	for n := 1; n < t.Len(); n += max(1, t.Len()/comparedRows) {
		dq, left := step(n)
		lefts, ways = append(lefts, math.Abs(left)), append(ways, math.Abs(dq))
	}
	sort.Float64s(ways)
	least := 0.0 // step of a coarse column
	for _, w := range ways {
		if w > 0 {
			least = w
			break
		}
	}
	limit := max(jumpResidual*median(lefts), jumpStep*ways[len(ways)*8/10], jumpRange*extent, 3*least)
	for n := 1; n < t.Len(); n++ {
		if _, left := step(n); math.Abs(left) > limit {
			found = append(found, jump{n, k, left})
		}
	}
	if len(found) > 0 {
		gaps := t.Gaps()
		found = slices.DeleteFunc(found, func(j jump) bool { return gaps.Before(j.n) })
	}
	if 20*len(found) > t.Len() {
		return nil
	}
	return found
}

// turnsTell undoes jumps of a period in coordinates that were not known for angles.
func (s *Set) turnsTell() {
	for k := range s.Coordinates {
		s.wrapped(k)
	}
}

// breaks splits trajectories where coordinates jump: motions of their own that stand below one another.
func (s *Set) breaks() {
	if !s.hasVelocities() {
		return
	}
	var out []Trajectory
	var extents []float64
	for k := range s.Coordinates {
		extents = append(extents, s.extent(k))
	}
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		var at []int
		col, begin := -1, 0
		for k := range s.Coordinates {
			for i, j := range s.sudden(t, k, extents[k]) {
				if at = append(at, j.n); col < 0 || i == 0 && j.n < begin {
					col, begin = k, j.n
				}
			}
		}
		if len(at) == 0 {
			out = append(out, *t)
			continue
		}
		slices.Sort(at)
		pieces := s.cut(t, slices.Compact(at))
		c := s.Coordinates[col]
		s.Notes = append(s.Notes, fmt.Sprintf("%s: trajectory %q is split into %d: %s jumps where %s does not "+
			"explain it, "+
			"first at %s = %s, as where motions are joined to one table", t.File, t.ID, len(pieces), c.Name,
			c.Velocity,
			s.Time, timeText(t.T[begin], t.TypicalStep())))
		out = append(out, pieces...)
	}
	s.Trajectories = out
}

// sudden are jumps that stay: a single wrong row jumps back.
func (s *Set) sudden(t *Trajectory, k int, extent float64) (found []jump) {
	all := s.jumps(t, k, extent)
	for i := 0; i < len(all); i++ {
		j := all[i]
		if i+1 < len(all) && all[i+1].n-j.n <= 2 && math.Abs(all[i+1].by+j.by) < 0.2*math.Abs(j.by) {
			i++
			continue
		}
		found = append(found, j)
	}
	return found
}

// cut makes trajectories of what is between some rows; pieces of less than minRows are left out.
func (s *Set) cut(t *Trajectory, at []int) (pieces []Trajectory) {
	lo := 0
	for _, hi := range append(at, t.Len()) {
		if hi-lo >= minRows {
			p := t.Slice(s.D(), s.M(), lo, hi)
			p.ID = fmt.Sprintf("%s/%d", t.ID, len(pieces)+1)
			pieces = append(pieces, p)
		}
		lo = hi
	}
	return pieces
}

// wrapped finds the period of a coordinate whose jumps are all as large as its range, as those of an encoder are, or of
// an angle that was kept within a turn; then it is one, and unwrapped.
func (s *Set) wrapped(k int) {
	c := &s.Coordinates[k]
	named := c.Period == 2*math.Pi && c.Unit == "" // an angle by its name, in radians or degrees
	if c.Period > 0 && !named {
		return
	}
	var by []float64
	extent := s.extent(k)
	for i := range s.Trajectories {
		for _, j := range s.jumps(&s.Trajectories[i], k, extent) {
			by = append(by, math.Abs(j.by))
		}
	}
	P := roundPeriod(median(by), len(by))
	for _, x := range by {
		if math.Abs(x/P-1) > 0.03 {
			return
		}
	}
	if P == 0 || s.extent(k) > 1.001*P || named && P != 360 {
		return
	}
	c.Period = P
	against := "where " + c.Velocity + " does not explain it"
	if !s.hasVelocities() {
		against = "from one row to the next"
	}
	s.Notes = append(s.Notes, fmt.Sprintf("%s is taken for an angle with a period of %.6g: it jumps by that %s; "+
		"--angles \"\" says it is none", c.Name, P, against))
	s.unwrap()
}

// roundPeriod is the period that a number of jumps of about x tell, 0 for none: 2π, 360, 1, or where there are several
// a power of two or a round number of counts.
func roundPeriod(x float64, jumps int) float64 {
	for _, p := range []float64{2 * math.Pi, 360, math.Pi * 2000, 400} {
		if math.Abs(x/p-1) < 0.02 {
			return p
		}
	}
	if jumps < 2 || x < 32 {
		return 0
	}
	for _, p := range []float64{math.Exp2(math.Round(math.Log2(x))), 100 * math.Round(x/100)} {
		if math.Abs(x/p-1) < 0.01 {
			return p
		}
	}
	return 0
}
