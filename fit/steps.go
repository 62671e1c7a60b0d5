package fit

import (
	"context"

	"lagrange/train"
)

// steps is the stage that every training has: the steps of its method on what it learns from, all that were asked for,
// or as many as show that they lead nowhere or that long roll-outs serve better.
type steps struct{}

// Name implements stage.
func (steps) Name() string { return "steps" }

// Run implements stage. A run that was given up goes on to where that was decided, and is given up again; so does one
// that went on to long roll-outs.
func (k steps) Run(ctx context.Context, a *run) error {
	s := a.s
	a.f.worst(a.valid)
	if s.Batch == 0 && s.Method != train.Kaczmarz {
		s.Batch = a.f.batch(a.net, a.learn)
	}
	a.loop = &train.Loop[float64]{Model: a.net, Train: a.learn, Valid: a.valid, State: train.NewState(a.net)}
	a.loop.Settings = train.Settings{Method: s.Method, Steps: s.Steps, Batch: s.Batch, Rate: s.Rate, Seed: s.Seed,
		Workers: s.Workers}
	a.loop.On, a.loop.Ends = a.validated, a.ends
	resumed, err := a.resume(a.loop, k.Name())
	if err == nil {
		err = a.paces(ctx, resumed)
	}
	if err != nil {
		return err
	}
	copy(a.net.Theta, a.loop.State.Theta)
	if !resumed || !a.decided() || !a.ends(a.loop.State) {
		if err := a.advance(ctx, a.loop, k.Name()); err != nil {
			return err
		}
	}
	copy(a.net.Theta, a.loop.State.Best)
	return nil
}

// paces sets the number of steps, if it is not that of a run that goes on: that of a pace to repeat, that which was
// asked for, or as many as fit into what is left of the budget. The others of an ensemble hear of it.
func (a *run) paces(ctx context.Context, resumed bool) (err error) {
	to := &a.loop.Settings
	switch {
	case resumed:
	case a.pace != nil:
		to.Steps, to.Changes = a.pace.Steps, a.pace.Changes
	case to.Steps == 0:
		left := remains(a.s.Budget, a.watch.elapsed())
		if to.Steps, err = train.Calibrate(ctx, a.net, a.learn, a.valid, *to, left); err != nil {
			return err
		}
	}
	if a.agree != nil && a.pace == nil {
		worth := 1
		if to.Method != a.f.s.Method { // Gauss–Newton in place of Kaczmarz
			worth = worthSteps
		}
		to.Steps, err = a.agree(worth * to.Steps)
		to.Steps = max(1, to.Steps/worth)
	}
	return err
}

// validated is called at every validation.
func (a *run) validated(st *train.State[float64]) error {
	a.weigh(st.Step)
	if st.Step == a.loop.Settings.Total(st.Step) {
		a.why = a.doubt(st.BestLoss, hopeless)
	}
	return nil
}

// decided says whether a run that goes on stands where it was decided how.
func (a *run) decided() bool { st := a.loop.State; return st.Decided > 0 && st.Decided == st.Step }

// ends says, at the first validation after a third of the steps, whether they end there: for another network, or for
// long roll-outs.
func (a *run) ends(st *train.State[float64]) bool {
	if st.Decided == 0 && st.Step >= max(1, a.loop.Settings.Total(st.Step)/decideAfter) {
		st.Decided = st.Step
	}
	if !a.decided() {
		return false
	}
	if a.restarts < mostRestarts && a.s.From == nil {
		limit := hopeless
		if a.loop.Settings.Total(st.Step) < fewSteps {
			limit = 1
		}
		if a.why = a.doubt(st.BestLoss, limit); a.why != "" {
			return true
		}
	}
	a.rollouts = a.long(st)
	return a.rollouts != nil
}
