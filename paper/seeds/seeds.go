// Package seeds has the experiment on what a user gets: every system from many seeds, with default settings.
package seeds

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/sim"
	"lagrange/train"
)

// Experiment counts what goes wrong.
var Experiment = experiment.Experiment{
	Name: name, Title: "Every seed",
	About: `what a user gets with the settings left as they are: each system of
"lagrange systems", and a ring of the wave equation, is recorded and learned from 10
seeds (quick: 3), each with a recording of its own, on one core, for as many steps of
the same method; and what a Lagrangian network learns from it, which is taken where no
sum of terms has the motion. Counted is what ended non-finite, and what is off by more than a tenth
of the acceleration on one of three recordings that none of them has seen. A --budget is
training time of all, on two cores.`,
	Full: 8 * time.Minute, Quick: 150 * time.Second,
	Run: reproduce,
}

const (
	name                = "seeds"
	ofNetwork           = ", lnn" // ends the name of a task whose model is named
	manySeeds, fewSeeds = 10, 3
	manyHeld            = 3 // recordings held out
	// what the steps of all systems and seeds take on two cores
	allTime = 7 * time.Minute
	// steps of each training, a part of those of the default minute: of Gauss–Newton, and of Kaczmarz, of which ten
	// take as long, where accelerations of so few coordinates are learned
	newtonSteps, kaczmarzSteps, fewCoordinates = 100, 1000, 3
	// relative, of the acceleration on one held-out recording: more is not learned
	poorError   = 0.1
	stuckLoss   = 0.9     // of the accelerations, in units of that without any: hardly better
	stuckStates = 0.05    // of the held-out ones, at which M need not be positive definite
	unseen      = 1 << 32 // from the seeds of recordings to those of the held-out ones
)

// task is a system and the recording of it. fit has nothing but what has no default, and the network where no sum of
// terms is to be tried.
type task struct {
	name   string
	record sim.Simulation
	fit    lagrange.Settings
	steps  int
}

// tasks are the systems of the registry and two more tasks.
func tasks() (cs []task) {
	swings := sim.Simulation{Trajectories: 40, Steps: 250, Dt: 0.02, Accelerations: true}
	add := func(name string, s mech.System, record sim.Simulation, fit lagrange.Settings) {
		record.System = s
		steps := newtonSteps
		if _, only := s.(mech.Parametrised); (only || fit.Model != "") && record.Accelerations &&
			s.Dim() <= fewCoordinates {
			steps = kaczmarzSteps
		}
		cs = append(cs, task{name, record, fit, steps})
	}
	for _, s := range mech.Systems() {
		record := swings
		// short motions, each with a field of its own, a system parameter: the particle is soon as fast as light
		if _, ok := s.(mech.Parametrised); ok {
			record.Trajectories, record.Steps, record.Dt = 1000, 25, 0.01
		}
		add(s.Name(), s, record, lagrange.Settings{})
	}
	for _, c := range slices.Clone(cs) {
		if c.steps == newtonSteps {
			add(c.name+ofNetwork, c.record.System, c.record, lagrange.Settings{Model: "lnn"})
		}
	}
	crossing := sim.Simulation{Trajectories: 20, Steps: 60, Dt: 0.005, Accelerations: true}
	add("wave-8", mech.Wave{N: 8, C: 1, H: 1. / 8}, crossing, lagrange.Settings{Model: graph.Family,
		Graph: lagrange.Graph{Shape: graph.RingShape}})
	swings.Accelerations = false
	add("double-pendulum, windows", mech.Chain(2), swings, lagrange.Settings{})
	return cs
}

// command is how a user would make the recording.
func (c task) command(seed uint64) string {
	r := c.record
	text := fmt.Sprintf("lagrange simulate %s --trajectories %d --duration %g --dt %g", r.System.Name(), r.Trajectories,
		math.Round(float64(r.Steps)*r.Dt*1e6)/1e6, r.Dt)
	if r.Accelerations {
		text += " --accelerations"
	}
	return fmt.Sprintf("%s --seed %d", text, seed)
}

