package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"lagrange/data"
)

// motion numbers its rows: q = 0, 1, 2, … at the times given.
func motion(id string, t []float64) data.Trajectory {
	p := data.Trajectory{ID: id, T: t}
	for n := range t {
		p.Q, p.V, p.U = append(p.Q, float64(n)), append(p.V, math.Cos(float64(n))), append(p.U, math.Sin(float64(n)))
	}
	return p
}

func recording(ts ...[]float64) *data.Set {
	s := &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v"}}, Inputs: []string{"u"}, Time: "t"}
	for i, t := range ts {
		s.Trajectories = append(s.Trajectories, motion(fmt.Sprint("run", i), t))
	}
	return s
}

func grid(n int, dt float64) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = float64(i) * dt
	}
	return t
}

// uneven steps between 0.5 and 1.5 dt.
func uneven(n int, dt float64, seed uint64) []float64 {
	r, t := rand.New(rand.NewPCG(seed, 0)), make([]float64, n)
	for i := 1; i < n; i++ {
		t[i] = t[i-1] + dt*(0.5+r.Float64())
	}
	return t
}

// One regular recording, 12 blocks of ten steps: which rows go where is known by hand.
func TestSplitBlocks(t *testing.T) {
	s := recording(grid(125, 0.1)) // the last 4 steps are less than half a block
	sp, err := s.Split(1, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		part *data.Set
		want string
	}{
		{sp.Train, "run0[0:21] run0[30:41] run0[60:81] run0[90:111]"},
		{sp.Valid, "run0[40:51]"},
		{sp.Test, "run0[20:31] run0[50:61] run0[80:91] run0[110:121]"},
	} {
		var got []string
		for i := range c.part.Trajectories {
			p := &c.part.Trajectories[i]
			got = append(got, p.ID)
			if lo := int(p.Q[0]); &p.Q[0] != &s.Trajectories[0].Q[lo] || p.T[0] != s.Trajectories[0].T[lo] ||
				p.U[0] != math.Sin(float64(lo)) {
				t.Errorf("%s does not share the rows it names", p.ID)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// For uneven steps: pieces share at most end rows, no step is in two parts, every full block holds one window and no
// more, and nothing is lost but less than half a block at the end.
func TestSplitLaws(t *testing.T) {
	for seed := range uint64(20) {
		s := recording(uneven(400, 0.01, seed), uneven(300, 0.02, seed+100))
		const block = 0.3
		sp, err := s.Split(block, true)
		if err != nil {
			t.Fatal(err)
		}
		owner := map[string]int{} // of each step
		for part, set := range []*data.Set{sp.Train, sp.Valid, sp.Test} {
			for i := range set.Trajectories {
				p := &set.Trajectories[i]
				for n := range p.Len() - 1 {
					step := fmt.Sprint(p.ID[:4], p.Q[n])
					if o, twice := owner[step]; twice {
						t.Fatalf("step %s is in part %d and in part %d", step, o, part)
					}
					owner[step] = part
				}
				if w := set.Windows(block, 0); part > 0 && p.Duration() > 0.9*block && len(w) > len(set.Trajectories) {
					t.Errorf("%d windows in %d blocks", len(w), len(set.Trajectories))
				}
			}
		}
		steps, lost := 0, 0.
		for i := range s.Trajectories {
			p := &s.Trajectories[i]
			steps += p.Len() - 1
			for n := range p.Len() - 1 {
				if _, kept := owner[fmt.Sprint(p.ID[:4], p.Q[n])]; !kept {
					lost += p.T[n+1] - p.T[n]
				}
			}
		}
		if lost > 2*(block/2+0.03) {
			t.Errorf("%.3g of time is in no part", lost)
		}
		if test := len(sp.Test.Trajectories); test < 9 || test > 12 {
			t.Errorf("%d of 33 blocks are for testing", test)
		}
	}
}

// Nine trajectories or more are held out whole, in the same pattern.
func TestSplitTrajectories(t *testing.T) {
	ts := make([][]float64, 20)
	for i := range ts {
		ts[i] = grid(30, 0.1)
	}
	s := recording(ts...)
	sp, err := s.Split(1, true)
	if err != nil {
		t.Fatal(err)
	}
	var test, valid []string
	for i := range sp.Test.Trajectories {
		test = append(test, sp.Test.Trajectories[i].ID)
	}
	for i := range sp.Valid.Trajectories {
		valid = append(valid, sp.Valid.Trajectories[i].ID)
	}
	if got := fmt.Sprint(test, valid, len(sp.Train.Trajectories)); got != "[run2 run5 run8 run11 run14 run17] "+
		"[run4 run13] 12" {
		t.Error(got)
	}
}

// Where another recording tests, what else would test is learned from, and what selects stays.
func TestSplitApart(t *testing.T) {
	many := make([][]float64, 20)
	for i := range many {
		many[i] = grid(30, 0.1)
	}
	for _, s := range []*data.Set{recording(many...), recording(grid(125, 0.1))} {
		with, err := s.Split(1, true)
		if err != nil {
			t.Fatal(err)
		}
		without, err := s.Split(1, false)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(without.Test.Trajectories); n != 0 {
			t.Errorf("%d trajectories to test on", n)
		}
		if !reflect.DeepEqual(with.Valid, without.Valid) {
			t.Error("another part selects")
		}
		rows := func(ws []data.Window) (n int) {
			for _, w := range ws {
				n += w.Steps
			}
			return n
		}
		if got, want := rows(without.At[0]), rows(with.At[0])+rows(with.At[2]); got != want {
			t.Errorf("%d steps to learn from, want %d", got, want)
		}
	}
}

func TestSplitTooLittle(t *testing.T) {
	for _, c := range []struct {
		s     *data.Set
		block float64
		want  string
	}{
		{recording(grid(31, 0.1)), 1, "too little data for windows of 1: none is left for validation; 3 in all " +
			"gives 3 windows and at least 5 without gaps are needed: use a horizon of 0.6, or record more"},
		{recording(grid(31, 0.1)), 0, "the duration of a block must be positive and finite, not 0"},
		{recording(grid(31, 0.1)), math.NaN(), "the duration of a block must be positive and finite, not NaN"},
	} {
		if _, err := c.s.Split(c.block, true); err == nil || err.Error() != c.want {
			t.Errorf("\n got %v\nwant %s", err, c.want)
		}
	}
}

// Of all numbers of steps the window's must be the best, found here by trying all; none spans a gap.
func TestWindows(t *testing.T) {
	for seed := range uint64(10) {
		ts := uneven(300, 0.02, seed)
		for n := 120; n < len(ts); n++ {
			ts[n] += 0.5 // a gap between rows 119 and 120
		}
		s := recording(ts)
		for _, horizon := range []float64{1e-6, 0.02, 0.1, 0.37} {
			ws := s.Windows(horizon, 1)
			last := -1
			for _, w := range ws {
				end := w.Start + w.Steps
				if w.Start < 120 && end >= 120 || w.Steps < 1 || w.Start <= last {
					t.Fatalf("window %+v", w)
				}
				last = w.Start
				miss := math.Abs(ts[end] - ts[w.Start] - horizon)
				for e := w.Start + 1; e < len(ts) && (e < 120) == (w.Start < 120); e++ {
					if math.Abs(ts[e]-ts[w.Start]-horizon) < miss {
						t.Fatalf("window %+v misses %g by %g, more than to row %d", w, horizon, miss, e)
					}
				}
			}
			whole := 0 // starts with room for the whole horizon
			for n := range ts {
				if end := ts[n] + horizon; end <= ts[119] || n >= 120 && end <= ts[299] {
					whole++
				}
			}
			if len(ws) < whole || len(ws) > whole+4 {
				t.Errorf("%d windows of %g, room for %d", len(ws), horizon, whole)
			}
			end := 0
			for _, w := range s.Windows(horizon, 0) {
				if w.Start != end && w.Start != 120 {
					t.Fatalf("window %+v does not begin where the one before ended, %d", w, end)
				}
				end = w.Start + w.Steps
			}
		}
	}
	if ws := recording(grid(4, 0.1)).Windows(10, 1); len(ws) != 0 {
		t.Errorf("windows longer than the recording: %v", ws)
	}
}

// Sizes of a sine and its derivatives are known; columns of one value get 1.
func TestScales(t *testing.T) {
	const n, w = 1000, 3.
	p := data.Trajectory{T: grid(n+1, 2*math.Pi/w/n)}
	for _, t := range p.T {
		p.Q, p.V, p.U = append(p.Q, 5+2*math.Sin(w*t)), append(p.V, 2*w*math.Cos(w*t)), append(p.U, 7)
	}
	s := recording()
	s.Trajectories = []data.Trajectory{p}
	sc, r := s.Scales(), math.Sqrt2
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"mean q", sc.Mean[0], 5}, {"q", sc.Q[0], r}, {"v", sc.V[0], r * w}, {"a", sc.A[0], r * w * w},
		{"u", sc.U[0], 7}} {
		if math.Abs(c.got/c.want-1) > 2e-3 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	for k := range s.Trajectories[0].U {
		s.Trajectories[0].U[k] = 0
		s.Trajectories[0].Q[k] = 0.1
	}
	if sc := s.Scales(); sc.U[0] != 1 || sc.Q[0] != 1 {
		t.Errorf("scales of constants are %v and %v", sc.U, sc.Q)
	}
}
