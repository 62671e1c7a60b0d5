package fit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/train"
)

const (
	mostRestarts = 3
	hopeless     = 0.9  // of the loss without acceleration: a loss that is no better
	fewSteps     = 50   // of a training: a third of less shows little yet, so that only a loss above that without acceleration is hopeless
	fewStates    = 0.05 // of the sample, at which M need not be positive definite
)

// network trains member j of an ensemble, or the only network, and another one where the first turns out to be hopeless: the seeds are
// s.Seed + r·2³², the steps are shared, so that the same Steps and Seed give the same. Of all tried it is the one of the best validation. The watch
// tells what of s.Budget is gone.
//
// planned, if it is not nil, is told the number of steps before the first, and may change it.
func (f *problem) network(ctx context.Context, s Options, w watch, j int, planned func(steps int) (int, error)) (Network, error) {
	var best *Network
	var given []Restart
	var plans []Plan
	used := 0
	for r := 0; ; r++ {
		a := &attempt{f: f, s: s, watch: &w, member: j, restarts: r, used: used, planned: planned}
		if s.Like != nil {
			if like := s.Like[j].Record.Plans; r < len(like) {
				a.plan = &like[r]
			}
		}
		err := a.train(ctx)
		planned = nil
		if err != nil {
			return Network{}, err
		}
		k := &a.trained
		used, plans = used+a.step, append(plans, *a.plan)
		if best == nil || k.Record.Validation < best.Record.Validation {
			best = k
			best.Record.Doubt = a.why
		}
		if a.step < k.Record.Steps {
			given = append(given, Restart{k.Record.Seed, a.step, a.why})
			s.Steps = k.Record.Steps - a.step
			continue
		}
		b := &best.Record
		b.Seed, b.Steps, b.Seconds, b.Restarts, b.Plans = s.Seed, used, w.elapsed().Seconds(), given, plans
		if v := b.Validation; math.IsInf(v, 0) {
			return Network{}, fmt.Errorf("every validation of the %s was not finite: %d of %d steps were skipped; try a smaller rate or another seed", f.spec.Family, b.Skipped, used)
		}
		return *best, nil
	}
}

// attempt is a training that was ended, or given up, at a step.
type attempt struct {
	f        *problem
	s        Options
	watch    *watch
	member   int
	loop     *train.Loop[float64]
	restarts int
	used     int // steps of those given up before
	planned  func(steps int) (int, error)
	plan     *Plan // to repeat; once it is trained, that which it had
	trained  Network
	mass     []MassPoint
	stages   []Stage
	arcs     *arcStage // the last stage, once it is under way
	step     int
	why      string // it is hopeless; "" if it is not
}

// What ends a stage before its last step.
var errHopeless, errArcs = errors.New("hopeless"), errors.New("arcs")

// train makes the model.
func (a *attempt) train(ctx context.Context) error {
	f, s := a.f, &a.s
	s.Seed += uint64(a.restarts) << 32
	s.Checkpoint = ofRestart(s.Checkpoint, a.restarts)
	net, err := a.net()
	if err != nil {
		return err
	}
	learn, valid, start, err := a.objectives(ctx, net)
	if err != nil {
		return err
	}
	if start.Done && start.Columns == 0 { // nothing was solved for
		a.note("estimated accelerations", math.Sqrt(2*start.Before), math.Sqrt(2*start.After))
	} else if start.Done {
		a.note("convex start", math.Sqrt(2*start.Before), math.Sqrt(2*start.After))
	}
	f.worst(valid)
	a.loop = &train.Loop[float64]{Model: net, Train: learn, Valid: valid, State: train.NewState(net), On: a.look}
	if s.Batch == 0 {
		s.Batch = max(64, enough*len(net.Theta)/learn.Pass(net, 1).Width())
	}
	a.loop.Settings = train.Settings{Method: s.Method, Steps: s.Steps, Batch: s.Batch, Rate: s.Rate, Seed: s.Seed, Workers: s.Workers}
	if err := a.run(ctx); err != nil {
		return err
	}
	done, st := a.loop.Settings, a.loop.State
	copy(net.Theta, st.Best)
	r := Record{
		Run: hashed(f.id), Seed: done.Seed, Steps: done.Total(st.Step + 1), Batch: done.Batch, Rate: done.Rate, Method: done.Method, Workers: done.Workers, Loss: s.Loss,
		Objective: s.Objective, Window: s.Window, Horizon: s.Horizon, Data: f.print, Options: f.set.Layout(s.Columns),
		Validation: st.BestLoss, Skipped: st.Skipped, Fallbacks: st.Health.Fallbacks,
	}
	if s.From != nil {
		was := s.From[a.member].Record
		r.Before = append(slices.Clone(was.Before), was.Data)
	}
	plan := planOf(done)
	if a.step = st.Step; a.arcs != nil {
		a.step = r.Steps
		if err := a.last(ctx, &r, &plan); err != nil {
			return err
		}
	}
	a.plan = &plan
	if s.Objective != Windows {
		r.Window = 0
	}
	r.Mass, r.Stages = a.mass, a.stages
	a.trained = Network{r, net}
	return nil
}

