package paper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/nn"
	"lagrange/plot"
	"lagrange/train"
)

const (
	states    = 600_000 // the paper's number of initial conditions
	tests     = 20_000  // fresh states for the acceleration error
	starts    = 40      // roll-outs for the energy error
	duration  = 100.0
	reporting = 0.1

	paperAccelL1 = 0.073 // the paper's lnn; its baseline has 0.074
)

// pendulumModel is a model of the experiment; with canonical its states are (q, p).
type pendulumModel struct {
	name, family string
	head         model.Head
	hidden       []int
	rate         float64 // of Adam; 0: Gauss–Newton
	canonical    bool
}

// pendulumModels are the models, by their names in the report, with the recipe found best for each. A default run takes the first two.
var pendulumModels = []pendulumModel{
	{name: "lnn", family: "lnn", head: model.Quadratic, hidden: []int{20, 20}},
	{name: "baseline", family: "nn", hidden: []int{24, 24, 24}},
	{name: "lnn-plain", family: "lnn", hidden: []int{20, 20}},
	{name: "node", family: "node", hidden: []int{24, 24, 24}},
	{name: "hnn-velocity", family: "hnn", head: model.Quadratic, hidden: []int{20, 20}},
	{name: "hnn-canonical", family: "hnn", head: model.Quadratic, hidden: []int{20, 20}, canonical: true},
	{name: "delan", family: "delan", hidden: []int{20, 20}},
}

// title is the name with the head and the layers.
func (m pendulumModel) title() string { return bench.Described(m.name, m.family, m.head, m.hidden) }

// DefaultModels is how many of PendulumModels a run takes that names none.
const DefaultModels = 2

// PendulumModels lists the names of the models of the double pendulum.
func PendulumModels() (names []string) {
	for _, m := range pendulumModels {
		names = append(names, m.name)
	}
	return names
}

// DoublePendulum is the name of the experiment that takes Models, Recipe and Seeds.
const DoublePendulum = "double-pendulum"

// PaperRecipe is that of the paper, for Settings.Recipe.
const PaperRecipe = "paper"

var doublePendulum = experiment.Experiment{
	Name: DoublePendulum, Title: "Double pendulum",
	About: `learn from exact accelerations of 600,000 random states, then
measure the acceleration error over 20,000 fresh states, and the energy error
after 100 time units over 40 starts nearly at rest, as a fraction of the energy
scale 29.4. The time of --budget is training time, shared by the models: lnn and
baseline, or those of --models. With --recipe paper they are the paper's, of four
layers of 500, and learn as there.`,
	Full: 150 * time.Second, Quick: 60 * time.Second, Choice: true,
	Share: func(s experiment.Settings) float64 {
		models, _ := chosen(s)
		return float64(len(models)*max(1, s.Seeds)) / DefaultModels
	},
	Run: pendulum,
}

// pendulum is the first experiment of the paper: m = l = 1, g = 9.8, q ~ U(0, 2π)², v ~ U(−10, 10)², exact
// accelerations. It measures the acceleration error over fresh states, and over 40 starts nearly at rest the energy error
// after 100 time units, and how long the motion is right.
func pendulum(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	models, err := chosen(s)
	if err != nil {
		return experiment.Result{}, err
	}
	seeds := max(1, s.Seeds)
	if s.Budget == 0 {
		if s.Budget = time.Minute; s.Quick {
			s.Budget = 20 * time.Second
		}
		s.Budget *= time.Duration(len(models) * seeds)
	}
	budget := s.Budget / time.Duration(len(models)*seeds)
	begin := time.Now()
	var runs []Report
	var figures map[string]plot.Figure
	for k := range seeds {
		run, err := newPendulumRun(s, s.Seed+uint64(k), budget)
		if err != nil {
			return experiment.Result{}, err
		}
		r, err := run.all(ctx, models)
		if err != nil {
			return experiment.Result{}, err
		}
		if runs = append(runs, r); k == 0 {
			figures = map[string]plot.Figure{"double-pendulum": run.figures.figure()}
		}
	}
	r := runs[0]
	if seeds > 1 {
		r.Runs = runs
	}
	for k := range seeds {
		(&pendulumRun{settings: s, seed: s.Seed + uint64(k)}).forget(models)
	}
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: []experiment.Table{pendulumTable(models, runs)}, Figures: figures, Notes: pendulumNotes(models, runs, s)}, nil
}

// chosen are the models of a run.
func chosen(s experiment.Settings) (models []pendulumModel, err error) {
	if s.Recipe != "" && s.Recipe != PaperRecipe {
		return nil, fmt.Errorf("no recipe %q; there is %s", s.Recipe, PaperRecipe)
	}
	switch {
	case len(s.Models) == 0:
		models = slices.Clone(pendulumModels[:DefaultModels])
	case slices.Equal(s.Models, []string{"all"}):
		models = slices.Clone(pendulumModels)
	default:
		for _, name := range s.Models {
			i := slices.IndexFunc(pendulumModels, func(m pendulumModel) bool { return m.name == name })
			if i < 0 {
				return nil, fmt.Errorf("no model %q; there are %s, and all", name, strings.Join(PendulumModels(), ", "))
			}
			models = append(models, pendulumModels[i])
		}
	}
	if s.Recipe == PaperRecipe {
		for i := range models {
			if models[i].family != "lnn" && models[i].family != "nn" {
				return nil, errors.New("the paper's recipe is for lnn and baseline")
			}
			models[i].hidden, models[i].rate, models[i].head = []int{500, 500, 500, 500}, 1e-3, model.Plain
		}
	}
	return models, nil
}

