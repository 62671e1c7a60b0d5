package fit

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/train"
)

// shooting learns a network from measured motion: a weak initialisation selected by held-out motion, then multiple
// shooting, whose segments grow as far as held-out motion gets better; a sum of terms loses what is small.
func (f *problem) shooting(ctx context.Context, s Options, w watch) (Network, error) {
	steps := 0
	o := &train.Identification{
		Learn: f.motion.learn, Held: f.motion.held, Swing: f.motion.swing, Penalty: train.L2, Iterations: s.Steps,
		Seed:    s.Seed,
		Workers: cmp.Or(s.Workers, par.Workers()), On: func(l train.Length) {
			if steps += l.Iterations; s.On != nil {
				s.On(Progress{Model: f.spec.Family, Step: steps, Steps: steps, Loss: l.Loss, Valid: l.After,
					Elapsed: w.elapsed()})
			}
		},
	}
	if f.motion.outliers > 0 {
		o.Penalty = train.Student
	}
	x, err := f.identify(ctx, o, s)
	if err != nil {
		return Network{}, err
	}
	if s.From == nil {
		f.decided(x)
	}
	r := Record{
		Run: hashed(f.id), Plan: &f.plan, Seed: s.Seed, Steps: steps, Method: train.GaussNewton, Workers: o.Workers,
		Loss: o.Penalty.Name, Objective: Motion, Horizon: s.Horizon, Data: f.print, Options: f.set.Layout(s.Columns),
		Seconds: w.elapsed().Seconds(), Validation: x.Score, Stages: f.stagesOf(x), Formula: f.formula(x),
	}
	if s.From != nil {
		r.Before = before(s.From[0].Record)
	}
	if x.Score > doubtful {
		r.Doubt = fmt.Sprintf("held-out motion is off by %.3g times the noise", math.Sqrt(x.Score))
	}
	return Network{r, x.Model}, nil
}

// identify goes through the stages. Where nothing was said of friction, the motion decides. From a finished model
// shooting goes on.
func (f *problem) identify(ctx context.Context, o *train.Identification, s Options) (x train.Identified, err error) {
	if s.From != nil {
		if x, err = o.Score(ctx, s.From[0].Net.Copy()); err != nil {
			return x, err
		}
		return o.Shoot(ctx, x)
	}
	if err := f.chooseForces(ctx, o, s); err != nil {
		return x, err
	}
	if f.freeFriction() {
		x, err = f.withFriction(ctx, o, s)
	} else {
		net, e := model.New[float64](f.spec, s.Seed)
		if e != nil {
			return x, e
		}
		x, err = f.shot(ctx, o, net, s)
	}
	if err == nil && model.FamilyOf(f.spec.Family).Netless {
		x, err = o.Prune(ctx, x)
	}
	if err == nil {
		x, err = f.held(ctx, o, x)
	}
	return x, err
}

// shot is a network after its initial guess and shooting.
func (f *problem) shot(ctx context.Context, o *train.Identification, net *model.Model[float64], s Options) (
	x train.Identified, err error) {
	if len(net.Linear()) == 0 {
		if err := f.learnSmoothed(ctx, net, s); err != nil {
			return x, err
		}
		x, err = o.Score(ctx, net)
	} else if x, err = o.Weak(ctx, net); err == nil && x.Model == nil {
		return x, fmt.Errorf("no initial guess of a %s: no mass matrix was positive definite, or no stretch of the "+
			"recording is as long as a sixth of its fastest swing", f.spec.Family)
	}
	if err != nil {
		return x, err
	}
	return o.Shoot(ctx, x)
}

// stagesOf are the parts of an identification, by their errors on held-out motion.
func (f *problem) stagesOf(x train.Identified) (stages []Stage) {
	note := func(name string, before, after float64) {
		stages = append(stages, Stage{name, math.Sqrt(before), math.Sqrt(after), true})
	}
	for _, l := range x.Lengths {
		note(fmt.Sprintf("segments of %.3g %s", l.Duration, f.set.TimeUnit()), l.Before, l.After)
	}
	note("all of it", x.Weak, x.Score)
	return stages
}

// learnSmoothed teaches a net without linear parameters the accelerations of the smoother, as if they were recorded.
func (f *problem) learnSmoothed(ctx context.Context, net *model.Model[float64], s Options) error {
	o := f.motion.sharp(f.penalty)
	loop := train.Loop[float64]{Model: net, Train: o, Valid: o, State: train.NewState(net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: smoothedSteps, Validate: smoothedSteps,
		Batch: max(leastBatch, residualsPerParameter*len(net.Theta)/f.spec.D()), Seed: s.Seed, Workers: s.Workers}
	return loop.Run(ctx)
}
