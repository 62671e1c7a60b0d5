package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Split is a set in three parts; all share memory with it.
type Split struct {
	Train, Valid, Test *Set
	At                 [3][]Window // where the trajectories of these three stand in the set
}

// ManyTrajectories are enough to hold out whole ones.
const ManyTrajectories = 9

// Split holds data out by whole stretches of motion, never by shuffled rows. With nine trajectories or more the units
// are the trajectories; otherwise each trajectory is cut into blocks of the given time, and these are the units.
// Counted j = 0, 1, 2, … through the whole set, j mod 3 = 2 goes to Test, j mod 9 = 4 to Valid, the rest to Train.
// Where nothing is to be tested, because another recording is for that, the part for Test goes to Train.
//
// Where trajectories differ in their conditions, three at least, whole conditions are for Test (heldConditions), and
// the others are divided as if there was nothing to test; so errors are those of conditions that none has learned from.
//
// Block b of a trajectory covers the rows nearest to t₀ + b·block and t₀ + (b+1)·block and those between; neighbours
// share one row, so that each holds a whole window of that duration. A last block shorter than half is dropped.
// Neighbouring blocks of Train are joined.
//
// Where rounding to rows leaves a part of a short recording without a window, a block begins where the one before ended
// instead, and holds a window by that.
//
// Of states on their own single rows are held out, drawn at random, the same ones for a number of rows.
//
// It is an error if a part would have no window of that duration.
func (s *Set) Split(block float64, tested bool) (Split, error) {
	if !(block > 0) || math.IsInf(block, 0) {
		return Split{}, fmt.Errorf("the duration of a block must be positive and finite, not %v", block)
	}
	if s.states {
		return s.splitStates(tested)
	}
	sp, lacks := s.splitBlocks(block, tested, (*Trajectory).blocks)
	if lacks >= 0 {
		sp, lacks = s.splitBlocks(block, tested, (*Trajectory).chain)
	}
	if lacks >= 0 {
		return Split{}, s.tooLittle(block, tested, [3]string{"training", "validation", "testing"}[lacks])
	}
	return sp, nil
}

// splitBlocks is Split by blocks that begin at the given rows; lacks is a part without a window, -1 for none.
func (s *Set) splitBlocks(block float64, tested bool, blocks func(*Trajectory, float64) []int) (_ Split, lacks int) {
	var (
		parts [3][]Trajectory // train, valid, test
		at    [3][]Window
		j     int
		to    = s.conditionParts(tested)
		whole = len(s.Trajectories) >= ManyTrajectories
		valid = slices.Contains(to, 1) // whole conditions are for it, too
		add   = func(k int, t Trajectory, w Window) { parts[k], at[k] = append(parts[k], t), append(at[k], w) }
	)
	tested = tested && to == nil
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		if to != nil && (valid || to[i] > 0) {
			add(to[i], *t, Window{i, 0, t.Len() - 1})
			continue
		}
		if whole {
			add(part(j, tested), *t, Window{i, 0, t.Len() - 1})
			j++
			continue
		}
		lo, hi := 0, 0 // the piece being joined
		join := func() {
			if hi > lo {
				add(0, s.piece(t, lo, hi), Window{i, lo, hi - lo})
			}
		}
		for b := blocks(t, block); len(b) > 1; b, j = b[1:], j+1 {
			switch p := part(j, tested); {
			case p != 0:
				add(p, s.piece(t, b[0], b[1]), Window{i, b[0], b[1] - b[0]})
			case hi == b[0]:
				hi = b[1]
			default:
				join()
				lo, hi = b[0], b[1]
			}
		}
		join()
	}
	sp := Split{s.with(parts[0]), s.with(parts[1]), s.with(parts[2]), at}
	for k, p := range []*Set{sp.Train, sp.Valid, sp.Test} {
		if (tested || k < 2 || len(parts[2]) > 0) && len(p.Windows(block, 0)) == 0 {
			return Split{}, k
		}
	}
	return sp, -1
}

// splitStates holds out rows at random.
func (s *Set) splitStates(tested bool) (Split, error) {
	const least = 9
	n := s.Rows()
	if n < least {
		return Split{}, fmt.Errorf("%s are too few to hold some out: record %d at least", count(n, "state"), least)
	}
	to := make([]int, n)
	for j, i := range rand.New(rand.NewPCG(uint64(n), 1)).Perm(n) {
		to[i] = part(j, tested)
	}
	d, m := s.D(), s.M()
	var parts [3]Trajectory
	i := 0
	for k := range s.Trajectories {
		t := &s.Trajectories[k]
		for r := range t.T {
			p, row := &parts[to[i]], t.Slice(d, m, r, r+1)
			p.T, p.Q, p.V = append(p.T, float64(len(p.T))), append(p.Q, row.Q...), append(p.V, row.V...)
			p.A, p.U = append(p.A, row.A...), append(p.U, row.U...)
			i++
		}
	}
	var sp Split
	for k, to := range []**Set{&sp.Train, &sp.Valid, &sp.Test} {
		parts[k].ID = [3]string{"train", "valid", "test"}[k]
		*to = s.with(parts[k : k+1])
	}
	return sp, nil
}

// part is where unit j goes: 0 train, 1 valid, 2 test.
func part(j int, tested bool) int {
	switch {
	case tested && j%3 == 2:
		return 2
	case j%9 == 4:
		return 1
	}
	return 0
}

// piece is rows lo to hi, both included, with an id that says so.
func (s *Set) piece(t *Trajectory, lo, hi int) Trajectory {
	p := t.Slice(s.D(), s.M(), lo, hi+1)
	p.ID = fmt.Sprintf("%s[%d:%d]", t.ID, lo, hi+1)
	return p
}

