package model

import (
	"math"
	"slices"

	"lagrange/nn"
)

// Outer returns the places in θ of what is left of a model when its features are held: those of Linear, and all other
// parameters of the forces that are not absent, friction among them.
func (m *Model[T]) Outer() []int {
	at := m.Linear()
	first := m.forces()
	for i := first; i < len(m.Theta); i++ {
		if !slices.Contains(at, i) && !slices.Contains(m.Spec.Absent, i-first) {
			at = append(at, i)
		}
	}
	return at
}

// OffBounds moves parameters of the forces that are 0 off it by hardly anything: friction is made of their squares,
// which have no slope there. What is absent stays.
func (m *Model[T]) OffBounds() {
	const hardly = 0.03 // they are dimensionless, and its square is hardly any friction
	for first, i := m.forces(), m.forces(); i < len(m.Theta); i++ {
		if math.Abs(float64(m.Theta[i])) < hardly && !slices.Contains(m.Spec.Absent, i-first) {
			m.Theta[i] = hardly
		}
	}
}

// forces is the place in θ where the parameters of the forces begin.
func (m *Model[T]) forces() int { return len(m.Theta) - len(m.Spec.forceSpec().ForceTheta()) }

// placed is a net and its place in θ.
type placed struct {
	nn.Shape
	at int
}

// nets are those that give L: of a model of nodes that of each density; none of other models.
func (m *Model[T]) nets() (all []placed) {
	f, err := lookup(m.Spec.Family)
	if err == nil && f.Net != nil {
		return []placed{{f.Net(m.Spec), 0}}
	}
	if m.Spec.Nodes == nil {
		return nil
	}
	at := 0
	for _, d := range m.Spec.Nodes.Densities { // they are models of the family lnn
		all = append(all, placed{d.scalarNet(), at})
		at += lnn.Params(d)
	}
	return all
}

// Outputs says of the parameters at the given places which output of the nets that give L they weigh; constants behind
// the outputs of a net count as weights of one output more, and what is no weight of an output has −1.
func (m *Model[T]) Outputs(of []int) (output []int) {
	output = slices.Repeat([]int{-1}, len(of))
	before := 0
	for _, net := range m.nets() {
		in, out, end := net.Sizes[net.Layers()-1], net.Sizes[net.Layers()], net.at+net.Params()
		first := end - (in+1)*out
		for k, at := range of {
			switch {
			case at >= end || at < first:
			case at >= end-out:
				output[k] = before + out
			default:
				output[k] = before + (at-first)%out
			}
		}
		before += out + 1
	}
	return output
}

// Soften multiplies the weights of the first layers of the nets that give L: units that bend less make smoother
// functions of the state. There are no such nets in other models.
func (m *Model[T]) Soften(by float64) {
	for _, net := range m.nets() {
		for i := range net.Sizes[0] * net.Sizes[1] {
			m.Theta[net.at+i] *= T(by)
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

// slopeStep is that of differences, in Units.
const slopeStep = 1e-4

// Slopes are ∂y/∂θ (n, P) of n numbers that are read off a model, by differences in the parameters at the given places,
// in their Units. A number that is not read on a side counts as 0 there.
func (m *Model[T]) Slopes(of []int, n int, read func(*Model[T]) []float64) []float64 {
	moved, P := m.Copy(), len(of)
	g := make([]float64, n*P)
	for k, unit := range m.Units(of) {
		was := moved.Theta[of[k]]
		for _, side := range []float64{1, -1} {
			moved.Theta[of[k]] = was + T(side*slopeStep*unit)
			for i, y := range read(moved) {
				if i < n {
					g[i*P+k] += side * y / (2 * slopeStep)
				}
			}
		}
		moved.Theta[of[k]] = was
	}
	return g
}
