package paper

import (
	"context"
	"fmt"
	"math"
	"time"

	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

var planets = Experiment{
	Name: "planets", Title: "Four planets",
	About: `learn the motion of Mercury, Venus, the Earth-Moon barycentre and Mars from
their recorded orbits of ten years, 1950 to 1959 (JPL DE421); then predict it to 1989
from the first state, and compare the positions with those recorded, for a Lagrangian
network, the plain one and Kepler's law with GM fitted to the same ten years. The time
of --budget is training time, shared by the two networks.`,
	Full: 2 * time.Minute, Quick: 40 * time.Second,
	Run: predictPlanets,
}

// planetModel is a network of the experiment, with the layers that served it best.
type planetModel struct {
	family string
	hidden []int
}

var planetModels = []planetModel{{"lnn", []int{160}}, {"nn", []int{32, 32}}}

// PlanetStage is what a stage of a training has brought: |a − a*| in the root mean square, in units of the accelerations of each planet, and
// the errors of the prediction to 1989 as it would be then.
type PlanetStage struct {
	Name     string             `json:"name"`
	Seconds  float64            `json:"seconds"`
	Residual float64            `json:"residual"`
	RMS      map[string]float64 `json:"rms"`
}

// PlanetReport is the result of the experiment. Models holds, by planet, the root mean square over forty years of the distance between the position
// as predicted and as recorded, in AU.
type PlanetReport struct {
	Seed    uint64                        `json:"seed"`
	Seconds float64                       `json:"seconds"`
	Models  map[string]map[string]float64 `json:"models"`
	GM      float64                       `json:"kepler_gm"`
	Stages  map[string][]PlanetStage      `json:"stages"`
	Fitted  map[string]Fitted             `json:"fitted"`
	Start   train.Start                   `json:"convex_start"`
}

// predictPlanets fits on ten years and predicts forty.
func predictPlanets(ctx context.Context, s Settings) (Result, error) {
	begin := time.Now()
	o, err := planetOrbits()
	if err != nil {
		return Result{}, err
	}
	r := PlanetReport{Seed: s.Seed, Models: map[string]map[string]float64{}, Stages: map[string][]PlanetStage{}, Fitted: map[string]Fitted{}}
	if r.GM, err = o.kepler(ctx); err != nil {
		return Result{}, err
	}
	errs, err := o.rollout(ctx, gravity(r.GM), len(o.times))
	if err != nil {
		return Result{}, err
	}
	r.Models["kepler"] = o.byName(rms(errs))
	figure := o.figure()
	figure.add("Kepler's law", errs)
	for _, c := range planetModels {
		p := planetRun{settings: s, orbits: o, report: &r, family: c.family}
		if errs, err = p.learnOrbits(ctx, c); err != nil {
			return Result{}, err
		}
		r.Models[c.family] = o.byName(rms(errs))
		figure.add(model.Title(c.family), errs)
	}
	r.Seconds = time.Since(begin).Seconds()
	return Result{Numbers: r, Tables: r.tables(o.names), Figures: figure.all(), Notes: r.notes()}, nil
}

// planetRun is the training of one network.
type planetRun struct {
	settings Settings
	orbits   *orbits
	report   *PlanetReport
	family   string
	model    *model.Model[float64]
	units    []float64 // of v for the mass matrix, of a Lagrangian
	fitted   Fitted
}

const (
	arcRounds  = 4   // of the last stage, each with the errors of the one before as scales
	arcEvery   = 10  // rows from one look at an arc to the next, 20 days
	beside     = 600 // accelerations of each planet that count on beside its arc
	eigenvalue = 0.01
)

// learnOrbits trains a network: a convex start for a Lagrangian, Gauss–Newton on the accelerations, then on the ten years as predicted from the
// first state. It returns the distances of forty years.
func (p *planetRun) learnOrbits(ctx context.Context, c planetModel) (errs [][]float64, err error) {
	spec := p.orbits.spec
	spec.Family, spec.Hidden, spec.Activation, spec.Kinetic = c.family, c.hidden, "softplus", 1
	if p.model, err = model.New[float64](spec, p.settings.Seed); err != nil {
		return nil, err
	}
	steps := map[string][2]int{"lnn": {20, 4}, "nn": {400, 6}}[c.family]
	if c.family == "lnn" {
		begin := time.Now()
		if p.report.Start, err = train.ConvexStart(ctx, p.model, p.orbits.learn, train.Convex{Seed: p.settings.Seed}); err != nil {
			return nil, err
		}
		p.units = p.report.Start.Unit
		if errs, err = p.stage(ctx, "convex start", time.Since(begin)); err != nil {
			return nil, err
		}
	}
	if errs, err = p.accelerations(ctx, steps[0]); err != nil {
		return nil, err
	}
	for range arcRounds {
		if errs, err = p.arcs(ctx, rms(p.early(errs)), steps[1]); err != nil {
			return nil, err
		}
	}
	p.report.Fitted[p.family] = p.fitted
	return errs, nil
}

// early cuts distances to the ten years.
func (p *planetRun) early(errs [][]float64) (cut [][]float64) {
	for _, e := range errs {
		cut = append(cut, e[:p.orbits.early])
	}
	return cut
}

// stage measures the model and notes what a stage has brought.
func (p *planetRun) stage(ctx context.Context, name string, took time.Duration) ([][]float64, error) {
	o := p.orbits
	errs, err := o.rollout(ctx, field(p.model), len(o.times))
	if err != nil {
		return nil, err
	}
	p.report.Stages[p.family] = append(p.report.Stages[p.family], PlanetStage{name, took.Seconds(), math.Sqrt(p.loss() / 2), o.byName(rms(errs))})
	return errs, nil
}

// loss is the mean loss of the accelerations.
func (p *planetRun) loss() (sum float64) {
	o := p.orbits.learn
	pass := train.NewLoss(o, p.model, 1)
	for i := range o.N {
		sum += pass.Of([]int{i}, nil) / float64(o.N)
	}
	return math.Min(sum, hopeless)
}

// definite keeps the mass matrices of a Lagrangian positive definite beside an objective: at so many states for each of its samples, of.
func (p *planetRun) definite(first train.Objective[float64], of [][]int) train.Objective[float64] {
	if p.units == nil {
		return first
	}
	l := p.orbits.learn
	return &train.Beside[float64]{First: first, Second: &train.Definite[float64]{X: l.X, Unit: p.units, Floor: eigenvalue, N: l.N}, Of: of, Weight: 1}
}

// accelerations is the stage that fits them.
func (p *planetRun) accelerations(ctx context.Context, steps int) ([][]float64, error) {
	l := p.orbits.learn
	of := make([][]int, l.N)
	for i := range of {
		of[i] = []int{i}
	}
	return p.train(ctx, "accelerations", p.definite(l, of), train.Settings{Method: train.GaussNewton, Steps: steps, Seed: p.settings.Seed})
}

// arcs is the stage that fits the ten years, planet by planet in units of its error so far, and the accelerations beside them.
func (p *planetRun) arcs(ctx context.Context, scale []float64, steps int) ([][]float64, error) {
	o := p.orbits
	arcs := &train.Arcs[float64]{Steps: o.early - 1, Every: arcEvery, Method: ode.Dop853.Tableau, Penalty: train.L2}
	var of [][]int
	for i, x := range o.X {
		arcs.Start = append(arcs.Start, len(arcs.H))
		arcs.X = append(arcs.X, x[:4*o.early]...)
		for n := range o.early {
			arcs.H = append(arcs.H, o.times[n+1]-o.times[n])
			arcs.Scale = append(arcs.Scale, scale[i], scale[i]/x[4*n], 0, 0) // |r e^{iφ} − r* e^{iφ*}|² = (δr)² + (r δφ)²
		}
		var mine []int
		for k := range beside {
			mine = append(mine, i*o.perBody+k*o.perBody/beside)
		}
		of = append(of, mine)
	}
	// an arc's loss is now a quarter, the mean over four numbers; its accelerations are given the same
	both := &train.Beside[float64]{First: arcs, Second: o.learn, Of: of, Weight: 0.25 / beside / p.loss()}
	return p.train(ctx, "arcs of ten years", p.definite(both, of), train.Settings{Method: train.GaussNewton, Equations: train.Normal, Batch: len(o.X), Steps: steps, Validate: 1, Seed: p.settings.Seed})
}

// train runs one stage.
func (p *planetRun) train(ctx context.Context, name string, o train.Objective[float64], set train.Settings) ([][]float64, error) {
	begin := time.Now()
	f := fit[float64]{name: p.family + ", " + name, learn: o, valid: o, set: set, on: p.settings.On}
	fitted, _, err := f.train(ctx, p.model)
	if err != nil {
		return nil, err
	}
	p.fitted = p.fitted.then(fitted)
	return p.stage(ctx, name, time.Since(begin))
}

// byName is numbers of planets by their names.
func (o *orbits) byName(x []float64) map[string]float64 {
	m := map[string]float64{}
	for i, name := range o.names {
		m[name] = x[i]
	}
	return m
}

// tables are the errors beside the targets, and what each stage has brought.
func (r PlanetReport) tables(names []string) []Table {
	row := func(head string, m map[string]float64) []string {
		cells := []string{head}
		for _, n := range names {
			cells = append(cells, fmt.Sprintf("%.2g", m[n]))
		}
		return cells
	}
	all := Table{Title: "Position error over forty years, root mean square, AU", Columns: append([]string{""}, names...)}
	for _, name := range []string{"lnn", "nn"} {
		all.Rows = append(all.Rows, row(model.Title(name), r.Models[name]))
	}
	all.Rows = append(all.Rows, row(fmt.Sprintf("Kepler's law, GM = %.7f", r.GM), r.Models["kepler"]))
	stages := Table{Title: "What each stage brings: error of the accelerations, and of the positions as above", Columns: append([]string{"", "seconds", "accelerations"}, names...)}
	for _, name := range []string{"lnn", "nn"} {
		for _, s := range r.Stages[name] {
			cells := row(name+", "+s.Name, s.RMS)
			stages.Rows = append(stages.Rows, append([]string{cells[0], fmt.Sprintf("%.1f", s.Seconds), percent(s.Residual)}, cells[1:]...))
		}
	}
	return []Table{all, stages}
}

// notes say what is to be known.
func (r PlanetReport) notes() []string {
	return []string{
		"The first state and ten years are known; thirty years are prediction. A motion that ends or leaves is counted with its last place.",
		"What is left of the accelerations is the pull of the planets on each other, which no model of one planet alone can know.",
	}
}
