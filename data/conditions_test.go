package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
)

// under is a recording of a trajectory of so many rows under each of the conditions.
func under(rows int, conditions ...[]float64) *data.Set {
	s := &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v"}}, Time: "t",
		Inputs: []string{"mass", "length"}[:len(conditions[0])], SystemParameters: len(conditions[0])}
	for i, c := range conditions {
		t := motion(fmt.Sprint("run", i), grid(rows, 0.1))
		t.U = nil
		for range t.T {
			t.U = append(t.U, c...)
		}
		s.Trajectories = append(s.Trajectories, t)
	}
	return s
}

// of are the different conditions of the trajectories of a part.
func of(s *data.Set) string {
	var all []string
	for _, t := range s.Trajectories {
		all = append(all, fmt.Sprint(t.U[:s.M()]))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// Conditions are held out whole, within the range of those that are learned from, and their errors are said to be of
// such; two are too few for that.
func TestConditions(t *testing.T) {
	var nine [][]float64
	for i := range 9 {
		nine = append(nine, []float64{float64(i)}, []float64{float64(8 - i)})
	}
	for _, c := range []struct {
		set         *data.Set
		test, valid string // valid: "" where those learned from are there, too
		says        string
	}{
		{under(101, []float64{3}, []float64{1}, []float64{2}, []float64{1}), "[2]", "",
			"errors are those of conditions that nothing was learned from, 1 of 3: mass 2"},
		{under(101, []float64{1, .5}, []float64{1, .8}, []float64{1, 1.2}, []float64{1, 1.6}, []float64{2, .5},
			[]float64{2, .8}, []float64{2, 1.2}, []float64{2, 1.6}), "[1 0.8] [2 1.2]", "",
			"2 of 8: mass 1, length 0.8; mass 2, length 1.2"},
		{under(41, nine...), "[1] [4] [7]", "[5]", "3 of 9: mass 1; mass 4; mass 7"},
		{under(101, []float64{3}, []float64{1}), "[1] [3]", "",
			"errors are those of conditions that were learned from: 2 conditions are too few to hold one out"},
	} {
		sp, err := c.set.Split(1, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := of(sp.Test); got != c.test {
			t.Errorf("held out is %s, want %s", got, c.test)
		}
		if got := of(sp.Valid); c.valid != "" && got != c.valid {
			t.Errorf("validation is by %s, want %s", got, c.valid)
		}
		for _, u := range sp.Train.Trajectories {
			for _, held := range []string{c.test, c.valid} {
				if strings.Contains(held, fmt.Sprint(u.U[:c.set.M()])) !=
					(held != "" && len(c.set.Trajectories) == 2) {
					t.Errorf("%v is learned from and held out", u.U[:c.set.M()])
				}
			}
		}
		if f, ok := c.set.UnseenConditions(); !ok || !strings.Contains(f.Says, c.says) {
			t.Errorf("said is %q, want %q", f.Says, c.says)
		}
		for k, p := range []*data.Set{sp.Train, sp.Valid, sp.Test} { // At says where they stand
			for i, w := range sp.At[k] {
				whole := c.set.Trajectories[w.Trajectory]
				if got := p.Trajectories[i]; got.T[0] != whole.T[w.Start] || got.Len() != w.Steps+1 {
					t.Errorf("%s stands at %v", got.ID, w)
				}
			}
		}
		if sp, err = c.set.Split(1, false); err != nil || len(sp.Test.Trajectories) > 0 {
			t.Errorf("nothing is to be tested: %v", err)
		}
	}
	changing := under(101, []float64{1}, []float64{2}, []float64{3})
	changing.Trajectories[0].U[7] = 4 // a field that is switched on
	if _, ok := changing.UnseenConditions(); ok || changing.DifferingConditions() {
		t.Error("a parameter that changes within a trajectory is no condition")
	}
}
