package eval

import (
	"math"

	"lagrange/data"
	"lagrange/model"
)

// Accelerations are the root mean square errors of a model's accelerations at the rows of a recording that has them,
// for each coordinate in its own unit; nil for a model stands for no acceleration at all.
func Accelerations(m *model.Model[float64], s *data.Set) []float64 {
	d, f, rows := s.D(), s.M(), 0
	sum := make([]float64, d)
	var tape model.Tape[float64]
	if m != nil {
		tape = m.Tape(model.Chunk)
	}
	x, dx := make([]float64, model.Chunk*2*d), make([]float64, model.Chunk*2*d)
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		for lo := 0; lo < t.Len(); lo += model.Chunk {
			hi := min(lo+model.Chunk, t.Len())
			if n := hi - lo; tape != nil {
				x = t.AppendStates(x[:0], d, lo, hi)
				tape.Field(x, t.U[lo*f:hi*f], dx[:n*2*d])
			}
			for n := lo; n < hi; n++ {
				for k := range d {
					e := t.A[n*d+k] - dx[(n-lo)*2*d+d+k]
					sum[k] += e * e
				}
			}
			rows += hi - lo
		}
	}
	for k := range sum {
		sum[k] = number(math.Sqrt(sum[k] / float64(rows)))
	}
	return sum
}
