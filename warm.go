package lagrange

import (
	"context"
	"math"
	"os"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

const (
	goodStart = 0.02 // of the loss without acceleration: a convex start that leaves less is kept
	warmEnds  = 0.1  // of that loss, held out: what the steps of Adam are to leave,
	warmFails = 0.4  // and what many of them may leave, or other parameters are drawn
	warmBatch = 256  // states, of a graph sites, at least 16 states
	warmRate  = 5e-3
)

// warmSteps are those of Adam, and those in their place where the first ones leave too much. Five cycles of the fewer ones did not do what the many did.
// The last ones are for other draws: of the relativistic particle one draw of ten leaves two thirds where the others leave a quarter, and Gauss and
// Newton's steps then find no way out of it.
var warmSteps = []int{600, 3000, 3000, 3000}

// warm prepares a network to learn accelerations by Gauss and Newton's method, and returns the objective, of a Lagrangian with the loss that keeps its
// mass matrix positive definite. A convex start that leaves next to nothing is kept, and returned. Otherwise steps of Adam from the parameters as they
// were drawn come first: all layers move with them, and Gauss and Newton's steps then end more often in a good place than from a solution of the last
// layer alone.
func (f *fitting) warm(ctx context.Context, net *model.Model[float64], o, valid *train.Accelerations[float64], s Settings) (train.Objective[float64], train.Start, error) {
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
	if s.resumes(s.Checkpoint) { // what follows has been done
		return learn, train.Start{}, nil
	}
	still, best, kept := f.still(valid), math.Inf(1), []float64(nil)
	for k, steps := range warmSteps {
		if k > 1 {
			other, err := model.New[float64](net.Spec, s.Seed+uint64(k)<<40)
			if err != nil {
				return learn, train.Start{}, err
			}
			drawn = other.Theta
		}
		copy(net.Theta, drawn)
		adam := train.Settings{Steps: steps, Validate: steps / 6, Batch: max(16, warmBatch/s.sites(net.Spec.D())), Rate: warmRate, Seed: s.Seed, Workers: s.Workers}
		loop := train.Loop[float64]{Model: net, Train: learn, Valid: valid, Settings: adam, State: train.NewState(net)}
		err := loop.Run(ctx)
		left := loop.State.BestLoss
		if err != nil || left < warmEnds*still {
			return learn, train.Start{}, err
		}
		if k > 0 && left < best {
			best, kept = left, slices.Clone(net.Theta)
		}
		if best < warmFails*still {
			break
		}
	}
	copy(net.Theta, kept)
	return learn, train.Start{}, nil
}

// resumes says whether there is a checkpoint to go on from.
func (s Settings) resumes(checkpoint string) bool {
	if !s.Resume || checkpoint == "" {
		return false
	}
	_, err := os.Stat(checkpoint)
	return err == nil
}
