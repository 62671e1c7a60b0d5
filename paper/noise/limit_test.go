package noise

import (
	"math"
	"math/rand/v2"
	"testing"
)

func draw(s *system, sigma float64, seed uint64) (ms, test []motion) {
	r := rand.New(rand.NewPCG(seed, 1))
	return s.motions(r, s.recordings/2, s.T/2, sigma), s.motions(r, 20, 1, 0)
}

// Without noise the fit finds the parameters that made the recording, from segments and from whole recordings.
func TestParametersFromExactPositions(t *testing.T) {
	for _, s := range systems {
		ms, test := draw(s, 0, 1)
		yardstick, limit, err := s.limits(t.Context(), ms, test, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []Known{yardstick, limit} {
			for j, p := range k.Parameters {
				if math.Abs(p-s.p[j]) > 1e-5*s.p[j] {
					t.Errorf("%s: %s is %.9g, not %g", s.name, s.parameters[j], p, s.p[j])
				}
			}
			if e := k.Error[2].RMS; !(e < 1e-5) {
				t.Errorf("%s: predictions are %g off after a second", s.name, e)
			}
		}
	}
}

// With noise the estimated σ is that of the noise, the error grows with it in proportion, and whole recordings tell
// more than segments.
func TestErrorsFollowTheNoise(t *testing.T) {
	s := systems[0]
	errors := map[float64][2]float64{}
	for _, sigma := range []float64{1e-4, 1e-3} {
		ms, test := draw(s, sigma, 2)
		yardstick, limit, err := s.limits(t.Context(), ms, test, 1)
		if err != nil {
			t.Fatal(err)
		}
		n := float64(len(ms) * len(ms[0].Y))
		if ratio := limit.Sigma / sigma; math.Abs(ratio-1) > 4/math.Sqrt(2*n) {
			t.Errorf("σ is %g, not %g", limit.Sigma, sigma)
		}
		errors[sigma] = [2]float64{yardstick.Error[2].Median, limit.Error[2].Median}
		if !(limit.Error[2].Median < yardstick.Error[2].Median/3) {
			t.Errorf("σ = %g: whole recordings leave %g, segments %g",
				sigma, limit.Error[2].Median, yardstick.Error[2].Median)
		}
	}
	for k := range 2 {
		if ratio := errors[1e-3][k] / errors[1e-4][k]; math.Abs(ratio-10) > 0.5 {
			t.Errorf("ten times the noise makes %g times the error", ratio)
		}
	}
}
