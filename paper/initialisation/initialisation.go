// Package initialisation has the experiment on the size of the first weights, as §3 of the paper did it.
package initialisation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/nn"
	"lagrange/paper/pendulum"
	"lagrange/plot"
	"lagrange/symbolic"
	"lagrange/train"
)

// Experiment finds a law for the size of the first weights, as §3 of the paper did.
var Experiment = experiment.Experiment{
	Name: "initialisation", Title: "Initial parameters",
	About: `optimise the standard deviation of every layer's weights, for many widths and
depths, so that accelerations and gradients come close to unit normal; fit a
formula by symbolic regression; and train a double pendulum from the law found,
from the paper's and from a plain one. The time of --budget is that of training.`,
	Full: 5 * time.Minute, Quick: 50 * time.Second,
	Run: reproduce,
}

// plan is how much of it is done.
type plan struct {
	widths, depths              []int
	repeats, draws, generations int // repeats of nets up to 128 wide; wider ones are done once
	seeds, steps                int // of training
}

var (
	fullPlan  = plan{[]int{16, 32, 64, 128, 256}, []int{2, 3, 4, 5}, 2, 8, 30, 5, 2500}
	quickPlan = plan{[]int{16, 32, 64}, []int{2, 3, 4}, 2, 6, 24, 3, 400}
)

// Report is what the experiment found.
type Report struct {
	Seed     uint64     `json:"seed"`
	Optima   []Optimum  `json:"optima"`
	Laws     []Law      `json:"laws"`
	Training []Training `json:"training"`
}

// Optimum is the best σ of the layers of one net, with log₁₀ KL there and for other laws, the median of 20 fresh draws.
type Optimum struct {
	Width int       `json:"width"`
	Depth int       `json:"depth"` // hidden layers
	Sigma []float64 `json:"sigma"`
	KL    float64   `json:"log10_kl"`
	Found float64   `json:"log10_kl_found"`
	Paper float64   `json:"log10_kl_paper"`
	Plain float64   `json:"log10_kl_plain"` // σ = 1/√in
}

// Law is the law of one kind of layers; errors are root mean squares of ln σ − ln σ of the optima.
type Law struct {
	Layer      string    `json:"layer"`
	Found      string    `json:"found"`
	Size       int       `json:"size"`
	Error      float64   `json:"error"`
	Paper      string    `json:"paper"`
	PaperError float64   `json:"paper_error"`
	Refit      float64   `json:"refit"` // the best constant for the form of the paper, over its own
	RefitError float64   `json:"refit_error"`
	Scatter    float64   `json:"scatter"` // of the optima about their mean: the error of a constant
	Front      []Formula `json:"front"`
}

// Formula is one formula of the front of error against size.
type Formula struct {
	Law   string  `json:"law"`
	Size  int     `json:"size"`
	Error float64 `json:"error"`
}

// Training is a double pendulum learned from one law, over seeds.
type Training struct {
	Law       string    `json:"law"`
	Steps     int       `json:"steps"`
	AccelL1   []float64 `json:"accel_l1"` // by seed; what is not a number below 10⁶ counts as this
	Mean      float64   `json:"mean"`
	Deviation float64   `json:"spread"` // standard deviation
	Skipped   int       `json:"nonfinite_skipped"`
}

func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	plan := fullPlan
	if s.Quick {
		plan = quickPlan
	}
	return plan.run(ctx, s)
}

func (p plan) run(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	report := Report{Seed: s.Seed}
	team := par.NewTeam(par.Workers())
	defer team.Close()
	if err := p.optimise(ctx, s, team, &report); err != nil {
		return experiment.Result{}, err
	}
	laws, err := findLaws(ctx, s, &report)
	if err != nil {
		return experiment.Result{}, err
	}
	if err := p.measure(ctx, s, team, laws, &report); err != nil {
		return experiment.Result{}, err
	}
	curves, err := p.trainings(ctx, s, laws, &report)
	if err != nil {
		return experiment.Result{}, err
	}
	return experiment.Result{
		Numbers: report, Tables: tablesOf(report), Notes: notesOf(p, report),
		Figures: map[string]plot.Figure{"initialisation": figureOf(p, report, laws, curves)},
	}, nil
}

