package train

import (
	"math"
	"time"

	"lagrange/internal/vec"
)

// Kaczmarz is Gauss and Newton's method on small batches, in float64, for nets with more parameters than its equations
// have room for: a step satisfies a batch and changes as little as it can of what the last step said. (On linear
// equations, one at a time, that is the method of Kaczmarz 1937.)
const Kaczmarz = "kaczmarz"

type kaczmarz struct{}

func (kaczmarz) name() string { return Kaczmarz }

// plan takes as many samples as have batchRows residuals, or as there is room for the rows of, where they are formed.
func (kaczmarz) plan(l *Loop[float64]) error {
	s, p, P, rows := &l.Settings, l.Train.Pass(l.Model, 1), len(l.Model.Theta), batchRows
	if !byLayers(layersOf(p, P), P) {
		rows = min(rows, mostRows/P)
	}
	if s.Batch == 0 {
		s.Batch = max(1, rows/p.Width())
	}
	if s.Rate == 0 {
		s.Rate = 0.5
	}
	s.Batch = min(s.Batch, l.Train.Len())
	_, err := schedule(s.Schedule)
	return err
}

// cheaper counts a row of J for each residual, and products of it.
func (kaczmarz) cheaper() float64 { return 25 }

// kaczmarzSteps are those of Goldshlager, Abrahamsen & Lin (2024), with damping: with residuals r of a batch, rows J,
// weights C, and the step φ₋ before,
//
//	θ ← θ − hφ,   φ = argmin |√C (Jφ − r)|² + λ |φ − μφ₋|²_D
//	                = μφ₋ + D⁻¹ Jᵀ √C (K + λ)⁻¹ √C (r − μJφ₋),   K = √C J D⁻¹ Jᵀ √C,
//
// where D is the mean diagonal of JᵀCJ over the last batches, of wide layers a product of its sums (layerRows), and
// λ is in units of the mean diagonal of K. The share h has a schedule, as Adam's rate has. λ falls where the loss of
// the batch falls as the linear model says, and grows where it does not (Martens & Grosse 2015, Section 6.5); a step
// after which it does not fall is made anew.
type kaczmarzSteps struct {
	*kernel
	rate       func(x float64) float64
	phi, was   []float64 // the step, θ before it
	D          []float64
	kept, y, z []float64 // √C Jφ₋, √C (r − μJφ₋), (K + λ)⁻¹ y
	mean       float64   // of the diagonal of K
}

// Of the equations of a step. Error of a double pendulum's acceleration after 700 steps, 96x2, batches of 64: with μ
// of 0.9 0.0023, of 0.95 1.5e-4, of 0.98 the same. Without the metric 2.8e-4. λ of 1e-3 and 1e-4 for good left 1.0e-3
// and 7.5e-4. Damping that falls by 1.05, 1.1, 1.2 a step: 2.8e-4, 1.3e-4, 7.7e-5; of a plain network (24x3) 6.2e-4
// and 7.2e-4 by the first two, and with 1.2 it was seen to end at 0.08.
const (
	batchRows    = 256
	momentum     = 0.95 // μ
	recent       = 0.01 // share of a batch in D
	firstDamping = 0.1
	leastDamping = 1e-7
	mostDamping  = 1.
	ease         = 1.1 // what λ falls by, and grows by
)

func (kaczmarz) begin(l *Loop[float64]) stepper {
	e := &kaczmarzSteps{kernel: newKernel(newLinearised(l))}
	for _, x := range []*[]float64{&e.phi, &e.was, &e.D} {
		*x = make([]float64, e.P)
	}
	for _, x := range []*[]float64{&e.kept, &e.y, &e.z} {
		*x = make([]float64, e.n)
	}
	e.rate, _ = schedule(l.Settings.Schedule)
	if l.State.Step == 0 {
		l.State.Damping = firstDamping
	}
	return e
}

func (e *kaczmarzSteps) lasting(least time.Duration) time.Duration { return least }

// step makes one step and returns the loss before it. φ₋ and the mean diagonal are State.M and State.S.
func (e *kaczmarzSteps) step() float64 {
	l, st := e.loop, e.loop.State
	loss, before, ok := e.take()
	if !ok || !e.metric() {
		st.Skipped++
		return math.NaN()
	}
	e.form(e.D)
	e.mean = 0
	for i := range e.n {
		e.mean += e.K.Diagonal(i) / float64(e.n)
	}
	e.push(st.M, e.kept)
	copy(e.was, l.Model.Theta)
	h, mu := l.Settings.Rate*e.rate(l.Settings.progress(st.Step)), momentum
	for range tries {
		if e.try(h, mu, before) {
			st.Updates++
			copy(st.M, e.phi)
			break
		}
		copy(l.Model.Theta, e.was)
		st.Rejected++
		st.Damping = min(grow*st.Damping, mostDamping)
		mu /= 2
	}
	e.forget()
	return loss
}

// metric takes the batch into D. Where its rows are not finite D stays as it was, and metric returns false.
func (e *kaczmarzSteps) metric() bool {
	st := e.loop.State
	e.roots()
	copy(e.D, st.S)
	e.squares(max(recent, 1/float64(st.Updates+1)), st.S)
	if !vec.Finite(st.S) {
		copy(st.S, e.D)
		return false
	}
	copy(e.D, st.S)
	e.raise(e.D)
	return true
}

// try moves θ by the step and says whether the cost fell.
func (e *kaczmarzSteps) try(h, mu, before float64) bool {
	st, theta := e.loop.State, e.loop.Model.Theta
	lambda := st.Damping * e.mean
	for i, r := range e.r {
		e.y[i] = e.s[i]*r - mu*e.kept[i]
	}
	copy(e.z, e.y)
	if !e.solve(lambda, e.z) {
		return false
	}
	e.pull(e.z, e.phi)
	for j, w := range e.inverse {
		e.phi[j] = mu*st.M[j] + w*e.phi[j]
		theta[j] = e.was[j] - h*e.phi[j]
	}
	said := before // less what the linear model leaves: √C (r − hJφ) = (1 − h) √C r + hλz
	for i, z := range e.z {
		x := (1-h)*e.s[i]*e.r[i] + h*lambda*z
		said -= x * x
	}
	if !vec.Finite(theta) {
		return false
	}
	e.residuals(e.next, e.y)
	fell := before - e.cost(e.next)
	if !(fell > 0) {
		return false
	}
	st.Damping = eased(st.Damping, fell/said)
	return true
}

// eased is λ after a step whose cost fell by so much of what the linear model said.
func eased(lambda, ratio float64) float64 {
	switch {
	case ratio < 0.25:
		return min(ease*lambda, mostDamping)
	case ratio > 0.75:
		return max(lambda/ease, leastDamping)
	}
	return lambda
}
