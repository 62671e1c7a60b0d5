package data

import (
	"slices"
	"sort"
)

// Delayed returns the recording with each input, of m, that much later than it was recorded: what a drive does with a
// command. Before the first row an input is what it is there. At a row stands u(t − delay), by straight lines between
// samples; of an input that is held from row to row its mean until the next row, so that it brings as much momentum.
// Delays that the recording has already (Set.Delays) are made up for, as nearly as samples allow.
func (s *Set) Delayed(delays []float64, held []bool) *Set {
	if len(delays) != s.M() || len(held) != s.M() {
		panic("data: a delay for each input is wanted")
	}
	was := append(slices.Clone(s.Delays), make([]float64, s.M()-len(s.Delays))...)
	if slices.Equal(was, delays) {
		return s
	}
	out := *s
	out.Delays, out.Trajectories = slices.Clone(delays), slices.Clone(s.Trajectories)
	for i := range out.Trajectories {
		t, m := &out.Trajectories[i], s.M()
		t.U = slices.Clone(t.U)
		for j := range m {
			if by := delays[j] - was[j]; by != 0 && t.Len() > 1 {
				t.delay(j, m, by, held[j])
			}
		}
	}
	return &out
}

// delay has input j of m come later.
func (t *Trajectory) delay(j, m int, by float64, held bool) {
	u := make([]float64, t.Len())
	for n := range u {
		u[n] = t.U[n*m+j]
	}
	at := func(x float64) (k int, c float64) { // x lies in the step from row k, c of it behind
		k = min(max(0, sort.SearchFloat64s(t.T, x)-1), len(u)-2)
		return k, min(1, max(0, (x-t.T[k])/(t.T[k+1]-t.T[k])))
	}
	sum := make([]float64, len(u)) // of a held input: its integral up to each row
	for n := 1; n < len(u); n++ {
		sum[n] = sum[n-1] + (t.T[n]-t.T[n-1])*u[n-1]
	}
	integral := func(x float64) float64 {
		switch last := len(u) - 1; {
		case x < t.T[0]:
			return (x - t.T[0]) * u[0]
		case x > t.T[last]:
			return sum[last] + (x-t.T[last])*u[last]
		}
		k, c := at(x)
		return sum[k] + c*(sum[k+1]-sum[k])
	}
	for n := range u {
		if !held {
			k, c := at(t.T[n] - by)
			t.U[n*m+j] = (1-c)*u[k] + c*u[k+1]
		} else if next := min(n+1, len(u)-1); next > n {
			t.U[n*m+j] = (integral(t.T[next]-by) - integral(t.T[n]-by)) / (t.T[next] - t.T[n])
		}
	}
}
