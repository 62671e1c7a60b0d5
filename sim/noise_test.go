package sim

import (
	"math"
	"slices"
	"testing"

	"lagrange/mech"
)

// Noise is normal, of mean 0 and the standard deviation asked for, independent from number to number and from column to
// column; a seed and a number make it; without it nothing changes.
func TestSimulationNoise(t *testing.T) {
	const sigma = 0.01
	clean := Simulation{System: mech.Chain(2), Trajectories: 2, Steps: 5000, Dt: 0.01, Seed: 3, Accelerations: true}
	noisy, few, other := clean, clean, clean
	noisy.Noise, few.Noise, other.Noise = sigma, sigma, sigma
	few.Trajectories, few.Accelerations, other.Seed = 1, false, 4
	columns := func(s Simulation) (x [][]float64) { // Q, V, A of the trajectories
		set, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range set.Trajectories {
			x = append(x, w.Q, w.V, w.A)
			if w.T[1] != clean.Dt || w.T[5000] != 50 {
				t.Errorf("trajectory %d: times are disturbed", i+1)
			}
		}
		return x
	}
	exact, disturbed := columns(clean), columns(noisy)
	var noise [][]float64
	for k := range exact {
		z := make([]float64, len(exact[k]))
		for i := range z {
			z[i] = (disturbed[k][i] - exact[k][i]) / sigma
		}
		noise = append(noise, z)
		// bounds of five standard deviations of the estimates of 10,002 numbers
		n := math.Sqrt(float64(len(z)))
		one, two, four, next := moment(z, 1), moment(z, 2), moment(z, 4), correlation(z, z, 1)
		if !(math.Abs(one) < 5/n) || !(math.Abs(two-1) < 5*math.Sqrt2/n) || !(math.Abs(four-3) < 5*math.Sqrt(96)/n) ||
			!(math.Abs(next) < 5/n) {
			t.Errorf("column %d: mean %g, variance %g, fourth moment %g, correlation of neighbours %g", k, one, two,
				four, next)
		}
	}
	for k := range noise {
		for j := range k {
			if c := correlation(noise[j], noise[k], 0); !(math.Abs(c) < 5/math.Sqrt(float64(len(noise[k])))) {
				t.Errorf("columns %d and %d: correlation %g", j, k, c)
			}
		}
	}
	again, first := columns(noisy), columns(few)
	for k := range again {
		if !slices.Equal(again[k], disturbed[k]) {
			t.Errorf("column %d is not repeated", k)
		}
	}
	if !slices.Equal(first[0], disturbed[0]) || !slices.Equal(first[1], disturbed[1]) {
		t.Error("more trajectories, or accelerations, change the noise of the first one")
	}
	still := columns(other)
	other.Noise = 0
	for i, x := range columns(other)[0] {
		if z := (still[0][i] - x) / sigma; math.Abs(z-noise[0][i]) < 1e-9 {
			t.Fatal("another seed has the same noise")
		}
	}
}

// moment is the mean of zᵖ.
func moment(z []float64, p float64) float64 {
	s := 0.0
	for _, z := range z {
		s += math.Pow(z, p)
	}
	return s / float64(len(z))
}

// correlation is the mean of x[i]·y[i+lag].
func correlation(x, y []float64, lag int) float64 {
	s := 0.0
	for i := lag; i < len(x); i++ {
		s += x[i-lag] * y[i]
	}
	return s / float64(len(x)-lag)
}
