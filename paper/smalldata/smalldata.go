// Package smalldata has the experiment on how much data it takes.
package smalldata

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/paper/pendulum"
	"lagrange/train"
)

// Experiment learns from 10 to 100,000 samples.
var Experiment = experiment.Experiment{
	Name: name, Title: "How much data it takes",
	About: `all models learn from 10 to 100,000 samples: random states of the double pendulum
with exact accelerations, and pieces of motions of the chain of two of Finzi et al. A fifth
of the samples is held out for validation; the error is measured on fresh states. Widths,
heads and the ridge of the initial guess are compared where data is scarce. The time of --budget is
training time of all, the same for each, on two cores.`,
	Full: 10 * time.Minute, Quick: time.Minute,
	Run: reproduce,
}

// allModels are the models, alike in size, and the Lagrangian network as narrow as Fit makes it of few rows.
var allModels = []bench.Network{
	{Name: "nn", Family: "nn", Hidden: []int{20, 20}},
	{Name: "node", Family: "node", Hidden: []int{20, 20}},
	{Name: "hnn-canonical", Family: "hnn", Head: model.Quadratic, Hidden: []int{20, 20}, Canonical: true},
	{Name: "delan", Family: "delan", Hidden: []int{20, 20}},
	{Name: "lnn-plain", Family: "lnn", Hidden: []int{20, 20}},
	{Name: "lnn", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}},
	{Name: "lnn-8x2", Family: "lnn", Head: model.Quadratic, Hidden: []int{8, 8}},
}

// allVariants are what the defaults of the Lagrangian network are chosen
// from; its ridge is that of the convex initialisation, chosen by validation.
var allVariants = []struct {
	bench.Network
	ridge bool
}{
	{bench.Network{Name: "8x2, plain", Family: "lnn", Hidden: []int{8, 8}}, false},
	{bench.Network{Name: "20x2, plain", Family: "lnn", Hidden: []int{20, 20}}, false},
	{bench.Network{Name: "32x2, plain", Family: "lnn", Hidden: []int{32, 32}}, false},
	{bench.Network{Name: "8x2, quadratic", Family: "lnn", Head: model.Quadratic, Hidden: []int{8, 8}}, false},
	{bench.Network{Name: "12x2, quadratic", Family: "lnn", Head: model.Quadratic, Hidden: []int{12, 12}}, false},
	{bench.Network{Name: "20x2, quadratic", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}}, false},
	{bench.Network{Name: "32x2, quadratic", Family: "lnn", Head: model.Quadratic, Hidden: []int{32, 32}}, false},
	{bench.Network{Name: "20x2, quadratic, ridge", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}}, true},
}

var (
	allSizes     = []int{10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000}
	quickSizes   = []int{10, 100, 1000, 10_000}
	variantSizes = []int{30, 100, 300, 1000}
	variantQuick = []int{30, 300}
)

// byDefault is the variant that Fit takes by default for so few rows.
const byDefault = "8x2, quadratic"

const (
	name               = "small-data"
	allTime, quickTime = 9 * time.Minute, 45 * time.Second
	mostStarts         = 40   // roll-outs
	mostSteps          = 4000 // steps of a training
)

// Point is what one model has made of so many samples. AccelError is the mean of Σ|a − a*| over that of Σ|a*|.
type Point struct {
	Samples    int     `json:"samples"`
	AccelError float64 `json:"accel_error"`
	Rollout    float64 `json:"relative_error,omitempty"` // of motions over 3 s, of the chain
	bench.Fitted
}

// Report is the result of the experiment: by task and model, then by task and variant.
type Report struct {
	Seed     uint64                        `json:"seed"`
	Seconds  float64                       `json:"seconds"`
	Sizes    []int                         `json:"sizes"`
	Models   map[string]map[string][]Point `json:"models"`
	Variants map[string]map[string][]Point `json:"variants"`
}

// source is a source of samples and a set of fresh states.
type source struct {
	name, title string
	system      mech.System
	fresh       *train.Accelerations[float64]
	size        float64     // mean of Σ|a*|
	chain       *bench.Task // for pieces; nil: states
	pool        *train.Accelerations[float64]
}

