package train

import (
	"lagrange/model"
	"lagrange/nn"
)

// Torques is the loss Σᵢ ρ((Qᵢ − τᵢ)/sᵢ) of inverse dynamics: the generalised forces that a model with a Lagrangian needs for
// given accelerations, against those that acted. Nothing is solved, and the known forces fix the scale of L: they have to differ from zero. See
// model.InverseDynamics for the unit of τ, and Direct of a model for one that suits it at the start.
type Torques[T nn.Float] struct {
	X       []T // states (N, 2d)
	U       []T // inputs (N, m): the conditions, and what acts beside τ
	A       []T // accelerations (N, d)
	Tau     []T // τ (N, d)
	Scale   []T // s (d)
	N       int
	Penalty Penalty
}

// Len implements Objective.
func (o *Torques[T]) Len() int { return o.N }

// Pass implements Objective; it panics for a model without inverse dynamics.
func (o *Torques[T]) Pass(m *model.Model[T], most int) Pass[T] {
	d, f, tape := m.Spec.D(), m.Spec.M(), m.Tape(most)
	inverse, ok := model.As[model.InverseDynamics[T]](tape)
	if !ok {
		panic("train: a " + m.Spec.Family + " has no inverse dynamics")
	}
	w := make([]T, 7*most*d)
	take := func() (x []T) { x, w = w[:most*d], w[most*d:]; return }
	return &torquePass[T]{
		o: o, tape: tape, inverse: inverse, d: d, m: f,
		q: take(), v: take(), a: take(), y: take(), lambda: take(), dq: take(), dv: take(),
		u: make([]T, most*f), du: make([]T, most*f),
	}
}

type torquePass[T nn.Float] struct {
	o                                 *Torques[T]
	tape                              model.Tape[T]
	inverse                           model.InverseDynamics[T]
	d, m                              int
	q, v, a, y, lambda, dq, dv, u, du []T
}

// Health implements Pass.
func (p *torquePass[T]) Health() *model.Health { return p.tape.Health() }

// Loss implements Pass.
func (p *torquePass[T]) Loss(batch []int, dtheta []T) (sum float64) {
	d, n, m := p.d, len(batch)*p.d, len(batch)*p.m
	for b, i := range batch {
		copy(p.q[b*d:(b+1)*d], p.o.X[2*i*d:])
		copy(p.v[b*d:(b+1)*d], p.o.X[(2*i+1)*d:])
		copy(p.a[b*d:(b+1)*d], p.o.A[i*d:])
		copy(p.u[b*p.m:(b+1)*p.m], p.o.U[i*p.m:])
	}
	p.inverse.Force(p.q[:n], p.v[:n], p.u[:m], p.a[:n], p.y[:n])
	for b, i := range batch {
		for k, s := range p.o.Scale {
			rho, slope := p.o.Penalty.Of(float64((p.y[b*d+k] - p.o.Tau[i*d+k]) / s))
			sum += rho
			p.lambda[b*d+k] = T(slope) / s
		}
	}
	if dtheta != nil {
		p.inverse.ForceVJP(p.lambda[:n], dtheta, p.dq[:n], p.dv[:n], p.du[:m]) // of these three nothing is used
	}
	return sum
}
