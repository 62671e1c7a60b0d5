package train

import (
	"math"

	"lagrange/model"
	"lagrange/nn"
)

// Accelerations is the loss Σᵢ wᵢ ρ((ẋᵢ − ẋᵢ*)/sᵢ) of given derivatives of the state. For a second-order model q̇ = v
// holds by itself and only the accelerations count; a Hamiltonian on (q, p) has to get q̇ right too, and X then holds
// momenta and A their derivatives.
type Accelerations[T nn.Float] struct {
	X       []T // states (N, 2d)
	U       []T // inputs (N, m)
	A       []T // accelerations (N, d)
	Qdot    []T // q̇ (N, d); nil: the second half of the state
	Weight  []T // w of a sample (N), or of each number of its ẋ (N, 2d); nil: 1
	Scale   []T // s (2d), of q̇ and of a; nil: the root mean square of Qdot, and the scales of the model
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
	if p.scale = o.Scale; p.scale == nil {
		p.scale = o.scales(m.Spec.Coordinates)
	}
	return p
}

// scales are those of q̇, then of a, for the coordinates of a model.
func (o *Accelerations[T]) scales(cs []model.Coordinate) (s []T) {
	for i, c := range cs {
		speed, square := c.Speed, 0.0
		for k := i; k < len(o.Qdot); k += len(cs) {
			square += float64(o.Qdot[k]) * float64(o.Qdot[k])
		}
		if square > 0 {
			speed = math.Sqrt(square / float64(o.N))
		}
		s = append(s, T(speed))
	}
	for _, c := range cs {
		s = append(s, T(c.Accel))
	}
	return s
}

// weight is w of number k of the ẋ of sample i.
func (o *Accelerations[T]) weight(i, k int) T {
	switch len(o.Weight) {
	case 0:
		return 1
	case o.N:
		return o.Weight[i]
	}
	return o.Weight[i*len(o.Weight)/o.N+k]
}

// accelerationPass compares the numbers of ẋ from the first on: of a second-order model q̇ = v holds by itself.
type accelerationPass[T nn.Float] struct {
	o                       *Accelerations[T]
	tape                    model.Tape[T]
	d, m, first, B          int
	scale                   []T // of q̇, then of a
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
			r[at], c[at] = (p.y[b*n+k]-want)/p.scale[k], p.o.weight(i, k)
		}
	}
}

// Pull implements Pass.
func (p *accelerationPass[T]) Pull(y, dtheta []T) {
	n, B := 2*p.d, p.B
	for b := range B {
		clear(p.lambda[b*n : b*n+p.first])
		for k := p.first; k < n; k++ {
			p.lambda[b*n+k] = y[(k-p.first)*B+b] / p.scale[k]
		}
	}
	p.tape.VJP(p.lambda[:B*n], dtheta, p.dx[:B*n], p.du[:B*p.m])
}

// Rows implements Pass.
func (p *accelerationPass[T]) Rows(J []T) {
	size := len(J) / p.Width()
	if all, ok := model.As[model.AccelJacobian[T]](p.tape); ok && p.first == p.d {
		all.AccelRows(J)
		for k, s := range p.scale[p.d:] {
			row := J[k*size : (k+1)*size]
			for i := range row {
				row[i] /= s
			}
		}
		return
	}
	for k := range p.Width() {
		p.row(k, J[k*size:(k+1)*size])
	}
}

// row adds the derivatives of residual k of each sample to J (B, P), if that is anywhere.
func (p *accelerationPass[T]) row(k int, J []T) {
	n, B := 2*p.d, p.B
	clear(p.lambda[:B*n])
	for b := range B {
		p.lambda[b*n+p.first+k] = 1 / p.scale[p.first+k]
	}
	p.tape.VJP(p.lambda[:B*n], J, p.dx[:B*n], p.du[:B*p.m])
}

// Layers implements layeredPass.
func (p *accelerationPass[T]) Layers(visit func(nn.Product[T])) { layersIn(p.tape, visit) }

// Products implements layeredPass.
func (p *accelerationPass[T]) Products(visit func(layerSlope[T])) {
	all := upTo(p.B)
	for k := range p.Width() {
		p.row(k, nil)
		layerSlope[T]{k: k, samples: all, scale: 1}.each(p.tape, visit)
	}
}

// upTo are 0 … n−1.
func upTo(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}