// Run is one training. The error of the acceleration on a held-out recording is the mean over coordinates of Σ|a −
// a*|/Σ|a*|, the window error that of the median window's root mean square of q to the one of constant velocity.
type Run struct {
	Seed        uint64    `json:"seed"`
	NonFinite   bool      `json:"nonfinite"`
	Poor        bool      `json:"poor"`  // WorstError is above a tenth, or it is stuck
	Stuck       bool      `json:"stuck"` // hopeless altogether
	Why         string    `json:"why,omitempty"`
	Restarts    int       `json:"restarts"`
	Skipped     int       `json:"nonfinite_skipped"`
	AccelErrors []float64 `json:"accel_errors"` // on each held-out recording
	AccelError  float64   `json:"accel_error"`  // their median
	WorstError  float64   `json:"worst_error"`  // the largest of them
	WindowError float64   `json:"window_error"` // the median over the recordings
	Mass        eval.Mass `json:"mass_matrix"`
	Seconds     float64   `json:"seconds"`
}

// Range is the median of numbers with the least and the largest.
type Range struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// Score is what is found of one system.
type Score struct {
	Name          string  `json:"name"`
	Recording     string  `json:"recording"`
	Steps         int     `json:"steps"`
	Method        string  `json:"method"` // of all runs, with commas where they differ
	NonFinite     int     `json:"nonfinite"`
	Poor          int     `json:"poor"`
	Stuck         int     `json:"stuck"`
	Restarts      int     `json:"restarts"`
	Skipped       int     `json:"nonfinite_skipped"`
	MinEigenvalue float64 `json:"min_eigenvalue"`
	MaxCondition  float64 `json:"max_condition"`
	AccelError    Range   `json:"accel_error"` // of the medians over the held-out recordings
	WorstError    Range   `json:"worst_error"` // of the largest
	WindowError   Range   `json:"window_error"`
	Seconds       float64 `json:"seconds"` // of one training, on one core
	Runs          []Run   `json:"runs"`
}

// Report is the result of the experiment.
type Report struct {
	Seed      uint64  `json:"seed"`
	Seconds   float64 `json:"seconds"` // of all trainings, one after the other
	Trainings int     `json:"trainings"`
	NonFinite int     `json:"nonfinite"`
	Poor      int     `json:"poor"`
	Stuck     int     `json:"stuck"`
	Systems   []Score `json:"systems"`
}

// reproduce trains all systems from all seeds.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	if s.Quick {
		return fromSeeds(ctx, s, tasks(), fewSeeds)
	}
	return fromSeeds(ctx, s, tasks(), manySeeds)
}

// fromSeeds trains cases from n seeds each, one training on each core.
func fromSeeds(ctx context.Context, s experiment.Settings, cs []task, n int) (experiment.Result, error) {
	held := map[string]func() ([]*data.Set, error){} // drawn where it is asked for
	for i := range cs {
		c := &cs[i]
		switch {
		case s.Steps > 0:
			c.steps = s.Steps
		case s.Budget > 0:
			c.steps = max(1, int(float64(c.steps)*s.Budget.Seconds()/allTime.Seconds()))
		}
		held[c.name] = sync.OnceValues(func() ([]*data.Set, error) { return c.heldOut(ctx, s.Seed) })
	}
	var keys []partKey
	for j := range n {
		for _, c := range cs {
			keys = append(keys, c.part(s, s.Seed+uint64(j)))
		}
	}
	store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, part.key)
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	train := func(ctx context.Context, k partKey) (part, error) {
		c := cs[slices.IndexFunc(cs, func(c task) bool { return c.name == k.Case })]
		set, err := held[k.Case]()
		if err != nil {
			return part{}, err
		}
		p := part{partKey: k}
		p.Score, p.Method, err = c.run(ctx, k.Seed, set...)
		return p, err
	}
	all := experiment.Trials[partKey, part]{Store: store, Make: train,
		Loss: func(p part) float64 { return p.Score.AccelError }}
	parts, err := all.Each(ctx, s, "models", keys)
	if err != nil {
		return experiment.Result{}, err
	}
	r := Report{Seed: s.Seed, Trainings: len(keys)}
	for i, c := range cs {
		score := Score{Name: c.name, Recording: c.command(s.Seed), Steps: c.steps}
		var runs []Run
		var methods []string
		for j := range n {
			p := parts[j*len(cs)+i]
			runs, r.Seconds = append(runs, p.Score), r.Seconds+p.Score.Seconds
			methods = append(methods, p.Method)
		}
		slices.Sort(methods)
		score.Method = strings.Join(slices.Compact(methods), ", ")
		score.sum(runs)
		r.NonFinite, r.Poor, r.Stuck = r.NonFinite+score.NonFinite, r.Poor+score.Poor, r.Stuck+score.Stuck
		r.Systems = append(r.Systems, score)
	}
	store.Remove()
	return r.result(s), nil
}

