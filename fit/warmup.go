package fit

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/model"
	"lagrange/train"
)

// warmUp are steps of Adam from the parameters as they were drawn, before the steps of Gauss–Newton on accelerations:
// all layers move with them, and the steps that follow end more often in a good place than from a solution of the last
// layer alone.
type warmUp struct{}

// Name implements stage.
func (warmUp) Name() string { return "warm-up" }

// Run implements stage.
func (w warmUp) Run(ctx context.Context, a *run) error {
	if !a.drawn || a.resumes(steps{}.Name()) { // it is not wanted, or has been done
		return nil
	}
	s, still, drawn := a.s, a.f.still(a.valid), slices.Clone(a.net.Theta)
	best, kept := math.Inf(1), []float64(nil)
	steps := warmSteps
	if a.net.Spec.D() >= wideNet && a.net.Spec.Nodes == nil {
		steps = steps[:1]
	}
	for i, n := range steps {
		if i > 1 {
			other, err := model.New[float64](a.net.Spec, s.Seed+uint64(i)<<40)
			if err != nil {
				return err
			}
			drawn = other.Theta
		}
		copy(a.net.Theta, drawn)
		adam := train.Settings{
			Steps: n, Validate: n / 6, Batch: max(leastWarmBatch, warmBatch/s.nodes(a.net.Spec.D())), Rate: warmRate,
			Seed: s.Seed, Workers: s.Workers, Checks: min(warmChecks, a.valid.Len()),
		}
		loop := train.Loop[float64]{Model: a.net, Train: a.learn, Valid: a.valid, Settings: adam,
			State: train.NewState(a.net)}
		name := fmt.Sprint(w.Name(), " ", i)
		if _, err := a.resume(&loop, name); err != nil {
			return err
		}
		err := a.advance(ctx, &loop, name)
		left := loop.State.BestLoss
		if err != nil || left < warmEnds*still {
			return err
		}
		if (i > 0 || len(steps) == 1) && left < best {
			best, kept = left, slices.Clone(a.net.Theta)
		}
		if best < warmFails*still {
			break
		}
	}
	copy(a.net.Theta, kept)
	return nil
}
