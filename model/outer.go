package model

import (
	"math"
	"slices"
)

// Outer returns the places in θ of what is left of a model when its features are held: those of Linear, and all other
// parameters of the forces, friction among them.
func (m *Model[T]) Outer() []int {
	at := m.Linear()
	first := m.forces()
	for i := first; i < len(m.Theta); i++ {
		if !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	return at
}

// forces is the place in θ where the parameters of the forces begin.
func (m *Model[T]) forces() int { return len(m.Theta) - len(m.Spec.forceSpec().ForceTheta()) }

// Units are the sizes by which changes of the parameters at the given places are measured: of the net's the root mean
// square of them all, of a force's 1, or its own where that is more, since forces are dimensionless.
func (m *Model[T]) Units(of []int) []float64 {
	forces, sum, count := m.forces(), 0.0, 0
	for _, at := range of {
		if x := float64(m.Theta[at]); at < forces {
			sum += x * x
			count++
		}
	}
	unit := make([]float64, len(of))
	for k, at := range of {
		if unit[k] = max(1, math.Abs(float64(m.Theta[at]))); at < forces {
			unit[k] = math.Sqrt(sum/float64(count)) + math.SmallestNonzeroFloat64
		}
	}
	return unit
}
