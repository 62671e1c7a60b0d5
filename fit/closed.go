package fit

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// A library is one of the sums of terms that a recording is tried with where no model was asked for.
type library struct {
	title string
	// terms are those of the library, nil where it has none of its own for what f is about
	terms func(f *problem) [][]model.Term
	named bool // the names of coordinates speak for it
}

// defaultLibrary is the title of that one.
const defaultLibrary = "the default library"

// libraries are tried in turn, the smaller ones first. A new one is a function and a line here.
var libraries = []library{
	{"masses and springs", func(f *problem) [][]model.Term {
		if f.lengths() < 2 { // the simplest library has what there is
			return nil
		}
		return f.spec.CoupledTerms(false)
	}, false},
	{"the simplest library", func(f *problem) [][]model.Term { return f.spec.CoupledTerms(true) }, false},
	{"the distances between points", func(f *problem) [][]model.Term {
		return f.spec.PointTerms(false)
	}, true},
	{"the distances between points and from the origin", func(f *problem) [][]model.Term {
		return f.spec.PointTerms(true)
	}, true},
	{defaultLibrary, func(f *problem) [][]model.Term {
		if angles(f.set) >= leastLinks { // those of links have what it has of them, and are fewer
			return nil
		}
		return f.spec.DefaultTerms()
	}, false},
	{"the default library, 1/q and 1/q²", func(f *problem) [][]model.Term {
		if of := f.distances(); len(of) > 0 {
			return f.spec.InverseTerms(of)
		}
		return nil
	}, false},
	{"the angles between links, which are sums of those of joints", func(f *problem) [][]model.Term {
		return f.links(true)
	}, false},
	{"the angles between links", func(f *problem) [][]model.Term { return f.links(false) }, false},
	{"an arm of joints with any axes", (*problem).serial, false},
}

// rich are the libraries that have what the other ones have of so many angles, too.
func (f *problem) rich() (all [][][]model.Term) {
	if angles(f.set) < leastLinks {
		all = append(all, f.spec.DefaultTerms())
	}
	for _, terms := range [][][]model.Term{f.links(false), f.links(true), f.serial()} {
		if terms != nil {
			all = append(all, terms)
		}
	}
	return all
}

// serial are the terms of an arm, where it has joints enough that the default library lacks some, and few enough: they
// are five times as many with each joint.
func (f *problem) serial() [][]model.Term {
	if n := angles(f.set); n < leastSerial || n > mostSerial {
		return nil
	}
	return f.spec.SerialTerms()
}

// links are the terms of a chain of links, where there are so many that the default library is not tried.
func (f *problem) links(joints bool) [][]model.Term {
	if angles(f.set) < leastLinks {
		return nil
	}
	return f.spec.LinkTerms(joints)
}

// angles are how many of the coordinates of a set are.
func angles(set *data.Set) (n int) {
	for _, c := range set.Coordinates {
		if c.Period > 0 {
			n++
		}
	}
	return n
}

// lengths are how many of the coordinates are no angles.
func (f *problem) lengths() (n int) {
	for _, c := range f.spec.Coordinates {
		if c.Period == 0 {
			n++
		}
	}
	return n
}

// distances are the coordinates that stay clear of 0.
func (f *problem) distances() (names []string) {
	for i, c := range f.spec.Coordinates {
		least, most := math.Inf(1), math.Inf(-1)
		for _, t := range f.split.Train.Trajectories {
			for at := i; at < len(t.Q); at += f.set.D() {
				least, most = min(least, t.Q[at]), max(most, t.Q[at])
			}
		}
		if c.Period == 0 && least > clearOf*most {
			names = append(names, c.Name)
		}
	}
	return names
}

// trial is a sum of terms that is tried on recorded accelerations.
type trial struct {
	title string // of the library
	terms [][]model.Term
	asked Options // that the plan is made of, if it is taken
	net   *model.Model[float64]
	guess train.InitialGuess
	held  train.Objective[float64]
	left  float64   // the loss of what is held out,
	still float64   // and that without acceleration
	logs  []float64 // of stretches of what is held out, see stretches
}