// net is the network before training: as it is drawn, or that of the model to go on from.
func (a *attempt) net() (*model.Model[float64], error) {
	if from := a.s.From; from != nil {
		return from[a.member].Net.Copy(), nil
	}
	return model.New[float64](a.f.spec, a.s.Seed)
}

// run trains, with checkpoints by the clock. One that was given up goes on to where that was decided, and is given up again; so does one that
// went on to arcs.
func (a *attempt) run(ctx context.Context) (err error) {
	loop, s := a.loop, a.s
	resumed, err := a.resume(loop, allSteps)
	if err != nil {
		return err
	}
	switch {
	case resumed:
	case a.plan != nil:
		loop.Settings.Steps, loop.Settings.Changes = a.plan.Steps, a.plan.Changes
	case loop.Settings.Steps == 0:
		left := max(s.Budget/10, s.Budget-a.watch.elapsed())
		if loop.Settings.Steps, err = train.Calibrate(ctx, loop.Model, loop.Train, loop.Valid, loop.Settings, left); err != nil {
			return err
		}
	}
	if a.planned != nil && a.plan == nil {
		if loop.Settings.Steps, err = a.planned(loop.Settings.Steps); err != nil {
			return err
		}
	}
	copy(loop.Model.Theta, loop.State.Theta)
	if resumed && a.decided() && a.decide(loop.State) != nil {
		return nil
	}
	if err = a.advance(ctx, loop, allSteps); err == errHopeless || err == errArcs {
		err = nil
	}
	return err
}

// identity is that of a stage: a checkpoint of any other is not gone on from.
func (a *attempt) identity(stage string) train.Identity {
	id := maps.Clone(a.f.id)
	id["stage"], id["seed of the network"] = stage, fmt.Sprint(a.s.Seed)
	return id
}

// resume takes a loop on from the checkpoint of a stage, if it is there and wanted.
func (a *attempt) resume(loop *train.Loop[float64], stage string) (resumed bool, err error) {
	if !a.resumes(stage) {
		return false, nil
	}
	if loop.State, loop.Settings, err = train.LoadCheckpoint(ofStage(a.s.Checkpoint, stage), a.identity(stage), loop.Model); err != nil {
		return false, err
	}
	a.watch.goOn(loop.State.Seconds)
	return true, nil
}

// resumes says whether there is a checkpoint of a stage to go on from.
func (a *attempt) resumes(stage string) bool {
	path := ofStage(a.s.Checkpoint, stage)
	if !a.s.Resume || path == "" {
		return false
	}
	_, err := os.Stat(path)
	return err == nil
}

// advance runs the loop of a stage and saves it before the first step, now and then, and at the end.
func (a *attempt) advance(ctx context.Context, loop *train.Loop[float64], stage string) error {
	checkpoint := ofStage(a.s.Checkpoint, stage)
	save := func() error {
		if checkpoint == "" {
			return nil
		}
		loop.State.Seconds = a.watch.elapsed().Seconds()
		return train.SaveCheckpoint(checkpoint, a.identity(stage), a.f.spec, loop.Settings, loop.State)
	}
	if err := save(); err != nil {
		return err
	}
	loop.Clock = a.clock(loop.State.Step, save)
	if a.loop != nil { // a warm-up has its own number of steps
		loop.Replan = a.replan(loop)
	}
	err := loop.Run(ctx)
	if e := save(); err == nil || e != nil {
		err = e
	}
	return err
}

// clock tells how far the training is, once it has begun, and saves it now and then.
func (a *attempt) clock(first int, save func() error) func(*train.State[float64], float64) error {
	from, last := time.Now(), time.Now()
	begun := a.done(first)
	return func(st *train.State[float64], loss float64) error {
		if a.s.On != nil && a.loop != nil {
			p := Progress{Model: a.f.spec.Family, Step: a.used + a.done(st.Step), Steps: a.used + a.total(), Loss: loss, Valid: math.NaN(), Restarts: a.restarts, Elapsed: a.watch.elapsed()}
			if n := len(st.History); n > 0 {
				p.Valid = st.History[n-1].Valid
			}
			if n := len(a.mass); n > 0 {
				p.Mass = &a.mass[n-1].Mass
			}
			p.Left = time.Duration(float64(time.Since(from)) / float64(max(1, a.done(st.Step)-begun)) * float64(p.Steps-p.Step))
			a.s.On(p)
		}
		if time.Since(last) > a.s.Every {
			last = time.Now()
			return save()
		}
		return nil
	}
}

