package paper

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

var seeds = Experiment{
	Name: "seeds", Title: "Every seed",
	About: `what a user gets with the settings left as they are: each system of
"lagrange systems", and a ring of the wave equation, is recorded and learned from 20
seeds (quick: 3), each with a recording of its own, on one core, for a fixed number of
steps. Counted is what ended non-finite or stuck, and the errors are measured on a
recording that none of them has seen. A --budget is training time of all, on two cores.`,
	Full: 12 * time.Minute, Quick: 90 * time.Second,
	Run: everySeed,
}

const (
	manySeeds, fewSeeds = 20, 3
	seedTime            = 11 * time.Minute // what the steps of all systems and seeds take on two cores
	stuckLoss           = 0.9              // of the accelerations, in units of that without any: hardly better
	stuckStates         = 0.05             // of the held-out ones, at which M need not be positive definite
	unseen              = 1 << 32          // from the seeds of recordings to that of the held-out one
)

// seedCase is a system, the recording of it and what is not default. So many steps are a small part of those of the default minute, but for
// systems that show nothing before.
type seedCase struct {
	name   string
	record lagrange.Simulation
	fit    lagrange.Settings
	steps  int
}

// seedCases are the systems of the registry and two more tasks.
func seedCases() (cs []seedCase) {
	swings := lagrange.Simulation{Trajectories: 40, Steps: 250, Dt: 0.02, Accelerations: true}
	for _, s := range mech.Systems() {
		c := seedCase{name: s.Name(), record: swings, steps: 60}
		c.record.System = s
		if _, ok := s.(mech.Conditioned); ok { // short motions, each under a condition of its own: no field lasts longer than to the speed of light
			c.record.Trajectories, c.record.Steps, c.record.Dt, c.steps = 1000, 25, 0.01, 200
		}
		if s.Dim() == 3 {
			c.steps = 120
		}
		cs = append(cs, c)
	}
	ring := seedCase{name: "wave-8", record: lagrange.Simulation{Trajectories: 20, Steps: 60, Dt: 0.005, Accelerations: true}, steps: 60,
		fit: lagrange.Settings{Model: graph.Family, Graph: lagrange.Graph{Shape: graph.RingShape, Relative: true}}}
	ring.record.System = mech.Wave{N: 8, C: 1, H: 1. / 8}
	windows := seedCase{name: "double-pendulum, windows", record: swings, steps: 100}
	windows.record.System, windows.record.Accelerations = mech.Chain(2), false
	return append(cs, ring, windows)
}

// command is how a user would make the recording.
func (c seedCase) command(seed uint64) string {
	r := c.record
	text := fmt.Sprintf("lagrange simulate %s --trajectories %d --duration %g --dt %g", r.System.Name(), r.Trajectories, math.Round(float64(r.Steps)*r.Dt*1e6)/1e6, r.Dt)
	if r.Accelerations {
		text += " --accelerations"
	}
	return fmt.Sprintf("%s --seed %d", text, seed)
}

// SeedRun is one training. The acceleration error is the mean over coordinates of Σ|a − a*|/Σ|a*|, the window error that of the median window's root
// mean square of q to the one of constant velocity.
type SeedRun struct {
	Seed        uint64    `json:"seed"`
	NonFinite   bool      `json:"nonfinite"`
	Stuck       bool      `json:"stuck"`
	Why         string    `json:"why,omitempty"`
	Restarts    int       `json:"restarts"`
	Skipped     int       `json:"nonfinite_skipped"`
	AccelError  float64   `json:"accel_error"`
	WindowError float64   `json:"window_error"`
	Mass        eval.Mass `json:"mass_matrix"`
	Seconds     float64   `json:"seconds"`
}

// Spread is the median of numbers with the least and the largest.
type Spread struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// SeedScore is what is found of one system.
type SeedScore struct {
	Name          string    `json:"name"`
	Recording     string    `json:"recording"`
	Steps         int       `json:"steps"`
	Method        string    `json:"method"`
	NonFinite     int       `json:"nonfinite"`
	Stuck         int       `json:"stuck"`
	Restarts      int       `json:"restarts"`
	Skipped       int       `json:"nonfinite_skipped"`
	MinEigenvalue float64   `json:"min_eigenvalue"`
	MaxCondition  float64   `json:"max_condition"`
	AccelError    Spread    `json:"accel_error"`
	WindowError   Spread    `json:"window_error"`
	Seconds       float64   `json:"seconds"` // of one training, on one core
	Runs          []SeedRun `json:"runs"`
}

// SeedReport is the result of the experiment.
type SeedReport struct {
	Seed      uint64      `json:"seed"`
	Seconds   float64     `json:"seconds"`
	Trainings int         `json:"trainings"`
	NonFinite int         `json:"nonfinite"`
	Stuck     int         `json:"stuck"`
	Systems   []SeedScore `json:"systems"`
}

