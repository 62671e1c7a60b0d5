// Package pendulum has the first experiment of the paper, the double
// pendulum, and longer runs of it: all models, and the paper's own recipe.
package pendulum

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
	Tests     = 20_000  // fresh states for the acceleration error
	starts    = 40      // roll-outs for the energy error
	duration  = 100.0
	reporting = 0.1

	paperAccelL1 = 0.073 // the paper's lnn; its baseline has 0.074
)

// Models are the models, by their names in the report, with the
// recipe found best for each. A default run takes the first two.
var Models = []bench.Network{
	{Name: "lnn", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}},
	{Name: "baseline", Family: "nn", Hidden: []int{24, 24, 24}},
	{Name: "lnn-plain", Family: "lnn", Hidden: []int{20, 20}},
	{Name: "node", Family: "node", Hidden: []int{24, 24, 24}},
	{Name: "hnn-velocity", Family: "hnn", Head: model.Quadratic, Hidden: []int{20, 20}},
	{Name: "hnn-canonical", Family: "hnn", Head: model.Quadratic, Hidden: []int{20, 20}, Canonical: true},
	{Name: "delan", Family: "delan", Hidden: []int{20, 20}},
}

// defaultModels is how many of Models a run takes that names none.
const defaultModels = 2

// modelNames lists the names of the models of the double pendulum.
func modelNames() (names []string) {
	for _, m := range Models {
		names = append(names, m.Name)
	}
	return names
}

// Name is the name of the experiment that takes Models, Recipe and Seeds.
const Name = "double-pendulum"

// paperRecipe is that of the paper, for Settings.Recipe.
const paperRecipe = "paper"

// Experiment is the double pendulum by the models that are asked for.
var Experiment = experiment.Experiment{
	Name: Name, Title: "Double pendulum",
	About: `learn from exact accelerations of 600,000 random states, then
measure the acceleration error over 20,000 fresh states, and the energy error
after 100 time units over 40 starts nearly at rest, as a fraction of the energy
scale 29.4. The time of --budget is training time, shared by the models: lnn and
baseline, or those of --models. With --recipe paper they are the paper's, of four
layers of 500, and learn as there.`,
	Full: 150 * time.Second, Quick: 60 * time.Second, Models: modelNames(), Default: defaultModels,
	Recipes: []string{paperRecipe},
	Share: func(s experiment.Settings) float64 {
		models, _ := chosen(s)
		return float64(len(models)*max(1, s.Seeds)) / defaultModels
	},
	Run: reproduce,
}

// reproduce is the first experiment of the paper: m = l = 1, g = 9.8, q ~ U(0, 2π)², v ~ U(−10,
// 10)², exact accelerations. It measures the acceleration error over fresh states, and over 40
// starts nearly at rest the energy error after 100 time units, and how long the motion is right.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
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
	store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, part.key)
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	var runs []Report
	var figures map[string]plot.Figure
	for k := range seeds {
		run, err := NewRun(s, s.Seed+uint64(k), budget)
		if err != nil {
			return experiment.Result{}, err
		}
		r, err := run.all(ctx, models, store)
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
	store.Remove()
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: []experiment.Table{tableOf(models, runs), costsOf(models, runs)},
		Figures: figures, Notes: notes(models, runs, s)}, nil
}

// chosen are the models of a run.
func chosen(s experiment.Settings) (models []bench.Network, err error) {
	if s.Recipe != "" && s.Recipe != paperRecipe {
		return nil, fmt.Errorf("no recipe %q; there is %s", s.Recipe, paperRecipe)
	}
	switch {
	case len(s.Models) == 0:
		models = slices.Clone(Models[:defaultModels])
	case slices.Equal(s.Models, []string{"all"}):
		models = slices.Clone(Models)
	default:
		for _, name := range s.Models {
			i := slices.IndexFunc(Models, func(m bench.Network) bool { return m.Name == name })
			if i < 0 {
				return nil, fmt.Errorf("no model %q; there are %s, and all", name, strings.Join(modelNames(), ", "))
			}
			models = append(models, Models[i])
		}
	}
	if s.Recipe == paperRecipe {
		for i := range models {
			if models[i].Family != "lnn" && models[i].Family != "nn" {
				return nil, errors.New("the paper's recipe is for lnn and baseline")
			}
			models[i].Hidden, models[i].Head = []int{500, 500, 500, 500}, model.Plain
		}
	}
	return models, nil
}

// Run is a run from one seed.
type Run struct {
	System              mech.System
	settings            experiment.Settings
	seed                uint64
	budget              time.Duration // of one model
	Learn, Valid, Fresh *train.Accelerations[float64]
	starts              []float64   // (starts, 2d)
	truth               [][]float64 // true motions of the starts
	spread              float64     // of the states of the true motions
	figures             *figures
}

