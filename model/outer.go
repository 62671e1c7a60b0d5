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

// Outputs says of the parameters at the given places which output of the net that gives L they weigh; constants behind
// outputs count as weights of one output more, and what is no weight of an output has −1.
func (m *Model[T]) Outputs(of []int) (output []int) {
	f, err := lookup(m.Spec.Family)
	for _, at := range of {
		output = append(output, -1)
		if err != nil || f.Net == nil {
			continue
		}
		net := f.Net(m.Spec)
		in, out, end := net.Sizes[net.Layers()-1], net.Sizes[net.Layers()], net.Params()
		switch first := end - (in+1)*out; {
		case at >= end || at < first:
		case at >= end-out:
			output[len(output)-1] = out
		default:
			output[len(output)-1] = (at - first) % out
		}
	}
	return output
}

// Soften multiplies the weights of the first layer of the net that gives L: units that bend less make smoother
// functions of the state. There is no such net in other models.
func (m *Model[T]) Soften(by float64) {
	if f, err := lookup(m.Spec.Family); err == nil && f.Net != nil {
		net := f.Net(m.Spec)
		for i := range net.Sizes[0] * net.Sizes[1] {
			m.Theta[i] *= T(by)
		}
	}
}

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
