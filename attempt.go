package lagrange

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/train"
)

const (
	mostRestarts = 3
	leastSteps   = 50   // of a training that is given up: a shorter one has shown nothing after a third
	hopeless     = 0.9  // of the loss without acceleration: a loss that is no better
	fewStates    = 0.05 // of the sample, at which M need not be positive definite
)

// network trains one network, and another one where the first turns out to be hopeless: the seeds are s.Seed + r·2³², the steps are shared,
// so that the same Steps and Seed give the same. Of all tried it is the one of the best validation.
//
// planned, if it is not nil, is told the number of steps before the first, and may change it.
func (f *fitting) network(ctx context.Context, s Settings, planned func(steps int) (int, error)) (*Model, error) {
	var best *Model
	var given []Restart
	seconds, used := 0.0, 0
	for r := 0; ; r++ {
		a := &attempt{f: f, s: s, restarts: r, used: used, planned: planned}
		err := a.train(ctx)
		planned = nil
		if err != nil {
			return nil, err
		}
		k := a.model
		seconds, used = seconds+k.Record.Seconds, used+a.step
		if best == nil || k.Record.Validation < best.Record.Validation {
			best = k
			best.Record.Doubt = a.why
		}
		if a.step < k.Record.Steps {
			given = append(given, Restart{k.Record.Seed, a.step, a.why})
			s.Steps = k.Record.Steps - a.step
			continue
		}
		best.Record.Seed, best.Record.Steps, best.Record.Seconds, best.Record.Restarts = s.Seed, used, seconds, given
		if v := best.Record.Validation; math.IsInf(v, 0) {
			return nil, fmt.Errorf("every validation of the %s was not finite: %d of %d steps were skipped; try a smaller rate or another seed", f.spec.Family, best.Record.Skipped, used)
		}
		return best, nil
	}
}

// attempt is a training that was ended, or given up, at a step.
type attempt struct {
	f        *fitting
	s        Settings
	begin    time.Time
	loop     *train.Loop[float64]
	restarts int
	used     int // steps of those given up before
	planned  func(steps int) (int, error)
	model    *Model
	mass     []MassPoint
	stages   []Stage
	print    string
	arcs     *arcStage // the last stage, once it is under way
	step     int
	why      string // it is hopeless; "" if it is not
}

// What ends a stage before its last step.
var errHopeless, errArcs = errors.New("hopeless"), errors.New("arcs")

// train makes the model.
func (a *attempt) train(ctx context.Context) error {
	f, s := a.f, &a.s
	a.begin = time.Now()
	s.Seed += uint64(a.restarts) << 32
	if a.restarts > 0 && s.Checkpoint != "" {
		s.Checkpoint = fmt.Sprintf("%s.r%d", s.Checkpoint, a.restarts)
	}
	net, err := model.New[float64](f.spec, s.Seed)
	if err != nil {
		return err
	}
	learn, valid, start, err := f.objectives(ctx, net, *s)
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
	if err := a.run(ctx, fmt.Sprintf("%s %s %s %d %g", f.print, s.Objective, s.Loss, s.Window, s.Horizon)); err != nil {
		return err
	}
	done, st := a.loop.Settings, a.loop.State
	copy(net.Theta, st.Best)
	r := Record{
		Seed: done.Seed, Steps: done.Steps, Batch: done.Batch, Rate: done.Rate, Method: done.Method, Workers: done.Workers, Loss: s.Loss,
		Objective: s.Objective, Window: s.Window, Horizon: s.Horizon, Data: f.print, Options: columns(f.set, s.Options),
		Validation: st.BestLoss, Skipped: st.Skipped, Fallbacks: st.Health.Fallbacks,
	}
	if a.step = st.Step; a.arcs != nil {
		a.step = r.Steps
		if err := a.last(ctx, &r); err != nil {
			return err
		}
	}
	if s.Objective != Windows {
		r.Window = 0
	}
	r.Mass, r.Stages, r.Seconds = a.mass, a.stages, time.Since(a.begin).Seconds()
	a.model = &Model{Record: r, net: net}
	return nil
}

