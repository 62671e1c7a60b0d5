package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// guessed is an initial guess that was made to see whether it is worth while.
type guessed struct {
	seed  uint64
	theta []float64
	guess train.InitialGuess
}

// choose decides how a Lagrangian learns from windows: by Gauss–Newton, from a convex initialisation, or from a guess
// on estimated accelerations, that is so good that noise and friction cannot be what rules the recording; else by Adam,
// as it was. It takes time from the budget, and no steps.
func (f *problem) choose(ctx context.Context, asked Options) error {
	l, v, err := f.windows()
	if err != nil {
		return err
	}
	selection := joint(l, v, selectionWindows)
	still := f.still(selection)
	if taken, err := f.tryTerms(ctx, asked, selection, f.without(selection)); taken || err != nil {
		return err
	}
	if asked.whatever() && f.tried != nil {
		return f.takeTried("")
	}
	best := cleanGuess * still
	if asked.Method == train.GaussNewton {
		best = math.Inf(1)
	}
	was, least, tried := f.spec, math.Inf(1), []string(nil)
	termsAlone := func() bool { return f.tried != nil && f.guessed.theta == nil }
	for _, w := range f.nets() {
		if len(w.Hidden) > 1 && (best < excellentGuess*still || f.estimated(0).Weight == nil || termsAlone()) {
			continue // that costs more
		}
		spec := was
		spec.Hidden, spec.Head = w.Hidden, w.Head
		spec.Coordinates = kneed(spec.Coordinates, f.split.Train)
		net, err := model.New[float64](spec, f.s.Seed)
		if err != nil {
			return err
		}
		s, err := f.initialise(ctx, net, f.s, selection)
		if err != nil {
			return err
		}
		if s.Done {
			least, tried = min(least, s.After/still), append(tried, title(w))
		}
		if s.Done && s.After < best {
			best = s.After
			f.take(asked, spec, net, s)
		}
	}
	if best > excellentGuess*still && !termsAlone() {
		s, err := f.tryNatural(ctx, asked, selection, was, best)
		if err != nil {
			return err
		}
		if s.Done {
			least, tried = min(least, s.After/still), append(tried, title(naturalNet))
		}
	}
	if termsAlone() {
		return f.takeTried(", and no network has a good initial guess")
	}
	return f.chosen(asked, least, tried)
}

// takeTried has the sum of terms that was tried on windows learn, for that and another reason.
func (f *problem) takeTried(reason string) error {
	t := f.tried
	f.tried = nil
	return f.takeTerms(t, fmt.Sprintf("%s after %d steps%s", t.leaves(), trialSteps, reason))
}

// take has a net, and its guess, learn by Gauss–Newton.
func (f *problem) take(asked Options, spec model.Spec, net *model.Model[float64], s train.InitialGuess) {
	f.spec, f.guessed = spec, guessed{f.s.Seed, net.Theta, s}
	f.s.Method, f.s.Hidden, f.s.Head, f.s.Batch, f.s.Rate = train.GaussNewton, spec.Hidden, spec.Head, asked.Batch,
		asked.Rate
}

// nets are those that choose tries.
func (f *problem) nets() []model.Spec {
	if model.FamilyOf(f.spec.Family).Netless {
		return []model.Spec{{}}
	}
	return append(slices.Clone(convexNets), f.deep())
}

// title is what a net of choose is called.
func title(w model.Spec) string {
	name := strings.TrimSpace(shown(w.Hidden) + " " + string(w.Head))
	if w.Natural {
		name += " of q alone"
	}
	return name
}

// chosen writes into the plan what the guesses that were tried have shown: the best left so much of the loss without
// acceleration.
func (f *problem) chosen(asked Options, least float64, tried []string) error {
	left := fmt.Sprintf("the best initial guess leaves %.2g %% of the loss without acceleration", 100*least)
	switch {
	case f.guessed.theta == nil && asked.Method != "":
		return nil
	case len(tried) == 0:
		f.plan.set("method", f.s.Method, "no initial guess was better than none")
		return nil
	case f.guessed.theta == nil:
		f.plan.set("method", f.s.Method, fmt.Sprintf("%s, more than %g %%: noise rules", left, 100*cleanGuess))
		return nil
	}
	was := asked
	was.Method, was.Hidden, was.Head = f.s.Method, f.s.Hidden, f.s.Head
	s, plan, err := decide(f.set, f.plan.Recording, asked, was)
	if err != nil {
		return err
	}
	f.s, f.plan = s, f.because(plan)
	if asked.Method == "" {
		f.plan.set("method", s.Method, fmt.Sprintf("%s, at most %g %%", left, 100*cleanGuess))
	}
	if model.FamilyOf(s.Model).Netless {
		return nil
	}
	best := "the best of " + strings.Join(tried, ", ")
	f.plan.set("net", f.plan.Line("net").Choice, best)
	f.plan.set("head", f.plan.Line("head").Choice, best)
	if f.guessed.guess.Columns == 0 {
		f.plan.set("initial guess", "learned from estimated accelerations", best)
	}
	return nil
}

