package smooth

import "math"

// allow makes up for it that the root mean squares of stretches scatter, and the least of many is taken.
const allow = 1.5

// quiet is a noise that that of a column (0: positions, 1: velocities, 2: accelerations) hardly exceeds, whatever the
// motion: that of the quietest stretch. The k-th divided difference of k + 1 numbers, with weights whose squares add
// up to 1, has the variance σ² and the square of what the motion leaves in it, which is least where the motion is slow
// and k is high.
func (l *likelihood) quiet(column int) float64 {
	const lowest, highest, stretch = 3, 10, 50
	least := math.Inf(1)
	for _, piece := range l.pieces {
		s := &l.series[piece.series]
		var t, y []float64
		x := s.columns()[column]
		for i := piece.lo; i < min(piece.hi, len(x)); i++ {
			if !math.IsNaN(x[i]) {
				t, y = append(t, s.T[i]), append(y, x[i])
			}
		}
		for k := lowest; k <= highest; k++ {
			sum, n := 0.0, 0
			for i := 0; i+k < len(t); i++ {
				e := difference(t[i:i+k+1], y[i:i+k+1])
				sum += e * e
				if n++; n == stretch {
					least = min(least, math.Sqrt(sum/stretch))
					sum, n = 0, 0
				}
			}
			if len(t)-k <= stretch && n > 0 { // the only one
				least = min(least, math.Sqrt(sum/float64(n)))
			}
		}
	}
	return allow * least
}

// difference is Σ wᵢ yᵢ with wᵢ ~ 1/Π (tᵢ − tⱼ) and Σ wᵢ² = 1, which is 0 for polynomials of lower degree than there
// are steps.
func difference(t, y []float64) float64 {
	sum, norm := 0.0, 0.0
	unit := (t[len(t)-1] - t[0]) / 4
	for i := range t {
		w := 1.0
		for j := range t {
			if j != i {
				w *= unit / (t[i] - t[j])
			}
		}
		sum += w * (y[i] - y[0])
		norm += w * w
	}
	return sum / math.Sqrt(norm)
}
