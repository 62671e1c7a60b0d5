package fit

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// acting is a recording with its known forces as late as was asked for, or as in the model to go on from.
func (s Options) acting(set *data.Set) (*data.Set, error) {
	spec := model.Spec{}
	switch {
	case s.From != nil:
		spec = s.From[0].Net.Spec
	case s.Delay == nil:
		return set, nil
	case !(*s.Delay >= 0) || math.IsInf(*s.Delay, 0):
		return nil, fmt.Errorf("a delay of %v: forces act later than they are recorded, by a finite time", *s.Delay)
	case len(set.Forces()) == 0:
		return nil, fmt.Errorf("a delay of %v, and no known force is recorded: name its column with --u", *s.Delay)
	default:
		spec.Inputs = make([]model.Input, set.M())
		held := map[string]bool{}
		for _, u := range s.Held {
			held[u] = true
		}
		for j, u := range set.Forces() {
			spec.Inputs[j] = model.Input{Delay: *s.Delay, Held: held[u]}
		}
	}
	if spec.M() != set.M() {
		return set, nil // it is refused elsewhere
	}
	return set.Delayed(spec.Delays()), nil
}

// delays looks whether known forces act later than they are recorded: if that is more than chance, likelier by far, and
// predicts held-out motion no worse, all is found again with forces that do. x is what was found without. Where forces
// may go otherwise between rows, that is tried too, with a delay of its own: a held force lags by half a row.
func (f *problem) delays(ctx context.Context, o *train.Identification, s Options, x train.Identified) (
	train.Identified, error) {
	if len(f.set.Forces()) == 0 || len(x.Model.Linear()) == 0 {
		return x, nil
	}
	if f.lag != nil && f.lag.Value > 0 {
		return f.refined(ctx, o, x, f.lag.Value)
	}
	if s.Delay != nil {
		return x, nil
	}
	l := f.lateness(o, x, 0)
	if f.undelayed(l); !l.Sure() || o.Over() {
		return x, nil
	}
	y, err := f.refined(ctx, o, x, 0)
	if err != nil {
		return x, err
	}
	if f.freeForces() {
		late := f.lag
		f.later(o, x.Model.Spec, 0)
		z, err := o.Again(ctx, otherwise(x.Model), x)
		if err == nil {
			z, err = f.refined(ctx, o, z, 0)
		}
		if err != nil {
			return x, err
		}
		if y.Likelier(z, o) > 0 {
			y = z
		} else {
			f.lag = late
		}
	}
	late := *f.lag
	if !late.Sure() || x.Likelier(y, o) < 2*frictionGain || y.Score > x.Score && !train.Tied(y.Log, x.Log) {
		f.later(o, x.Model.Spec, 0)
		f.undelayed(l)
		return x, nil
	}
	return f.again(ctx, o, s, y)
}

// undelayed notes that forces act as they are recorded, by the lateness of what was found.
func (f *problem) undelayed(l train.Estimate) {
	f.lag = &train.Estimate{SD: l.SD}
	if unit := f.set.TimeUnit(); math.IsInf(l.SD, 1) {
		f.lag = nil
		f.plan.set("delay", "none", "the motion does not tell it")
	} else {
		f.plan.set("delay", "none", fmt.Sprintf("known forces act %s ± %s later than recorded", with(l.Value, unit),
			with(l.SD, unit)))
	}
}

// again finds everything with the delay of y, and how forces go between rows.
func (f *problem) again(ctx context.Context, o *train.Identification, s Options, y train.Identified) (
	train.Identified, error) {
	f.spec.Inputs = y.Model.Spec.Inputs
	f.s.Held = f.forcesGo(f.spec.Inputs)
	s.Held = f.s.Held
	f.later(o, f.spec, f.lag.Value)
	x, err := f.identify(ctx, o, s)
	f.delayed = true
	unit := f.set.TimeUnit()
	f.plan.set("delay", fmt.Sprintf("%s ± %s", with(f.lag.Value, unit), with(f.lag.SD, unit)),
		"known forces act later than they are recorded")
	return x, err
}

// refined has forces act ever nearer to when they do by the likelihood, beginning with a delay, and x go along. It sets
// the lateness that it comes to.
func (f *problem) refined(ctx context.Context, o *train.Identification, x train.Identified, delay float64) (
	train.Identified, error) {
	for range mostDelays {
		l := f.lateness(o, x, delay)
		f.lag = &train.Estimate{Value: delay, SD: l.SD}
		if !(math.Abs(l.Value) > l.SD/2) || o.Over() {
			break
		}
		delay = max(0, delay+l.Value)
		m := x.Model.Copy()
		m.Spec.Inputs = delayed(m.Spec, delay)
		f.later(o, m.Spec, delay)
		var err error
		if x, err = o.Again(ctx, m, x); err != nil {
			return x, err
		}
	}
	return x, nil
}

// lateness is that of the forces of x, beside the delay that they have.
func (f *problem) lateness(o *train.Identification, x train.Identified, delay float64) train.Estimate {
	was := *o
	defer func() { *o = was }()
	return o.Likeliest(x, delayStep*f.set.TypicalStep(), func(time float64) *train.Measured {
		f.later(o, x.Model.Spec, delay+time)
		return o.Learn
	})
}

// delayed are the inputs of a Spec with forces that act later.
func delayed(s model.Spec, delay float64) (in []model.Input) {
	in = append(in, s.Inputs...)
	for j := range in {
		if !in[j].SystemParameter {
			in[j].Delay = delay
		}
	}
	return in
}

// later has the motion that an identification learns from, and what is held out, be under forces that act later.
func (f *problem) later(o *train.Identification, s model.Spec, delay float64) {
	s.Inputs = delayed(s, delay)
	split, err := f.set.Delayed(s.Delays()).Split(f.s.Horizon, !f.s.Apart)
	if err != nil {
		panic("fit: a recording that was split is not: " + err.Error())
	}
	learn, held := f.sampled(split)
	o.Learn, o.Held = under(f.motion.learn, learn), under(f.motion.held, held)
	o.Learn.Parts, o.Held.Parts = f.motion.learn.Parts, f.motion.held.Parts
}

// under is a motion under the forces of a recording of the same rows.
func under(o *train.Measured, set *data.Set) *train.Measured {
	out := *o
	out.Of = append([]train.Measurement(nil), o.Of...)
	for i := range out.Of {
		out.Of[i].U = set.Trajectories[i].U
	}
	return &out
}
