package fit

import (
	"context"
	"math"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

// longArcs is the last stage of a training by Gauss and Newton's method on windows: arcs of the motion as long as the
// model follows them, at best the whole recording. They are looked at where it is one to learn from, and judged where
// it is held out for validation; what was learned until then stands beside both, each in units of its error so far.
type longArcs struct{}

// arcs are what the stage learns from.
type arcs struct {
	learn, valid train.Objective[float64]
	held         *train.Segments[float64] // the arcs of valid in units of the scales
	before       float64                  // error of these
	steps        int
	loop         *train.Loop[float64]
}

// Name implements stage.
func (longArcs) Name() string { return "long arcs" }

// Run implements stage. The model stays as it was where nothing gets better on what is held out.
func (k longArcs) Run(ctx context.Context, a *run) error {
	g := a.arcs
	if g == nil {
		return nil
	}
	loop := &train.Loop[float64]{Model: a.net, Train: g.learn, Valid: g.valid, State: train.NewState(a.net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: g.steps, Batch: g.learn.Len(), Seed: a.s.Seed, Workers: a.s.Workers, Validate: 1}
	if a.pace != nil && a.pace.Arcs != nil {
		loop.Settings.Steps, loop.Settings.Changes = a.pace.Arcs.Steps, a.pace.Arcs.Changes
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
	a.note(k.Name(), g.before, size(arcErrors(a.net, g.held)))
	return nil
}

// long prepares the stage from the best parameters so far, for as many steps as the rest of all steps are worth; nil
// where the model does not follow arcs much longer than the windows, or one step on them is worth more.
func (a *run) long(st *train.State[float64]) *arcs {
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
	held, learn := c.arcs(rows, 1, toJudge), c.arcs(rows, 1, toLearn)
	learn = c.arcs(rows, max(1, learn.Steps*max(leastResiduals, n*learn.Len())/(segmentResiduals*P), learn.Steps/mostTimes), toLearn)
	if learn.Len() == 0 || held.Len() == 0 {
		return nil
	}
	g, units, all := &arcs{held: held, before: size(arcErrors(m, held))}, arcErrors(m, learn), make([]float64, held.Len())
	for i, least := 0, size(units)/4; i < len(units); i++ {
		units[i] = max(units[i], least)
	}
	for i := range all {
		all[i] = g.before
	}
	k := segmentResiduals*P/(a.loop.Train.Pass(m, 1).Width()*learn.Len()) + 1
	g.learn = besides(m, learn, units, a.loop.Train, k, 1)
	g.valid = besides(m, held, all, a.loop.Valid, a.loop.Valid.Len()/held.Len()+1, windowShare)
	g.steps = a.worth(learn, g.learn.Pass(m, 1).Width(), P, st.Step)
	if g.steps == 0 {
		return nil
	}
	return g
}

// worth is how many steps on arcs the rest of all steps are worth, by the products they take: P² for a residual, and
// some hundred P for a state with its derivatives.
func (a *run) worth(on *train.Segments[float64], width, P, step int) int {
	s, cost := a.loop.Settings, func(states, residuals int) float64 { return float64(stateCost*states) + float64(P)*float64(residuals) }
	window := cost(len(on.Method.B)*a.f.s.Window*s.Batch, a.loop.Train.Pass(a.loop.Model, 1).Width()*s.Batch)
	arc := cost(len(on.Method.B)*on.Steps*on.Len(), width*on.Len())
	return int(float64(s.Total(step)-step) * window / arc)
}

// besides is the loss of arcs in units of their errors now, with k samples of what was learned until now beside each of
// them, in units of theirs, with a share of the weight.
func besides(m *model.Model[float64], arcs *train.Segments[float64], units []float64, o train.Objective[float64], k int, share float64) train.Objective[float64] {
	b := &train.WeightedSum[float64]{Second: o, Weight: 1}
	own, n := *arcs, 2*m.Spec.D()
	own.Scale = slices.Clone(arcs.Scale)
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

// arcErrors are the root mean squares of the errors of each arc where it is looked at, in units of its scales.
func arcErrors(m *model.Model[float64], o *train.Segments[float64]) (errs []float64) {
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
