package train

import (
	"math"
	"math/rand/v2"
	"testing"
)

// White normal noise is told from noise that remembers, and from noise with outliers, of two numbers at each row.
func TestResiduals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	of := func(next func(was float64) float64) Residuals {
		s := Starts{}
		for range 20 {
			x := []float64{next(0), next(0)}
			for k := range 200 {
				x = append(x, next(x[k]))
			}
			s.Residuals = append(s.Residuals, x)
		}
		return s.residuals(2)
	}
	for name, c := range map[string]struct {
		next                  func(float64) float64
		correlation, kurtosis float64
		white, normal         bool
	}{
		"white":      {func(float64) float64 { return 2 * r.NormFloat64() }, 0, 3, true, true},
		"remembers":  {func(was float64) float64 { return 0.6*was + 0.8*r.NormFloat64() }, 0.6, 3, false, true},
		"of uniform": {func(float64) float64 { return r.Float64() - 0.5 }, 0, 1.8, true, true},
		"outliers": {func(float64) float64 {
			if r.Float64() < 0.02 {
				return 10 * r.NormFloat64()
			}
			return r.NormFloat64()
		}, 0, 3 * (0.98 + 0.02*1e4) / math.Pow(0.98+0.02*100, 2), true, false},
	} {
		got := of(c.next)
		if math.Abs(got.Correlation-c.correlation) > 0.05 || math.Abs(got.Kurtosis/c.kurtosis-1) > 0.4 ||
			got.White() != c.white || got.Normal() != c.normal || got.Numbers != 20*202 {
			t.Errorf("%s: %+v, white %v, normal %v", name, got, got.White(), got.Normal())
		}
	}
}
