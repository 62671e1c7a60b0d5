package fit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/train"
)

// candidate is an initial guess with its score on held-out motion.
type candidate struct {
	theta       []float64
	half, ridge float64
	unit        []float64
	losses      []float64 // of each held-out segment
	score       float64
}

// shooting learns a network from measured motion: an initial guess by the weak form, the best by held-out motion of
// several bumps and ridges, then multiple shooting, whose segments grow as far as held-out motion gets better.
func (f *problem) shooting(ctx context.Context, s Options, w watch) (Network, error) {
	net, err := model.New[float64](f.spec, s.Seed)
	if err != nil {
		return Network{}, err
	}
	segment := f.firstSegment()
	best, err := f.guessMotion(ctx, net, s, segment)
	if err != nil {
		return Network{}, err
	}
	var notes []Stage
	note := func(name string, before, after float64) {
		notes = append(notes, Stage{name, math.Sqrt(before), math.Sqrt(after), true})
	}
	note(f.guessName(net), best.score, best.score)
	shot := &train.Shooting{
		Model: net, Measured: f.motion.learn, Held: f.motion.held, Of: net.Outer(), Ridge: netRidge, Penalty: train.L2,
		Duration: segment, Iterations: cmp.Or(s.Steps, shootingSteps), Workers: cmp.Or(s.Workers, par.Workers()),
	}
	if len(net.Linear()) == 0 {
		shot.Of = everything(net)
	}
	if model.FamilyOf(f.spec.Family).Netless {
		shot.Ridge = termRidge
	}
	if f.motion.outliers > 0 {
		shot.Penalty = train.Student
	}
	shot.Unit = net.Units(shot.Of)
	shot.PositiveDefinite = f.keepDefinite(net, best.unit)
	steps := 0
	shot.On = func(l train.Length) {
		steps += l.Iterations
		note(fmt.Sprintf("segments of %.3g %s", l.Duration, f.set.TimeUnit()), l.Before, l.After)
		if s.On != nil {
			s.On(Progress{Model: f.spec.Family, Step: steps, Steps: steps, Loss: l.Loss, Valid: l.After,
				Elapsed: w.elapsed()})
		}
	}
	if _, err := shot.Run(ctx); err != nil {
		return Network{}, err
	}
	score, err := f.scored(ctx, net, segment, shot.Workers)
	if err != nil {
		return Network{}, err
	}
	r := Record{
		Run: hashed(f.id), Plan: &f.plan, Seed: s.Seed, Steps: steps, Method: train.GaussNewton, Workers: shot.Workers,
		Loss: shot.Penalty.Name, Objective: Motion, Horizon: s.Horizon, Data: f.print, Options: f.set.Layout(s.Columns),
		Seconds: w.elapsed().Seconds(), Validation: score.score, Stages: notes,
	}
	if score.score > doubtful {
		r.Doubt = fmt.Sprintf("held-out motion over %.3g is off by %.3g times the noise", segment,
			math.Sqrt(score.score))
	}
	return Network{r, net}, nil
}

// firstSegment is the duration of the first segments: a part of the fastest swing, some rows at least.
func (f *problem) firstSegment() float64 {
	return max(segmentSwing*f.motion.swing, segmentRows*f.split.Train.TypicalStep())
}

// guessName is what the initial guess is called.
func (f *problem) guessName(net *model.Model[float64]) string {
	if len(net.Linear()) == 0 {
		return "smoothed accelerations"
	}
	return "weak initialisation"
}

