// Package planets has the experiment with four recorded planets: networks and laws of gravity, ten years learned,
// thirty predicted.
package planets

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// Experiment fits ten years and predicts forty.
var Experiment = experiment.Experiment{
	Name: "planets", Title: "Four planets",
	About: `learn the motion of Mercury, Venus, the Earth-Moon barycentre and Mars from
their recorded orbits of ten years, 1950 to 1959 (JPL DE421); then predict it to 1989
from the first state, and compare the positions with those recorded, for a Lagrangian
network, the plain one, and laws of gravity whose numbers are fitted to the same ten
years: Kepler's with one GM and with a GM for each planet, and a potential with one more
term. The time of --budget is training time, shared by the two networks.`,
	Full: 2 * time.Minute, Quick: 40 * time.Second,
	Run: reproduce,
}

// Model is a network of the experiment: its layers, its steps on the accelerations, and those in each round on
// trajectory segments of so many years. The plain network, which has no convex initialisation, takes more steps, and
// twice as long as the other in all. Of the seeds 1 and 2 two layers of 16 were lost within the ten years from both,
// and two of 32 from the second, be they led from short segments to long ones or not; one layer from neither, and once
// from the seeds 3 and 4.
type Model struct {
	bench.Network
	accel, round int
	years        []float64
}

// Models are the networks.
var Models = []Model{
	{bench.Network{Family: "lnn", Hidden: []int{160}}, 20, 4, []float64{10, 10, 10, 10}},
	{bench.Network{Family: "nn", Hidden: []int{160}}, 300, 6, []float64{10, 10, 10, 10}},
}

// Stage is what a stage of a training has brought: |a − a*| in the root mean square, in units of
// the accelerations of each planet, and the errors of the prediction to 1989 as it would be then.
type Stage struct {
	Name     string             `json:"name"`
	Seconds  float64            `json:"seconds"`
	Residual float64            `json:"residual"`
	RMS      map[string]float64 `json:"rms"`
}

// Report is the result of the experiment. Models holds, by planet, the root mean square over
// forty years of the distance between the position as predicted and as recorded, in AU.
type Report struct {
	Seed    uint64                        `json:"seed"`
	Seconds float64                       `json:"seconds"`
	Models  map[string]map[string]float64 `json:"models"`
	GM      float64                       `json:"kepler_gm"`
	Laws    map[string]map[string]Numbers `json:"laws"` // with numbers for each planet, by law and planet
	Stages  map[string][]Stage            `json:"stages"`
	Fitted  map[string]bench.Fitted       `json:"fitted"`
	// of initial parameters: another when a network does not stay on the orbits it has learned
	Draws map[string]int     `json:"draws"`
	Start train.InitialGuess `json:"convex_start"`
}

// Numbers is what a law of gravity has for a planet.
type Numbers struct {
	GM float64 `json:"gm"`
	B  float64 `json:"b"` // of the potential −GM/r − b/r³; 0 for Kepler's law
}

