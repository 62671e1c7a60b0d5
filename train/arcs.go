package train

import (
	"lagrange/model"
	"lagrange/nn"
	"lagrange/ode"
)

// Arcs is the loss of long motions predicted from their first state and looked at now and then on the way: ρ of the errors of the
// state, in units of scales of their own, averaged over the looks. A frequency that is wrong by little shows only after many turns. The rows of
// all recordings stand one after another.
type Arcs[T nn.Float] struct {
	Steps   int         // of an arc, one from each row to the next
	Every   int         // of them from one look to the next
	Method  ode.Tableau // of the steps
	X       []T         // recorded states (rows, 2d)
	U       []T         // recorded inputs (rows, m)
	H       []T         // time from each row to the next (rows)
	Start   []int       // first row of each arc; Steps more rows of its recording follow
	Scale   []T         // of the errors at each row (rows, 2d); 0: that number is not looked at
	Penalty Penalty
}

// Len implements Objective.
func (o *Arcs[T]) Len() int { return len(o.Start) }

// Pass implements Objective.
func (o *Arcs[T]) Pass(m *model.Model[T], most int) Pass[T] {
	n, f := 2*m.Spec.D(), m.Spec.M()
	tape := m.Tape(most)
	return &arcPass[T]{
		o: o, tape: tape, roll: model.NewRollout(m.Spec, tape, o.Method, most, o.Steps), n: n, m: f,
		x: make([]T, most*n), h: make([]T, o.Steps*most), u: make([]T, (o.Steps+1)*most*f), lambda: make([]T, (o.Steps+1)*most*n),
		scale: make([]T, o.Steps/o.Every*n*most),
	}
}

type arcPass[T nn.Float] struct {
	o                      *Arcs[T]
	tape                   model.Tape[T]
	roll                   *model.Rollout[T]
	n, m, B                int
	x, h, u, lambda, scale []T // scale: 1/s of each residual
}

// Health implements Pass.
func (p *arcPass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *arcPass[T]) Width() int { return p.o.Steps / p.o.Every * p.n }

// Penalty implements Pass.
func (p *arcPass[T]) Penalty() Penalty { return p.o.Penalty }

// Residuals implements Pass.
func (p *arcPass[T]) Residuals(batch []int, r, c []T) {
	o, n, m, B := p.o, p.n, p.m, len(batch)
	p.B = B
	for b, i := range batch {
		at := o.Start[i]
		copy(p.x[b*n:(b+1)*n], o.X[at*n:])
		for k := range o.Steps + 1 {
			copy(p.u[(k*B+b)*m:(k*B+b+1)*m], o.U[(at+k)*m:])
			if k < o.Steps {
				p.h[k*B+b] = o.H[at+k]
			}
		}
	}
	p.roll.Run(p.x[:B*n], p.h[:o.Steps*B], p.u[:(o.Steps+1)*B*m])
	share := T(1 / float64(p.Width()))
	for look := range o.Steps / o.Every {
		k := (look + 1) * o.Every
		x := p.roll.State(k)
		for b, i := range batch {
			row := (o.Start[i] + k) * n
			for j, s := range o.Scale[row : row+n] {
				at := (look*n+j)*B + b
				r[at], c[at], p.scale[at] = 0, 0, 0
				if s > 0 {
					p.scale[at] = 1 / s
					r[at], c[at] = (x[b*n+j]-o.X[row+j])/s, share
				}
			}
		}
	}
}

// Pull implements Pass.
func (p *arcPass[T]) Pull(y, dtheta []T) {
	n, B := p.n, p.B
	lambda := p.lambda[:(p.o.Steps+1)*B*n]
	clear(lambda)
	for at, s := range p.scale[:p.Width()*B] {
		look, j, b := at/(n*B), at/B%n, at%B
		lambda[((look+1)*p.o.Every*B+b)*n+j] = y[at] * s
	}
	p.roll.Reverse(lambda, dtheta)
}

// Rows implements Pass.
func (p *arcPass[T]) Rows(J []T) {
	n, B := p.n, p.B
	P := len(J) / (p.Width() * B)
	p.roll.Sensitivities(func(k int, S []T) {
		if k%p.o.Every != 0 || k/p.o.Every > p.o.Steps/p.o.Every {
			return
		}
		first := (k/p.o.Every - 1) * n * B
		for at, s := range p.scale[first : first+n*B] {
			j, b := at/B, at%B
			row := J[(first+at)*P:][:P]
			for i, x := range S[(b*n+j)*P : (b*n+j+1)*P] {
				row[i] += x * s
			}
		}
	}, P)
}