// total is the number of all steps as it is planned now.
func (a *attempt) total() int { return a.loop.Settings.Total(a.loop.State.Step + 1) }

// done is how many of all steps are done at a step of the stage under way.
func (a *attempt) done(step int) int {
	if a.arcs == nil {
		return step
	}
	n, all := a.loop.State.Step, a.arcs.steps
	if l := a.arcs.loop; l != nil {
		all = l.Settings.Total(step + 1)
	}
	return n + min(step, all)*(a.total()-n)/max(1, all)
}

// look is called at every validation.
func (a *attempt) look(st *train.State[float64]) error {
	a.weigh(st.Step)
	if st.Step == a.loop.Settings.Total(st.Step) {
		a.why = a.doubt(st.BestLoss, hopeless)
		return nil
	}
	return a.decide(st)
}

// weigh notes the mass matrix.
func (a *attempt) weigh(step int) {
	if mass, ok := a.massMatrix(); ok {
		a.mass = append(a.mass, MassPoint{step, mass})
	}
}

// decided says whether a run that goes on stands where it was decided how.
func (a *attempt) decided() bool { st := a.loop.State; return st.Decided > 0 && st.Decided == st.Step }

// decide says, at the first validation after a third of the steps, whether the stage ends there.
func (a *attempt) decide(st *train.State[float64]) error {
	if st.Decided == 0 && st.Step >= max(1, a.loop.Settings.Total(st.Step)/3) {
		st.Decided = st.Step
	}
	if !a.decided() {
		return nil
	}
	if a.restarts < mostRestarts && a.s.From == nil {
		limit := hopeless
		if a.loop.Settings.Total(st.Step) < fewSteps {
			limit = 1
		}
		if a.why = a.doubt(st.BestLoss, limit); a.why != "" {
			return errHopeless
		}
	}
	if a.arcs = a.long(st); a.arcs != nil {
		return errArcs
	}
	return nil
}

func (a *attempt) massMatrix() (eval.Mass, bool) {
	if a.f.sample == nil {
		return eval.Mass{}, false
	}
	return eval.MassMatrix(a.loop.Model, a.f.sample)
}

// doubt says why a model of such a validation is hopeless, or ""; limit is the share of the loss without acceleration from which on it is.
func (a *attempt) doubt(valid, limit float64) string {
	switch mass, ok := a.massMatrix(); {
	case math.IsInf(valid, 0):
		return "no validation was finite"
	case ok && float64(mass.NotPositive) > fewStates*float64(mass.States):
		return fmt.Sprintf("the mass matrix is not positive definite at %d of %d states", mass.NotPositive, mass.States)
	case !(valid < limit*a.f.null):
		return fmt.Sprintf("validation %.3g, hardly better than %.3g of a motion without acceleration", valid, a.f.null)
	}
	return ""
}

// note records a stage, in numbers that a file can hold.
func (a *attempt) note(name string, before, after float64) {
	number := func(x float64) float64 {
		if !(x < math.MaxFloat64) {
			return math.MaxFloat64
		}
		return x
	}
	a.stages = append(a.stages, Stage{name, number(before), number(after)})
}

// worst computes the validation loss of q̈ = 0 once.
func (f *problem) worst(valid train.Objective[float64]) {
	f.once.Lock()
	defer f.once.Unlock()
	if math.IsNaN(f.null) {
		f.null = f.still(valid)
	}
}

// still is the loss of q̈ = 0; infinite where that has no meaning.
func (f *problem) still(o train.Objective[float64]) float64 {
	if f.s.Objective == Torque {
		return math.Inf(1)
	}
	spec := f.spec
	spec.Family, spec.Hidden, spec.Head, spec.Friction, spec.Sites = "nn", []int{1}, "", "", nil
	still, err := model.New[float64](spec, 0)
	if err != nil {
		return math.Inf(1) // a net that this cannot describe is not measured against it
	}
	clear(still.Theta)
	return mean(o, still)
}

// thinned takes some 200 states of a recording, fewer of many coordinates, as eigenvalues cost d³; nil of too many.
func thinned(s *data.Set) *data.Set {
	d, f := s.D(), s.M()
	most := min(200, 4_000_000/(d*d*d))
	if most == 0 {
		return nil
	}
	out, every, t := *s, max(1, s.Rows()/most), data.Trajectory{}
	i := 0
	for k := range s.Trajectories {
		from := &s.Trajectories[k]
		for n := range from.T {
			if i++; i%every == 0 {
				t.T, t.U = append(t.T, from.T[n]), append(t.U, from.U[n*f:(n+1)*f]...)
				t.Q, t.V = append(t.Q, from.Q[n*d:(n+1)*d]...), append(t.V, from.V[n*d:(n+1)*d]...)
			}
		}
	}
	out.Trajectories = []data.Trajectory{t}
	return &out
}