// reproduce fits on ten years and predicts forty.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	o, err := Read()
	if err != nil {
		return experiment.Result{}, err
	}
	r := Report{
		Seed: s.Seed, Models: map[string]map[string]float64{}, Laws: map[string]map[string]Numbers{},
		Stages: map[string][]Stage{}, Fitted: map[string]bench.Fitted{}, Draws: map[string]int{},
	}
	if r.GM, err = o.kepler(ctx); err != nil {
		return experiment.Result{}, err
	}
	errs, err := o.rollout(ctx, gravity(r.GM), len(o.times))
	if err != nil {
		return experiment.Result{}, err
	}
	r.Models["kepler"] = o.byName(rms(errs))
	figure := o.figure()
	figure.add("Kepler's law", errs)
	for _, l := range allLaws {
		theta, err := o.law(ctx, l)
		if err != nil {
			return experiment.Result{}, err
		}
		if errs, err = o.rollout(ctx, attraction(theta), len(o.times)); err != nil {
			return experiment.Result{}, err
		}
		r.Models[l.name], r.Laws[l.name] = o.byName(rms(errs)), o.lawByName(theta)
		figure.add(l.title, errs)
	}
	for _, c := range Models {
		best := run{lost: math.Inf(1)}
		for draw := range uint64(mostDraws) {
			p := run{Model: c, settings: s, orbits: o, seed: s.Seed + 1000*draw}
			if err := p.learnOrbits(ctx); err != nil {
				return experiment.Result{}, err
			}
			if r.Draws[c.Family]++; p.lost < best.lost {
				best = p
			}
			if best.lost < stays || s.Steps > 0 || s.Budget > 0 {
				break
			}
		}
		r.Models[c.Family], r.Stages[c.Family], r.Fitted[c.Family] = o.byName(rms(best.errs)), best.stages, best.fitted
		if c.Family == "lnn" {
			r.Start = best.guess
		}
		figure.add(model.Title(c.Family), best.errs)
	}
	r.Seconds = time.Since(begin).Seconds()
	notes := r.notes(o.names, s.Quick && s.Steps == 0 && s.Budget == 0)
	return experiment.Result{Numbers: r, Tables: r.tables(o.names), Figures: figure.all(), Notes: notes}, nil
}

// run is the training of one network from one draw of its initial parameters.
type run struct {
	Model
	settings experiment.Settings
	seed     uint64
	orbits   *Orbits
	model    *model.Model[float64]
	guess    train.InitialGuess
	fitted   bench.Fitted
	stages   []Stage
	errs     [][]float64 // distances of forty years
	lost     float64     // the largest of them in the ten years
}

const (
	segmentEvery = 10   // rows from one observation time of a segment to the next, 20 days
	beside       = 600  // accelerations of each planet that count on beside its segments
	farthest     = 0.1  // AU, the largest scale of the errors of segments
	stays        = 0.01 // AU, by which a network may be off in the ten years that it has learned
	// what the steps of both networks take from one draw, on two cores; a budget is a part or a multiple of it
	planned   = 60 * time.Second
	mostDraws = 3 // until one stays; then the best of them is taken
	// of a mass matrix, asked for where its diagonal has the mean 1: a third of what the convex initialisation asks for
	eigenvalue = 0.01
)

// learnOrbits trains a network: a convex initialisation for a Lagrangian,
// Gauss–Newton on the accelerations, then on trajectory segments.
func (p *run) learnOrbits(ctx context.Context) (err error) {
	spec := p.Spec(1, p.orbits.Coordinates)
	if p.model, err = model.New[float64](spec, p.seed); err != nil {
		return err
	}
	if p.Family == "lnn" {
		begin := time.Now()
		if p.guess, err = train.ConvexInitialisation(ctx, p.model, p.orbits.Learn,
			train.ConvexOptions{Seed: p.seed}); err != nil {
			return err
		}
		if err = p.stage(ctx, "convex initialisation", time.Since(begin)); err != nil {
			return err
		}
	}
	if err = p.accelerations(ctx); err != nil {
		return err
	}
	for _, years := range p.years {
		if err = p.segments(ctx, years); err != nil {
			return err
		}
	}
	for _, e := range p.errs {
		p.lost = math.Max(p.lost, slices.Max(e[:p.orbits.early]))
	}
	return nil
}

// stage measures the model and notes what a stage has brought.
func (p *run) stage(ctx context.Context, name string, took time.Duration) (err error) {
	o := p.orbits
	if p.errs, err = o.rollout(ctx, bench.Field(p.model), len(o.times)); err != nil {
		return err
	}
	p.stages = append(p.stages, Stage{name, took.Seconds(), math.Sqrt(p.loss() / 2), o.byName(rms(p.errs))})
	return nil
}

// loss is the mean loss of the accelerations.
func (p *run) loss() float64 {
	return bench.Capped(train.MeanLoss(p.orbits.Learn, p.model))
}

// positiveDefinite keeps the mass matrices of a Lagrangian positive definite
// beside an objective: at so many states for each of its samples, of.
func (p *run) positiveDefinite(first train.Objective[float64], of [][]int) train.Objective[float64] {
	if !p.guess.Done {
		return first
	}
	l := p.orbits.Learn
	return &train.WeightedSum[float64]{First: first, Second: &train.PositiveDefinite[float64]{X: l.X,
		Unit: p.guess.Unit, Floor: eigenvalue, N: l.N}, Of: of, Weight: 1}
}

