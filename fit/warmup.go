package fit

import (
	"context"
	"fmt"
	"slices"

	"lagrange/train"
)

const (
	warmEnds  = 0.1 // of the loss without acceleration, held out: what the steps of Adam are to leave
	warmBatch = 256 // states, of a graph sites, at least 16 states
	warmRate  = 5e-3
)

// warmSteps are those of Adam, and those in their place where the first ones leave too much. Five cycles of the fewer ones did not do what the many did.
var warmSteps = []int{600, 3000}

// warmUp are steps of Adam from the parameters as they were drawn, before Gauss and Newton's steps on accelerations: all layers move with them, and the
// steps that follow end more often in a good place than from a solution of the last layer alone.
type warmUp struct{}

// Name implements stage.
func (warmUp) Name() string { return "warm-up" }

// Run implements stage.
func (w warmUp) Run(ctx context.Context, a *run) error {
	if !a.drawn || a.resumes(steps{}.Name()) { // it is not wanted, or has been done
		return nil
	}
	s, still, drawn := a.s, a.f.still(a.valid), slices.Clone(a.net.Theta)
	for i, n := range warmSteps {
		copy(a.net.Theta, drawn)
		adam := train.Settings{
			Steps: n, Validate: n / 6, Batch: max(16, warmBatch/s.sites(a.net.Spec.D())), Rate: warmRate, Seed: s.Seed, Workers: s.Workers,
		}
		loop := train.Loop[float64]{Model: a.net, Train: a.learn, Valid: a.valid, Settings: adam, State: train.NewState(a.net)}
		name := fmt.Sprint(w.Name(), " ", i)
		if _, err := a.resume(&loop, name); err != nil {
			return err
		}
		if err := a.advance(ctx, &loop, name); err != nil || loop.State.BestLoss < warmEnds*still {
			return err
		}
	}
	return nil
}