// run trains, with checkpoints by the clock. One that was given up goes on to where that was decided, and is given up again; so does one that
// went on to arcs.
func (a *attempt) run(ctx context.Context, print string) (err error) {
	loop, s := a.loop, a.s
	a.print = print
	resumed, err := a.resume(loop, s.Checkpoint)
	if err != nil {
		return err
	}
	if !resumed && loop.Settings.Steps == 0 {
		left := max(s.Budget/10, s.Budget-time.Since(a.begin))
		if loop.Settings.Steps, err = train.Calibrate(ctx, loop.Model, loop.Train, loop.Valid, loop.Settings, left); err != nil {
			return err
		}
	}
	if a.planned != nil {
		if loop.Settings.Steps, err = a.planned(loop.Settings.Steps); err != nil {
			return err
		}
	}
	copy(loop.Model.Theta, loop.State.Theta)
	if resumed && a.decide(loop.State) != nil {
		return nil
	}
	if err = a.advance(ctx, loop, s.Checkpoint); err == errHopeless || err == errArcs {
		err = nil
	}
	return err
}

// resume takes a loop on from a checkpoint, if it is there and wanted.
func (a *attempt) resume(loop *train.Loop[float64], checkpoint string) (resumed bool, err error) {
	if !a.s.resumes(checkpoint) {
		return false, nil
	}
	loop.State, loop.Settings, err = train.LoadCheckpoint(checkpoint, a.print, loop.Model)
	return err == nil, err
}

// advance runs a loop and saves it now and then, and at the end.
func (a *attempt) advance(ctx context.Context, loop *train.Loop[float64], checkpoint string) error {
	save := func() error {
		if checkpoint == "" {
			return nil
		}
		return train.SaveCheckpoint(checkpoint, a.print, a.f.spec, loop.Settings, loop.State)
	}
	loop.Clock = a.clock(loop.State.Step, save)
	err := loop.Run(ctx)
	if e := save(); err == nil || e != nil {
		err = e
	}
	return err
}

// clock tells how far the training is, and saves it now and then.
func (a *attempt) clock(first int, save func() error) func(*train.State[float64], float64) error {
	from, last := time.Now(), time.Now()
	begun := a.done(first)
	return func(st *train.State[float64], loss float64) error {
		if a.s.On != nil {
			p := Progress{Model: a.f.spec.Family, Step: a.used + a.done(st.Step), Steps: a.used + a.loop.Settings.Steps, Loss: loss, Valid: math.NaN(), Restarts: a.restarts, Elapsed: time.Since(a.begin)}
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

// done is how many of all steps are done at a step of the stage under way.
func (a *attempt) done(step int) int {
	if a.arcs == nil {
		return step
	}
	n := a.loop.State.Step
	return n + step*(a.loop.Settings.Steps-n)/a.arcs.steps
}

// look is called at every validation.
func (a *attempt) look(st *train.State[float64]) error {
	a.weigh(st.Step)
	if st.Step == a.loop.Settings.Steps {
		a.verdict(st)
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

// decide says, at the first validation after a third of the steps, whether the stage ends there.
func (a *attempt) decide(st *train.State[float64]) error {
	if st.Step >= a.loop.Settings.Steps || st.Step != a.third() {
		return nil
	}
	if a.verdict(st) != "" {
		return errHopeless
	}
	if a.arcs = a.long(st); a.arcs != nil {
		return errArcs
	}
	return nil
}

// third is the step of the first validation after a third of all.
func (a *attempt) third() int {
	s := a.loop.Settings.Defaults()
	return (s.Steps/3 + s.Validate - 1) / s.Validate * s.Validate
}

func (a *attempt) massMatrix() (eval.Mass, bool) {
	if a.f.sample == nil {
		return eval.Mass{}, false
	}
	return eval.MassMatrix(a.loop.Model, a.f.sample)
}

// verdict says at the first validation after a third of the steps, if there may be another training, and at the last one, why this one is
// hopeless, or "".
func (a *attempt) verdict(st *train.State[float64]) string {
	s := a.loop.Settings
	if may := a.restarts < mostRestarts && s.Steps >= leastSteps && st.Step == a.third(); !may && st.Step < s.Steps {
		return ""
	}
	a.why = a.doubt(st.BestLoss)
	return a.why
}

// doubt says why a model of such a validation is hopeless, or "".
func (a *attempt) doubt(valid float64) string {
	switch mass, ok := a.massMatrix(); {
	case math.IsInf(valid, 0):
		return "no validation was finite"
	case ok && float64(mass.NotPositive) > fewStates*float64(mass.States):
		return fmt.Sprintf("the mass matrix is not positive definite at %d of %d states", mass.NotPositive, mass.States)
	case !(valid < hopeless*a.f.null):
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
func (f *fitting) worst(valid train.Objective[float64]) {
	f.once.Lock()
	defer f.once.Unlock()
	if math.IsNaN(f.null) {
		f.null = f.still(valid)
	}
}

// still is the loss of q̈ = 0; infinite where that has no meaning.
func (f *fitting) still(o train.Objective[float64]) float64 {
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