// optimise finds the best σ of all nets.
func (p plan) optimise(ctx context.Context, s experiment.Settings, team *par.Team, report *Report) error {
	for _, n := range p.widths {
		for _, depth := range p.depths {
			search, err := newSearch(n, depth, p.draws, p.generations, team)
			if err != nil {
				return err
			}
			for k := range p.repeats {
				if k > 0 && n > 128 {
					break
				}
				sigma, err := search.run(ctx, s.Seed+uint64(1000*k), func(g int, best float64) {
					if s.On != nil && vec.IsFinite(best) {
						s.On(experiment.Progress{Model: fmt.Sprintf("σ of %dx%d", n, depth), Step: g,
							Steps: p.generations, Loss: best, Valid: best})
					}
				})
				if err != nil {
					return err
				}
				report.Optima = append(report.Optima, Optimum{Width: n, Depth: depth, Sigma: sigma})
			}
		}
	}
	return nil
}

// layerKinds are the kinds of layers that have a law of their own, as in the paper.
var layerKinds = []struct {
	name, paper string
	names       []string
}{
	{"first", "2.2/√n", []string{"n"}}, {"hidden", "0.58·i/√n", []string{"i", "n"}}, {"output", "n/√n", []string{"n"}},
}

// kindOf is the place in layerKinds of weight matrix i of a net, counted from 0, with its variables.
func kindOf(n, depth, i int) (kind int, x []float64) {
	switch i {
	case 0:
		return 0, []float64{float64(n)}
	case depth:
		return 2, []float64{float64(n)}
	}
	return 1, []float64{float64(i), float64(n)}
}

// findLaws fits a formula for each kind of layers, by the logarithm of σ.
func findLaws(ctx context.Context, s experiment.Settings, report *Report) (laws []symbolic.Law, err error) {
	for kind, about := range layerKinds {
		var X [][]float64
		var y, paper []float64
		for _, o := range report.Optima {
			for i, sigma := range o.Sigma {
				if k, x := kindOf(o.Width, o.Depth, i); k == kind {
					X, y = append(X, x), append(y, sigma)
					paper = append(paper, math.Log(nn.PaperLaw(shapeOf(o.Width, o.Depth), i)/sigma))
				}
			}
		}
		front, err := symbolic.Search(ctx, X, y, symbolic.Settings{Names: about.names, Log: true, MaxSize: 9,
			Generations: 80, Seed: s.Seed})
		if err != nil {
			return nil, err
		}
		best := front.Best()
		square, mu := 0.0, bench.Mean(paper)
		for _, e := range paper {
			square += e * e / float64(len(paper))
		}
		l := Law{Layer: about.name, Found: best.String(), Size: best.Size, Error: best.Error, Scatter: front[0].Error,
			Paper: about.paper, PaperError: math.Sqrt(square), Refit: math.Exp(-mu),
			RefitError: math.Sqrt(max(0, square-mu*mu))}
		for _, f := range front {
			l.Front = append(l.Front, Formula{f.String(), f.Size, f.Error})
		}
		laws, report.Laws = append(laws, best), append(report.Laws, l)
	}
	return laws, nil
}

// foundLaw is the law of findLaws for nn.Law.
func foundLaw(laws []symbolic.Law) func(s nn.Shape, i int) float64 {
	return func(s nn.Shape, i int) float64 {
		kind, x := kindOf(s.Sizes[1], s.Layers()-1, i)
		return laws[kind].At(x...)
	}
}