// partKey is what a training depends on.
type partKey struct {
	Run   experiment.Run `json:"run"`
	Case  string         `json:"case"`
	Steps int            `json:"steps"`
	Seed  uint64         `json:"seed"`
}

// part is a finished training.
type part struct {
	partKey
	Method string `json:"method"`
	Score  Run    `json:"score"`
}

func (p part) key() partKey { return p.partKey }

// part is the key of a training from a seed.
func (c task) part(s experiment.Settings, seed uint64) partKey {
	return partKey{s.Run(name), c.name, c.steps, seed}
}

// heldOut are the recordings that no seed learns from, each from a seed of its own.
func (c task) heldOut(ctx context.Context, seed uint64) (held []*data.Set, err error) {
	record := c.record
	record.Accelerations = true
	for k := range uint64(manyHeld) {
		record.Seed = seed + unseen + k
		set, err := record.Run(ctx)
		if err != nil {
			return nil, err
		}
		held = append(held, set)
	}
	return held, nil
}

// run records, trains and measures on what is held out.
func (c task) run(ctx context.Context, seed uint64, held ...*data.Set) (r Run, method string, err error) {
	r = Run{Seed: seed, AccelError: bench.Hopeless, WorstError: bench.Hopeless, WindowError: bench.Hopeless}
	record, set := c.record, c.fit
	record.Seed, set.Seed, set.Steps, set.Workers = seed, seed, c.steps, 1
	recording, err := record.Run(ctx)
	if err != nil {
		return r, "", err
	}
	begin := time.Now()
	m, err := lagrange.Fit(ctx, recording, set)
	r.Seconds = time.Since(begin).Seconds()
	if err != nil {
		if ctx.Err() != nil {
			return r, "", err
		}
		r.NonFinite, r.Why = true, err.Error()
		return r, "", nil
	}
	r.Restarts, r.Skipped, r.Why = len(m.Record.Restarts), m.Record.Skipped, m.Record.Doubt
	return r, m.Record.Method, r.measure(ctx, m, held)
}

// measure is what a model does on recordings that it has not seen.
func (r *Run) measure(ctx context.Context, m *lagrange.Model, held []*data.Set) error {
	var windows, lost []float64
	for k, set := range held {
		e, err := m.Evaluate(ctx, set, 0)
		if err != nil {
			return err
		}
		a, l := relativeAccel(m, set)
		r.AccelErrors, lost = append(r.AccelErrors, a), append(lost, l)
		still, mine, w := e.Models["constant_velocity"], e.Models[m.Spec().Family], 0.0
		for i, x := range mine.MedianQ {
			w += min(x/still.MedianQ[i], bench.Hopeless) / float64(len(mine.MedianQ))
		}
		windows = append(windows, w)
		switch {
		case e.Mass == nil:
		case k == 0:
			r.Mass = *e.Mass
		default:
			r.Mass.MinEigenvalue, r.Mass.MaxCondition = min(r.Mass.MinEigenvalue, e.Mass.MinEigenvalue),
				max(r.Mass.MaxCondition, e.Mass.MaxCondition)
			r.Mass.NotPositive, r.Mass.States = r.Mass.NotPositive+e.Mass.NotPositive, r.Mass.States+e.Mass.States
		}
	}
	r.WindowError = bench.Median(windows)
	r.classify(slices.Max(lost))
	return nil
}

