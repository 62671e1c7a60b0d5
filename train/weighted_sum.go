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
	// samples of the second for each of the first, all as many; nil: to each belongs the one of its number
	Of     [][]int
	Weight float64
}

// Len implements Objective.
func (o *WeightedSum[T]) Len() int { return o.First.Len() }

// Pass implements Objective; the penalty is that of the first.
func (o *WeightedSum[T]) Pass(m *model.Model[T], most int) Pass[T] {
	k := 1
	if o.Of != nil {
		k = len(o.Of[0])
	}
	p := &weightedSumPass[T]{Pass: o.First.Pass(m, most), second: o.Second.Pass(m, most*k), o: o, k: k,
		batch: make([]int, most*k)}
	p.share()
	return p
}

// share has the mass matrices beside accelerations be those of the tape that has just evaluated them, where they are of
// the same states: an evaluation is all that they cost.
func (p *weightedSumPass[T]) share() {
	first, ok := p.Pass.(*accelerationPass[T])
	second, also := p.second.(*positiveDefinitePass[T])
	if ok && also && p.o.Of == nil {
		second.evaluates(first.tape)
	}
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
	if p.o.Of == nil {
		copy(others, batch)
	}
	for b, i := range batch {
		for j := 0; p.o.Of != nil && j < p.k; j++ {
			others[j*p.B+b] = p.o.Of[i][j]
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

// layered are both passes, where their rows are products.
func (p *weightedSumPass[T]) layered() (first, second layeredPass[T], ok bool) {
	first, ok = p.Pass.(layeredPass[T])
	second, also := p.second.(layeredPass[T])
	return first, second, ok && also && p.k == 1
}

// Layers implements layeredPass.
func (p *weightedSumPass[T]) Layers(visit func(nn.Product[T])) {
	if first, _, ok := p.layered(); ok {
		first.Layers(visit)
	}
}

// Products implements layeredPass.
func (p *weightedSumPass[T]) Products(visit func(layerSlope[T])) {
	first, second, _ := p.layered()
	first.Products(visit)
	second.Products(func(y layerSlope[T]) { y.k += p.Pass.Width(); visit(y) })
}

// Health implements Pass; what happened to the second is added to the first.
func (p *weightedSumPass[T]) Health() *model.Health {
	h, of := p.Pass.Health(), p.second.Health()
	if h != of {
		h.Add(*of)
		*of = model.Health{}
	}
	return h
}