// measure compares all laws on draws that no optimisation has seen.
func (p plan) measure(ctx context.Context, s experiment.Settings, team *par.Team, laws []symbolic.Law,
	report *Report) error {
	for k := range report.Optima {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &report.Optima[k]
		search, err := newSearch(o.Width, o.Depth, 0, 0, team)
		if err != nil {
			return err
		}
		shape, found := shapeOf(o.Width, o.Depth), foundLaw(laws)
		m := search.medians([]func(i int) float64{
			func(i int) float64 { return o.Sigma[i] },
			func(i int) float64 { return found(shape, i) },
			func(i int) float64 { return nn.PaperLaw(shape, i) },
			func(i int) float64 { return 1 / math.Sqrt(float64(shape.Sizes[i])) },
		}, 1<<62+s.Seed, 20)
		for i, x := range []*float64{&o.KL, &o.Found, &o.Paper, &o.Plain} {
			*x = min(m[i], 300)
		}
	}
	return nil
}

// The double pendulum that is learned from each law.
var hiddenLayers = []int{64, 64, 64}

const (
	states = 50_000
	batch  = 128 // of its trainings
	rate   = 3e-3
)

// trainings learns the double pendulum from each law, several times, and returns the mean validation curves.
func (p plan) trainings(ctx context.Context, s experiment.Settings, laws []symbolic.Law,
	report *Report) (curves []plot.Series, err error) {
	system := mech.Chain(2)
	lesson := lesson{
		Settings: s, seeds: p.seeds, steps: p.steps,
		learn: bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 11)), states),
		valid: bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 12)), 1024),
		fresh: bench.Sample(system, rand.New(rand.NewPCG(s.Seed, 13)), 4096),
	}
	lesson.learn.Penalty, lesson.valid.Penalty = train.L1, train.L1
	if s.Steps > 0 {
		lesson.steps = s.Steps
	}
	spec := pendulum.Spec(system, lesson.learn, bench.Network{Family: "lnn", Hidden: hiddenLayers})
	for i, l := range []struct {
		name    string
		kinetic float64
		draw    nn.Init
	}{
		{"found", 0, nn.Law(foundLaw(laws))}, {"paper", 0, nn.PaperInit}, {"plain", 0, nn.PlainInit(1)},
		{"plain, with ½c|v|²", 1, nn.PlainInit(0.1)},
	} {
		spec.Kinetic = l.kinetic
		t, curve := Training{Law: l.name}, plot.Series{Name: l.name}
		for k := range p.seeds {
			m, err := drawn(spec, l.draw, s.Seed+uint64(k))
			if err != nil {
				return nil, err
			}
			if s.Steps == 0 && s.Budget > 0 && i+k == 0 { // the same number of steps for all
				set := train.Settings{Batch: batch, Rate: rate}
				if lesson.steps, err = train.Calibrate(ctx, m, lesson.learn, lesson.valid, set,
					s.Budget/time.Duration(4*p.seeds)); err != nil {
					return nil, err
				}
			}
			if err := lesson.give(ctx, m, k, &t, &curve); err != nil {
				return nil, err
			}
		}
		t.Mean = bench.Mean(t.AccelL1)
		for _, e := range t.AccelL1 {
			t.Deviation += (e - t.Mean) * (e - t.Mean) / max(1, float64(p.seeds-1))
		}
		t.Deviation = math.Sqrt(t.Deviation)
		report.Training, curves = append(report.Training, t), append(curves, curve)
	}
	return curves, nil
}

// lesson is what all models are taught.
type lesson struct {
	experiment.Settings
	seeds, steps        int
	learn, valid, fresh *train.Accelerations[float64]
}

