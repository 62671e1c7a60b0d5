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
		o: o, tape: m.Tape(most), d: d, m: f, first: d,
		x: make([]T, most*2*d), u: make([]T, most*f), y: make([]T, most*2*d),
		lambda: make([]T, most*2*d), dx: make([]T, most*2*d), du: make([]T, most*f),
	}
	if model.FirstOrder(p.tape) {
		p.first = 0
	}
	for i, c := range m.Spec.Coordinates {
		speed, square := c.Speed, 0.0
		for k := i; k < len(o.Qdot); k += d {
			square += float64(o.Qdot[k]) * float64(o.Qdot[k])
		}
		if square > 0 {
			speed = math.Sqrt(square / float64(o.N))
		}
		p.scale = append(p.scale, speed)
	}
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, c.Accel)
	}
	return p
}

// accelerationPass compares the numbers of ẋ from the first on: of a second-order model q̇ = v holds by itself.
type accelerationPass[T nn.Float] struct {
	o                       *Accelerations[T]
	tape                    model.Tape[T]
	d, m, first, B          int
	scale                   []float64 // of q̇, then of a
	x, u, y, lambda, dx, du []T
}

// Health implements Pass.
func (p *accelerationPass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *accelerationPass[T]) Width() int { return 2*p.d - p.first }

// Penalty implements Pass.
func (p *accelerationPass[T]) Penalty() Penalty { return p.o.Penalty }

// Residuals implements Pass.
func (p *accelerationPass[T]) Residuals(batch []int, r, c []T) {
	n, d, B := 2*p.d, p.d, len(batch)
	p.B = B
	for b, i := range batch {
		copy(p.x[b*n:(b+1)*n], p.o.X[i*n:])
		copy(p.u[b*p.m:(b+1)*p.m], p.o.U[i*p.m:])
	}
	p.tape.Field(p.x[:B*n], p.u[:B*p.m], p.y[:B*n])
	for b, i := range batch {
		w := T(1)
		if p.o.Weight != nil {
			w = p.o.Weight[i]
		}
		for k := p.first; k < n; k++ {
			var want T
			switch {
			case k >= d:
				want = p.o.A[i*d+k-d]
			case p.o.Qdot != nil:
				want = p.o.Qdot[i*d+k]
			default:
				want = p.x[b*n+d+k]
			}
			at := (k-p.first)*B + b
			r[at], c[at] = (p.y[b*n+k]-want)/T(p.scale[k]), w
		}
	}
}

// Pull implements Pass.
func (p *accelerationPass[T]) Pull(y, dtheta []T) {
	n, B := 2*p.d, p.B
	for b := range B {
		clear(p.lambda[b*n : b*n+p.first])
		for k := p.first; k < n; k++ {
			p.lambda[b*n+k] = y[(k-p.first)*B+b] / T(p.scale[k])
		}
	}
	p.tape.VJP(p.lambda[:B*n], dtheta, p.dx[:B*n], p.du[:B*p.m])
}

// Rows implements Pass.
func (p *accelerationPass[T]) Rows(J []T) {
	n, B := 2*p.d, p.B
	size := len(J) / p.Width()
	for k := p.first; k < n; k++ {
		clear(p.lambda[:B*n])
		for b := range B {
			p.lambda[b*n+k] = 1 / T(p.scale[k])
		}
		p.tape.VJP(p.lambda[:B*n], J[:size], p.dx[:B*n], p.du[:B*p.m])
		J = J[size:]
	}
}