// accelerations is the stage that fits them.
func (p *run) accelerations(ctx context.Context) error {
	l := p.orbits.Learn
	of := make([][]int, l.N)
	for i := range of {
		of[i] = []int{i}
	}
	return p.train(ctx, "accelerations", p.positiveDefinite(l, of), p.accel, 0.4, train.Settings{})
}

// segments is the stage that fits the ten years, cut into segments of so many, planet by
// planet in units of the errors of the segments so far, and the accelerations beside them.
func (p *run) segments(ctx context.Context, years float64) error {
	o := p.orbits
	steps := min(o.early-1, int(years*365.25/2))
	each := (o.early - 1) / steps // of one planet
	segments := &train.Segments[float64]{Steps: steps, Every: segmentEvery, Method: ode.Dop853.Tableau,
		Penalty: train.L2}
	var of [][]int
	for i, x := range o.X {
		for k := range each {
			segments.First = append(segments.First, len(segments.H)+k*steps)
			var mine []int
			for l := range beside / each {
				mine = append(mine, i*o.perBody+(l*each+k)*o.perBody/beside)
			}
			of = append(of, mine)
		}
		segments.X = append(segments.X, x[:4*o.early]...)
		for n := range o.early {
			segments.H = append(segments.H, o.times[n+1]-o.times[n])
			segments.Scale = append(segments.Scale, 1, 1/x[4*n], 0, 0) // |r e^{iφ} − r* e^{iφ*}|² = (δr)² + (r δφ)²
		}
	}
	pass := train.NewLoss(segments, p.model, each)
	for i := range o.X {
		batch := make([]int, each)
		for k := range batch {
			batch[k] = i*each + k
		}
		s := bench.Bounded(math.Sqrt(4*pass.Of(batch, nil)/float64(each)), farthest)
		for n := i * o.early; n < (i+1)*o.early; n++ {
			segments.Scale[4*n] *= s
			segments.Scale[4*n+1] *= s
		}
	}
	// a segment's loss is now a quarter, the mean over four numbers; its accelerations are given the same
	both := &train.WeightedSum[float64]{First: segments, Second: o.Learn, Of: of,
		Weight: 0.25 / float64(beside/each) / p.loss()}
	return p.train(ctx, fmt.Sprintf("segments of %g years", years), p.positiveDefinite(both, of), p.round,
		0.6/float64(len(p.years)),
		train.Settings{Equations: train.Normal, Batch: len(of), Validate: 1})
}

// train runs one stage: so many steps, or its share of the steps
// that were asked for, or as many as the time asked for is worth.
func (p *run) train(ctx context.Context, name string, o train.Objective[float64], steps int, share float64,
	set train.Settings) error {
	begin, s := time.Now(), p.settings
	set.Method, set.Seed, set.Steps = train.GaussNewton, p.seed, steps
	f := bench.Training[float64]{Name: p.Family + ", " + name, Learn: o, Valid: o, On: s.On}
	switch {
	case s.Steps > 0:
		set.Steps = max(1, int(share*float64(s.Steps)))
	case s.Budget > 0:
		set.Steps = max(1, int(float64(steps)*s.Budget.Seconds()/planned.Seconds()))
	case s.Quick:
		set.Steps = max(2, steps/4)
	}
	f.Set = set
	fitted, _, err := f.Run(ctx, p.model)
	if err != nil {
		return err
	}
	p.fitted = p.fitted.Then(fitted)
	return p.stage(ctx, name, time.Since(begin))
}

// title is the name of the network with its head and its layers.
func (m Model) title() string {
	return m.As(model.Title(m.Family))
}

// byName is numbers of planets by their names.
func (o *Orbits) byName(x []float64) map[string]float64 {
	m := map[string]float64{}
	for i, name := range o.names {
		m[name] = x[i]
	}
	return m
}
