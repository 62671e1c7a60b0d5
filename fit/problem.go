package fit

import (
	"cmp"
	"context"
	"sync"

	"lagrange/data"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/train"
)

// Train learns networks of a recording, one or as many as Options.Ensemble says. Held-out data is chosen by whole
// trajectories, or by blocks of time as long as the horizon (data.Set.Split); the parameters are those of the best
// validation. With recorded accelerations it learns from them, else by predicting windows of motion, which is what a
// Neural ODE always does. A Hamiltonian network takes velocities for momenta; where the columns of v hold true momenta,
// it has to learn from windows. Where no model was asked for, sums of terms are tried on them first (libraries).
//
// On windows, where nothing is said of net and method, a Lagrangian network is tried with a convex initialisation from
// estimated accelerations, and of a clean recording with learning from these as from recorded ones. If either is good,
// Gauss–Newton goes on from it for a third of the steps, and for the rest on segments of the motion as long as the
// model follows them, if held-out ones get better (Record.Stages). A training that a third of its steps shows to be
// hopeless is given up for another seed, see Record.Restarts. When ctx ends first, the error is ctx's, the checkpoint
// is written, and a later call with Resume goes on bit for bit.
//
// Of positions alone, and of positions and velocities with noise, states and noise are found by a smoother, and models
// by shooting (Motion). Where no model was asked for, the families of a ladder are tried.
func Train(ctx context.Context, set *data.Set, o Options) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	o, err := o.looked(ctx, set)
	if err != nil {
		return Result{}, err
	}
	if o.Model == "" && o.From == nil && o.shoots(set) {
		return climb(ctx, set, o)
	}
	return trained(ctx, set, o)
}

func trained(ctx context.Context, set *data.Set, o Options) (Result, error) {
	f, err := newProblem(ctx, set, o)
	if err != nil {
		return Result{}, err
	}
	r := Result{Held: f.heldOut()}
	switch {
	case f.s.Ensemble > 1 && f.s.Objective == Motion:
		r.Networks, err = f.drawMembers(ctx)
		return r, err
	case f.s.Ensemble > 1:
		r.Networks, err = f.ensemble(ctx)
		return r, err
	}
	n, err := f.one(ctx)
	r.Networks = []Network{n}
	return r, err
}

// one is the only network, or the sum of terms in its place.
func (f *problem) one(ctx context.Context) (Network, error) {
	if like := f.s.Like; f.tried != nil && like != nil && like[0].Net.Spec.Family == f.tried.net.Spec.Family {
		return f.ofTerms(ctx, "as in the model to repeat")
	}
	n, err := f.network(ctx, f.s, f.watch, 0, nil)
	if err == nil {
		n, err = f.better(ctx, n)
	}
	if err != nil {
		return n, err
	}
	return f.weakly(ctx, n)
}

// Result is what was learned.
type Result struct {
	Networks []Network // from the seeds Options.Seed, Seed + 1, …
	Held     *data.Set // the part of the recording that chose their parameters
}

// problem is what all networks that learn from one recording have in common.
type problem struct {
	set     *data.Set
	split   data.Split
	s       Options // complete
	plan    Plan    // how they came about
	own     bool    // its method is one that nobody asked for
	spec    model.Spec
	cores   int // for all networks together
	penalty train.Penalty
	print   string
	longer  string          // why windows are longer than usual; "" where they are not
	motion  *motion         // of the objective Motion
	lag     *train.Estimate // of known forces, if it was looked at
	sensors []Scale         // of angles, as far as motion tells them
	delayed bool            // all was found again with forces that act later
	sample  *data.Set       // states of training at which mass matrices are measured
	once    sync.Once       // sets null
	guessed guessed
	tried   *trial // the sum of terms that leaves least, beside the network; nil: none
	id      train.Identity
	watch   watch   // of what all networks need first
	null    float64 // validation loss of a model that predicts no acceleration; infinite where that has no meaning
}

