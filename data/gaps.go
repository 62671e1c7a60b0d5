package data

// gap is how many times the median step of a trajectory makes a gap, which no window spans.
const gap = 3

// TypicalStep is the median time step of a trajectory; 0 of a single row.
func (t *Trajectory) TypicalStep() float64 { return median(steps(nil, t.T)) }

// Gaps says where a trajectory has gaps, the steps longer than three times its typical step: its own, for each
// recording has its own time step.
type Gaps struct {
	before []int // how many lie before each row
}

// Gaps finds those of a trajectory.
func (t *Trajectory) Gaps() Gaps {
	limit, g := gap*t.TypicalStep(), Gaps{before: make([]int, t.Len())}
	for n := 1; n < t.Len(); n++ {
		g.before[n] = g.before[n-1]
		if t.T[n]-t.T[n-1] > limit {
			g.before[n]++
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
func (g Gaps) Count() int {
	if len(g.before) == 0 {
		return 0
	}
	return g.before[len(g.before)-1]
}

// Within says whether a gap lies between the rows lo and hi.
func (g Gaps) Within(lo, hi int) bool { return g.before[hi] > g.before[lo] }

// Before says whether the step to a row is a gap; that to the first is none.
func (g Gaps) Before(n int) bool { return n > 0 && g.Within(n-1, n) }
