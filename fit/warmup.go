package fit

import (
	"context"
	"fmt"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

const (
	goodStart = 0.02 // of the loss without acceleration: a convex start that leaves less is kept
	warmEnds  = 0.1  // of that loss, held out: what the steps of Adam are to leave
	warmBatch = 256  // states, of a graph sites, at least 16 states
	warmRate  = 5e-3
)

// warmSteps are those of Adam, and those in their place where the first ones leave too much. Five cycles of the fewer ones did not do what the many did.
var warmSteps = []int{600, 3000}

// warm prepares a network to learn accelerations by Gauss and Newton's method, and returns the objective, of a Lagrangian with the loss that keeps its
// mass matrix positive definite. A convex start that leaves next to nothing is kept, and returned. Otherwise steps of Adam from the parameters as they
// were drawn come first: all layers move with them, and Gauss and Newton's steps then end more often in a good place than from a solution of the last
// layer alone.
func (a *attempt) warm(ctx context.Context, net *model.Model[float64], o, valid *train.Accelerations[float64]) (train.Objective[float64], train.Start, error) {
	f, s := a.f, a.s
	if s.From != nil {
		return train.KeepDefinite(net, o, nil), train.Start{}, nil
	}
	drawn := slices.Clone(net.Theta)
	start, err := train.ConvexStart(ctx, net, o, train.Convex{Seed: s.Seed, Workers: s.Workers})
	learn := train.KeepDefinite(net, o, start.Unit)
	if err != nil || start.Done && start.After < goodStart*f.still(o) {
		return learn, start, err
	}
	if start.Done {
		learn = train.KeepDefinite(net, o, nil)
	} else {
		drawn = slices.Clone(net.Theta) // with a positive definite M
	}
	if a.resumes(allSteps) { // what follows has been done
		return learn, train.Start{}, nil
	}
	still := f.still(valid)
	for i, steps := range warmSteps {
		copy(net.Theta, drawn)
		adam := train.Settings{Steps: steps, Validate: steps / 6, Batch: max(16, warmBatch/s.sites(net.Spec.D())), Rate: warmRate, Seed: s.Seed, Workers: s.Workers}
		loop := train.Loop[float64]{Model: net, Train: learn, Valid: valid, Settings: adam, State: train.NewState(net)}
		stage := fmt.Sprint(warmUp, " ", i)
		if _, err := a.resume(&loop, stage); err != nil {
			return learn, train.Start{}, err
		}
		if err := a.advance(ctx, &loop, stage); err != nil || loop.State.BestLoss < warmEnds*still {
			return learn, train.Start{}, err
		}
	}
	return learn, train.Start{}, nil
}
