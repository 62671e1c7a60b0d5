package fit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/train"
)

// shooting learns member j from measured motion: a weak initialisation selected by held-out motion, then multiple
// shooting, whose segments grow as far as held-out motion gets better; a sum of terms loses what is not needed.
func (f *problem) shooting(ctx context.Context, s Options, w watch, j int) (Network, error) {
	steps := 0
	o := &train.Identification{
		Learn: f.motion.learn, Held: f.motion.held, Swing: f.motion.swing, Horizon: f.motion.horizon,
		Penalty: train.L2, Iterations: s.Steps, Seed: s.Seed,
		Workers: cmp.Or(s.Workers, par.Workers()), On: func(l train.Length) {
			if steps += l.Iterations; s.On != nil {
				s.On(Progress{Model: f.spec.Family, Stage: f.segments(l), Step: steps, Steps: steps, Loss: l.Loss,
					Valid: l.After, Elapsed: w.elapsed()})
			}
		},
	}
	keep, err := f.remember(o, s, &w)
	if err != nil {
		return Network{}, err
	}
	bound := s.bound()
	o.Over = func() bool { return bound > 0 && w.elapsed() > bound }
	if f.motion.outliers > 0 {
		o.Penalty = train.Student
	}
	var x train.Identified
	if s.From != nil {
		x, err = onward(ctx, o, s.From[j].Net)
	} else if x, err = f.identify(ctx, o, s); err == nil {
		f.decided(x)
	}
	err = keep(ctx, err)
	if err != nil {
		return Network{}, err
	}
	if o.Over() {
		f.plan.set("budget", "spent", "shooting ended before its time, more may find a better model")
	}
	r := Record{
		Run: hashed(f.id), Plan: &f.plan, Seed: s.Seed, Steps: steps, Method: train.GaussNewton, Workers: o.Workers,
		Loss: o.Penalty.Name, Objective: Motion, Horizon: s.Horizon, Apart: s.Apart,
		Data: f.print, Options: f.set.Layout(s.Columns),
		Ranges:  f.split.Train.Ranges(),
		Seconds: w.elapsed().Seconds(), Validation: o.OnHeld(x), Stages: f.stagesOf(x), Formula: f.formula(x),
		Residuals: &x.Residuals,
	}
	r.goesOn(s.From, j)
	if r.Validation > doubtful {
		r.Doubt = fmt.Sprintf("held-out motion is off by %.3g times %s", math.Sqrt(r.Validation), f.motion.unit())
	}
	return Network{Record: r, Net: x.Model, covariance: x.Shot.Spread(), losses: x.Log}, nil
}

// identify goes through the stages. Where nothing was said of friction, or of terms, the motion decides.
func (f *problem) identify(ctx context.Context, o *train.Identification, s Options) (x train.Identified, err error) {
	weak, err := f.chooseTerms(ctx, o, s)
	if err != nil {
		return x, err
	}
	if err := f.chooseForces(ctx, o, s, weak); err != nil {
		return x, err
	}
	if f.s.freeFriction() {
		x, err = f.withFriction(ctx, o, s)
	} else {
		net, e := drawn(f.spec, s.Seed)
		if e != nil {
			return x, e
		}
		if x, err = f.shot(ctx, o, net, s); err == nil {
			x, err = f.fromAll(ctx, o, s, x)
		}
	}
	if err == nil {
		x, err = f.finer(ctx, o, s, x)
	}
	if err == nil {
		x, err = f.held(ctx, o, x)
	}
	if err == nil {
		x, err = f.delays(ctx, o, s, x)
	}
	if f.delayed {
		return x, err // it has gone through the rest
	}
	if err == nil && model.FamilyOf(f.spec.Family).Netless {
		if x, err = f.whitened(ctx, o, x); err == nil {
			x, err = o.Prune(ctx, x)
		}
		if err == nil {
			x, err = f.shorter(ctx, o, x)
		}
		if err == nil {
			x, err = f.spare(ctx, o, x)
		}
		if err == nil {
			f.sensors, err = f.scales(ctx, o, s, x)
		}
	}
	if err == nil {
		x, err = o.All(ctx, x)
	}
	return x, err
}