// initialGuess is the stage before the steps of Gauss–Newton: the parameters that they start from, and, of a
// Lagrangian, the loss beside what it learns from that keeps its mass matrix positive definite.
type initialGuess struct{}

// Name implements stage.
func (initialGuess) Name() string { return "initial guess" }

// Run implements stage.
func (initialGuess) Run(ctx context.Context, a *run) (err error) {
	var guess train.InitialGuess
	f, net, s := a.f, a.net, a.s
	switch l := a.learn.(type) {
	case *train.Accelerations[float64]:
		if !curved(s.Method) {
			return nil
		}
		if s.Method == train.Kaczmarz || s.From != nil {
			a.learn, a.drawn = train.KeepPositiveDefinite(net, l, train.InitialGuess{}), s.From == nil
			return nil
		}
		if f.guessed.theta != nil && f.guessed.seed == s.Seed {
			guess = f.guessed.guess
			copy(net.Theta, f.guessed.theta) // it leaves next to nothing: there is nothing to keep M from
			break
		}
		guess, err = a.guess(ctx, l)
	case *train.Segments[float64]:
		switch {
		case !curved(s.Method):
			return nil
		case s.Method == train.Kaczmarz || s.From != nil || len(net.Linear()) == 0: // there is nothing to solve for
		case f.guessed.theta != nil && f.guessed.seed == s.Seed:
			guess = f.guessed.guess
			copy(net.Theta, f.guessed.theta)
		default:
			guess, err = f.initialise(ctx, net, s, a.selection())
		}
		a.learn = train.KeepPositiveDefinite(net, l, guess)
	}
	switch {
	case !guess.Done:
	case guess.Columns == 0: // nothing was solved for
		a.note("estimated accelerations", math.Sqrt(2*guess.Before), math.Sqrt(2*guess.After))
	default:
		a.note("convex initialisation", math.Sqrt(2*guess.Before), math.Sqrt(2*guess.After))
	}
	return err
}

// selection are the windows that choose an initial guess.
func (a *run) selection() *train.Segments[float64] {
	l, v, _ := a.f.windows() // the error was told before
	return joint(l, v, selectionWindows)
}

// guess prepares a network to learn accelerations by Gauss–Newton. A convex initialisation that leaves next to
// nothing is kept, and returned. Otherwise the network is as it was drawn, with a positive definite M.
func (a *run) guess(ctx context.Context, o *train.Accelerations[float64]) (train.InitialGuess, error) {
	drawn := slices.Clone(a.net.Theta)
	c := train.ConvexOptions{Seed: a.s.Seed, Workers: a.s.Workers, On: a.s.preparing("convex initialisation")}
	if a.net.Spec.D() >= wideNet {
		c.Rounds = wideRounds
	}
	guess, err := train.ConvexInitialisation(ctx, a.net, o, c)
	a.learn = train.KeepPositiveDefinite(a.net, o, guess)
	if err != nil || guess.Done && guess.After < goodGuess*a.f.still(o) {
		return guess, err
	}
	if a.drawn = true; guess.Done {
		a.learn = train.KeepPositiveDefinite(a.net, o, train.InitialGuess{})
		copy(a.net.Theta, drawn)
	}
	return train.InitialGuess{}, nil
}

// deep is the net that would learn from recorded accelerations.
func (f *problem) deep() model.Spec {
	s := f.s
	s.Method = train.GaussNewton
	hidden, _ := s.layers(f.set)
	return model.Spec{Hidden: hidden, Head: s.bestHead()}
}

// initialise gives a net a convex initialisation from accelerations that are estimated from the recorded velocities, if
// one serves the selection set better than what the net was. A deep net learns from them as it would from recorded
// ones, if the recording is clean.
func (f *problem) initialise(
	ctx context.Context, net *model.Model[float64], s Options, selection *train.Segments[float64],
) (train.InitialGuess, error) {
	o, held := f.estimated(0), f.estimated(1)
	if len(net.Spec.Hidden) > 1 && o.Weight != nil && held.N > 0 {
		return f.rehearse(ctx, net, o, held, s, selection)
	}
	n, d := len(net.Linear()), net.Spec.D()
	c := train.ConvexOptions{Seed: s.Seed, Workers: s.Workers, Ridges: convexRidges, Selection: selection,
		On:      s.preparing("convex initialisation"),
		Samples: min(convexSamples, convexWork/(1+d*n*n))}
	if c.Samples*d < 2*n {
		return train.InitialGuess{Why: "there are too many parameters"}, nil
	}
	return train.ConvexInitialisation(ctx, net, o, c)
}

