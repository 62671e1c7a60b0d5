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
	loop     *train.Loop[float64]
	restarts int
	used     int // steps of those given up before
	planned  func(steps int) (int, error)
	model    *Model
	mass     []MassPoint
	step     int
	why      string // it is hopeless; "" if it is not
}

var errHopeless = errors.New("hopeless")

// train makes the model.
func (a *attempt) train(ctx context.Context) error {
	f, s := a.f, &a.s
	s.Seed += uint64(a.restarts) << 32
	if a.restarts > 0 && s.Checkpoint != "" {
		s.Checkpoint = fmt.Sprintf("%s.r%d", s.Checkpoint, a.restarts)
	}
	net, err := model.New[float64](f.spec, s.Seed)
	if err != nil {
		return err
	}
	learn, valid, err := objectives(ctx, net, f.split, *s, f.penalty)
	if err != nil {
		return err
	}
	f.worst(valid)
	a.loop = &train.Loop[float64]{Model: net, Train: learn, Valid: valid, State: train.NewState(net), On: a.look}
	if s.Batch == 0 {
		s.Batch = max(64, enough*len(net.Theta)/learn.Pass(net, 1).Width())
	}
	a.loop.Settings = train.Settings{Method: s.Method, Steps: s.Steps, Batch: s.Batch, Rate: s.Rate, Seed: s.Seed, Workers: s.Workers}
	seconds, err := a.run(ctx, fmt.Sprintf("%s %s %s %d %g", f.print, s.Objective, s.Loss, s.Window, s.Horizon))
	if err != nil {
		return err
	}
	done, st := a.loop.Settings, a.loop.State
	a.step = st.Step
	copy(net.Theta, st.Best)
	r := Record{
		Seed: done.Seed, Steps: done.Steps, Batch: done.Batch, Rate: done.Rate, Method: done.Method, Workers: done.Workers, Loss: s.Loss,
		Objective: s.Objective, Window: s.Window, Horizon: s.Horizon, Data: f.print, Options: columns(f.set, s.Options), Seconds: seconds,
		Validation: st.BestLoss, Skipped: st.Skipped, Fallbacks: st.Health.Fallbacks, Mass: a.mass,
	}
	if s.Objective != Windows {
		r.Window = 0
	}
	a.model = &Model{Record: r, net: net}
	return nil
}

// run trains, with checkpoints by the clock. One that was given up goes on to where that was decided, and is given up again.
func (a *attempt) run(ctx context.Context, print string) (seconds float64, err error) {
	loop, s, begin := a.loop, a.s, time.Now()
	save := func() error {
		if s.Checkpoint == "" {
			return nil
		}
		return train.SaveCheckpoint(s.Checkpoint, print, a.f.spec, loop.Settings, loop.State)
	}
	resumed := s.resumes()
	if resumed {
		if loop.State, loop.Settings, err = train.LoadCheckpoint(s.Checkpoint, print, loop.Model); err != nil {
			return 0, err
		}
	}
	if !resumed && loop.Settings.Steps == 0 {
		if loop.Settings.Steps, err = train.Calibrate(ctx, loop.Model, loop.Train, loop.Valid, loop.Settings, s.Budget); err != nil {
			return 0, err
		}
	}
	if a.planned != nil {
		if loop.Settings.Steps, err = a.planned(loop.Settings.Steps); err != nil {
			return 0, err
		}
	}
	loop.Clock = a.clock(begin, save)
	if copy(loop.Model.Theta, loop.State.Theta); resumed && a.verdict(loop.State) != "" {
		return 0, nil
	}
	if err = loop.Run(ctx); err == errHopeless {
		err = nil
	}
	if e := save(); err == nil || e != nil {
		err = e
	}
	return time.Since(begin).Seconds(), err
}

// clock tells how far the training is, and saves it now and then.
func (a *attempt) clock(begin time.Time, save func() error) func(*train.State[float64], float64) error {
	from, first, last := time.Now(), a.loop.State.Step, time.Now()
	return func(st *train.State[float64], loss float64) error {
		if a.s.On != nil {
			p := Progress{Model: a.f.spec.Family, Step: a.used + st.Step, Steps: a.used + a.loop.Settings.Steps, Loss: loss, Valid: math.NaN(), Restarts: a.restarts, Elapsed: time.Since(begin)}
			if n := len(st.History); n > 0 {
				p.Valid = st.History[n-1].Valid
			}
			if n := len(a.mass); n > 0 {
				p.Mass = &a.mass[n-1].Mass
			}
			p.Left = time.Duration(float64(time.Since(from)) / float64(st.Step-first) * float64(p.Steps-p.Step))
			a.s.On(p)
		}
		if time.Since(last) > a.s.Every {
			last = time.Now()
			return save()
		}
		return nil
	}
}

// look is called at every validation.
func (a *attempt) look(st *train.State[float64]) error {
	if mass, ok := a.massMatrix(); ok {
		a.mass = append(a.mass, MassPoint{st.Step, mass})
	}
	if a.verdict(st) != "" && st.Step < a.loop.Settings.Steps {
		return errHopeless
	}
	return nil
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
	s := a.loop.Settings.Defaults()
	third := (s.Steps/3 + s.Validate - 1) / s.Validate * s.Validate
	if may := a.restarts < mostRestarts && s.Steps >= leastSteps && st.Step == third; !may && st.Step < s.Steps {
		return ""
	}
	a.why = ""
	switch mass, ok := a.massMatrix(); {
	case math.IsInf(st.BestLoss, 0):
		a.why = "no validation was finite"
	case ok && float64(mass.NotPositive) > fewStates*float64(mass.States):
		a.why = fmt.Sprintf("the mass matrix is not positive definite at %d of %d states", mass.NotPositive, mass.States)
	case !(st.BestLoss < hopeless*a.f.null):
		a.why = fmt.Sprintf("validation %.3g, hardly better than %.3g of a motion without acceleration", st.BestLoss, a.f.null)
	}
	return a.why
}

// worst computes the validation loss of q̈ = 0 once.
func (f *fitting) worst(valid train.Objective[float64]) {
	f.once.Lock()
	defer f.once.Unlock()
	if !math.IsNaN(f.null) {
		return
	}
	f.null = math.Inf(1)
	if f.s.Objective == Torque {
		return
	}
	spec := f.spec
	spec.Family, spec.Hidden, spec.Head, spec.Friction, spec.Sites = "nn", []int{1}, "", "", nil
	still, err := model.New[float64](spec, 0)
	if err != nil {
		return // a net that this cannot describe is not measured against it
	}
	clear(still.Theta)
	loss, sum := train.NewLoss(valid, still, model.Chunk), 0.0
	for lo := 0; lo < valid.Len(); lo += model.Chunk {
		var batch []int
		for i := lo; i < min(lo+model.Chunk, valid.Len()); i++ {
			batch = append(batch, i)
		}
		sum += loss.Of(batch, nil)
	}
	f.null = sum / float64(valid.Len())
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