func newProblem(ctx context.Context, set *data.Set, s Options) (f *problem, err error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if s, err = s.looked(ctx, set); err != nil {
		return nil, err
	}
	print := set.Fingerprint()
	if set, err = s.acting(set); err != nil {
		return nil, err
	}
	asked, begin, found := s, s.seen.begin, s.seen.findings
	if s, err = s.continued(set); err != nil {
		return nil, err
	}
	split, reason, err := s.splits(set, found)
	if err != nil {
		return nil, err
	}
	given := s
	s, plan, err := decide(set, found, asked, given)
	if err != nil {
		return nil, err
	}
	cores := cmp.Or(s.Workers, par.Workers())
	given.Workers = given.cores(s.Objective)
	s.Workers = given.Workers
	f = &problem{set: set, s: s, split: split, longer: reason, watch: watch{begin: begin}, print: print, cores: cores}
	f.own = given.Method == "" && given.Rate == 0 && given.Batch == 0
	f.plan = f.because(plan)
	f.id = identity(f.print, asked)
	if f.penalty, err = train.LookupPenalty(s.Loss); err != nil {
		return nil, err
	}
	if err := s.found(set, asked); err != nil {
		return nil, err
	}
	learn := f.split.Train
	switch s.Objective {
	case Motion:
		if err := f.measure(ctx, asked.Horizon); err != nil {
			return nil, err
		}
		learn = f.motion.states.Set
	case SmoothedMotion:
		if err := f.smoothen(ctx); err != nil {
			return nil, err
		}
		learn = f.split.Train
	}
	if f.spec, err = specOf(set, learn, s); err != nil {
		return nil, err
	}
	f.spec = sees(f.spec, s.Beside)
	f.sample = thinned(learn)
	return f, f.look(ctx, given)
}

// cores are those of a network, on which its bits depend: one of an ensemble's has one, and a baseline as many as the
// model beside it had.
func (s *Options) cores(objective string) int {
	switch {
	case s.Ensemble > 1 && objective != Motion:
		return 1
	case s.Beside != nil:
		return s.Beside.Record.Workers
	}
	return s.Workers
}

// look has a recording of states decide on friction and, of windows, on how they are learned from. Then the plan is
// told.
func (f *problem) look(ctx context.Context, given Options) error {
	friction, err := f.rubbing(ctx)
	if err != nil {
		return err
	}
	s, family := f.s, model.FamilyOf(f.s.Model)
	free := s.From == nil && (given.Method == "" || given.Method == train.GaussNewton) && given.Hidden == nil &&
		given.Head == ""
	if s.Objective == Windows && (family.Heads || family.Netless) && family.Linear != nil && free {
		err = f.choose(ctx, given)
	}
	if s.onRows() && free {
		err = f.tryLibraries(ctx, given)
	}
	if friction.Choice != "" && f.plan.Line(friction.What).Choice == "" {
		f.plan.set(friction.What, friction.Choice, friction.Reason)
	}
	if err == nil && s.Planned != nil {
		s.Planned(f.plan)
	}
	return err
}

// splits holds out parts of a recording by windows as long as was asked for or, where nothing was, as the motion asks
// for; with the reason of the latter.
func (s *Options) splits(set *data.Set, found Recording) (split data.Split, reason string, err error) {
	if h := longer(set, *s, found); s.Horizon == 0 && h > s.horizon(set) {
		s.Horizon, reason = h, "a quarter of the fastest swing"
		if bare(set) {
			reason = "a little more than the fastest swing"
		}
	}
	split, err = set.Split(s.horizon(set), !s.Apart)
	return split, reason, err
}

// because is a plan with the reason for windows that are longer than usual.
func (f *problem) because(plan Plan) Plan {
	if f.longer != "" {
		plan.set("windows", plan.Line("windows").Choice, f.longer)
	}
	return plan
}
