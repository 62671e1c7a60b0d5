package fit

import (
	"context"
	"math"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

// longRollouts is the last stage of a training by Gauss–Newton on windows: segments of the motion as long as the model
// follows them, at best the whole recording. Their observation times are rows to learn from, and in the selection set
// rows held out for validation. What was learned until then stands beside both, each in units of its error so far.
type longRollouts struct{}

// rollouts are what the stage learns from.
type rollouts struct {
	learn, valid train.Objective[float64]
	held         *train.Segments[float64] // the segments of valid in units of the scales
	before       float64                  // error of these
	steps        int
	loop         *train.Loop[float64]
}

// Name implements stage.
func (longRollouts) Name() string { return "long roll-outs" }

// Run implements stage. The model stays as it was where nothing gets better on what is held out.
func (k longRollouts) Run(ctx context.Context, a *run) error {
	g := a.rollouts
	if g == nil {
		return nil
	}
	loop := &train.Loop[float64]{Model: a.net, Train: g.learn, Valid: g.valid, State: train.NewState(a.net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: g.steps, Batch: g.learn.Len(), Seed: a.s.Seed,
		Workers: a.s.Workers, Validate: 1}
	if a.pace != nil && a.pace.Segments != nil {
		loop.Settings.Steps, loop.Settings.Changes = a.pace.Segments.Steps, a.pace.Segments.Changes
	}
	loop.On = func(st *train.State[float64]) error {
		a.weigh(a.done(st.Step))
		return nil
	}
	loop.State.Damping = segmentDamping
	if _, err := a.resume(loop, k.Name()); err != nil {
		return err
	}
	g.loop = loop
	if err := a.advance(ctx, loop, k.Name()); err != nil {
		return err
	}
	a.note(k.Name(), g.before, size(segmentErrors(a.net, g.held)))
	return nil
}

// long prepares the stage from the best parameters so far, for as many steps as the rest of all steps are worth; nil
// where the model does not follow segments much longer than the windows, or one step on them is worth more.
func (a *run) long(st *train.State[float64]) *rollouts {
	f, m := a.f, a.loop.Model.Copy()
	if a.s.Objective != Windows || a.s.Method != train.GaussNewton {
		return nil
	}
	copy(m.Theta, st.Best)
	c := f.course(firstStride)
	if len(f.set.Forces()) > 0 {
		c = f.course(1) // they are linear between rows
	}
	rows := c.longest(m, f.s.Window)
	if rows == 0 {
		return nil
	}
	if len(f.set.Forces()) == 0 {
		c = f.course(f.stride(m, rows, strideChange*c.error(m, rows)))
	}
	P, n := len(m.Theta), 2*m.Spec.D()
	held, learn := c.segments(rows, 1, toSelect), c.segments(rows, 1, toLearn)
	learn = c.segments(rows, max(1, learn.Steps*max(leastResiduals, n*learn.Len())/(segmentResiduals*P),
		learn.Steps/mostTimes), toLearn)
	if learn.Len() == 0 || held.Len() == 0 {
		return nil
	}
	g, units, all := &rollouts{held: held, before: size(segmentErrors(m, held))}, segmentErrors(m, learn),
		make([]float64, held.Len())
	for i, least := 0, size(units)/4; i < len(units); i++ {
		units[i] = max(units[i], least)
	}
	for i := range all {
		all[i] = g.before
	}
	k := segmentResiduals*P/(a.loop.Train.Pass(m, 1).Width()*learn.Len()) + 1
	g.learn = weighted(m, learn, units, a.loop.Train, k, 1)
	g.valid = weighted(m, held, all, a.loop.Valid, a.loop.Valid.Len()/held.Len()+1, windowShare)
	g.steps = a.worth(learn, g.learn.Pass(m, 1).Width(), P, st.Step)
	if g.steps == 0 {
		return nil
	}
	return g
}

// worth is how many steps on segments the rest of all steps are worth, by the products they take: P² for a residual,
// and some hundred P for a state with its derivatives.
func (a *run) worth(on *train.Segments[float64], width, P, step int) int {
	s, cost := a.loop.Settings, func(states, residuals int) float64 {
		return float64(stateCost*states) + float64(P)*float64(residuals)
	}
	window := cost(len(on.Method.B)*a.f.s.Window*s.Batch, a.loop.Train.Pass(a.loop.Model, 1).Width()*s.Batch)
	segment := cost(len(on.Method.B)*on.Steps*on.Len(), width*on.Len())
	return int(float64(s.Total(step)-step) * window / segment)
}

// weighted is the loss of segments in units of their errors now, with k samples of what was learned until now beside
// each of them, in units of theirs, with a share of the weight.
func weighted(m *model.Model[float64], segments *train.Segments[float64], units []float64, o train.Objective[float64],
	k int, share float64) train.Objective[float64] {
	b := &train.WeightedSum[float64]{Second: o, Weight: 1}
	own, n := *segments, 2*m.Spec.D()
	own.Scale = slices.Clone(segments.Scale)
	for i, s := range units {
		for at := (own.First[i] + 1) * n; at < (own.First[i]+own.Steps+1)*n; at++ {
			own.Scale[at] *= max(s, 1e-9)
		}
	}
	b.First = &own
	for i := range own.First {
		var of []int
		for l := range k {
			of = append(of, (l*len(own.First)+i)*o.Len()/(k*len(own.First)))
		}
		b.Of = append(b.Of, of)
	}
	sum, loss := 0.0, train.NewLoss(o, m, k)
	for _, of := range b.Of {
		sum += loss.Of(of, nil)
	}
	b.Weight = share * train.MeanLoss(b.First, m) * float64(len(own.First)) / max(sum, math.SmallestNonzeroFloat64)
	return b
}

// segmentErrors are the root mean squares of the errors of each segment at its observation times, in units of its
// scales.
func segmentErrors(m *model.Model[float64], o *train.Segments[float64]) (errs []float64) {
	B := o.Len()
	pass, batch := o.Pass(m, B), make([]int, B)
	r, c := make([]float64, B*pass.Width()), make([]float64, B*pass.Width())
	for b := range batch {
		batch[b] = b
	}
	pass.Residuals(batch, r, c)
	for b := range batch {
		sum, n := 0.0, 0.0
		for at := b; at < len(r); at += B {
			if c[at] > 0 {
				sum, n = sum+r[at]*r[at], n+1
			}
		}
		errs = append(errs, math.Sqrt(sum/n))
	}
	return errs
}

// size is the root mean square.
func size(x []float64) float64 {
	sum := 0.0
	for _, e := range x {
		sum += e * e / float64(len(x))
	}
	return math.Sqrt(sum)
}