// rehearse learns estimated accelerations as if they were recorded, by Adam and by Gauss–Newton: a step
// takes a hundredth of one on windows, and from a guess that is far off those were seen to end nowhere.
func (f *problem) rehearse(
	ctx context.Context, net *model.Model[float64], o, held *train.Accelerations[float64], s Options,
	selection *train.Segments[float64],
) (train.InitialGuess, error) {
	drawn, before := slices.Clone(net.Theta), train.MeanLoss(selection, net)
	s.Checkpoint = "" // the rehearsal has none: it is gone through again
	a := &run{f: f, s: s, watch: &f.watch, net: net, learn: o, valid: held}
	guess, err := a.guess(ctx, o)
	if err == nil {
		err = warmUp{}.Run(ctx, a)
	}
	if err != nil {
		return guess, err
	}
	loop := train.Loop[float64]{Model: net, Train: a.learn, Valid: held, State: train.NewState(net)}
	loop.Settings = train.Settings{Method: train.GaussNewton, Steps: rehearsalSteps, Validate: rehearsalSteps / 10,
		Batch: newtonBatch(residualsPerParameter, len(net.Theta), net.Spec.D()), Seed: s.Seed, Workers: s.Workers}
	if err := loop.Run(ctx); err != nil {
		return guess, err
	}
	r := train.InitialGuess{Before: before, After: train.MeanLoss(selection, net), Unit: guess.Unit,
		Floor: guess.Floor}
	if r.Done = r.After < before; !r.Done {
		copy(net.Theta, drawn)
	}
	return r, nil
}

// estimated are accelerations where there are none recorded, of a part of the split, but for the rows about a gap. All
// trajectories of a clean recording have the same say, w = 1/s² with s the size of their own accelerations: slow ones
// would be lost below what is wrong of fast ones. Noise is alike in all.
func (f *problem) estimated(part int) *train.Accelerations[float64] {
	set := []*data.Set{f.split.Train, f.split.Valid}[part]
	d, m, o := set.D(), set.M(), &train.Accelerations[float64]{Penalty: f.penalty}
	noisy, of := 0, []int(nil)
	squares, rows := make([]float64, len(f.set.Trajectories)), make([]float64, len(f.set.Trajectories))
	for i, t := range set.Trajectories {
		a, clean := t.Accelerations(d)
		if !clean {
			noisy += t.Len()
		}
		gaps, whole := t.Gaps(), f.split.At[part][i].Trajectory
		for n := range t.T {
			if gaps.Within(max(0, n-besideGap), min(t.Len()-1, n+besideGap)) {
				continue
			}
			o.X = t.AppendStates(o.X, d, n, n+1)
			o.A, o.U, o.N = append(o.A, a[n*d:(n+1)*d]...), append(o.U, t.U[n*m:(n+1)*m]...), o.N+1
			for k, c := range f.spec.Coordinates {
				squares[whole] += a[n*d+k] * a[n*d+k] / (c.Accel * c.Accel * float64(d))
			}
			rows[whole]++
			of = append(of, whole)
		}
	}
	if 2*noisy > set.Rows() {
		return o
	}
	for _, i := range of {
		o.Weight = append(o.Weight, 1/max(squares[i]/rows[i], slowTrajectory*slowTrajectory))
	}
	return o
}

// kneed lets the net see by their logarithms those numbers of the state that span more than threefold (model.Knee).
func kneed(cs []model.Coordinate, set *data.Set) (out []model.Coordinate) {
	d := set.D()
	for i, c := range cs {
		q, v := [2]float64{math.Inf(1), math.Inf(-1)}, [2]float64{math.Inf(1), math.Inf(-1)}
		for _, t := range set.Trajectories {
			for n := i; n < len(t.Q); n += d {
				q = [2]float64{min(q[0], t.Q[n]), max(q[1], t.Q[n])}
				v = [2]float64{min(v[0], t.V[n]), max(v[1], t.V[n])}
			}
		}
		if c.Period == 0 && !c.Cyclic {
			c.Knee = model.Knee(q[0], q[1])
		}
		c.SpeedKnee = model.Knee(v[0], v[1])
		out = append(out, c)
	}
	return out
}
