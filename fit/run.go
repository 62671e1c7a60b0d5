package fit

import (
	"context"
	"math"

	"lagrange/model"
	"lagrange/train"
)

// run is one training of a network, stage after stage; it is ended, or given up, at a step.
type run struct {
	f        *problem
	s        Options
	watch    *watch
	member   int // of an ensemble
	restarts int // trainings given up before,
	used     int // and their steps
	agree    func(steps int) (int, error)
	pace     *Pace // to repeat; nil: none

	net          *model.Model[float64]
	learn, valid train.Objective[float64]
	drawn        bool                 // net is as it was drawn: Adam has to go before the steps of Gauss–Newton
	loop         *train.Loop[float64] // of the steps
	rollouts     *rollouts            // of the last stage, once it is decided on

	mass    []MassPoint
	notes   []Stage
	why     string // it is hopeless; "" if it is not
	step    int    // at which it ended
	took    Pace
	trained Network
}

// train goes through the stages.
func (a *run) train(ctx context.Context) (err error) {
	a.s.Seed += uint64(a.restarts) << 32
	a.s.Checkpoint = ofRestart(a.s.Checkpoint, a.restarts)
	if a.net, err = a.first(); err != nil {
		return err
	}
	if err := a.objectives(); err != nil {
		return err
	}
	for _, s := range stages {
		if err := s.Run(ctx, a); err != nil {
			return err
		}
	}
	a.trained = Network{Record: a.record(), Net: a.net}
	return nil
}

// first is the network before training: as it is drawn, or that of the model to go on from.
func (a *run) first() (*model.Model[float64], error) {
	if from := a.s.From; from != nil {
		return from[a.member].Net.Copy(), nil
	}
	return model.New[float64](a.f.spec, a.s.Seed)
}

// record says what was done.
func (a *run) record() Record {
	f, s, done, st := a.f, &a.s, a.loop.Settings, a.loop.State
	r := Record{
		Run: hashed(f.id), Plan: &f.plan, Data: f.print,
		Seed: done.Seed, Steps: done.Total(st.Step + 1), Batch: done.Batch, Rate: done.Rate, Method: done.Method,
		Workers: done.Workers, Loss: s.Loss, Objective: s.Objective, Window: s.Window, Horizon: s.Horizon,
		Apart: s.Apart, Options: f.set.Layout(s.Columns), Ranges: f.split.Train.Ranges(), Validation: st.BestLoss,
		Skipped: st.Skipped, Fallbacks: st.Health.Fallbacks,
		Mass: a.mass, Stages: a.notes,
	}
	r.goesOn(s.From, a.member)
	if s.Objective != Windows {
		r.Window = 0
	}
	a.step, a.took = st.Step, paceOf(done)
	if g := a.rollouts; g != nil {
		of := paceOf(g.loop.Settings)
		a.step, a.took.Segments = r.Steps, &of
		r.Skipped, r.Fallbacks = r.Skipped+g.loop.State.Skipped, r.Fallbacks+g.loop.State.Health.Fallbacks
		r.Validation = train.MeanLoss(a.valid, a.net)
		a.why = a.doubt(r.Validation, hopeless)
	}
	return r
}

// note records a stage.
func (a *run) note(name string, before, after float64) {
	a.notes = append(a.notes, stageOf(name, before, after))
}

// stageOf is a stage in numbers that a file can hold.
func stageOf(name string, before, after float64) Stage {
	number := func(x float64) float64 {
		if !(x < math.MaxFloat64) {
			return math.MaxFloat64
		}
		return x
	}
	return Stage{Name: name, Before: number(before), After: number(after)}
}