// guessMotion sets the parameters to the best initial guess. Of those whose score is within one standard error of the
// best that with the largest ridge is taken.
func (f *problem) guessMotion(
	ctx context.Context, net *model.Model[float64], s Options, segment float64,
) (candidate, error) {
	workers := cmp.Or(s.Workers, par.Workers())
	if len(net.Linear()) == 0 {
		if err := f.learnSmoothed(ctx, net, s); err != nil {
			return candidate{}, err
		}
		return f.scored(ctx, net, segment, workers)
	}
	drawn := slices.Clone(net.Theta)
	var all []candidate
	why := ""
	for _, part := range bumpSwings {
		half := max(part*f.motion.swing, bumpRows*f.split.Train.TypicalStep())
		for _, ridge := range weakRidges {
			copy(net.Theta, drawn)
			g, err := train.WeakInitialisation(ctx, net, f.motion.learn, train.WeakOptions{Half: half, Ridge: ridge,
				Workers: workers})
			if err != nil {
				return candidate{}, err
			}
			if !g.Done {
				why = g.Why
				continue
			}
			c, err := f.scored(ctx, net, segment, workers)
			if err != nil {
				return c, err
			}
			c.half, c.ridge, c.unit = half, ridge, g.Unit
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return candidate{}, fmt.Errorf("no initial guess of a %s from the smoothed motion: %s", f.spec.Family, why)
	}
	best := simplest(all)
	copy(net.Theta, best.theta)
	return best, nil
}

// simplest is the candidate with the largest ridge of those within one standard error of the best, by the losses of the
// same segments.
func simplest(all []candidate) candidate {
	best := slices.MinFunc(all, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
	chosen := best
	for _, c := range all {
		var sum, ss float64
		n := float64(len(c.losses))
		for i, l := range c.losses {
			e := math.Log(l+1e-12) - math.Log(best.losses[i]+1e-12)
			sum, ss = sum+e, ss+e*e
		}
		mean := sum / n
		if se := math.Sqrt(max(0, ss/n-mean*mean) / n); mean <= se && (c.ridge > chosen.ridge ||
			c.ridge == chosen.ridge && c.score < chosen.score) {
			chosen = c
		}
	}
	return chosen
}

// scored is the score of a network on held-out segments of a duration.
func (f *problem) scored(
	ctx context.Context, net *model.Model[float64], segment float64, workers int,
) (candidate, error) {
	team := par.NewTeam(workers)
	defer team.Close()
	held := f.motion.held
	x, err := held.Starts(ctx, net, team, held.Segments(segment), nil, train.L2)
	return candidate{theta: slices.Clone(net.Theta), losses: x.Loss, score: x.Score()}, err
}

// learnSmoothed teaches a net without linear parameters the accelerations of the smoother, as if they were recorded.
func (f *problem) learnSmoothed(ctx context.Context, net *model.Model[float64], s Options) error {
	m := f.motion
	o := m.sharp(m.learn, m.states, f.penalty)
	loop := train.Loop[float64]{Model: net, Train: o, Valid: o, State: train.NewState(net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: smoothedSteps, Validate: smoothedSteps,
		Batch: max(leastBatch, residualsPerParameter*len(net.Theta)/f.spec.D()), Seed: s.Seed, Workers: s.Workers}
	return loop.Run(ctx)
}

// keepDefinite holds the mass matrix positive definite at states about those of the recording; nil for a model without
// one. Beside each state of some there is one moved by a part of the scales, since roll-outs leave the data.
func (f *problem) keepDefinite(net *model.Model[float64], unit []float64) *train.PositiveDefinite[float64] {
	if _, ok := model.As[model.Inertia[float64]](net.Tape(1)); !ok {
		return nil
	}
	o := f.motion.sharp(f.motion.learn, f.motion.states, f.penalty)
	d, m := f.spec.D(), f.spec.M()
	p := &train.PositiveDefinite[float64]{Unit: unit, Floor: definiteFloor}
	for i := 0; i < o.N; i += 1 + o.N/definiteStates {
		for side := -1.; side <= 1; side++ {
			x := slices.Clone(o.X[i*2*d : (i+1)*2*d])
			for k, c := range f.spec.Coordinates {
				x[k] += side * definiteMargin * c.Scale
			}
			p.X, p.U, p.N = append(p.X, x...), append(p.U, o.U[i*m:(i+1)*m]...), p.N+1
		}
	}
	if p.Unit == nil {
		for _, c := range f.spec.Coordinates {
			p.Unit = append(p.Unit, c.Speed)
		}
	}
	return p
}

// everything is all places of θ.
func everything(net *model.Model[float64]) (of []int) {
	for i := range net.Theta {
		of = append(of, i)
	}
	return of
}

// median of x; x is reordered.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[len(x)/2]
}
