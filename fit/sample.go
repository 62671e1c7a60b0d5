package fit

import "lagrange/data"

// sampled is about so many rows of a set, or all where it has no more: stretches of the given number of rows, evenly
// spaced over all its trajectories, of which those that are shorter are taken whole.
func sampled(set *data.Set, rows, stretch int) *data.Set {
	all := set.Rows()
	if all <= rows {
		return set
	}
	type piece struct{ of, lo, hi int }
	var pieces []piece
	for i := range set.Trajectories {
		n := set.Trajectories[i].Len()
		for k, K := 0, max(1, n/stretch); k < K; k++ {
			pieces = append(pieces, piece{i, n * k / K, n * (k + 1) / K})
		}
	}
	some, d, m := *set, set.D(), set.M()
	some.Trajectories = nil
	taken, passed := 0, 0
	for _, p := range pieces {
		n := p.hi - p.lo
		passed += n
		if taken+n/2 <= int(float64(rows)*float64(passed)/float64(all)) {
			some.Trajectories = append(some.Trajectories, set.Trajectories[p.of].Slice(d, m, p.lo, p.hi))
			taken += n
		}
	}
	return &some
}
