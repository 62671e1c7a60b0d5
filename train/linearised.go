package train

import (
	"math"

	"lagrange/internal/vec"
	"lagrange/model"
)

// linearised is the batch of a step of least squares: its residuals r(θ), their weights, and the rows of
// J = ∂r/∂θ.
type linearised struct {
	loop    *Loop[float64]
	P, W, B int         // parameters, residuals of a sample, samples
	J       [][]float64 // rows of a chunk of samples, one for each core
	// found follows the residuals of samples lo … hi on pass w, which has their rows; nil: they are not wanted
	found func(w, lo, hi int)
	// residuals, their weights c ρ′(r)/r, residuals after the step; each chunk of samples is (W, chunk)
	r, c, next []float64
	abs        []float64
}

func newLinearised(loop *Loop[float64]) *linearised {
	l := &linearised{loop: loop, P: len(loop.Model.Theta), W: loop.passes[0].Width(), B: loop.Settings.Batch}
	for _, x := range []*[]float64{&l.r, &l.c, &l.next} {
		*x = make([]float64, l.B*l.W)
	}
	return l
}

// take draws the batch of a step and linearises it. It returns the loss and Σ c r² before the step; ok is false where
// they are not finite.
func (l *linearised) take() (loss, cost float64, ok bool) {
	l.draw()
	l.linearise()
	loss, cost = l.weigh(), l.cost(l.r)
	l.loop.State.Step++
	l.loop.health()
	return loss, cost, vec.IsFinite(loss) && vec.IsFinite(cost)
}

// forget clears what the trials of a step met: of those that are taken back it does not count.
func (l *linearised) forget() {
	for _, p := range l.loop.passes {
		*p.Health() = model.Health{}
	}
}

// each visits the chunks of the samples lo … hi of the batch, as par.Team.Share does; a chunk begins at a multiple of
// its size from lo.
func (l *linearised) each(lo, hi int, f func(w, lo, hi int)) {
	size := l.loop.chunk
	l.loop.team.Share((hi-lo+size-1)/size, func(w, k int) {
		at := lo + k*size
		f(w, at, min(hi, at+size))
	})
}

// residuals writes r and the weights of the objective at the parameters of the model.
func (l *linearised) residuals(r, c []float64) {
	l.each(0, l.B, func(w, lo, hi int) {
		l.loop.passes[w].Residuals(l.loop.batch[lo:hi], r[lo*l.W:hi*l.W], c[lo*l.W:hi*l.W])
	})
}

// linearise writes r and the weights of the objective, and finds the rows of J where they are wanted.
func (l *linearised) linearise() {
	W := l.W
	l.each(0, l.B, func(w, lo, hi int) {
		p := l.loop.passes[w]
		p.Residuals(l.loop.batch[lo:hi], l.r[lo*W:hi*W], l.c[lo*W:hi*W])
		if l.found != nil {
			l.found(w, lo, hi)
		}
	})
}

// jacobian is the part of J of n samples whose residuals pass w has just found. It stands in the caches of its core.
func (l *linearised) jacobian(w, n int) []float64 {
	J := l.J[w][:n*l.W*l.P]
	clear(J)
	l.loop.passes[w].Rows(J)
	return J
}

// room makes its memory.
func (l *linearised) room() {
	for range l.loop.passes {
		l.J = append(l.J, make([]float64, l.loop.chunk*l.W*l.P))
	}
}

// weigh turns the weights of the objective into those of the least-squares step and returns the loss. A residual that
// is not finite has no say.
func (l *linearised) weigh() (loss float64) {
	p := l.loop.passes[0].Penalty()
	within := l.most(l.r)
	for i, r := range l.r {
		if !vec.IsFinite(r) {
			l.r[i], l.c[i] = 0, 0
			continue
		}
		rho, _ := p.Of(r)
		loss += l.c[i] * rho
		if x := max(math.Abs(r), within); x > 0 {
			_, slope := p.Of(x)
			l.c[i] *= slope / x
		}
	}
	return loss / float64(l.B)
}

// most is what nine of ten |r| do not exceed, of at most some thousand of them.
func (l *linearised) most(r []float64) float64 {
	const sample = 4096
	l.abs = l.abs[:0]
	for i := 0; i < len(r); i += 1 + len(r)/sample {
		if vec.IsFinite(r[i]) {
			l.abs = append(l.abs, math.Abs(r[i]))
		}
	}
	if len(l.abs) == 0 {
		return 0
	}
	return nth(l.abs, len(l.abs)*9/10)
}

// cost is Σ c r².
func (l *linearised) cost(r []float64) (s float64) {
	for i, x := range r {
		if c := l.c[i]; c > 0 {
			s += c * x * x
		}
	}
	return s
}

// draw chooses the samples of a step: all of them where the batch has room for all.
func (l *linearised) draw() {
	if l.B != l.loop.Train.Len() {
		l.loop.draw()
		return
	}
	for b := range l.loop.batch {
		l.loop.batch[b] = b
	}
}
