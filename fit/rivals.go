package fit

import (
	"context"
	"slices"

	"lagrange/train"
)

// rivals is the stage that tries Gauss–Newton beside Kaczmarz, where that is what the plan takes: from the parameters
// that steps of Adam have led to, for as long. The steps go by the one that leaves less of what is held out, from where
// both began: the training is the one that asks for that method. Steps that were asked for are Kaczmarz's, and a tenth
// of them is made by Gauss–Newton.
type rivals struct{}

// Name implements stage.
func (rivals) Name() string { return "rivals" }

// Run implements stage. A run that goes on from its steps has their method from there, and one in place of another
// that was given up goes by that one's.
func (rivals) Run(ctx context.Context, a *run) error {
	s := &a.s
	switch few := s.Steps > 0 && s.Steps < rivalSteps; {
	case !a.f.own || s.Method != train.Kaczmarz || !a.drawn || a.restarts > 0 || a.resumes(steps{}.Name()):
		return nil
	case s.Like != nil:
		if s.Like[a.member].Record.Method == train.GaussNewton {
			s.Method = train.GaussNewton
		}
		return nil
	case few || len(a.net.Theta) > mostRival:
		return nil
	}
	tell := s.preparing("choice of method")
	tell(0, 2)
	kaczmarz, err := a.tried(ctx, train.Settings{Method: train.Kaczmarz, Steps: rivalSteps})
	if err != nil {
		return err
	}
	tell(1, 2)
	newton, err := a.tried(ctx, train.Settings{Method: train.GaussNewton, Steps: rivalSteps / worthSteps,
		Batch: newtonBatch(residualsPerParameter, len(a.net.Theta), a.learn.Pass(a.net, 1).Width())})
	if err != nil {
		return err
	}
	tell(2, 2)
	if newton < kaczmarz {
		s.Method = train.GaussNewton
		if s.Steps > 0 {
			s.Steps /= worthSteps
		}
	}
	return nil
}

// tried is what steps from the parameters of the net leave of what is held out. The net stays as it was.
func (a *run) tried(ctx context.Context, s train.Settings) (left float64, err error) {
	start := slices.Clone(a.net.Theta)
	s.Validate, s.Checks, s.Seed, s.Workers = s.Steps/6, min(warmChecks, a.valid.Len()), a.s.Seed, a.s.Workers
	loop := train.Loop[float64]{Model: a.net, Train: a.learn, Valid: a.valid, Settings: s, State: train.NewState(a.net)}
	err = loop.Run(ctx)
	copy(a.net.Theta, start)
	return loop.State.BestLoss, err
}