// blocks lists the rows where blocks begin and, last, where the last one ends. A block holds one step at least.
func (t *Trajectory) blocks(block float64) []int {
	b := []int{0}
	for j := 1.; ; j++ {
		lo := b[len(b)-1]
		hi := nearest(t.T, t.T[0]+j*block)
		if hi <= lo && lo < t.Len()-1 {
			hi = lo + 1
			j = math.Max(j, math.Round((t.T[hi]-t.T[0])/block))
		}
		if hi == t.Len()-1 {
			if t.T[hi]-t.T[lo] >= block/2 {
				b = append(b, hi)
			}
			return b
		}
		b = append(b, hi)
	}
}

// chain is blocks, but each begins where the one before ends, and lasts as long as a window from there.
func (t *Trajectory) chain(block float64) []int {
	b := []int{0}
	for lo := 0; lo < t.Len()-1; {
		hi := max(lo+1, nearest(t.T, t.T[lo]+block))
		if t.T[hi]-t.T[lo] < block/2 {
			break
		}
		b, lo = append(b, hi), hi
	}
	return b
}

// nearest is the row whose time is nearest to at, the earlier one of two equally near.
func nearest(t []float64, at float64) int {
	i := sort.SearchFloat64s(t, at)
	if i == len(t) || i > 0 && at-t[i-1] <= t[i]-at {
		return i - 1
	}
	return i
}

// tooLittle says what horizon would do; it has been tried.
func (s *Set) tooLittle(block float64, tested bool, use string) error {
	total := 0.
	for i := range s.Trajectories {
		total += s.Trajectories[i].Duration()
	}
	text := strings.TrimSpace(fmt.Sprintf("too little data for windows of %v %s", block, s.TimeUnit())) +
		": none is left for " + use
	if len(s.Trajectories) < ManyTrajectories {
		text += fmt.Sprintf("; %.6g in all gives %.3g windows and at least 5 without gaps are needed", total,
			total/block)
	} else {
		text += fmt.Sprintf("; the longest trajectory lasts %.6g", s.longest())
	}
	if h := s.bearable(block, tested); h > 0 {
		return fmt.Errorf("%s: use a horizon of %.3g, or record more", text, h)
	}
	return fmt.Errorf("%s, and no shorter horizon leaves any: record more", text)
}

// Bearable is a horizon if the recording can be split by it, else the longest below it by which it can; itself if there
// is none.
func (s *Set) Bearable(horizon float64, tested bool) float64 {
	if _, err := s.Split(horizon, tested); err == nil {
		return horizon
	}
	if h := s.bearable(horizon, tested); h > 0 {
		return h
	}
	return horizon
}

// bearable is the longest horizon below a block by which a recording can be split, in whole steps; 0 where there is
// none.
func (s *Set) bearable(block float64, tested bool) float64 {
	step := s.TypicalStep()
	for n := math.Min(math.Ceil(block/step)-1, 200); n >= 1 && step > 0; n-- {
		h := n * step
		text := fmt.Sprintf("%.3g", h) // as it is told
		h, _ = strconv.ParseFloat(text, 64)
		for _, blocks := range []func(*Trajectory, float64) []int{(*Trajectory).blocks, (*Trajectory).chain} {
			if _, lacks := s.splitBlocks(h, tested, blocks); lacks < 0 {
				return h
			}
		}
	}
	return 0
}

func (s *Set) longest() float64 {
	d := 0.
	for i := range s.Trajectories {
		d = max(d, s.Trajectories[i].Duration())
	}
	return d
}

// Window is rows Start … Start+Steps, both included, of one trajectory.
type Window struct{ Trajectory, Start, Steps int }

// Windows lists the windows of duration horizon: of all numbers of steps the one whose total is nearest to it, at least
// 1. At the end of a trajectory, or before a gap, it may fall short of horizon by half a step. Starts are stride rows
// apart; 0 sets the windows end to end. No window spans a step longer than three times the trajectory's median.
func (s *Set) Windows(horizon float64, stride int) []Window {
	if stride < 0 {
		panic("data: negative stride")
	}
	var ws []Window
	if s.states {
		return nil
	}
	for k := range s.Trajectories {
		t, gaps := s.Trajectories[k].T, s.Trajectories[k].Gaps()
		clear := 0 // no gap lies in rows start…clear
		for start := 0; start < len(t)-1; {
			for clear = max(clear, start); clear < len(t)-1 && !gaps.Before(clear+1); clear++ {
			}
			target := t[start] + horizon
			end := max(nearest(t[:clear+1], target), start+1)
			if end > clear || target-t[clear] > (0.5+1e-9)*(t[end]-t[end-1]) {
				start = clear + 1 // no whole window is left before the gap
				continue
			}
			ws = append(ws, Window{k, start, end - start})
			if stride > 0 {
				start += stride
			} else {
				start = end
			}
		}
	}
	return ws
}

// steps appends the time steps of t to dt.
func steps(dt, t []float64) []float64 {
	for n := 1; n < len(t); n++ {
		dt = append(dt, t[n]-t[n-1])
	}
	return dt
}

// median of x; 0 of nothing. x is left as it is.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	return middle(slices.Clone(x))
}

// middle is the median of x, which it sorts; 0 of nothing.
func middle(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// TypicalStep is the median time step of all trajectories.
func (s *Set) TypicalStep() float64 {
	dt := make([]float64, 0, s.Rows())
	for i := range s.Trajectories {
		dt = steps(dt, s.Trajectories[i].T)
	}
	return middle(dt)
}