// tryLibraries has sums of terms learn recorded accelerations where no model was asked for and nothing that only a
// network has, or one of whatever terms. The first one is taken that leaves next to nothing of the loss without
// acceleration on rows held out. Else the first than which none is clearly better is kept for the end, or taken if a
// sum of terms was asked for. Of three bodies with noise a library with distances from the origin, too, left 15 % for
// 16 %, and went astray where one came near it.
func (f *problem) tryLibraries(ctx context.Context, asked Options) error {
	if !f.triesSums(asked) {
		return nil
	}
	learn := accelerations(f.split.Train.Thinned(linkRows), f.penalty)
	held := accelerations(f.split.Valid.Thinned(linkRows), f.penalty)
	still := f.without(held)
	if math.IsInf(still, 1) {
		return nil // nothing to measure against
	}
	var tries []trial
	for _, l := range libraries {
		if terms := l.terms(f); terms != nil {
			tries = append(tries, trial{title: l.title, terms: terms, asked: asked, held: held, still: still})
		}
	}
	if taken, err := f.tryExact(ctx, tries, learn); taken || err != nil {
		return err
	}
	var best *trial
	for i := range tries {
		t := &tries[i]
		var err error
		if t.net, err = f.sum(t.terms, f.spec.Friction); err != nil || t.net == nil || len(t.net.Theta) > mostTried {
			continue
		}
		if err := f.learns(ctx, t, learn); err != nil {
			return err
		}
		if t.left < exactTerms*still {
			return f.takeTerms(t, t.leaves())
		}
		t.logs = t.stretches(t.net)
		if t.left < mayServe*still && (best == nil || train.Clearly(t.logs, best.logs)) {
			best = t
		}
	}
	if asked.whatever() && best != nil {
		return f.takeTerms(best, best.leaves())
	}
	f.tried = best
	return nil
}

// tryExact solves for all coefficients of each library at once, without the friction that nobody asked for. One
// solution is enough, for the weights do not matter to what is left of nothing. It does not grow with the rows: it sees
// linkRows of them from all over the recording.
func (f *problem) tryExact(ctx context.Context, tries []trial, learn *train.Accelerations[float64]) (taken bool,
	err error) {
	for _, t := range tries {
		friction, free := f.spec.Friction, t.asked.freeFriction()
		if free {
			friction = model.NoFriction
		}
		if t.net, err = f.sum(t.terms, friction); err != nil || t.net == nil {
			continue
		}
		t.guess, err = train.ConvexInitialisation(ctx, t.net, learn, train.ConvexOptions{Seed: f.s.Seed,
			Workers: f.s.Workers, Selection: t.held, Ridges: convexRidges[:1], Rounds: 1,
			Samples: max(leastSeen, linkNumbers*len(t.net.Theta)/f.set.D()), On: f.s.preparing("terms of " + t.title)})
		if err != nil {
			return false, err
		}
		if t.left = t.guess.After; !t.guess.Done || !(t.left < exactTerms*t.still) {
			continue
		}
		err = f.takeTerms(&t, t.leaves())
		if free {
			f.plan.set("friction", string(friction), "it leaves next to nothing without")
		}
		return true, err
	}
	return false, nil
}

// leaves says what a sum of terms leaves.
func (t *trial) leaves() string {
	return fmt.Sprintf("of %s, leaves %.2g %% of the loss without acceleration", t.title, 100*t.left/t.still)
}

// learns has a sum of terms learn as it would if it had been asked for: what is solved for is biased by noise, and has
// no friction, so that some steps follow.
func (f *problem) learns(ctx context.Context, t *trial, learn *train.Accelerations[float64]) (err error) {
	t.guess, err = train.ConvexInitialisation(ctx, t.net, learn, train.ConvexOptions{Seed: f.s.Seed,
		Workers: f.s.Workers, Selection: t.held, Ridges: convexRidges[:1], On: f.s.preparing("terms of " + t.title)})
	if err != nil {
		return err
	}
	if err := f.rubs(ctx, t); err != nil {
		return err
	}
	err = f.fewSteps(ctx, t.net, t.guess, learn, t.held)
	t.left = train.MeanLoss(t.held, t.net)
	return err
}

// rubs gives a sum of terms with friction the weak initialisation in place of the convex one, which knows none, if that
// leaves less of what is held out.
func (f *problem) rubs(ctx context.Context, t *trial) error {
	if x := t.net.Spec.Friction; x == "" || x == model.NoFriction || f.set.States() {
		return nil
	}
	net, err := model.New[float64](t.net.Spec, f.s.Seed)
	if err != nil {
		return err
	}
	guess, err := f.weakGuess(ctx, net, 1)
	if err != nil || !guess.Done {
		return err
	}
	guess.Before, guess.After = t.guess.Before, train.MeanLoss(t.held, net)
	if guess.After < train.MeanLoss(t.held, t.net) {
		t.net, t.guess = net, guess
	}
	return nil
}

