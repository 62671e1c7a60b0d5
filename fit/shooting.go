package fit

import (
	"context"
	"fmt"

	"lagrange/train"
)

// iterations are those of shooting.
func iterations(x identified) (n int) {
	for _, l := range x.Lengths {
		n += l.Iterations
	}
	return max(1, n)
}

// shooting is the stage that a training on smoothed states has in place of all others.
type shooting struct{}

// Name implements stage.
func (shooting) Name() string { return Shooting }

// Run implements stage. A member of an ensemble, or the network after one that was given up, is found anew.
func (shooting) Run(ctx context.Context, a *run) error {
	f := a.f
	if f.identified == nil {
		return nil
	}
	x := *f.identified
	if a.s.Seed != x.seed && f.s.From == nil && len(f.spec.Hidden) > 0 {
		o := f.identification(a.s.Seed)
		m, err := f.features(f.spec, a.s.Seed)
		if err != nil {
			return err
		}
		found, err := o.Weak(ctx, m)
		if err == nil && found.Model != nil {
			found, err = o.Shoot(ctx, found)
		}
		if err != nil {
			return err
		}
		if found.Model == nil {
			return fmt.Errorf("no weak initialisation of seed %d has a positive definite mass matrix: try another seed",
				a.s.Seed)
		}
		x.Identified = found
	}
	copy(a.net.Theta, x.Model.Theta)
	n := iterations(x)
	a.loop = &train.Loop[float64]{Model: a.net, Train: a.learn, Valid: a.valid, State: train.NewState(a.net)}
	a.loop.Settings = train.Settings{Method: Shooting, Steps: n, Seed: a.s.Seed, Workers: a.s.Workers}
	st := a.loop.State
	st.Step, st.BestLoss = n, train.MeanLoss(a.valid, a.net)
	copy(st.Theta, a.net.Theta)
	copy(st.Best, a.net.Theta)
	a.f.worst(a.valid)
	a.weigh(n)
	a.why = a.doubt(st.BestLoss, hopeless)
	a.identified = f.record(x)
	if a.s.On != nil {
		a.s.On(Progress{Model: a.net.Spec.Family, Step: n, Steps: n, Loss: x.Score, Valid: st.BestLoss,
			Elapsed: a.watch.elapsed()})
	}
	return nil
}