// whitened has a sum of terms learn from what columns do not have in common of their noise.
func (f *problem) whitened(ctx context.Context, o *train.Identification, x train.Identified) (train.Identified, error) {
	x, least, err := o.Whiten(ctx, x)
	if least < 1 {
		f.plan.set("noise", "weighed by its covariance", fmt.Sprintf("columns have it in common: there is a sum of "+
			"theirs that has %.2g of it", math.Sqrt(least)))
	}
	return x, err
}

// spare has a sum of terms do without forces that a mechanism need not have and that nothing speaks for.
func (f *problem) spare(ctx context.Context, o *train.Identification, x train.Identified) (train.Identified, error) {
	y, err := o.Spare(ctx, x)
	if err != nil {
		return x, err
	}
	there, names := y.Model.Spares(), []string(nil)
	for _, s := range x.Model.Spares() {
		if !slices.Contains(there, s) {
			names = append(names, s.Name)
		}
	}
	if names != nil {
		f.plan.set("left out", strings.Join(names, ", "), "nothing in the motion speaks for it")
	}
	return y, nil
}

// drawn is a network before its training.
func drawn(spec model.Spec, seed uint64) (*model.Model[float64], error) {
	net, err := model.New[float64](spec, seed)
	if err == nil {
		net.Soften(softened)
	}
	return net, err
}

// shot is a network after its initial guess and shooting.
func (f *problem) shot(ctx context.Context, o *train.Identification, net *model.Model[float64], s Options) (
	x train.Identified, err error) {
	if len(net.Linear()) == 0 {
		if err := f.learnSmoothed(ctx, net, s, o.Memory); err != nil {
			return x, err
		}
		x, err = o.Score(ctx, net)
	} else if x, err = o.Weak(ctx, net); err == nil && x.Model == nil {
		return x, f.noGuess(x.Why)
	}
	if err != nil {
		return x, err
	}
	return o.Shoot(ctx, x)
}

// noGuess says why there is no initial guess, and how to record what has one.
func (f *problem) noGuess(why string) error {
	rest := ""
	if share := f.motion.atRest(); share > mostRest {
		rest = fmt.Sprintf(" And %s in %.0f %% of the rows, which teaches nothing about motion.", f.motion.rest(),
			100*share)
	}
	return fmt.Errorf("no initial guess of a %s: %s.%s Record longer pieces without gaps, of swings that are large "+
		"and free or driven by the known forces alone, and leave out pieces at rest", model.Title(f.spec.Family), why,
		rest)
}

// stagesOf are the parts of an identification, by their errors on held-out motion.
func (f *problem) stagesOf(x train.Identified) (stages []Stage) {
	note := func(name string, before, after float64) {
		stages = append(stages, Stage{name, math.Sqrt(before), math.Sqrt(after), true})
	}
	for _, l := range x.Lengths {
		note(f.segments(l), l.Before, l.After)
	}
	note("all of it", x.Weak, x.Score)
	return stages
}

// segments names the stage of a length.
func (f *problem) segments(l train.Length) string {
	return strings.TrimSpace(fmt.Sprintf("segments of %.3g %s", l.Duration, f.set.TimeUnit()))
}

// learnSmoothed teaches a net without linear parameters the accelerations of the smoother, as if they were recorded.
func (f *problem) learnSmoothed(ctx context.Context, net *model.Model[float64], s Options,
	memory *train.Memory) error {
	theta, err := memory.Once(train.Asked("smoothed accelerations", net), func() ([]float64, error) {
		err := f.onSmoothed(ctx, net, s)
		return slices.Clone(net.Theta), err
	})
	copy(net.Theta, theta)
	return err
}

// onSmoothed is the loop of learnSmoothed.
func (f *problem) onSmoothed(ctx context.Context, net *model.Model[float64], s Options) error {
	o := accelerations(sharpRows(f.motion.states), f.penalty)
	loop := train.Loop[float64]{Model: net, Train: o, Valid: o, State: train.NewState(net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: smoothedSteps, Validate: smoothedSteps,
		Batch: newtonBatch(residualsPerParameter, len(net.Theta), f.spec.D()), Seed: s.Seed, Workers: s.Workers}
	return loop.Run(ctx)
}
