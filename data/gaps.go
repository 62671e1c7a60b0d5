package data

import "sort"

// gap is how many times the median step of a trajectory makes a gap, which no window spans.
const gap = 3

// TypicalStep is the median time step of a trajectory; 0 of a single row.
func (t *Trajectory) TypicalStep() float64 { return middle(steps(make([]float64, 0, t.Len()), t.T)) }

// Gaps says where a trajectory has gaps, the steps longer than three times its typical step: its own, for each
// recording has its own time step.
type Gaps struct {
	before []int // the rows before which they lie, in their order
}

// Gaps finds those of a trajectory.
func (t *Trajectory) Gaps() (g Gaps) {
	limit := gap * t.TypicalStep()
	for n := 1; n < t.Len(); n++ {
		if t.T[n]-t.T[n-1] > limit {
			g.before = append(g.before, n)
		}
	}
	return g
}

// gaps finds those of all trajectories.
func (s *Set) gaps() (all []Gaps) {
	for i := range s.Trajectories {
		all = append(all, s.Trajectories[i].Gaps())
	}
	return all
}

// Count is how many there are.
func (g Gaps) Count() int { return len(g.before) }

// until is how many lie between the first row and row n.
func (g Gaps) until(n int) int {
	if len(g.before) == 0 {
		return 0
	}
	return sort.SearchInts(g.before, n+1)
}

// Within says whether a gap lies between the rows lo and hi.
func (g Gaps) Within(lo, hi int) bool { return g.until(hi) > g.until(lo) }

// Before says whether the step to a row is a gap; that to the first is none.
func (g Gaps) Before(n int) bool { return n > 0 && g.Within(n-1, n) }
