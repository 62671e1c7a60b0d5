package lagrange

import (
	"fmt"

	"lagrange/model"
)

// Force is the inverse of Accel: the forces that have to act at (q, v) for the accelerations a (d), beside those that u (m; nil: zeros)
// brings, which also has the conditions. They are what the motors must give, one for each known force of the recording and in its
// unit: Accel(q, v, u + τ) = a, or comes as close to a as fewer motors than coordinates can. For a model without known forces
// they are the generalised forces (d), in the model's own unit. ok is false for a model without a Lagrangian.
func (m *Model) Force(q, v, a, u []float64) (tau []float64, ok bool) {
	if u == nil {
		u = make([]float64, m.M())
	}
	if len(a) != m.D() {
		panic(fmt.Sprintf("lagrange: %d accelerations for a model of %d coordinates", len(a), m.D()))
	}
	m.at(q, v, u, func(s *state) {
		var k model.InverseDynamics[float64]
		if k, ok = model.As[model.InverseDynamics[float64]](s.tape); !ok {
			return
		}
		Q := make([]float64, m.D())
		k.Force(q, v, u, a, Q)
		if tau = k.Motors(Q); tau == nil {
			tau = Q
		}
	})
	return tau, ok
}
