package model

import (
	"fmt"
	"math"

	"lagrange/internal/lin"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// InverseDynamics is what a model with a Lagrangian knows of the forces behind a motion, on batches: q, v, a, Q, λ, dq,
// dv are (B, d), u and du (B, m).
type InverseDynamics[T nn.Float] interface {
	// Force writes the generalised forces that have to act for the accelerations a, beside those that the model has
	// itself, its friction and what u brings:
	//
	//	Q = M a + L_vq v − L_q − F(v, u).
	//
	// They are in the unit of the model's L.
	Force(q, v, u, a, Q []T)
	// ForceVJP follows Force, for the same batch: it adds λᵀ∂Q/∂θ to dθ, and λᵀ∂Q/∂q, ∂v, ∂u to dq, dv, du.
	ForceVJP(lambda, dtheta, dq, dv, du []T)
	// Motors returns the known forces, in their units and in the order in which they stand among the inputs, that bring
	// the generalised forces Q (d), or come closest to that in the sense of least squares; nil for a model without
	// known forces.
	Motors(Q []T) []T
}

// Force implements InverseDynamics.
func (e *eulerLagrange[T]) Force(q, v, u, a, Q []T) {
	d := e.d
	e.sweep(q, v, u)
	copy(e.a, a)
	for b := range e.x.Batch {
		e.balance(b)
		M, a, Q := e.Mass(b), e.a[b*d:(b+1)*d], Q[b*d:(b+1)*d]
		for i, r := range e.r {
			Q[i] = dot(M[i*d:(i+1)*d], a) - r
		}
		if !vec.Finite(Q) {
			e.health.NonFinite++
		}
	}
}

// ForceVJP implements InverseDynamics: the gradient of VJP with the accelerations given and μ = −λ.
func (e *eulerLagrange[T]) ForceVJP(lambda, dtheta, dq, dv, du []T) {
	g := nn.GradientOf(dtheta, e.params, e.x.Batch)
	for b := range e.x.Batch {
		for i, l := range lambda[b*e.d : (b+1)*e.d] {
			e.mu[i] = -l
		}
		e.aim(b, g, dv, du)
	}
	e.mixed(g, dq, dv, du)
}

// Motors implements InverseDynamics.
func (e *eulerLagrange[T]) Motors(Q []T) []T { return e.forces.Motors(Q) }

// motors solves B y = s Q/E for y = u/σ, by the normal equations with the pseudo-inverse where B has not full rank.
func (f *actuators[T]) motors(Q []T) []T {
	m := len(f.us)
	A, F, r, u := make([]T, m*m), make([]T, m*m), make([]T, m), make([]T, m)
	for i, s := range f.vs {
		B := f.theta[i*m : (i+1)*m]
		for j, x := range B {
			r[j] += x * s * Q[i] / f.E
			for k, y := range B {
				A[j*m+k] += x * y
			}
		}
	}
	work := lin.NewWork[T](m)
	lin.Solve(m, work.Factor(m, A, F), F, r, u)
	for j, s := range f.us {
		u[j] *= s
	}
	return u
}

// DirectActuators gives a model one actuator for each coordinate, as in an arm with a motor in every joint: the known
// force j acts on coordinate j alone, all in one unit, and the model's L is in that unit from then on. It returns the
// generalised force that a known force of 1 brings. A mass matrix of order one, as at the start, then goes with known
// forces and accelerations of their scales.
func (m *Model[T]) DirectActuators() (unit T, err error) {
	if _, ok := As[InverseDynamics[T]](m.Tape(1)); !ok {
		return 0, fmt.Errorf("a %s has no inverse dynamics, for it has no Lagrangian in (q, q̇)", Title(m.Spec.Family))
	}
	s := m.Spec.forceSpec()
	d, in := s.D(), s.inputs(false)
	if len(in) != d {
		of := ""
		if m.Spec.Nodes != nil {
			of = " of a node"
		}
		return 0, fmt.Errorf("%d forces on %d coordinates%s: inverse dynamics is learned from one force for each "+
			"coordinate, in the same order", len(in), d, of)
	}
	sum := 0.0
	for i, c := range s.Coordinates {
		x := c.Speed * s.Inputs[in[i]].Scale
		sum += x * x / float64(d)
	}
	B := m.Theta[len(m.Theta)-forceParams(s)+layout(s).actuators:]
	clear(B[:d*d])
	for i, c := range s.Coordinates {
		B[i*d+i] = T(c.Speed * s.Inputs[in[i]].Scale / math.Sqrt(sum))
	}
	return T(s.power() / math.Sqrt(sum)), nil
}
