package train

import "math"

// Residuals say what the residuals of held-out motion look like, whose starts were fitted. Of white and normal noise
// the first is 0 and the second 3, but for what chance and the fit of the starts leave.
type Residuals struct {
	Correlation float64 `json:"autocorrelation"` // of a number with the same one at the next row
	Kurtosis    float64 `json:"kurtosis"`
	Numbers     int     `json:"numbers"`
}

// residuals are those of starts where so many numbers are observed at each row.
func (s Starts) residuals(width int) (r Residuals) {
	var squares, fourths, products, pairs float64
	for _, all := range s.Residuals {
		for k, x := range all {
			squares, fourths = squares+x*x, fourths+x*x*x*x
			if k >= width {
				products, pairs = products+x*all[k-width], pairs+1
			}
		}
		r.Numbers += len(all)
	}
	if squares == 0 || pairs == 0 {
		return r
	}
	n := float64(r.Numbers)
	r.Correlation, r.Kurtosis = products/pairs/(squares/n), n*fourths/(squares*squares)
	return r
}

// White says whether the next row is not foretold, by three standard deviations and more than a tenth.
func (r Residuals) White() bool {
	return math.Abs(r.Correlation) < max(0.1, 3/math.Sqrt(float64(max(1, r.Numbers))))
}

// Normal says whether large residuals are no more frequent than of normal noise, by three standard deviations and more
// than a third of 3; of a normal law the kurtosis of n numbers has the deviation √(24/n).
func (r Residuals) Normal() bool {
	return r.Kurtosis < 3+max(1, 3*math.Sqrt(24/float64(max(1, r.Numbers))))
}
