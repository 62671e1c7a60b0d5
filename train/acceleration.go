package train

import (
	"math"

	"lagrange/model"
	"lagrange/nn"
)

// Accelerations is the loss Σᵢ w ρ((ẋᵢ − ẋᵢ*)/sᵢ) of given derivatives of the state, with s the scales of the model's
// coordinates. For a second-order model q̇ = v holds by itself and only the accelerations count; a Hamiltonian on (q, p) has to
// get q̇ right too, and X then holds momenta and A their derivatives.
type Accelerations[T nn.Float] struct {
	X       []T // states (N, 2d)
	U       []T // inputs (N, m)
	A       []T // accelerations (N, d)
	Qdot    []T // q̇ (N, d); nil: the second half of the state
	Weight  []T // w (N); nil: 1
	N       int
	Penalty Penalty
}

// Len implements Objective.
func (o *Accelerations[T]) Len() int { return o.N }

// Pass implements Objective.
func (o *Accelerations[T]) Pass(m *model.Model[T], most int) Pass[T] {
	d, f := m.Spec.D(), m.Spec.M()
	p := &accelerationPass[T]{
		o: o, tape: m.Tape(most), d: d, m: f,
		x: make([]T, most*2*d), u: make([]T, most*f), y: make([]T, most*2*d),
		lambda: make([]T, most*2*d), dx: make([]T, most*2*d), du: make([]T, most*f),
	}
	for i, c := range m.Spec.Coordinates {
		speed, square := c.Speed, 0.0
		for k := i; k < len(o.Qdot); k += d {
			square += float64(o.Qdot[k]) * float64(o.Qdot[k])
		}
		if square > 0 {
			speed = math.Sqrt(square / float64(o.N))
		}
		p.speed, p.accel = append(p.speed, speed), append(p.accel, c.Accel)
	}
	return p
}

type accelerationPass[T nn.Float] struct {
	o                       *Accelerations[T]
	tape                    model.Tape[T]
	d, m                    int
	speed, accel            []float64 // scales of q̇ and of a
	x, u, y, lambda, dx, du []T
}

// Health implements Pass.
func (p *accelerationPass[T]) Health() *model.Health { return p.tape.Health() }

// Loss implements Pass.
func (p *accelerationPass[T]) Loss(batch []int, dtheta []T) (sum float64) {
	n, B := 2*p.d, len(batch)
	for b, i := range batch {
		copy(p.x[b*n:(b+1)*n], p.o.X[i*n:])
		copy(p.u[b*p.m:(b+1)*p.m], p.o.U[i*p.m:])
	}
	p.tape.Field(p.x[:B*n], p.u[:B*p.m], p.y[:B*n])
	for b, i := range batch {
		w := 1.0
		if p.o.Weight != nil {
			w = float64(p.o.Weight[i])
		}
		qdot := p.x[b*n+p.d:]
		if p.o.Qdot != nil {
			qdot = p.o.Qdot[i*p.d:]
		}
		sum += p.residuals(b*n, w, p.speed, qdot)
		sum += p.residuals(b*n+p.d, w, p.accel, p.o.A[i*p.d:])
	}
	if dtheta != nil {
		p.tape.VJP(p.lambda[:B*n], dtheta, p.dx[:B*n], p.du[:B*p.m])
	}
	return sum
}

// residuals returns Σ w ρ((ẋ − ẋ*)/s) over the d numbers from at on, and sets their λ.
func (p *accelerationPass[T]) residuals(at int, w float64, scale []float64, want []T) (sum float64) {
	for k, s := range scale {
		rho, slope := p.o.Penalty.Of(float64(p.y[at+k]-want[k]) / s)
		sum += w * rho
		p.lambda[at+k] = T(w * slope / s)
	}
	return sum
}
