package noise

import (
	"math"

	"lagrange/experiment/bench"
)

// horizons are the times after an exact start at which predicted positions are compared, in seconds.
var horizons = []float64{0.25, 0.5, 1}

// Error is what predictions of held-out motions are off after a horizon: the mean over coordinates of the square, its
// root, and of these the root mean square and the median over motions.
type Error struct {
	RMS    float64 `json:"rms"`
	Median float64 `json:"median"`
}

// most is what a position may be off at most: what is lost counts as much.
const most = 10

// scored compares predicted positions with true ones; at(i, k) is row k of motion i, nil where the motion was lost.
func (s *system) scored(test []motion, at func(i, k int) []float64) (errors []Error) {
	d := s.d()
	for _, T := range horizons {
		k, squares := int(T/s.dt+0.5), make([]float64, len(test))
		for i, w := range test {
			q := at(i, k)
			for j := range d {
				e := most + 0.0
				if q != nil {
					if x := math.Abs(q[j] - w.X[k*2*d+j]); x < most {
						e = x
					}
				}
				squares[i] += e * e / float64(d)
			}
		}
		sum := 0.0
		for i, x := range squares {
			sum += x
			squares[i] = math.Sqrt(x)
		}
		errors = append(errors, Error{math.Sqrt(sum / float64(len(test))), bench.Median(squares)})
	}
	return errors
}

// errors are those of the true equations with parameters p.
func (s *system) errors(test []motion, p []float64) []Error {
	d, e := s.d(), s.equations()
	rows := int(horizons[len(horizons)-1]/s.dt+0.5) + 1
	paths := make([][]float64, len(test))
	for i, w := range test {
		paths[i] = e.Roll(p, w.X[:2*d], s.times(rows), w.U)
	}
	return s.scored(test, func(i, k int) []float64 { return paths[i][k*2*d : k*2*d+d] })
}
