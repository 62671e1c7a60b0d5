package data

// AppendStates appends the states of the rows lo ≤ i < hi of a trajectory of d coordinates to x, one after the other,
// each as a row (q, v), (hi − lo, 2d).
func (t *Trajectory) AppendStates(x []float64, d, lo, hi int) []float64 {
	for n := lo; n < hi; n++ {
		x = append(append(x, t.Q[n*d:(n+1)*d]...), t.V[n*d:(n+1)*d]...)
	}
	return x
}

// Thinned is some most of the rows of a set, taken evenly, as one trajectory that is no motion.
func (s *Set) Thinned(most int) *Set {
	d, f := s.D(), s.M()
	every, t, i := max(1, s.Rows()/most), Trajectory{}, 0
	for k := range s.Trajectories {
		from := &s.Trajectories[k]
		for n := range from.T {
			if i++; i%every == 0 {
				t.add(from, d, f, n)
			}
		}
	}
	return s.with([]Trajectory{t})
}

// Where is the rows of a set for which keep holds, each of its trajectory: where rows are missing it has a gap.
func (s *Set) Where(keep func(trajectory, row int) bool) *Set {
	d, f, all := s.D(), s.M(), make([]Trajectory, 0, len(s.Trajectories))
	for k := range s.Trajectories {
		from := &s.Trajectories[k]
		t := Trajectory{ID: from.ID, File: from.File, Line: from.Line}
		for n := range from.T {
			if keep(k, n) {
				t.add(from, d, f, n)
			}
		}
		all = append(all, t)
	}
	return s.with(all)
}

// add appends row n of another trajectory, of states.
func (t *Trajectory) add(from *Trajectory, d, f, n int) {
	t.T, t.U = append(t.T, from.T[n]), append(t.U, from.U[n*f:(n+1)*f]...)
	t.Q, t.V = append(t.Q, from.Q[n*d:(n+1)*d]...), append(t.V, from.V[n*d:(n+1)*d]...)
	if from.A != nil {
		t.A = append(t.A, from.A[n*d:(n+1)*d]...)
	}
}
