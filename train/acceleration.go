package train

import (
	"lagrange/model"
	"lagrange/nn"
)

// Accelerations is the loss Σᵢ ρ((aᵢ − aᵢ*)/sᵢ) of given accelerations, with s the scales of the model's coordinates.
type Accelerations[T nn.Float] struct {
	X       []T // states (N, 2d)
	U       []T // forces (N, m)
	A       []T // accelerations (N, d)
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
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, c.Accel)
	}
	return p
}

type accelerationPass[T nn.Float] struct {
	o                       *Accelerations[T]
	tape                    model.Tape[T]
	d, m                    int
	scale                   []float64
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
		for k, s := range p.scale {
			rho, slope := p.o.Penalty.Of(float64(p.y[b*n+p.d+k]-p.o.A[i*p.d+k]) / s)
			sum += rho
			p.lambda[b*n+k], p.lambda[b*n+p.d+k] = 0, T(slope/s)
		}
	}
	if dtheta != nil {
		p.tape.VJP(p.lambda[:B*n], dtheta, p.dx[:B*n], p.du[:B*p.m])
	}
	return sum
}
