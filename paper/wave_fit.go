package paper

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"

	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/plot"
	"lagrange/train"
)

const (
	waveFields = 1000 // states of the first stage
	waveBatch  = 8    // of them in a step
	waveStates = 40   // states of the second stage
	waveShares = 4    // in which they are evaluated, on whatever number of cores
	waveRate   = 1e-2

	// The net is told that φ is of the size of 20, and so sees small numbers, near which any smooth ℓ is a quadratic: the density that is
	// sought. Velocities are measured in the same units and c/h.
	waveScale = 20.
	waveAccel = 400. // of a pulse of five sites
)

// waveKind says what fields are drawn: smooth ones of size ½, in the root mean square, with noise from site to site of a size between
// rough and rough 10^−fine of theirs.
type waveKind struct{ rough, fine float64 }

// fields draws n states of a ring with their exact accelerations. Each counts by its own accelerations: the loss is |a − a*|²/|a*|².
func (k waveKind) fields(w mech.Wave, r *rand.Rand, n int) *train.Accelerations[float64] {
	d := w.N
	o := &train.Accelerations[float64]{N: n, X: make([]float64, 2*n*d), A: make([]float64, n*d), Weight: make([]float64, n), Penalty: train.L2}
	for i := range n {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		w.Sample(r, q, v)
		noise := k.rough / 2 * math.Pow(10, -k.fine*r.Float64())
		c := 0.5 / math.Sqrt(squares(q)/float64(d))
		for j := range d {
			q[j] = c*q[j] + noise*r.NormFloat64()
			v[j] = c*v[j] + noise*r.NormFloat64()*w.C/w.H
		}
		a := o.A[i*d : (i+1)*d]
		w.Accel(q, v, a)
		o.Weight[i] = waveAccel * waveAccel / squares(a)
	}
	return o
}

func squares(x []float64) (s float64) {
	for _, x := range x {
		s += x * x
	}
	return s
}

// waveFit trains the density in two stages. Adam starts on rough fields, random from site to site: there the accelerations depend on
// everything alike, while in smooth fields those that matter are small differences. The second stage sees smooth fields too and
// follows the gradient over all its states by the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno (Nocedal & Wright 2006,
// §6.1), which learns how unequal the directions are.
type waveFit struct {
	settings Settings
	name     string
	net      *model.Model[float64]
	score    WaveScore
	curve    plot.Series // error against states evaluated, in thousands
}

// steps are those of the first stage without Steps or Budget; the second has at most as many evaluations.
func (f *waveFit) steps(ctx context.Context, learn, valid train.Objective[float64], set train.Settings) (int, error) {
	switch s := f.settings; {
	case s.Steps > 0:
		return s.Steps, nil
	case s.Budget > 0: // an evaluation of the second stage costs waveStates/waveBatch steps
		return train.Calibrate(ctx, f.net, learn, valid, set, s.Budget/time.Duration((1+waveStates/waveBatch)*len(waveModels)))
	case s.Quick:
		return 2000, nil
	}
	return 6000, nil
}

func (f *waveFit) run(ctx context.Context) (err error) {
	draw := func(k waveKind, stream uint64, n int) *train.Accelerations[float64] {
		return k.fields(ring(waveSites), rand.New(rand.NewPCG(f.settings.Seed, stream)), n)
	}
	all, fresh := waveKind{rough: 1, fine: 3}, draw(waveKind{}, 4, 100)
	stage, steps := f.kept()
	f.curve.Name = f.name
	if stage < 1 {
		if steps, err = f.first(ctx, draw, fresh); err != nil {
			return err
		}
		if err := f.keep(1, steps); err != nil {
			return err
		}
	}
	if stage < 2 {
		begin := time.Now()
		if err := f.descend(ctx, draw(all, 3, waveStates), steps); err != nil {
			return err
		}
		f.score.Seconds += time.Since(begin).Seconds()
		f.score.Samples += f.score.Evaluations * waveStates
		f.score.AccelError = f.error(fresh)
		return f.keep(2, steps)
	}
	return nil
}

// first is the first stage; it returns its number of steps.
func (f *waveFit) first(ctx context.Context, draw func(k waveKind, stream uint64, n int) *train.Accelerations[float64], fresh *train.Accelerations[float64]) (steps int, err error) {
	rough := waveKind{rough: 1}
	learn, valid := draw(rough, 1, waveFields), draw(rough, 2, 50)
	set := train.Settings{Batch: waveBatch, Rate: waveRate, Clip: -1, Seed: f.settings.Seed, Workers: 1}
	if set.Steps, err = f.steps(ctx, learn, valid, set); err != nil {
		return 0, err
	}
	var history []train.Point
	first := fit[float64]{name: f.name, learn: learn, valid: valid, set: set, on: f.settings.On}
	if f.score.Fitted, history, err = first.train(ctx, f.net); err != nil {
		return 0, err
	}
	for _, p := range history {
		f.point(p.Step*waveBatch, p.Valid)
	}
	f.score.AccelAdam = f.error(fresh)
	return set.Steps, nil
}