// NewRun draws the states of a run and follows the true motions; budget is the time of one model.
func NewRun(s experiment.Settings, seed uint64, budget time.Duration) (*Run, error) {
	system := mech.Chain(2)
	r := &Run{
		System: system, settings: s, seed: seed, budget: budget, figures: &figures{system: system},
		Learn: bench.Sample(system, rand.New(rand.NewPCG(seed, 1)), states),
		Valid: bench.Sample(system, rand.New(rand.NewPCG(seed, 2)), 4096),
		Fresh: bench.Sample(system, rand.New(rand.NewPCG(seed, 3)), Tests),
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

// partKey is what a model of a run depends on.
type partKey struct {
	Run   experiment.Run `json:"run"`
	Model string         `json:"model"`
	Seed  uint64         `json:"seed"`
}

// part is a model that is trained and measured, with its own curves of the figure.
type part struct {
	partKey
	Score  Score       `json:"score"`
	Figure plot.Figure `json:"figure"`
}

func (p part) key() partKey { return p.partKey }

// part is the key of a model of this run.
func (r *Run) part(m bench.Network) partKey { return partKey{r.settings.Run(Name), m.Name, r.seed} }

// all trains the models one after the other, but for those that are in the store.
func (r *Run) all(ctx context.Context, models []bench.Network, store *experiment.Store[partKey, part]) (Report, error) {
	begin := time.Now()
	report := Report{System: r.System.Name(), Seed: r.seed, Models: map[string]Score{}}
	for _, m := range models {
		k, err := store.Once(r.part(m), func() (part, error) {
			f := &figures{system: r.System}
			score, err := r.model(ctx, m, f)
			return part{r.part(m), score, experiment.Unbroken(f.figure())}, err
		})
		if err != nil {
			return report, err
		}
		report.Models[m.Name] = k.Score
		r.figures.join(k.Figure)
	}
	report.Seconds = time.Since(begin).Seconds()
	return report, nil
}

// model trains one model, measures it and draws it.
func (r *Run) model(ctx context.Context, c bench.Network, f *figures) (score Score, err error) {
	learn, valid := bench.View(r.System, c.Canonical, r.Learn), bench.View(r.System, c.Canonical, r.Valid)
	learn.Penalty, valid.Penalty = train.L1, train.L1
	spec := Spec(r.System, learn, c)
	var m *model.Model[float64]
	var curve []train.Point
	switch {
	case r.settings.Recipe == paperRecipe:
		// under the law, which is for second derivatives, a plain network stays at a loss of 1.6
		spec.PaperInit, spec.Kinetic = c.Family == "lnn", 0
		m, score.Fitted, curve, err = learnSingle(ctx, r, c, spec, bench.Single(learn), bench.Single(valid))
	case c.Family == "node":
		next, fail := bench.NextStates(ctx, r.System, learn, nodeStates)
		check, fail2 := bench.NextStates(ctx, r.System, valid, valid.N)
		if err = errors.Join(fail, fail2); err != nil {
			return score, err
		}
		m, score.Fitted, curve, err = Learn[float64](ctx, r, c, spec, next, check)
	default:
		m, score.Fitted, curve, err = Learn[float64](ctx, r, c, spec, learn, valid)
	}
	if err != nil {
		return score, err
	}
	score.AccelL1, score.AccelL1Median = r.AccelL1(m, c)
	if err := r.energy(ctx, m, c, &score, f); err != nil {
		return score, err
	}
	f.learning(c.Name, curve)
	return score, nil
}

// Learn trains a fresh model.
func Learn[T nn.Float](ctx context.Context, r *Run, c bench.Network, spec model.Spec, learn,
	valid train.Objective[T]) (*model.Model[T], bench.Fitted, []train.Point, error) {
	m, err := model.New[T](spec, r.seed)
	if err != nil {
		return nil, bench.Fitted{}, nil, err
	}
	set := train.Settings{Method: train.GaussNewton, Steps: r.settings.Steps, Seed: r.seed}
	if r.settings.Recipe == paperRecipe {
		set.Method, set.Rate, set.Batch, set.Schedule = train.Adam, 1e-3, 32, "paper"
	}
	name := c.Name
	if r.settings.Seeds > 1 {
		name += fmt.Sprintf(", seed %d", r.seed)
	}
	fitted, curve, err := bench.Training[T]{Name: name, Learn: learn, Valid: valid, Set: set, Budget: r.budget,
		On: r.settings.On}.Run(ctx, m)
	return m, fitted, curve, err
}

// learnSingle trains in float32, which the paper does, and returns the model in float64.
func learnSingle(ctx context.Context, r *Run, c bench.Network, spec model.Spec, learn,
	valid *train.Accelerations[float32]) (*model.Model[float64], bench.Fitted, []train.Point, error) {
	m, fitted, curve, err := Learn[float32](ctx, r, c, spec, learn, valid)
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
