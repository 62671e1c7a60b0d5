package fit

import "testing"

// A sample has about the rows that are asked for, from everywhere, none twice; of a small set it is all.
func TestSampled(t *testing.T) {
	set := swings(5, 1000, false, 0)
	if sampled(set, 5000, 100) != set {
		t.Error("all of it is no sample")
	}
	for _, rows := range []int{300, 1000, 2500, 4900} {
		some := sampled(set, rows, 100)
		if n := some.Rows(); n > rows+50 || n < rows-50 {
			t.Errorf("%d rows are asked for, %d are there", rows, n)
		}
		last := map[float64]float64{} // time at which the sample of each trajectory has ended, by its size
		for _, s := range some.Trajectories {
			size := s.Q[0]*s.Q[0] + s.V[0]*s.V[0]
			key := float64(int(1e6*size + 0.5))
			if s.Len() != 100 || len(s.Q) != 100 || s.T[0] < last[key] {
				t.Errorf("a stretch of %d rows, from %v after %v", s.Len(), s.T[0], last[key])
			}
			last[key] = s.T[s.Len()-1]
		}
		if rows >= 1000 && len(last) != 5 {
			t.Errorf("a sample of %d trajectories of 5", len(last))
		}
	}
}