// pendulumRun is a run from one seed.
type pendulumRun struct {
	system              mech.System
	settings            experiment.Settings
	seed                uint64
	budget              time.Duration // of one model
	learn, valid, fresh *train.Accelerations[float64]
	starts              []float64   // (starts, 2d)
	truth               [][]float64 // true motions of the starts
	spread              float64     // of the states of the true motions
	figures             *pendulumFigures
}

func newPendulumRun(s experiment.Settings, seed uint64, budget time.Duration) (*pendulumRun, error) {
	system := mech.Chain(2)
	r := &pendulumRun{
		system: system, settings: s, seed: seed, budget: budget, figures: &pendulumFigures{system: system},
		learn: bench.Sample(system, rand.New(rand.NewPCG(seed, 1)), states),
		valid: bench.Sample(system, rand.New(rand.NewPCG(seed, 2)), 4096),
		fresh: bench.Sample(system, rand.New(rand.NewPCG(seed, 3)), tests),
	}
	d, draw := system.Dim(), rand.New(rand.NewPCG(seed, 4))
	r.starts = make([]float64, starts*2*d)
	for i := range starts {
		system.Start(draw, r.starts[2*i*d:(2*i+1)*d], r.starts[(2*i+1)*d:2*(i+1)*d])
	}
	r.truth = make([][]float64, starts)
	fails := make([]error, starts)
	par.Do(min(starts, par.Workers()), func(w int) {
		for i := w; i < starts; i += par.Workers() {
			r.truth[i], fails[i] = bench.Motion(system, r.starts[2*i*d:2*(i+1)*d], bench.Grid(duration, reporting))
		}
	})
	if err := errors.Join(fails...); err != nil {
		return nil, err
	}
	r.spread = spread(r.truth, d)
	r.figures.add("true", bench.Grid(duration, reporting)[:shownTimes], r.truth[0], d)
	return r, nil
}

// all trains the models one after the other.
func (r *pendulumRun) all(ctx context.Context, models []pendulumModel) (Report, error) {
	begin := time.Now()
	report := Report{System: r.system.Name(), Seed: r.seed, Models: map[string]Score{}}
	for _, m := range models {
		k, ok := r.kept(m.name)
		if !ok {
			f := &pendulumFigures{system: r.system}
			score, err := r.model(ctx, m, f)
			if err != nil {
				return report, err
			}
			k.Score, k.Figure = score, f.figure()
			if err := r.keep(m.name, score, f); err != nil {
				return report, err
			}
		}
		report.Models[m.name] = k.Score
		r.figures.join(k.Figure)
	}
	report.Seconds = time.Since(begin).Seconds()
	return report, nil
}

// model trains one model, measures it and draws it.
func (r *pendulumRun) model(ctx context.Context, c pendulumModel, f *pendulumFigures) (score Score, err error) {
	learn, valid := bench.View(r.system, c.canonical, r.learn), bench.View(r.system, c.canonical, r.valid)
	learn.Penalty, valid.Penalty = train.L1, train.L1
	spec := pendulumSpec(r.system, learn, c)
	var m *model.Model[float64]
	var curve []train.Point
	switch {
	case r.settings.Recipe == PaperRecipe:
		spec.PaperInit, spec.Kinetic = c.family == "lnn", 0 // under the law, which is for second derivatives, a plain network stays at a loss of 1.6
		m, score.Fitted, curve, err = learnSingle(ctx, r, c, spec, bench.Single(learn), bench.Single(valid))
	case c.family == "node":
		next, fail := bench.NextStates(ctx, r.system, learn, nodeStates)
		check, fail2 := bench.NextStates(ctx, r.system, valid, valid.N)
		if err = errors.Join(fail, fail2); err != nil {
			return score, err
		}
		m, score.Fitted, curve, err = learnPendulum[float64](ctx, r, c, spec, next, check)
	default:
		m, score.Fitted, curve, err = learnPendulum[float64](ctx, r, c, spec, learn, valid)
	}
	if err != nil {
		return score, err
	}
	score.AccelL1, score.AccelL1Median = r.accelL1(m, c)
	if err := r.energy(ctx, m, c, &score, f); err != nil {
		return score, err
	}
	f.learning(c.name, curve)
	return score, nil
}

// learnPendulum trains a fresh model.
func learnPendulum[T nn.Float](ctx context.Context, r *pendulumRun, c pendulumModel, spec model.Spec, learn, valid train.Objective[T]) (*model.Model[T], bench.Fitted, []train.Point, error) {
	m, err := model.New[T](spec, r.seed)
	if err != nil {
		return nil, bench.Fitted{}, nil, err
	}
	set := train.Settings{Method: train.GaussNewton, Steps: r.settings.Steps, Seed: r.seed}
	if r.settings.Recipe == PaperRecipe {
		set.Method, set.Rate, set.Batch, set.Schedule = train.Adam, c.rate, 32, "paper"
	}
	name := c.name
	if r.settings.Seeds > 1 {
		name += fmt.Sprintf(", seed %d", r.seed)
	}
	fitted, curve, err := bench.Training[T]{Name: name, Learn: learn, Valid: valid, Set: set, Budget: r.budget, On: r.settings.On}.Run(ctx, m)
	return m, fitted, curve, err
}

// learnSingle trains in float32, which the paper does, and returns the model in float64.
func learnSingle(ctx context.Context, r *pendulumRun, c pendulumModel, spec model.Spec, learn, valid *train.Accelerations[float32]) (*model.Model[float64], bench.Fitted, []train.Point, error) {
	m, fitted, curve, err := learnPendulum[float32](ctx, r, c, spec, learn, valid)
	if err != nil {
		return nil, fitted, curve, err
	}
	theta := make([]float64, len(m.Theta))
	for i, x := range m.Theta {
		theta[i] = float64(x)
	}
	exact, err := model.With(spec, theta)
	return exact, fitted, curve, err
}
