package train

import (
	"lagrange/model"
	"lagrange/nn"
)

// WeightedSum is an objective with another one beside it: to each sample of the first belong some of the second, so
// many to each, whose losses count Weight times. A mass matrix stays positive definite beside accelerations
// (PositiveDefinite), accelerations count on beside long segments.
type WeightedSum[T nn.Float] struct {
	First, Second Objective[T]
	Of            [][]int // samples of the second for each of the first, all as many
	Weight        float64
}

// Len implements Objective.
func (o *WeightedSum[T]) Len() int { return o.First.Len() }

// Pass implements Objective; the penalty is that of the first.
func (o *WeightedSum[T]) Pass(m *model.Model[T], most int) Pass[T] {
	k := len(o.Of[0])
	return &weightedSumPass[T]{Pass: o.First.Pass(m, most), second: o.Second.Pass(m, most*k), o: o, k: k,
		batch: make([]int, most*k)}
}

type weightedSumPass[T nn.Float] struct {
	Pass[T] // of the first
	second  Pass[T]
	o       *WeightedSum[T]
	k, B    int
	batch   []int // of the second: those that come first with each of the first, then those that come second, …
}

// Width implements Pass.
func (p *weightedSumPass[T]) Width() int { return p.Pass.Width() + p.k*p.second.Width() }

// Residuals implements Pass: (Width, B) of the first, then (Width, k, B) of the second.
func (p *weightedSumPass[T]) Residuals(batch []int, r, c []T) {
	p.B = len(batch)
	at := p.Pass.Width() * p.B
	p.Pass.Residuals(batch, r[:at], c[:at])
	others := p.batch[:p.k*p.B]
	for b, i := range batch {
		for j, s := range p.o.Of[i] {
			others[j*p.B+b] = s
		}
	}
	p.second.Residuals(others, r[at:], c[at:])
	for i := range c[at:] {
		c[at+i] *= T(p.o.Weight)
	}
}

// Pull implements Pass.
func (p *weightedSumPass[T]) Pull(y, dtheta []T) {
	at := p.Pass.Width() * p.B
	p.Pass.Pull(y[:at], dtheta)
	p.second.Pull(y[at:], dtheta)
}

// Rows implements Pass.
func (p *weightedSumPass[T]) Rows(J []T) {
	at := len(J) / p.Width() * p.Pass.Width()
	p.Pass.Rows(J[:at])
	p.second.Rows(J[at:])
}

// Health implements Pass; what happened to the second is added to the first.
func (p *weightedSumPass[T]) Health() *model.Health {
	h := p.Pass.Health()
	h.Add(*p.second.Health())
	*p.second.Health() = model.Health{}
	return h
}
