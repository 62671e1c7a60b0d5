package train

import (
	"math"
	"time"

	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// Adam is the method of Kingma & Ba (2015), for any number type and size of net.
const Adam = "adam"

type adam[T nn.Float] struct{}

func (adam[T]) name() string { return Adam }

// plan takes 256 samples a step and a rate of 3e-3 where nothing was said of them.
func (adam[T]) plan(l *Loop[T]) error {
	s := &l.Settings
	if s.Rate == 0 {
		s.Rate = 3e-3
	}
	if s.Batch == 0 {
		s.Batch = 256
	}
	s.Batch = min(s.Batch, l.Train.Len())
	_, err := schedule(s.Schedule)
	return err
}

// cheaper counts the way back of a step beside its way forward.
func (adam[T]) cheaper() float64 { return 3 }

func (adam[T]) begin(l *Loop[T]) stepper {
	a := &adamSteps[T]{loop: l, sums: make([]float64, l.Settings.Workers)}
	for range l.Settings.Workers {
		a.shares = append(a.shares, make([]T, len(l.Model.Theta)))
	}
	a.rate, _ = schedule(l.Settings.Schedule)
	return a
}

// adamSteps are those of a run.
type adamSteps[T nn.Float] struct {
	loop   *Loop[T]
	rate   func(x float64) float64
	shares [][]T     // of the gradient, one for each core
	sums   []float64 // of the squares of each core's span of the gradient
}

func (a *adamSteps[T]) lasting(least time.Duration) time.Duration { return least }

// step gives each core a whole share of the batch, then a span of the parameters.
func (a *adamSteps[T]) step() float64 {
	l := a.loop
	s, st := l.Settings, l.State
	l.draw()
	l.team.Do(func(w int) {
		lo, hi := par.Span(s.Batch, w, s.Workers)
		clear(a.shares[w])
		l.losses[w] = 0
		for ; lo < hi; lo += l.chunk {
			l.losses[w] += l.passes[w].Of(l.batch[lo:min(lo+l.chunk, hi)], a.shares[w])
		}
	})
	loss, norm := a.gather()
	st.Step++
	if !vec.IsFinite(loss) || !vec.IsFinite(norm) {
		st.Skipped++
		return math.NaN()
	}
	c := 1 / float64(s.Batch)
	if s.Clip > 0 && norm > s.Clip {
		c *= s.Clip / norm
	}
	st.Updates++
	rate := s.Rate * a.rate(s.progress(st.Step))
	l.team.Do(func(w int) {
		lo, hi := par.Span(len(st.Theta), w, s.Workers)
		vec.Adam(st.Updates, rate, 0.9, 0.999, 1e-8, c, a.shares[0][lo:hi], st.Theta[lo:hi], st.M[lo:hi], st.S[lo:hi])
	})
	return loss
}

// gather adds the shares of the gradient to the first and returns the mean loss and the norm of its gradient.
func (a *adamSteps[T]) gather() (loss, norm float64) {
	l := a.loop
	s := l.Settings
	l.team.Do(func(w int) {
		lo, hi := par.Span(len(a.shares[0]), w, s.Workers)
		g := a.shares[0][lo:hi]
		if s.Workers == 1 {
			a.sums[w] = vec.SumSquares(g)
		}
		for _, share := range a.shares[1:] {
			a.sums[w] = vec.AddSquares(share[lo:hi], g)
		}
	})
	sum := 0.0
	for w, x := range l.losses {
		loss, sum = loss+x, sum+a.sums[w]
	}
	l.health()
	return loss / float64(s.Batch), math.Sqrt(sum) / float64(s.Batch)
}
