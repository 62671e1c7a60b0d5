package data_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/data"
)

// A step is a gap when it is longer than three times the median of its own trajectory, and lies between two rows when
// one of the steps between them is one.
func TestGaps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, unit := range []float64{1, 0.01} { // each trajectory has a time step of its own
		tr, long := data.Trajectory{T: []float64{0}}, []bool{false}
		for range 200 {
			h := 1.0
			switch u := r.Float64(); {
			case u < 0.1:
				h = 3.1
			case u < 0.2:
				h = 2.9
			}
			tr.T, long = append(tr.T, tr.T[len(tr.T)-1]+unit*h), append(long, h > 3)
		}
		g, count := tr.Gaps(), 0
		for _, is := range long {
			if is {
				count++
			}
		}
		if g.Count() != count || count == 0 {
			t.Errorf("%d gaps, want %d", g.Count(), count)
		}
		for lo := range tr.T {
			if g.Before(lo) != long[lo] {
				t.Errorf("before row %d of unit %g: %v", lo, unit, g.Before(lo))
			}
			for hi := lo; hi < tr.Len(); hi += 7 {
				if got := g.Within(lo, hi); got != slices.Contains(long[lo+1:hi+1], true) {
					t.Fatalf("rows %d to %d: %v", lo, hi, got)
				}
			}
		}
	}
	one := data.Trajectory{T: []float64{5}}
	if g := one.Gaps(); g.Before(0) || g.Within(0, 0) || one.TypicalStep() != 0 || g.Count() != 0 {
		t.Error("a single row has a gap or a step")
	}
}

// numbered is a set whose every number says where it stands.
func numbered(d, m int, rows ...int) *data.Set {
	s := &data.Set{Coordinates: make([]data.Coordinate, d), Inputs: make([]string, m)}
	for i, n := range rows {
		var t data.Trajectory
		for k := range n {
			t.T = append(t.T, float64(k))
			for c := range d {
				at := float64(1000*i + 10*k + c)
				t.Q, t.V = append(t.Q, at), append(t.V, -at)
			}
			for j := range m {
				t.U = append(t.U, float64(1000*i+10*k+j)+0.5)
			}
		}
		s.Trajectories = append(s.Trajectories, t)
	}
	return s
}

// States are rows (q, v).
func TestAppendStates(t *testing.T) {
	s := numbered(2, 0, 5)
	got := s.Trajectories[0].AppendStates([]float64{7}, 2, 1, 3)
	if want := []float64{7, 10, 11, -10, -11, 20, 21, -20, -21}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A thinned set has its rows whole, in their order, as far apart as it takes, through all trajectories.
func TestThinned(t *testing.T) {
	s := numbered(2, 1, 10, 1, 14)
	for most, every := range map[int]int{5: 5, 25: 1, 100: 1, 8: 3} {
		k := s.Thinned(most)
		tr := k.Trajectories[0]
		if len(k.Trajectories) != 1 || tr.Len() != 25/every || k.D() != 2 || k.M() != 1 {
			t.Fatalf("%d of 25 rows: %d trajectories, %d rows", most, len(k.Trajectories), tr.Len())
		}
		last := -1.0
		for n := range tr.T {
			q := tr.Q[2*n]
			if q <= last || tr.Q[2*n+1] != q+1 || tr.V[2*n] != -q || tr.U[n] != q+0.5 {
				t.Errorf("row %d: %v, %v, %v", n, tr.Q[2*n:2*n+2], tr.V[2*n], tr.U[n])
			}
			last = q
		}
	}
	if k := s.Thinned(5).Trajectories[0]; k.Q[2*2] != 2030 { // the fifteenth row is the fourth of the third trajectory
		t.Errorf("the third of five is %v", k.Q[4])
	}
}