// everySeed trains all systems from all seeds.
func everySeed(ctx context.Context, s Settings) (Result, error) {
	if s.Quick {
		return fromSeeds(ctx, s, seedCases(), fewSeeds)
	}
	return fromSeeds(ctx, s, seedCases(), manySeeds)
}

// fromSeeds trains systems from n seeds each, one training on each core.
func fromSeeds(ctx context.Context, s Settings, cs []seedCase, n int) (Result, error) {
	begin := time.Now()
	held := make([]*data.Set, len(cs))
	runs := make([][]SeedRun, len(cs))
	scores := make([]SeedScore, len(cs))
	for i := range cs {
		c := &cs[i]
		switch {
		case s.Steps > 0:
			c.steps = s.Steps
		case s.Budget > 0:
			c.steps = max(1, int(float64(c.steps)*s.Budget.Seconds()/seedTime.Seconds()))
		}
		record := c.record
		record.Seed, record.Accelerations = s.Seed+unseen, true
		var err error
		if held[i], err = record.Run(ctx); err != nil {
			return Result{}, err
		}
		runs[i] = make([]SeedRun, n)
		scores[i] = SeedScore{Name: c.name, Recording: c.command(s.Seed), Steps: c.steps}
	}
	if err := abreast(len(cs)*n, s, func(k int) (float64, error) {
		i, j := k%len(cs), k/len(cs)
		r, method, err := cs[i].run(ctx, s.Seed+uint64(j), held[i])
		if runs[i][j] = r; j == 0 {
			scores[i].Method = method
		}
		return r.AccelError, err
	}); err != nil {
		return Result{}, err
	}
	r := SeedReport{Seed: s.Seed, Trainings: len(cs) * n}
	for i := range scores {
		scores[i].sum(runs[i])
		r.NonFinite, r.Stuck = r.NonFinite+scores[i].NonFinite, r.Stuck+scores[i].Stuck
	}
	r.Systems, r.Seconds = scores, time.Since(begin).Seconds()
	return r.result(s), nil
}

// run records, trains and measures.
func (c seedCase) run(ctx context.Context, seed uint64, held *data.Set) (r SeedRun, method string, err error) {
	r = SeedRun{Seed: seed, AccelError: hopeless, WindowError: hopeless}
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
	e, err := m.Evaluate(ctx, held, 0)
	if err != nil {
		return r, "", err
	}
	r.Restarts, r.Skipped, r.Why = len(m.Record.Restarts), m.Record.Skipped, m.Record.Doubt
	var lost float64
	r.AccelError, lost = relativeAccel(m, held)
	still, mine := e.Models["constant_velocity"], e.Models[m.Spec().Family]
	r.WindowError = 0
	for i, x := range mine.MedianQ {
		r.WindowError += min(x/still.MedianQ[i], hopeless) / float64(len(mine.MedianQ))
	}
	if e.Mass != nil {
		r.Mass = *e.Mass
	}
	switch {
	case r.Why != "":
	case r.AccelError >= hopeless:
		r.NonFinite, r.Why = true, "an acceleration is not finite"
	case lost > stuckLoss:
		r.Why = fmt.Sprintf("held-out loss of the acceleration %.2g of that without any", lost)
	case float64(r.Mass.NotPositive) > stuckStates*float64(r.Mass.States):
		r.Why = fmt.Sprintf("the mass matrix is not positive definite at %d of %d held-out states", r.Mass.NotPositive, r.Mass.States)
	}
	r.Stuck = r.Why != "" && !r.NonFinite
	return r, m.Record.Method, nil
}

// relativeAccel is the mean over coordinates of Σ|a − a*|/Σ|a*| over a recording; lost is the loss in units of that of q̈ = 0.
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
	if !(e < hopeless) {
		e = hopeless
	}
	return e, lost / nothing
}

// sum is what all runs of a system have in common.
func (c *SeedScore) sum(runs []SeedRun) {
	c.Runs, c.MinEigenvalue = runs, math.Inf(1)
	var accel, window, seconds []float64
	for _, r := range runs {
		if r.NonFinite {
			c.NonFinite++
		}
		if r.Stuck {
			c.Stuck++
		}
		c.Restarts, c.Skipped = c.Restarts+r.Restarts, c.Skipped+r.Skipped
		if r.Mass.States > 0 {
			c.MinEigenvalue, c.MaxCondition = min(c.MinEigenvalue, r.Mass.MinEigenvalue), max(c.MaxCondition, r.Mass.MaxCondition)
		}
		accel, window, seconds = append(accel, r.AccelError), append(window, r.WindowError), append(seconds, r.Seconds)
	}
	c.MinEigenvalue = only(c.MinEigenvalue)
	c.AccelError, c.WindowError, c.Seconds = spreadOf(accel), spreadOf(window), median(seconds)
}

func spreadOf(x []float64) Spread { return Spread{median(x), slices.Min(x), slices.Max(x)} }
