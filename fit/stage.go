package fit

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"time"

	"lagrange/train"
)

// A stage is a part of a training. All stages of a run share its network, its objectives, one counter of steps, one
// report and one watch, and leave their checkpoints by one hand.
type stage interface {
	// Name is what the stage is called in checkpoints and reports.
	Name() string
	// Run does the stage's part, if the run has any for it: each stage knows when it has nothing to do. The error is
	// ctx's, or what is wrong.
	Run(ctx context.Context, a *run) error
}

// stages are those of every training, in their order.
var stages = []stage{initialGuess{}, warmUp{}, rivals{}, steps{}, longRollouts{}}

// identity is that of a stage: a checkpoint of any other is not gone on from.
func (a *run) identity(stage string) train.Identity {
	if stage == (longRollouts{}).Name() {
		stage = "long arcs" // as in checkpoints that are there
	}
	return a.f.identity(stage, a.s)
}

// identity is that of a stage of the network with the seed of s.
func (f *problem) identity(stage string, s Options) train.Identity {
	id := maps.Clone(f.id)
	id["stage"], id["seed of the network"] = stage, fmt.Sprint(s.Seed)
	return id
}

// resume takes a loop on from the checkpoint of a stage, if it is there and wanted.
func (a *run) resume(loop *train.Loop[float64], stage string) (resumed bool, err error) {
	if !a.resumes(stage) {
		return false, nil
	}
	path := ofStage(a.s.Checkpoint, stage)
	if loop.State, loop.Settings, err = train.LoadCheckpoint(path, a.identity(stage), loop.Model); err != nil {
		return false, err
	}
	a.watch.goOn(loop.State.Seconds)
	return true, nil
}

// resumes says whether there is a checkpoint of a stage to go on from.
func (a *run) resumes(stage string) bool {
	path := ofStage(a.s.Checkpoint, stage)
	if !a.s.Resume || path == "" {
		return false
	}
	_, err := os.Stat(path)
	return err == nil
}

// advance runs the loop of a stage and saves it before the first step, now and then, and at the end.
func (a *run) advance(ctx context.Context, loop *train.Loop[float64], stage string) error {
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
	loop.Clock = a.clock(stage, loop.State.Step, loop.Settings.Steps, save)
	if a.loop != nil { // a warm-up has its own number of steps
		loop.Replan = a.replan(loop)
	}
	err := loop.Run(ctx)
	if e := save(); err == nil || e != nil {
		err = e
	}
	return err
}

// preparing tells how much is done of something that goes before the first step.
func (s *Options) preparing(what string) func(done, all int) {
	return func(done, all int) {
		if s.Preparing != nil {
			s.Preparing(what, done, all)
		}
	}
}

// clock tells how far the training is, or one of so many steps before it has begun, and saves it now and then.
func (a *run) clock(stage string, first, all int, save func() error) func(*train.State[float64], float64) error {
	from, last := time.Now(), time.Now()
	begun, preparing := a.done(first), a.s.preparing("warm-up")
	if stage == (steps{}).Name() {
		stage = a.s.Objective
	}
	return func(st *train.State[float64], loss float64) error {
		if a.loop == nil {
			preparing(st.Step, all)
		}
		if a.s.On != nil && a.loop != nil {
			p := Progress{
				Model: a.f.spec.Family, Stage: stage, Step: a.used + a.done(st.Step), Steps: a.used + a.total(),
				Loss: loss, Valid: math.NaN(), Restarts: a.restarts, Elapsed: a.watch.elapsed(),
			}
			if n := len(st.History); n > 0 {
				p.Valid = st.History[n-1].Valid
			}
			if n := len(a.mass); n > 0 {
				p.Mass = &a.mass[n-1].Mass
			}
			each := float64(time.Since(from)) / float64(max(1, a.done(st.Step)-begun))
			p.Left = time.Duration(each * float64(p.Steps-p.Step))
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
func (a *run) total() int { return a.loop.Settings.Total(a.loop.State.Step + 1) }

// done is how many of all steps are done at a step of the stage under way.
func (a *run) done(step int) int {
	if a.rollouts == nil {
		return step
	}
	n, all := a.loop.State.Step, a.rollouts.steps
	if l := a.rollouts.loop; l != nil {
		all = l.Settings.Total(step + 1)
	}
	return n + min(step, all)*(a.total()-n)/max(1, all)
}
