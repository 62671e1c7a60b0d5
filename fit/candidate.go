package fit

import (
	"context"
	"fmt"
	"slices"

	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// tryTerms has sums of terms learn a recording of states where no model was asked for, and nothing that only a network
// has, or one of whatever terms: a library that has the terms of L finds them to many digits from few rows, where a
// network is left with a thousandth. Each has a convex initialisation and, if that leaves clearly less than the ones
// before, some steps on windows. The first one is taken that leaves next to nothing of the loss without acceleration on
// the windows that choose a guess. Else all is as it was, and one is kept for the end: the first than which none is
// clearly better on windows held out.
func (f *problem) tryTerms(ctx context.Context, asked Options, selection *train.Segments[float64],
	still float64) (taken bool, err error) {
	if !f.triesSums(asked) {
		return false, nil
	}
	was, least := f.spec.Coordinates, cleanGuess
	f.spec.Coordinates = kneed(was, f.split.Train)
	defer func() {
		if !taken {
			f.spec.Coordinates = was
		}
	}()
	held, err := f.heldWindows()
	if err != nil {
		return false, err
	}
	var best *trial
	without := f.without(held)
	for _, l := range libraries {
		t := trial{title: l.title, asked: asked, held: held, still: without}
		if t.net, err = f.sum(l.terms(f), f.spec.Friction); err != nil {
			return false, nil // a library has no system parameters
		}
		if t.net == nil {
			continue
		}
		n, d := len(t.net.Linear()), f.set.D()
		c := train.ConvexOptions{Seed: f.s.Seed, Workers: f.s.Workers, Ridges: convexRidges[:1], Selection: selection,
			On:      f.s.preparing("terms of " + l.title),
			Samples: min(convexSamples, convexWork/(1+d*n*n))}
		if c.Samples*d < 2*n {
			continue // it would take long
		}
		if t.guess, err = train.ConvexInitialisation(ctx, t.net, f.estimated(0), c); err != nil {
			return false, err
		}
		if !t.guess.Done {
			continue
		}
		typical := t.typical()
		if typical > least {
			continue
		}
		least = clearly * typical
		left, err := f.try(ctx, t.net, t.guess, selection)
		if err != nil {
			return false, err
		}
		t.left, t.logs = train.MeanLoss(held, t.net), t.stretches(t.net)
		if left < exactTerms*still {
			t.guess.After = min(t.guess.After, left)
			return true, f.takeTerms(&t, fmt.Sprintf("%s after %d steps", t.leaves(), trialSteps))
		}
		if best == nil || train.Clearly(t.logs, best.logs) {
			best = &t
		}
	}
	f.tried = best
	return false, nil
}

// heldWindows are some that are held out, taken evenly, with steps of the integrator that are off by next to nothing.
func (f *problem) heldWindows() (*train.Segments[float64], error) {
	_, v, err := f.windows()
	if err != nil {
		return nil, err
	}
	o, n := *v, min(validationMost, v.Len())
	o.Method, o.First = ode.Dop853.Tableau, nil
	for k := range n {
		o.First = append(o.First, v.First[k*v.Len()/n])
	}
	return &o, nil
}

// tryNatural has a natural network learn a clean recording, as the networks before it did, the best of which left so
// much, if any was good. Where both have a guess, some steps of each decide, and only what is left clearly less: the
// better guess was not always the better model in the end.
func (f *problem) tryNatural(ctx context.Context, asked Options, selection *train.Segments[float64], spec model.Spec,
	best float64) (s train.InitialGuess, err error) {
	if spec.Family != DefaultModel || f.estimated(0).Weight == nil {
		return s, nil
	}
	spec.Hidden, spec.Head, spec.Natural = naturalNet.Hidden, naturalNet.Head, true
	spec.Coordinates = kneed(spec.Coordinates, f.split.Train)
	net, err := model.New[float64](spec, f.s.Seed)
	if err != nil {
		return s, err
	}
	if s, err = f.initialise(ctx, net, f.s, selection); err != nil || !s.Done {
		return s, err
	}
	if g := f.guessed; g.theta != nil {
		other, err := model.With(f.spec, slices.Clone(g.theta))
		if err != nil {
			return s, err
		}
		theirs, err := f.try(ctx, other, g.guess, selection)
		if err != nil {
			return s, err
		}
		ours, err := f.try(ctx, net.Copy(), s, selection)
		if err != nil || !(ours < clearly*theirs) {
			return s, err
		}
	} else if s.After > best {
		return s, nil
	}
	f.take(asked, spec, net, s)
	return s, nil
}

// try makes a few steps of Gauss–Newton on windows, from an initial guess, and says what is left on the selection set.
func (f *problem) try(ctx context.Context, net *model.Model[float64], guess train.InitialGuess,
	selection *train.Segments[float64]) (left float64, err error) {
	learn, valid, err := f.windows()
	if err != nil {
		return 0, err
	}
	learn.Method = ode.Dop853.Tableau
	if err := f.fewSteps(ctx, net, guess, learn, joint(learn, valid, validationMost)); err != nil {
		return 0, err
	}
	sharp := *selection
	sharp.Method = ode.Dop853.Tableau // what is left may be less than steps of RK4 are off by
	return train.MeanLoss(&sharp, net), nil
}

// fewSteps makes a few steps of Gauss–Newton from an initial guess, and keeps the best.
func (f *problem) fewSteps(ctx context.Context, net *model.Model[float64], guess train.InitialGuess,
	learn, valid train.Objective[float64]) error {
	loop := train.Loop[float64]{Model: net, Train: train.KeepPositiveDefinite(net, learn, guess), Valid: valid,
		State: train.NewState(net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: trialSteps, Validate: trialSteps / 2,
		Batch: f.batch(net, learn), Seed: f.s.Seed, Workers: f.s.Workers}
	return loop.Run(ctx)
}

// batch is how many samples a step of Gauss–Newton takes where nothing was said. A sum of terms takes all
// accelerations, as far as these are not much work: noise is least in all of them.
func (f *problem) batch(net *model.Model[float64], learn train.Objective[float64]) int {
	P, width, all := len(net.Theta), learn.Pass(net, 1).Width(), learn.Len()
	each := float64(residualsPerParameter)
	switch {
	case model.FamilyOf(net.Spec.Family).Netless && f.s.onRows() && all <= mostAtOnce &&
		all*width*P*P <= convexWork:
		return all
	case f.s.dear(f.set):
		each = dearResiduals
	}
	return newtonBatch(each, P, width)
}

// newtonBatch is how many samples of width residuals a step of Gauss–Newton takes for so many parameters where nothing
// was said: those that have so many residuals for each. A state of very many sites shows many states of sites at once.
func newtonBatch(each float64, parameters, width int) int {
	least := min(leastBatch, max(leastWide, leastBatch*wideSample/width))
	return max(least, int(each*float64(parameters))/width)
}