// point adds a loss to the learning curve.
func (f *waveFit) point(states int, loss float64) {
	f.curve.X, f.curve.Y = append(f.curve.X, float64(states)/1000), append(f.curve.Y, math.Sqrt(loss))
}

// error is |a − a*| / |a*| in the root mean square.
func (f *waveFit) error(o *train.Accelerations[float64]) float64 {
	p, sum := train.NewLoss(o, f.net, 1), 0.0
	for i := range o.N {
		sum += p.Of([]int{i}, nil)
	}
	return bounded(math.Sqrt(sum / float64(o.N)))
}

// descent is the mean loss over all states of an objective, and its gradient, at the parameters asked for last.
type descent struct {
	net       *model.Model[float64]
	passes    []*train.Loss[float64]
	states    [][]int
	at, slope []float64
	shares    [][]float64
	losses    []float64
	loss      float64
	evals     int
	on        func(evals int, loss float64)
}

func newDescent(net *model.Model[float64], o train.Objective[float64]) *descent {
	d := &descent{net: net, slope: make([]float64, len(net.Theta)), losses: make([]float64, waveShares)}
	for k := range waveShares {
		lo, hi := par.Span(o.Len(), k, waveShares)
		var states []int
		for i := lo; i < hi; i++ {
			states = append(states, i)
		}
		d.states = append(d.states, states)
		d.passes = append(d.passes, train.NewLoss(o, net, hi-lo))
		d.shares = append(d.shares, make([]float64, len(net.Theta)))
	}
	return d
}

// to evaluates loss and gradient at θ, unless it just did.
func (d *descent) to(theta []float64) {
	if slices.Equal(d.at, theta) {
		return
	}
	d.at = append(d.at[:0], theta...)
	copy(d.net.Theta, theta)
	par.Do(waveShares, func(k int) {
		clear(d.shares[k])
		d.losses[k] = d.passes[k].Of(d.states[k], d.shares[k])
	})
	d.loss = 0
	clear(d.slope)
	n := 0
	for k, share := range d.shares {
		d.loss += d.losses[k]
		n += len(d.states[k])
		for i, g := range share {
			d.slope[i] += g
		}
	}
	d.loss /= float64(n)
	for i := range d.slope {
		d.slope[i] /= float64(n)
	}
	if !finite(d.loss) {
		d.loss = math.Inf(1)
	}
	d.evals++
	d.on(d.evals, d.loss)
}

// descend is the second stage, of at most so many evaluations. Where a line search finds nothing better, because of rounding or at
// a kink of relu², it begins afresh with the steepest descent, until that does not help either.
func (f *waveFit) descend(ctx context.Context, o train.Objective[float64], evaluations int) error {
	d := newDescent(f.net, o)
	begin, states := time.Now(), f.score.Steps*waveBatch
	every, least := max(1, evaluations/100), math.Inf(1)
	d.on = func(evals int, loss float64) {
		least = min(least, loss)
		if evals%every != 0 {
			return
		}
		f.point(states+evals*waveStates, least)
		if f.settings.On != nil {
			left := time.Duration(float64(time.Since(begin)) * float64(evaluations-evals) / float64(evals))
			f.settings.On(Progress{Model: f.name + ", second stage", Step: evals, Steps: evaluations, Loss: least, Valid: least, Left: left})
		}
	}
	problem := optimize.Problem{
		Func:   func(x []float64) float64 { d.to(x); return d.loss },
		Grad:   func(g, x []float64) { d.to(x); copy(g, d.slope) },
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, ctx.Err() },
	}
	best, last := append([]float64(nil), f.net.Theta...), math.Inf(1)
	for d.evals < evaluations {
		r, err := optimize.Minimize(problem, best, &optimize.Settings{
			GradientThreshold: 1e-15, FuncEvaluations: evaluations - d.evals, Converger: optimize.NeverTerminate{},
		}, &optimize.BFGS{})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r == nil {
			return err
		}
		copy(best, r.X)
		if !(r.F < 0.99*last) || r.Status == optimize.GradientThreshold {
			break
		}
		last = r.F
	}
	copy(f.net.Theta, best)
	f.score.Evaluations = d.evals
	return nil
}
