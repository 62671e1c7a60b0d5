package bench

import (
	"fmt"
	"math"
	"slices"

	"lagrange/internal/vec"
)

// Percent prints a fraction.
func Percent(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }

// Mean is that of some numbers.
func Mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// Median is that of some numbers, NaN of none.
func Median(x []float64) float64 {
	y := slices.Sorted(slices.Values(x))
	if len(y) == 0 {
		return math.NaN()
	}
	return (y[(len(y)-1)/2] + y[len(y)/2]) / 2
}

const (
	Hopeless = 1e6   // the largest error that is told apart
	Diverged = 100.0 // error of an energy or a field, in its scale, at which a roll-out counts as lost
)

// Bounded is an error, at most so large, also where it is no number.
func Bounded(e, most float64) float64 {
	if !(e < most) {
		return most
	}
	return e
}

// Capped is an error, hopeless where it is larger or no number.
func Capped(e float64) float64 { return Bounded(e, Hopeless) }

// Grid returns 0, dt, … up to duration.
func Grid(duration, dt float64) []float64 {
	n := int(math.Round(duration/dt)) + 1
	t := make([]float64, n)
	for i := range t {
		t[i] = duration * float64(i) / float64(n-1)
	}
	return t
}

// Three prints three digits.
func Three(x float64) string { return fmt.Sprintf("%.3g", x) }

// OnlyFinite returns x where it is finite, 0 elsewhere: JSON has no infinity.
func OnlyFinite(x float64) float64 {
	if !vec.IsFinite(x) {
		return 0
	}
	return x
}
