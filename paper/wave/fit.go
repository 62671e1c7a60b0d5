package wave

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/plot"
	"lagrange/train"
)

const (
	Learned = 16   // sites of the ring that is learned from: a term sees three, and M joins five
	states  = 4000 // on it to learn from

	// The net is told that φ is of the size of 20, and so sees small numbers, near which any smooth ℓ
	// is a quadratic: the density that is sought. Velocities are measured in the same units and c/h.
	fieldScale = 20.
	accelScale = 400. // of a pulse of five sites

	inputs    = 6  // of a density, φ and φ̇ of three sites
	batchSize = 32 // states a step, by Adam
)

// Kind says what fields are drawn: smooth ones of size ½, in the root mean square,
// with noise from site to site of a size between rough and rough 10^−fine of theirs.
type Kind struct{ Rough, fine float64 }

// Fields draws n states of a ring with their exact accelerations.
// Each counts by its own accelerations: the loss is |a − a*|²/|a*|².
func (k Kind) Fields(r *rand.Rand, sites, n int) *train.Accelerations[float64] {
	w := ring(sites)
	d := w.N
	o := &train.Accelerations[float64]{N: n, X: make([]float64, 2*n*d), A: make([]float64, n*d),
		Weight: make([]float64, n), Penalty: train.L2}
	for i := range n {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		w.Sample(r, q, v)
		noise := k.Rough / 2 * math.Pow(10, -k.fine*r.Float64())
		c := 0.5 / math.Sqrt(squares(q)/float64(d))
		for j := range d {
			q[j] = c*q[j] + noise*r.NormFloat64()
			v[j] = c*v[j] + noise*r.NormFloat64()*w.C/w.H
		}
		a := o.A[i*d : (i+1)*d]
		w.Accel(q, v, a)
		o.Weight[i] = accelScale * accelScale / squares(a)
	}
	return o
}

func squares(x []float64) (s float64) {
	for _, x := range x {
		s += x * x
	}
	return s
}

// fit trains the density on a short ring, on fields from rough ones, random from site to site, to nearly smooth ones:
// in rough fields the accelerations depend on everything alike, in smooth ones those that matter are small differences.
// The steps are Gauss and Newton's, which know how unequal the directions are, or Adam's for a net of four layers.
type fit struct {
	settings experiment.Settings
	store    *experiment.Store[partKey, part]
	model    Model
	net      *model.Model[float64] // on the short ring
	fitted   bench.Fitted
	curve    plot.Series // error against steps
}

// method is Adam's for a net of more weights than Gauss and Newton's equations have room for.
func (m Model) method() string {
	if m.hidden != nil {
		return train.Adam
	}
	return train.GaussNewton
}

// partKey is what a training depends on.
type partKey struct {
	Run   experiment.Run `json:"run"`
	Model string         `json:"model"`
}

// part is a finished training.
type part struct {
	partKey
	Fitted bench.Fitted      `json:"fitted"`
	Theta  experiment.Floats `json:"theta"`
	X      experiment.Floats `json:"x"` // of the learning curve
	Y      experiment.Floats `json:"y"`
}

func (p part) key() partKey { return p.partKey }

// run trains, unless that was done before an interruption.
func (f *fit) run(ctx context.Context) error {
	key := partKey{f.settings.Run(name), f.model.name}
	p, err := f.store.Once(key, func() (part, error) {
		p := part{partKey: key}
		err := f.train(ctx, &p)
		return p, err
	})
	if err != nil {
		return err
	}
	copy(f.net.Theta, p.Theta)
	f.fitted, f.curve.X, f.curve.Y = p.Fitted, p.X, p.Y
	return nil
}

// train makes the part.
func (f *fit) train(ctx context.Context, p *part) error {
	draw := func(stream uint64, n int) *train.Accelerations[float64] {
		r := func(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(f.settings.Seed, stream)) }
		o := Kind{Rough: 1, fine: 3}.Fields(r(stream), f.model.sites, n)
		if f.model.rest {
			calm(r(stream+10), f.model.sites, o)
		}
		return o
	}
	fit := bench.Training[float64]{Name: f.model.name, Learn: draw(3, states), Valid: draw(5, 200), On: f.settings.On}
	fit.Set = train.Settings{Method: f.model.method(), Seed: f.settings.Seed, Steps: f.model.steps}
	if fit.Set.Method == train.Adam {
		fit.Set.Batch = batchSize
	}
	if f.model.rest {
		fit.After = func(θ []float64) { anneal(θ, inputs, Hidden[0]) }
	}
	switch s := f.settings; {
	case s.Steps > 0:
		fit.Set.Steps = s.Steps
	case s.Budget > 0:
		fit.Set.Steps, fit.Budget = 0, time.Duration(f.model.share*float64(s.Budget))
	case s.Quick:
		fit.Set.Steps /= 10
	}
	fitted, history, err := fit.Run(ctx, f.net)
	if err != nil {
		return err
	}
	p.Fitted, p.Theta = fitted, f.net.Theta
	for _, h := range history {
		p.X, p.Y = append(p.X, bench.Steps(h)), append(p.Y, math.Sqrt(h.Valid))
	}
	return nil
}

// accelError is |a − a*| / |a*| in the root mean square.
func accelError(net *model.Model[float64], o *train.Accelerations[float64]) float64 {
	return bench.Bounded(math.Sqrt(train.MeanLoss(o, net)), bench.Diverged)
}