// better is the network, if it predicts clearly better what is held out than the sum of terms that was tried; else it
// is that one, after steps of its own. The plan tells what both leave.
func (f *problem) better(ctx context.Context, n Network) (Network, error) {
	t := f.tried
	if t == nil || f.s.Like != nil {
		return n, nil
	}
	choice, name := n.Net.Spec.Family, model.Title(n.Net.Spec.Family)
	said := fmt.Sprintf("of what is held out a sum of terms of %s leaves %.3g %% of the loss without acceleration, "+
		"the %s %.3g %%", t.title, 100*t.left/t.still, name, 100*train.MeanLoss(t.held, n.Net)/t.still)
	if !train.Clearly(t.stretches(n.Net), t.logs) {
		k, err := f.ofTerms(ctx, fmt.Sprintf("what is held out does not speak for the %s", name))
		if err != nil {
			return n, err
		}
		n, choice = k, k.Net.Spec.Family
	}
	f.plan.set("tried", model.Title(choice), said)
	return n, nil
}

// ofTerms trains the sum of terms that was tried. Its checkpoints would be those of the network.
func (f *problem) ofTerms(ctx context.Context, reason string) (Network, error) {
	t := f.tried
	if err := f.takeTerms(t, reason); err != nil {
		return Network{}, err
	}
	f.s.Checkpoint = ""
	return f.network(ctx, f.s, f.watch, 0, nil)
}

// stretches are the logarithms of the losses that a model leaves of stretches of what is held out. Rows of
// accelerations are taken as many at a time as a pass has room for, since errors of rows that follow one another are
// alike, and windows one by one, since a lost one would rule others. One that is lost is far off, however far that is,
// and one of which nothing is left is close.
func (t *trial) stretches(m *model.Model[float64]) (logs []float64) {
	n := model.Chunk
	if _, windows := t.held.(*train.Segments[float64]); windows {
		n = 1
	}
	loss := train.NewLoss(t.held, m, n)
	var rows []int
	for i := range t.held.Len() {
		if rows = append(rows, i); len(rows) == n || i+1 == t.held.Len() {
			left := loss.Of(rows, nil) / float64(len(rows))
			if most := lostLoss * t.still; !(left < most) {
				left = most
			}
			logs, rows = append(logs, math.Log(max(left, nothing*t.still))), rows[:0]
		}
	}
	return logs
}

// typical is what is left of stretches, over the loss without acceleration, by their geometric mean: in close
// encounters a few windows rule any other.
func (t *trial) typical() float64 {
	sum, logs := 0.0, t.stretches(t.net)
	for _, x := range logs {
		sum += x
	}
	return math.Exp(sum/float64(len(logs))) / t.still
}

// untold says whether a sum of terms may be what learns: where no model was asked for, and nothing that only a network
// has.
func (s *Options) untold(asked Options) bool {
	return asked.Model == "" && asked.Activation == "" && asked.Ensemble <= 1 && s.Model == DefaultModel
}

// triesSums says whether sums of terms are tried.
func (f *problem) triesSums(asked Options) bool {
	d := f.set.D()
	return (f.s.untold(asked) || asked.whatever()) && d*d <= mostTerms // some have so many terms, or more
}

// whatever says whether a sum of terms was asked for, of no matter which.
func (s *Options) whatever() bool { return s.Model == ladder[0] && s.Terms == nil && s.Ensemble <= 1 }

// sum is a sum of terms in place of the network; nil without terms, or where they are too many to be worth a try. The
// error is that a library has no system parameters.
func (f *problem) sum(terms [][]model.Term, friction model.Friction) (*model.Model[float64], error) {
	if n := model.Count(terms); n == 0 || n > mostTerms {
		return nil, nil
	}
	spec := f.spec
	spec.Family, spec.Hidden, spec.Head, spec.Natural, spec.Terms = ladder[0], nil, "", false, terms
	spec.Friction = friction
	return model.New[float64](spec, f.s.Seed)
}

// takeTerms has a sum of terms learn, from its guess, for a reason.
func (f *problem) takeTerms(t *trial, reason string) error {
	was, spec := t.asked, t.net.Spec
	was.Model, was.Method, was.Objective = spec.Family, train.GaussNewton, f.s.Objective
	objective := f.plan.Line("objective")
	s, plan, err := decide(f.set, f.plan.Recording, t.asked, was)
	if err != nil {
		return err
	}
	plan.set(objective.What, objective.Choice, objective.Reason)
	f.s, f.plan, f.spec, f.guessed = s, f.because(plan), spec, guessed{f.s.Seed, t.net.Theta, t.guess}
	f.plan.set("model", model.Title(spec.Family), fmt.Sprintf("%s; --model %s for a network", reason, DefaultModel))
	f.plan.set("method", s.Method, "its coefficients are few")
	return nil
}
