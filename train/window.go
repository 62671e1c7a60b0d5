package train

import (
	"lagrange/model"
	"lagrange/nn"
	"lagrange/ode"
)

// Windows is the loss of motions predicted from their first state: ρ of the errors of q and v, in units of their scales,
// averaged over steps and coordinates. One step is the next-state loss, more are a roll-out loss. The rows of all trajectories
// stand one after another; windows may overlap.
type Windows[T nn.Float] struct {
	Steps   int
	Method  ode.Tableau // of the steps, one from each row to the next; default that of RK4
	X       []T         // recorded states (rows, 2d)
	U       []T         // recorded inputs (rows, m)
	H       []T         // time from each row to the next (rows)
	Start   []int       // first row of each window; Steps more rows of its trajectory follow
	Penalty Penalty
}

// Len implements Objective.
func (o *Windows[T]) Len() int { return len(o.Start) }

// Pass implements Objective.
func (o *Windows[T]) Pass(m *model.Model[T], most int) Pass[T] {
	n, f, k := 2*m.Spec.D(), m.Spec.M(), o.Steps
	tape, method := m.Tape(most), o.Method
	if method.B == nil {
		method = ode.RK4.Tableau
	}
	p := &windowPass[T]{
		o: o, tape: tape, roll: model.NewRollout(m.Spec, tape, method, most, k), n: n, m: f,
		x: make([]T, most*n), h: make([]T, k*most), u: make([]T, (k+1)*most*f), lambda: make([]T, (k+1)*most*n),
	}
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, c.Scale)
	}
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, c.Speed)
	}
	return p
}

type windowPass[T nn.Float] struct {
	o               *Windows[T]
	tape            model.Tape[T]
	roll            *model.Rollout[T]
	n, m, B         int
	scale           []float64 // of q, then of v
	x, h, u, lambda []T
}

// Health implements Pass.
func (p *windowPass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *windowPass[T]) Width() int { return p.o.Steps * p.n }

// Penalty implements Pass.
func (p *windowPass[T]) Penalty() Penalty { return p.o.Penalty }

// Residuals implements Pass.
func (p *windowPass[T]) Residuals(batch []int, r, c []T) {
	o, n, m, B, K := p.o, p.n, p.m, len(batch), p.o.Steps
	p.B = B
	for b, i := range batch {
		at := o.Start[i]
		copy(p.x[b*n:(b+1)*n], o.X[at*n:])
		for k := range K + 1 {
			copy(p.u[(k*B+b)*m:(k*B+b+1)*m], o.U[(at+k)*m:])
			if k < K {
				p.h[k*B+b] = o.H[at+k]
			}
		}
	}
	p.roll.Run(p.x[:B*n], p.h[:K*B], p.u[:(K+1)*B*m])
	share := T(1 / float64(K*n))
	for k := 1; k <= K; k++ {
		x := p.roll.State(k)
		for b, i := range batch {
			want := o.X[(o.Start[i]+k)*n:]
			for j, s := range p.scale {
				at := ((k-1)*n+j)*B + b
				r[at], c[at] = (x[b*n+j]-want[j])/T(s), share
			}
		}
	}
}

// Pull implements Pass.
func (p *windowPass[T]) Pull(y, dtheta []T) {
	n, B := p.n, p.B
	clear(p.lambda[:B*n])
	for k := 1; k <= p.o.Steps; k++ {
		for j, s := range p.scale {
			for b := range B {
				p.lambda[(k*B+b)*n+j] = y[((k-1)*n+j)*B+b] / T(s)
			}
		}
	}
	p.roll.Reverse(p.lambda[:(p.o.Steps+1)*B*n], dtheta)
}

// Rows implements Pass.
func (p *windowPass[T]) Rows(J []T) {
	p.roll.Sensitivities(func(k int, S []T) {
		n, B := p.n, p.B
		P := len(S) / (B * n)
		for j, s := range p.scale {
			for b := range B {
				row := J[(((k-1)*n+j)*B+b)*P:][:P]
				for i, x := range S[(b*n+j)*P : (b*n+j+1)*P] {
					row[i] += x / T(s)
				}
			}
		}
	}, len(J)/p.Width()/p.B)
}