// classify says what the errors mean; lost is the loss of accelerations where it is largest.
func (r *Run) classify(lost float64) {
	r.AccelError, r.WorstError = bench.Median(r.AccelErrors), slices.Max(r.AccelErrors)
	switch {
	case r.WorstError >= bench.Hopeless:
		r.NonFinite, r.Why = true, "an acceleration is not finite"
	case r.Why != "":
		r.Stuck = true
	case lost > stuckLoss:
		r.Stuck, r.Why = true, fmt.Sprintf("held-out loss of the acceleration %.2g of that without any", lost)
	case float64(r.Mass.NotPositive) > stuckStates*float64(r.Mass.States):
		r.Stuck, r.Why = true, fmt.Sprintf("the mass matrix is not positive definite at %d of %d held-out states",
			r.Mass.NotPositive, r.Mass.States)
	}
	r.Poor = !r.NonFinite && (r.Stuck || r.WorstError > poorError)
}

// relativeAccel is the mean over coordinates of Σ|a − a*|/Σ|a*|
// over a recording; lost is the loss in units of that of q̈ = 0.
func relativeAccel(m *lagrange.Model, set *data.Set) (e, lost float64) {
	d, f := set.D(), set.M()
	tape, x, xdot := m.Tape(model.Chunk), make([]float64, 2*d*model.Chunk), make([]float64, 2*d*model.Chunk)
	wrong, all, nothing := make([]float64, d), make([]float64, d), 0.0
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		for lo := 0; lo < t.Len(); lo += model.Chunk {
			p := t.Slice(d, f, lo, min(lo+model.Chunk, t.Len()))
			for n := range p.T {
				copy(x[2*n*d:], p.Q[n*d:(n+1)*d])
				copy(x[(2*n+1)*d:], p.V[n*d:(n+1)*d])
			}
			tape.Field(x[:2*d*p.Len()], p.U, xdot[:2*d*p.Len()])
			for k, a := range p.A {
				miss, unit := xdot[k/d*2*d+d+k%d]-a, m.Spec().Coordinates[k%d].Accel
				wrong[k%d] += math.Abs(miss)
				all[k%d] += math.Abs(a)
				rho, _ := train.Huber.Of(miss / unit)
				none, _ := train.Huber.Of(a / unit)
				lost, nothing = lost+rho, nothing+none
			}
		}
	}
	for i := range d {
		e += wrong[i] / all[i] / float64(d)
	}
	return bench.Capped(e), lost / nothing
}

// sum is what all runs of a system have in common.
func (c *Score) sum(runs []Run) {
	c.Runs, c.MinEigenvalue = runs, math.Inf(1)
	var accel, worst, window, seconds []float64
	for _, r := range runs {
		if r.NonFinite {
			c.NonFinite++
		}
		if r.Poor {
			c.Poor++
		}
		if r.Stuck {
			c.Stuck++
		}
		c.Restarts, c.Skipped = c.Restarts+r.Restarts, c.Skipped+r.Skipped
		if r.Mass.States > 0 {
			c.MinEigenvalue, c.MaxCondition = min(c.MinEigenvalue, r.Mass.MinEigenvalue),
				max(c.MaxCondition, r.Mass.MaxCondition)
		}
		accel, worst = append(accel, r.AccelError), append(worst, r.WorstError)
		window, seconds = append(window, r.WindowError), append(seconds, r.Seconds)
	}
	c.MinEigenvalue = bench.OnlyFinite(c.MinEigenvalue)
	c.AccelError, c.WorstError, c.WindowError, c.Seconds = rangeOf(accel), rangeOf(worst), rangeOf(window),
		bench.Median(seconds)
}

func rangeOf(x []float64) Range { return Range{bench.Median(x), slices.Min(x), slices.Max(x)} }