// give trains a model, run k of seeds, and adds what came of it.
func (l lesson) give(ctx context.Context, m *model.Model[float64], k int, t *Training, curve *plot.Series) error {
	set := train.Settings{Steps: l.steps, Batch: batch, Rate: rate, Seed: l.Seed + uint64(k)}
	loop := &train.Loop[float64]{Model: m, Train: l.learn, Valid: l.valid, Settings: set, State: train.NewState(m)}
	loop.On = func(st *train.State[float64]) error {
		if h := st.History[len(st.History)-1]; l.On != nil {
			l.On(experiment.Progress{Model: t.Law, Step: k*l.steps + st.Step, Steps: l.seeds * l.steps, Loss: h.Train,
				Valid: h.Valid})
		}
		return nil
	}
	if err := loop.Run(ctx); err != nil {
		return err
	}
	for i, h := range loop.State.History {
		if k == 0 {
			curve.X, curve.Y = append(curve.X, float64(h.Step)), append(curve.Y, 0)
		}
		curve.Y[i] += bench.Capped(h.Valid) / float64(l.seeds)
	}
	e, _ := bench.AccelL1(m, l.fresh)
	t.AccelL1, t.Skipped, t.Steps = append(t.AccelL1, bench.Capped(e)), t.Skipped+loop.State.Skipped, l.steps
	return nil
}

// drawn is a Lagrangian network without forces whose parameters an Init has drawn.
func drawn(spec model.Spec, draw nn.Init, seed uint64) (*model.Model[float64], error) {
	m, err := model.New[float64](spec, seed)
	if err != nil {
		return nil, err
	}
	a, err := nn.LookupActivation(spec.Activation)
	if err != nil {
		return nil, err
	}
	in := 3 * spec.D() // sin q, cos q, v
	draw(nn.Shape{Sizes: append(append([]int{in}, spec.Hidden...), 1), Activation: a},
		rand.New(rand.NewPCG(seed, 0x171)), m.Theta)
	return m, nil
}

func tablesOf(r Report) []experiment.Table {
	laws := experiment.Table{Title: "Standard deviation of the first weights: the laws, and the root mean square of " +
		"their error in ln σ on the optimised σ",
		Columns: []string{"layer", "found", "error", "paper", "error", "of a constant"}}
	for _, l := range r.Laws {
		laws.Rows = append(laws.Rows, []string{l.Layer, l.Found, fmt.Sprintf("%.2f", l.Error), l.Paper,
			fmt.Sprintf("%.2f", l.PaperError), fmt.Sprintf("%.2f", l.Scatter)})
	}
	fronts := experiment.Table{Title: "Front of error against size, by symbolic regression",
		Columns: []string{"layer", "σ", "symbols", "error"}}
	for _, l := range r.Laws {
		for _, f := range l.Front {
			fronts.Rows = append(fronts.Rows, []string{l.Layer, f.Law, fmt.Sprint(f.Size),
				fmt.Sprintf("%.2f", f.Error)})
		}
	}
	kl := experiment.Table{Title: "Distance from unit normal, log₁₀ KL, median of 20 fresh draws",
		Columns: []string{"net", "optimised", "found", "paper", "1/√in"}}
	for i, o := range r.Optima {
		if i == 0 || r.Optima[i-1].Width != o.Width || r.Optima[i-1].Depth != o.Depth {
			kl.Rows = append(kl.Rows, []string{fmt.Sprintf("%dx%d", o.Width, o.Depth), fmt.Sprintf("%.1f", o.KL),
				fmt.Sprintf("%.1f", o.Found),
				fmt.Sprintf("%.1f", o.Paper), fmt.Sprintf("%.1f", o.Plain)})
		}
	}
	training := experiment.Table{Title: fmt.Sprintf("Double pendulum from each law, %d steps of %d states, %d seeds",
		r.Training[0].Steps, batch, len(r.Training[0].AccelL1)),
		Columns: []string{"law", "accel_l1, mean", "standard deviation", "least", "most", "steps skipped"}}
	for _, t := range r.Training {
		training.Rows = append(training.Rows, []string{t.Law, fmt.Sprintf("%.3g", t.Mean),
			fmt.Sprintf("%.2g", t.Deviation),
			fmt.Sprintf("%.3g", slices.Min(t.AccelL1)), fmt.Sprintf("%.3g", slices.Max(t.AccelL1)),
			fmt.Sprint(t.Skipped)})
	}
	return []experiment.Table{laws, fronts, kl, training}
}
