package train

import (
	"math"
	"time"

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
	a := &adamSteps[T]{loop: l, gradient: newGradient(l)}
	a.rate, _ = schedule(l.Settings.Schedule)
	return a
}

// adamSteps are those of a run.
type adamSteps[T nn.Float] struct {
	loop     *Loop[T]
	rate     func(x float64) float64
	gradient gradient[T]
}

func (a *adamSteps[T]) lasting(least time.Duration) time.Duration { return least }

// step gives each core a whole share of the batch, then some of the parameters.
func (a *adamSteps[T]) step() float64 {
	l := a.loop
	s, st := l.Settings, l.State
	l.draw()
	dtheta, square := a.gradient.find()
	l.health()
	loss, norm := total(l.losses)/float64(s.Batch), math.Sqrt(square)/float64(s.Batch)
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
		a.gradient.spans(w, func(lo, hi int) {
			vec.Adam(st.Updates, rate, 0.9, 0.999, 1e-8, c, dtheta[lo:hi], st.Theta[lo:hi], st.M[lo:hi], st.S[lo:hi])
		})
	})
	return loss
}
