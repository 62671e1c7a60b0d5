package train

import (
	"lagrange/model"
	"lagrange/nn"
	"lagrange/ode"
)

// Segments is the loss of motions predicted from the first state of segments of recorded trajectories: ρ of the errors
// of the state, in units of their scales, averaged over coordinates and observation times. Of one step it is the
// next-state loss, of a few a loss of short windows, of hundreds that of long-horizon roll-outs: a frequency that is
// wrong by little shows only after many turns. The rows of all recordings stand one after another; segments may
// overlap.
type Segments[T nn.Float] struct {
	Steps  int         // of a segment, one from each row to the next
	Every  int         // of them from one observation time to the next; default 1
	Method ode.Tableau // of the steps; default that of RK4
	X      []T         // recorded states (rows, 2d)
	U      []T         // recorded inputs (rows, m)
	H      []T         // time from each row to the next (rows)
	First  []int       // first row of each segment; Steps more rows of its recording follow
	// of the errors at each row (rows, 2d), 0: not observed; nil: the scales of the model everywhere
	Scale   []T
	Penalty Penalty
}

// Len implements Objective.
func (o *Segments[T]) Len() int { return len(o.First) }

// Pass implements Objective.
func (o *Segments[T]) Pass(m *model.Model[T], most int) Pass[T] {
	n, f, K := 2*m.Spec.D(), m.Spec.M(), o.Steps
	tape, method, every := m.Tape(most), o.Method, max(1, o.Every)
	if method.B == nil {
		method = ode.RK4.Tableau
	}
	p := &segmentPass[T]{
		o: o, tape: tape, roll: model.NewRollout(m.Spec, tape, method, most, K), n: n, m: f, every: every,
		times: K / every,
		x:     make([]T, most*n), h: make([]T, K*most), u: make([]T, (K+1)*most*f), lambda: make([]T, (K+1)*most*n),
	}
	p.s = make([]T, p.Width()*most)
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, T(c.Scale))
	}
	for _, c := range m.Spec.Coordinates {
		p.scale = append(p.scale, T(c.Speed))
	}
	return p
}

type segmentPass[T nn.Float] struct {
	o               *Segments[T]
	tape            model.Tape[T]
	roll            *model.Rollout[T]
	n, m, B         int
	every, times    int // steps from one observation time to the next, and how many of these a segment has
	scale           []T // (2d) of the model
	x, h, u, lambda []T
	s               []T // (times, 2d, B) scale of each residual; 0: not observed
}

// Health implements Pass.
func (p *segmentPass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *segmentPass[T]) Width() int { return p.times * p.n }

// Penalty implements Pass.
func (p *segmentPass[T]) Penalty() Penalty { return p.o.Penalty }

// Residuals implements Pass.
func (p *segmentPass[T]) Residuals(batch []int, r, c []T) {
	o, n, m, B, K := p.o, p.n, p.m, len(batch), p.o.Steps
	p.B = B
	for b, i := range batch {
		at := o.First[i]
		copy(p.x[b*n:(b+1)*n], o.X[at*n:])
		for k := range K + 1 {
			copy(p.u[(k*B+b)*m:(k*B+b+1)*m], o.U[(at+k)*m:])
			if k < K {
				p.h[k*B+b] = o.H[at+k]
			}
		}
	}
	p.roll.Run(p.x[:B*n], p.h[:K*B], p.u[:(K+1)*B*m])
	share := T(1 / float64(p.Width()))
	for time := range p.times {
		k := (time + 1) * p.every
		x, scale := p.roll.State(k), p.scale
		for b, i := range batch {
			row := (o.First[i] + k) * n
			if o.Scale != nil {
				scale = o.Scale[row : row+n]
			}
			for j, s := range scale {
				at := (time*n+j)*B + b
				r[at], c[at], p.s[at] = 0, 0, s
				if s > 0 {
					r[at], c[at] = (x[b*n+j]-o.X[row+j])/s, share
				}
			}
		}
	}
}

// Pull implements Pass.
func (p *segmentPass[T]) Pull(y, dtheta []T) {
	n, B := p.n, p.B
	lambda := p.lambda[:(p.o.Steps+1)*B*n]
	clear(lambda)
	for at, s := range p.s[:p.Width()*B] {
		if s > 0 {
			time, j, b := at/(n*B), at/B%n, at%B
			lambda[((time+1)*p.every*B+b)*n+j] = y[at] / s
		}
	}
	p.roll.Reverse(lambda, dtheta)
}

// Rows implements Pass.
func (p *segmentPass[T]) Rows(J []T) {
	n, B := p.n, p.B
	P := len(J) / (p.Width() * B)
	p.roll.Sensitivities(func(k int, S []T) {
		time := k/p.every - 1
		if k%p.every != 0 || time >= p.times {
			return
		}
		first := time * n * B
		for at, s := range p.s[first : first+n*B] {
			if s == 0 {
				continue
			}
			j, b := at/B, at%B
			row := J[(first+at)*P:][:P]
			for i, x := range S[(b*n+j)*P : (b*n+j+1)*P] {
				row[i] += x / s
			}
		}
	}, P)
}
