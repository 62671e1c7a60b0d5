package train

import (
	"lagrange/model"
	"lagrange/nn"
)

// Torques is the loss Σᵢ ρ((Qᵢ − τᵢ)/sᵢ) of inverse dynamics: the generalised forces that a model with a Lagrangian
// needs for given accelerations, against those that acted. Nothing is solved, and the known forces fix the scale of L:
// they have to differ from zero. See model.InverseDynamics for the unit of τ, and Direct of a model for one that suits
// it to begin with.
type Torques[T nn.Float] struct {
	X       []T // states (N, 2d)
	U       []T // inputs (N, m): the system parameters, and what acts beside τ
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
	d, m, B                           int
	q, v, a, y, lambda, dq, dv, u, du []T
}

// Health implements Pass.
func (p *torquePass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *torquePass[T]) Width() int { return p.d }

// Penalty implements Pass.
func (p *torquePass[T]) Penalty() Penalty { return p.o.Penalty }

// Residuals implements Pass.
func (p *torquePass[T]) Residuals(batch []int, r, c []T) {
	d, n, m, B := p.d, len(batch)*p.d, len(batch)*p.m, len(batch)
	p.B = B
	for b, i := range batch {
		copy(p.q[b*d:(b+1)*d], p.o.X[2*i*d:])
		copy(p.v[b*d:(b+1)*d], p.o.X[(2*i+1)*d:])
		copy(p.a[b*d:(b+1)*d], p.o.A[i*d:])
		copy(p.u[b*p.m:(b+1)*p.m], p.o.U[i*p.m:])
	}
	p.inverse.Force(p.q[:n], p.v[:n], p.u[:m], p.a[:n], p.y[:n])
	for b, i := range batch {
		for k, s := range p.o.Scale {
			r[k*B+b], c[k*B+b] = (p.y[b*d+k]-p.o.Tau[i*d+k])/s, 1
		}
	}
}

// Pull implements Pass.
func (p *torquePass[T]) Pull(y, dtheta []T) {
	for b := range p.B {
		for k, s := range p.o.Scale {
			p.lambda[b*p.d+k] = y[k*p.B+b] / s
		}
	}
	p.adjoint(dtheta)
}

// Rows implements Pass.
func (p *torquePass[T]) Rows(J []T) {
	size := len(J) / p.d
	for k, s := range p.o.Scale {
		clear(p.lambda)
		for b := range p.B {
			p.lambda[b*p.d+k] = 1 / s
		}
		p.adjoint(J[k*size : (k+1)*size])
	}
}

func (p *torquePass[T]) adjoint(dtheta []T) {
	n, m := p.B*p.d, p.B*p.m
	p.inverse.ForceVJP(p.lambda[:n], dtheta, p.dq[:n], p.dv[:n], p.du[:m]) // of the last three nothing is used
}
