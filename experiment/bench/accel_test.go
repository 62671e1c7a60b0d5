package bench

import (
	"math"
	"testing"

	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
	"lagrange/train"
)

// The error of an acceleration is the sum over the coordinates; of 1, 10, 4 and 40 the mean is 13.75 and the median
// 7, without the last they are 5 and 4.
func TestGuardAccelL1(t *testing.T) {
	o := &train.Accelerations[float64]{A: []float64{3, -5, -1, 2, 4, -1, 43, -4}, X: make([]float64, 16)}
	mu, med := AccelL1(benchtest.Steady(t, 3, -4), o)
	benchtest.Agree(t, "mean", 1e-14, mu, 13.75)
	benchtest.Agree(t, "median", 1e-14, med, 7)
	o.A, o.X = o.A[:6], o.X[:12]
	mu, med = AccelL1(benchtest.Steady(t, 3, -4), o)
	benchtest.Agree(t, "mean of three", 1e-14, mu, 5)
	benchtest.Agree(t, "median of three", 1e-14, med, 4)
}

// H = ½z² + ½p², z = q₁ + p₂ + 10, has q̇ = (p₁, z + p₂) and ṗ = (−z, 0), hence q̈ = (−z, p₁). Momenta of the double
// pendulum, by hand: p = (2v₁, v₂) where the rods are at a right angle, (2v₁ + v₂, v₁ + v₂) where they are parallel.
func TestGuardCanonicalL1(t *testing.T) {
	m := benchtest.Tiny(t, "hnn", 2)
	copy(m.Theta, []float64{1, 0, 0, 1, 10, 0.5, 0})
	fresh := &train.Accelerations[float64]{
		X: []float64{
			0, math.Pi / 2, 3, 5, // p = (6, 5): q̈ = (−15, 6)
			1, 1, 2, -1, // p = (3, 1): q̈ = (−12, 3)
			2, 2 - math.Pi/2, 1, 0.5, // p = (2, 0.5): q̈ = (−12.5, 2)
		},
		A: []float64{
			-15, 6.5, // 0.5
			-10, -1, // 2 + 4
			-12.75, 1, // 0.25 + 1
		},
	}
	mu, med := canonicalL1(mech.Chain(2), m, fresh)
	benchtest.Agree(t, "mean", 1e-8, mu, 7.75/3)
	benchtest.Agree(t, "median", 1e-8, med, 1.25)
}