// newSources draws as many samples as are needed of both.
func newSources(ctx context.Context, seed uint64, most int) (ts []*source, err error) {
	system := mech.Chain(2)
	states := &source{name: "states", title: "Double pendulum, random states with exact accelerations",
		pool: bench.Sample(system, rand.New(rand.NewPCG(seed, 0x5da1)), most)}
	states.measured(system, bench.Sample(system, rand.New(rand.NewPCG(seed, 0x5da2)), pendulum.Tests))
	pieces := &source{name: "pieces", title: "Chain of two, pieces of five states without accelerations"}
	if pieces.chain, err = bench.ChainTask(2, seed); err != nil {
		return nil, err
	}
	c, d := pieces.chain, system.Dim()
	fresh := &train.Accelerations[float64]{X: c.Valid.X, N: len(c.Valid.X) / (2 * d),
		A: make([]float64, len(c.Valid.X)/2)}
	for at := 0; at < len(fresh.X); at += 2 * d {
		system.Accel(fresh.X[at:at+d], fresh.X[at+d:at+2*d], fresh.A[at/2:at/2+d])
	}
	pieces.measured(system, fresh)
	c.Starts, c.Truth = c.Starts[:mostStarts*2*d], c.Truth[:mostStarts]
	c.Learn, err = c.Pool(ctx, seed, most)
	c.Most = mostSteps
	return []*source{states, pieces}, err
}

// measured sets the fresh states.
func (t *source) measured(system mech.System, o *train.Accelerations[float64]) {
	t.system, t.fresh = system, o
	d := float64(system.Dim())
	for _, a := range o.A {
		t.size += max(a, -a) * d / float64(len(o.A))
	}
}

// part is the samples lo … hi.
func part(o *train.Accelerations[float64], d, lo, hi int) *train.Accelerations[float64] {
	return &train.Accelerations[float64]{X: o.X[2*lo*d : 2*hi*d], A: o.A[lo*d : hi*d], N: hi - lo, Penalty: o.Penalty}
}

// heldOut is how many of N samples are for validation.
func heldOut(N int) int { return max(2, min(N/5, 4096)) }

// learn trains a model on N samples and measures it.
func (t *source) learn(ctx context.Context, c bench.Network, ridge bool, N int, s experiment.Settings,
	budget time.Duration) (p Point, err error) {
	var m *model.Model[float64]
	if t.chain == nil {
		m, p.Fitted, err = t.states(ctx, c, ridge, N, s, budget)
	} else {
		few, held, d := *t.chain, heldOut(N), t.system.Dim()
		few.Learn, few.Valid = t.chain.Learn.Pieces(d, held, N), t.chain.Learn.Pieces(d, 0, held)
		m, p.Fitted, _, err = few.Train(ctx, bench.Contestant{Network: c, Method: train.GaussNewton,
			Batch: bench.ChainPieces / 2, Penalty: train.L1}, s,
			budget)
	}
	if err != nil {
		return p, fmt.Errorf("%s, %s, %d samples: %w", t.name, c.Name, N, err)
	}
	p.Samples = N
	p.AccelError, _ = bench.StateL1(t.system, m, c.Canonical, t.fresh)
	p.AccelError = bench.Capped(p.AccelError / t.size)
	if t.chain != nil {
		paths, _, err := t.chain.Rollout(ctx, m, c.Canonical)
		if err != nil {
			return p, err
		}
		p.Rollout = bench.ChainScore(t.chain, paths)[0]
	}
	return p, nil
}

// states trains on accelerations of random states, a Lagrangian
// from a convex initialisation, and a neural ODE on next states.
func (t *source) states(ctx context.Context, c bench.Network, ridge bool, N int, s experiment.Settings,
	budget time.Duration) (*model.Model[float64], bench.Fitted, error) {
	d, held := t.system.Dim(), heldOut(N)
	learn, valid := bench.View(t.system, c.Canonical, part(t.pool, d, held, N)),
		bench.View(t.system, c.Canonical, part(t.pool, d, 0, held))
	spec := pendulum.Spec(t.system, learn, c)
	m, err := model.New[float64](spec, s.Seed)
	if err != nil {
		return nil, bench.Fitted{}, err
	}
	f := bench.Training[float64]{Learn: learn, Valid: valid, Budget: budget, Most: mostSteps,
		Set: train.Settings{Method: train.GaussNewton, Steps: s.Steps, Seed: s.Seed, Workers: 1}}
	switch {
	case c.Family == "node":
		next, fail := bench.NextStates(ctx, t.system, learn, learn.N)
		check, fail2 := bench.NextStates(ctx, t.system, valid, valid.N)
		if err := errors.Join(fail, fail2); err != nil {
			return nil, bench.Fitted{}, err
		}
		f.Learn, f.Valid = next, check
	case !c.Canonical:
		convex := train.ConvexOptions{Seed: s.Seed, Workers: 1}
		if ridge {
			convex.Selection = valid
		}
		guess, err := train.ConvexInitialisation(ctx, m, learn, convex)
		if err != nil {
			return nil, bench.Fitted{}, err
		}
		f.Learn = train.KeepPositiveDefinite(m, learn, guess)
	}
	fitted, _, err := f.Run(ctx, m)
	return m, fitted, err
}

