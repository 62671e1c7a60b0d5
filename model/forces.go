package model

import (
	"slices"

	"lagrange/nn"
)

// Forces are the known forces and the friction that a Spec gives its coordinates: all those of a model, or those of one
// node of many that have the same law. v, r, μ, dv, Q are (d), u and du are (m) as the inputs of the Spec. They serve
// one goroutine at a time.
type Forces[T nn.Float] []force[T]

// NewForces composes the forces of a Spec on their share of all parameters, which begins at θ[at].
func NewForces[T nn.Float](s Spec, theta []T, at int) Forces[T] { return newForces(s, theta, at) }

// ForceTheta returns the first values of the parameters of a Spec's forces.
func (s Spec) ForceTheta() []float64 { return layout(s).params }

// Gains returns the places among the parameters of the forces of the gains of known forces, with their offsets, of
// those that are not absent.
func (s Spec) Gains() (at []int) {
	if l := layout(s); l.actuators >= 0 {
		for i := range actuatorParams(s.D(), len(s.inputs(false))) {
			if !slices.Contains(s.Absent, l.actuators+i) {
				at = append(at, l.actuators+i)
			}
		}
	}
	return at
}

// forceSpec is the Spec whose forces stand last in θ.
func (s Spec) forceSpec() Spec {
	if f, err := lookup(s.Family); err == nil && f.ForceSpec != nil {
		return f.ForceSpec(s)
	}
	return s
}

// Add adds Q(v, u) to r.
func (fs Forces[T]) Add(v, u, r []T) {
	for _, f := range fs {
		f.add(v, u, r)
	}
}

// VJP adds μᵀ∂Q/∂θ to dθ, of all parameters, μᵀ∂Q/∂v to dv and μᵀ∂Q/∂u to du.
func (fs Forces[T]) VJP(v, u, mu, dtheta, dv, du []T) {
	for _, f := range fs {
		f.vjp(v, u, mu, dtheta, dv, du)
	}
}

// Motors returns the known forces that bring Q, see InverseDynamics.
func (fs Forces[T]) Motors(Q []T) []T {
	for _, f := range fs {
		if f, ok := f.(*actuators[T]); ok {
			return f.motors(Q)
		}
	}
	return nil
}
