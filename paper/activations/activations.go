// Package activations has the search for an activation.
package activations

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/vec"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/nn"
	"lagrange/paper/pendulum"
	"lagrange/train"
)

// Experiment is the random search and its best from other seeds.
var Experiment = experiment.Experiment{
	Name: "activations", Title: "The search for an activation",
	About: `Lagrangian networks learn the accelerations of the double pendulum with
activation, learning rate, width and depth drawn at random, each for a short time;
then the three best of every activation for longer, and the best of these again
from other seeds. What counts is the acceleration error over fresh states. --steps
are those of a trial of the search; a --budget decides how many trials there are.`,
	Full: searchTime, Quick: searchQuick,
	Run: func(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
		return newSearch(s).run(ctx)
	},
}

// search is a random search. Every activation is tried on the same draws of rate, width and depth, so that a lucky draw
// is luck for all of them.
type search struct {
	settings     experiment.Settings
	draws        int // of rate, width and depth
	steps, final int // of a trial of the search, and of a later one
	seeds        int // of the best of each
	learn, valid *train.Accelerations[float32]
	fresh        *train.Accelerations[float64]
	spec         model.Spec
	begin        time.Time
}

// Config is what identifies a trial: it decides what a trial finds, down to the last bit on one machine.
type Config struct {
	Code       experiment.Code `json:"code,omitzero"` // of the program
	Search     uint64          `json:"search"`        // seed of the search and its states
	Seed       uint64          `json:"seed"`          // of the parameters and the batches
	Activation string          `json:"activation"`
	Rate       float64         `json:"rate"` // largest learning rate, of one cycle
	Width      int             `json:"width"`
	Depth      int             `json:"depth"` // hidden layers
	Steps      int             `json:"steps"`
}

// Trial is a trained Config; its errors are 0 where they are not finite.
type Trial struct {
	Config
	Finite        bool    `json:"finite"`
	AccelL1       float64 `json:"accel_l1"`
	AccelL1Median float64 `json:"accel_l1_median"`
	// steps with a non-finite loss or gradient, which reached no parameter
	Skipped   int     `json:"nonfinite_skipped"`
	Fallbacks int     `json:"fallback_solves"`
	Seconds   float64 `json:"seconds"`
}

// config is the key of a trial in the journal.
func (t Trial) config() Config { return t.Config }

// loss is the acceleration error, infinite where it is not finite.
func (t Trial) loss() float64 {
	if !t.Finite {
		return math.Inf(1)
	}
	return t.AccelL1
}

const (
	searchStates, searchTests = 50_000, 2000
	searchBatch               = 64
	finalSteps                = 6 // times those of a trial of the search
	candidates                = 3 // of each activation

	searchTime, searchQuick = 16 * time.Minute, 100 * time.Second // on two cores
	fullDraws, fullSteps    = 200, 5000                           // what fits into searchTime
)

// newSearch divides the time evenly between more draws and longer trials. So how
// many and how long they are depends on the settings alone, never on the clock.
func newSearch(s experiment.Settings) *search {
	if s.Budget == 0 {
		if s.Budget = searchTime; s.Quick {
			s.Budget = searchQuick
		}
	}
	share := math.Sqrt(s.Budget.Seconds() / searchTime.Seconds())
	o := &search{settings: s, draws: max(2, int(fullDraws*share)), steps: max(50, int(fullSteps*share)), seeds: 10,
		begin: time.Now()}
	if s.Budget < searchTime/2 {
		o.seeds = 3
	}
	if s.Steps > 0 {
		o.steps = s.Steps
	}
	o.final = finalSteps * o.steps
	system := mech.Chain(2)
	learn := bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 1)), searchStates)
	o.spec = pendulum.Spec(system, learn, bench.Network{Family: "lnn"})
	o.learn = bench.Single(learn)
	o.valid = bench.Single(bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 2)), 512))
	o.fresh = bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 3)), searchTests)
	return o
}

// names lists the activations.
func (o *search) names() (names []string) {
	for _, a := range nn.Activations() {
		names = append(names, a.Name)
	}
	return names
}