// lessonKey is what a training depends on: a model or a variant on a task.
type lessonKey struct {
	Run     experiment.Run `json:"run"`
	Task    string         `json:"task"`
	Model   string         `json:"model"`
	Variant bool           `json:"variant"`
	Samples int            `json:"samples"`
	Budget  time.Duration  `json:"budget"` // where no steps are asked for
}

// lesson is a finished training.
type lesson struct {
	lessonKey
	Point Point `json:"point"`
}

func (l lesson) key() lessonKey { return l.lessonKey }

// lessons are all trainings, those of many samples first.
func lessons(run experiment.Run, ts []*source, sizes, few []int) (ls []lessonKey) {
	for i := range sizes {
		for _, t := range ts {
			for _, m := range allModels {
				ls = append(ls, lessonKey{Run: run, Task: t.name, Model: m.Name, Samples: sizes[len(sizes)-1-i]})
			}
		}
	}
	for _, N := range few {
		for _, t := range ts {
			for _, v := range allVariants {
				if !v.ridge || t.chain == nil {
					ls = append(ls, lessonKey{Run: run, Task: t.name, Model: v.Name, Variant: true, Samples: N})
				}
			}
		}
	}
	return ls
}

// network is that of the model or variant, whose names differ, and whether its initial guess has a ridge.
func (l lessonKey) network() (n bench.Network, ridge bool) {
	for _, v := range allVariants {
		if v.Name == l.Model {
			return v.Network, v.ridge
		}
	}
	return allModels[slices.IndexFunc(allModels, func(m bench.Network) bool { return m.Name == l.Model })], false
}

// reproduce runs all lessons of tasks that have so many samples.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	sizes, few := allSizes, variantSizes
	if s.Quick {
		sizes, few = quickSizes, variantQuick
	}
	ts, err := newSources(ctx, s.Seed, sizes[len(sizes)-1])
	if err != nil {
		return experiment.Result{}, err
	}
	return learnFrom(ctx, s, ts, sizes, few)
}

// learnFrom runs the lessons of so many samples, of so few for the variants, each on one core for the same time.
func learnFrom(ctx context.Context, s experiment.Settings, ts []*source, sizes, few []int) (experiment.Result, error) {
	begin := time.Now()
	if s.Budget == 0 {
		if s.Budget = allTime; s.Quick {
			s.Budget = quickTime
		}
	}
	keys := lessons(s.Run(name), ts, sizes, few)
	each := s.Budget * time.Duration(par.Workers()) / time.Duration(len(keys))
	for i := range keys {
		keys[i].Budget = each
	}
	store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, lesson.key)
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	all := experiment.Trials[lessonKey, lesson]{Store: store,
		Loss: func(l lesson) float64 { return l.Point.AccelError },
		Make: func(ctx context.Context, k lessonKey) (lesson, error) {
			task := ts[slices.IndexFunc(ts, func(t *source) bool { return t.name == k.Task })]
			net, ridge := k.network()
			p, err := task.learn(ctx, net, ridge, k.Samples, s, k.Budget)
			return lesson{k, p}, err
		}}
	ls, err := all.Each(ctx, s, "models", keys)
	if err != nil {
		return experiment.Result{}, err
	}
	r := Report{Seed: s.Seed, Sizes: sizes, Models: map[string]map[string][]Point{},
		Variants: map[string]map[string][]Point{}}
	for _, t := range ts {
		r.Models[t.name], r.Variants[t.name] = map[string][]Point{}, map[string][]Point{}
	}
	for i := range ls { // sizes were taken from the largest on
		if l := ls[len(ls)-1-i]; !l.Variant {
			r.Models[l.Task][l.Model] = append(r.Models[l.Task][l.Model], l.Point)
		}
	}
	for _, l := range ls {
		if l.Variant {
			r.Variants[l.Task][l.Model] = append(r.Variants[l.Task][l.Model], l.Point)
		}
	}
	r.Seconds = time.Since(begin).Seconds()
	store.Remove()
	return r.result(ts, few, each, s), nil
}