// drawn returns trial i of the search, which depends on the seed
// and i alone: rate 10^U(−3.5, −1), width 2^U(4, 7), depth 1 to 4.
func (o *search) drawn(i int) Config {
	names := o.names()
	r := rand.New(rand.NewPCG(o.settings.Seed, 0xac7<<32|uint64(i/len(names))))
	c := Config{Code: o.settings.Code, Search: o.settings.Seed, Activation: names[i%len(names)], Steps: o.steps}
	c.Rate = math.Pow(10, -3.5+2.5*r.Float64())
	c.Width = int(math.Round(math.Pow(2, 4+3*r.Float64())))
	c.Depth = 1 + r.IntN(4)
	c.Seed = uint64(r.Uint32())
	return c
}

// run searches, repeats the best, and tells.
func (o *search) run(ctx context.Context) (r experiment.Result, err error) {
	store, err := experiment.OpenStore(o.settings.Folder, "trials.jsonl", Trial.config)
	if err != nil {
		return r, err
	}
	defer store.Close()
	all := experiment.Trials[Config, Trial]{Store: store, Make: o.trial, Loss: Trial.loss}
	names := o.names()
	each := min(candidates, o.draws)
	configs := make([]Config, len(names)*o.draws)
	for i := range configs {
		configs[i] = o.drawn(i)
	}
	trials, err := all.Each(ctx, o.settings, "the search", configs)
	if err != nil {
		return r, err
	}
	longer := configs[:0:0]
	for k := range names {
		for _, t := range ranked(every(trials, k, len(names)))[:each] {
			c := t.Config
			c.Steps = o.final
			longer = append(longer, c)
		}
	}
	semis, err := all.Each(ctx, o.settings, "its best", longer)
	if err != nil {
		return r, err
	}
	again := configs[:0:0]
	for k := range names {
		for i := range o.seeds {
			c := ranked(semis[k*each : (k+1)*each])[0].Config
			c.Seed = 1<<40 + uint64(i) // which the search cannot have drawn
			again = append(again, c)
		}
	}
	finals, err := all.Each(ctx, o.settings, "the best, other seeds", again)
	if err != nil {
		return r, err
	}
	return o.report(trials, semis, finals), nil
}

// every returns elements k, k+n, k+2n, … of x.
func every[T any](x []T, k, n int) (y []T) {
	for ; k < len(x); k += n {
		y = append(y, x[k])
	}
	return y
}

// ranked sorts trials by their loss; of equal ones the first stays first.
func ranked(trials []Trial) []Trial {
	return slices.SortedStableFunc(slices.Values(trials),
		func(a, b Trial) int { return cmp.Compare(a.loss(), b.loss()) })
}

// trial trains one configuration on one core and measures it in float64.
func (o *search) trial(ctx context.Context, c Config) (Trial, error) {
	begin := time.Now()
	spec := o.spec
	spec.Activation, spec.Hidden = c.Activation, slices.Repeat([]int{c.Width}, c.Depth)
	m, err := model.New[float32](spec, c.Seed)
	if err != nil {
		return Trial{}, err
	}
	set := train.Settings{Steps: c.Steps, Batch: searchBatch, Rate: c.Rate, Seed: c.Seed, Workers: 1,
		Validate: max(1, c.Steps/10)}
	loop := &train.Loop[float32]{Model: m, Train: o.learn, Valid: o.valid, Settings: set, State: train.NewState(m)}
	if err := loop.Run(ctx); err != nil {
		return Trial{}, err
	}
	theta := make([]float64, len(m.Theta))
	for i, x := range m.Theta {
		theta[i] = float64(x)
	}
	exact, err := model.With(spec, theta)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Config: c, Skipped: loop.State.Skipped, Fallbacks: loop.State.Health.Fallbacks}
	mu, med := bench.AccelL1(exact, o.fresh)
	if t.Finite = vec.IsFinite(mu) && vec.IsFinite(loop.State.BestLoss); t.Finite {
		t.AccelL1, t.AccelL1Median = mu, med
	}
	t.Seconds = time.Since(begin).Seconds()
	return t, nil
}
