// Package wave has the third experiment of the paper: the wave equation on a ring, from a density that all nodes
// share.
package wave

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/ode"
)

const (
	name       = "wave"
	ringSites  = 100
	largeSites = 10_000 // sites of the ring on which nothing was trained
	crossings  = 10
	rowsEach   = 25 // states kept of each crossing
	manyPulses = 100
	stepsEach  = 4 // of the integrator in the time in which a wave passes from one site to the next
)

// ring is the wave equation on n sites, c = 1, as far apart as
// 100 are on a ring of length 1, which is then crossed in t = 1.
func ring(n int) mech.Wave { return mech.Wave{N: n, C: 1, H: 1. / ringSites} }

// Experiment lets a pulse cross the ring ten times.
var Experiment = experiment.Experiment{
	Name: name, Title: "Wave equation on a ring",
	About: `learn the density of a field, shared by the sites of a ring, from exact
accelerations on 16 sites, and with four layers on the 100 of the paper; then, without
more training, let a pulse cross a ring of 100 sites ten times and measure the error of
the field, the drift of its true and its learned energy, and run the same density on
10,000 sites. The time of --budget is
training time, shared by the models. With -o an interrupted run goes on after the last
finished training.`,
	Full: 25 * time.Minute, Quick: 2 * time.Minute,
	Run: reproduce,
}

// Model is a model of the experiment. Its density sees φ at three sites, or the two differences of neighbours there.
type Model struct {
	name, title, activation string
	differences             bool
	rest                    bool    // learns from fields near rest too, and its units are annealed
	hidden                  []int   // nil: Hidden, by Gauss–Newton; else by Adam
	sites                   int     // of the ring that is learned from
	steps                   int     // in the full run
	share                   float64 // of a budget
}

// Models are the densities.
var Models = []Model{
	{name: "relu2", title: "relu²", activation: "relu2", sites: Learned, steps: 150, share: 0.01},
	{name: "softplus", title: "softplus", activation: "softplus", sites: Learned, steps: 6000, share: 0.35},
	{
		name: "differences", title: "softplus of differences", activation: "softplus", differences: true,
		sites: Learned, steps: 1000, share: 0.06,
	},
	{
		name: "rest", title: "softplus, also near rest", activation: "softplus", rest: true,
		sites: Learned, steps: 600, share: 0.06,
	},
	{
		name: "deep", title: "softplus, four layers", activation: "softplus", hidden: []int{64, 64, 64, 64},
		sites: ringSites, steps: 4000, share: 0.52,
	},
}

// layers are the hidden layers of the density.
func (m Model) layers() []int {
	if m.hidden != nil {
		return m.hidden
	}
	return Hidden
}

// Density is that of a model with fresh parameters, on a ring of so
// many sites. Differences over h are of the size of velocities over c.
func (m Model) Density(sites int, seed uint64) (*graph.Model[float64], error) {
	site := []model.Coordinate{{Name: "phi", Velocity: "phidot", Scale: fieldScale, Speed: fieldScale * ringSites,
		Accel: accelScale}}
	s := graph.Density(site, 3, nil, m.layers(), m.activation, 1)
	if m.differences {
		s = graph.TranslationInvariant(s, 1, 1, fieldScale)
	}
	return graph.New[float64](graph.Ring(sites, 1, 1), seed, s)
}

// Hidden is the hidden layer of the density.
var Hidden = []int{32}

// Crossed are the crossings after which field errors are reported.
var Crossed = [4]int{1, 2, 5, crossings}

// Motion is what is measured of a roll-out. Energy drifts are the largest |E − E₀| on the way, in units
// of E₀, for the learned energy above that of the field at rest. A field that is lost has errors of 100.
type Motion struct {
	FieldError   [4]float64 `json:"field_error"` // |φ − φ*| / |φ*| after the crossings of WaveCrossed
	TrueDrift    float64    `json:"true_energy_drift"`
	LearnedDrift float64    `json:"learned_energy_drift"`
	Lost         bool       `json:"lost"`
}

// Large is the run on the large ring, for a time in which a wave crosses so many lengths of the small one.
type Large struct {
	Sites      int     `json:"sites"`
	Time       float64 `json:"time"`
	FieldError float64 `json:"field_error"`
	TrueDrift  float64 `json:"true_energy_drift"`
	Lost       bool    `json:"lost"`
}

// Score is what is measured of one model.
type Score struct {
	bench.Fitted
	// |a − a*| / |a*| of fresh smooth fields on 100 sites, in the root mean square
	AccelError float64 `json:"accel_error"`
	Pulse      Motion  `json:"pulse"`
	Large      Large   `json:"large"`
	Small      float64 `json:"seconds_per_evaluation"`       // on 100 sites, on one core
	Many       float64 `json:"seconds_per_evaluation_large"` // on 10,000
}

// Report is the result of the experiment. Integrator is the true equation, integrated like the learned ones.
type Report struct {
	Seed            uint64           `json:"seed"`
	Seconds         float64          `json:"seconds"`
	Models          map[string]Score `json:"models"`
	Integrator      Motion           `json:"integrator"`
	IntegratorLarge Large            `json:"integrator_large"`
}

// reproduce is the third experiment of the paper, on the grid of the paper.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	r := Report{Seed: s.Seed, Models: map[string]Score{}}
	run := run{settings: s, large: 1}
	if !s.Quick && s.Steps == 0 && s.Budget == 0 {
		run.large = crossings
	}
	w := ring(ringSites)
	truth := func(w mech.Wave) ode.Field {
		return func(_ float64, x, dx []float64) { copy(dx, x[w.N:]); w.Accel(x[:w.N], x[w.N:], dx[w.N:]) }
	}
	path, err := run.pulse(ctx, truth(w))
	if err != nil {
		return experiment.Result{}, err
	}
	r.Integrator = path.score(w.Energy)
	if r.IntegratorLarge, err = run.pulses(ctx, truth(ring(largeSites))); err != nil {
		return experiment.Result{}, err
	}
	run.figures.integrator(path)
	if run.store, err = experiment.OpenStore(s.Folder, experiment.PartsFile, part.key); err != nil {
		return experiment.Result{}, err
	}
	defer run.store.Close()
	for _, m := range Models {
		if r.Models[m.name], err = run.model(ctx, m); err != nil {
			return experiment.Result{}, err
		}
	}
	r.Seconds = time.Since(begin).Seconds()
	run.store.Remove()
	return experiment.Result{Numbers: r, Tables: tablesOf(r), Figures: run.figures.all(), Notes: notesOf(r, run.large)},
		nil
}

type run struct {
	settings experiment.Settings
	store    *experiment.Store[partKey, part]
	large    int // time on the large ring
	figures  figures
}

// model trains one model and measures it.
func (r *run) model(ctx context.Context, m Model) (score Score, err error) {
	short, err := m.Density(m.sites, r.settings.Seed)
	if err != nil {
		return score, err
	}
	fit := fit{settings: r.settings, store: r.store, model: m, net: short.Model()}
	if err := fit.run(ctx); err != nil {
		return score, err
	}
	score.Fitted = fit.fitted
	copy(short.Theta, fit.net.Theta)
	g, err := short.On(graph.Ring(ringSites, 1, 1))
	if err != nil {
		return score, err
	}
	score.AccelError = accelError(g.Model(), Kind{}.Fields(rand.New(rand.NewPCG(r.settings.Seed, 4)), ringSites, 100))
	tape := g.Tape(1)
	path, err := r.pulse(ctx, func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) })
	if err != nil {
		return score, err
	}
	score.Pulse = path.score(path.learned(tape))
	r.figures.model(m, fit.curve, path)
	big, err := g.On(graph.Ring(largeSites, 1, 1))
	if err != nil {
		return score, err
	}
	wide := big.Wide(1, par.Workers())
	defer wide.Close()
	score.Large, err = r.pulses(ctx, func(_ float64, x, dx []float64) { wide.Field(x, nil, dx) })
	score.Small, score.Many = perField(tape, ringSites), perField(big.Tape(1), largeSites)
	return score, err
}

// perField is the time of one evaluation, the median of some.
func perField(t model.Tape[float64], n int) float64 {
	x, dx := make([]float64, 2*n), make([]float64, 2*n)
	ring(n).Pulse(0.5, 0.05, x[:n], x[n:])
	var took []float64
	for range 15 {
		begin := time.Now()
		t.Field(x, nil, dx)
		took = append(took, time.Since(begin).Seconds())
	}
	return bench.Median(took)
}

// path is a roll-out beside the exact solution: rows of (φ, φ̇) at the times.
type path struct {
	w         mech.Wave
	times     []float64
	x, exact  []float64
	lost      bool
	trueE, lE []float64 // drift of both energies at each time; the second of models only
}

// roll integrates f from x0 by RK4 with a fixed step, and solves the equation exactly beside it.
func roll(ctx context.Context, w mech.Wave, f ode.Field, x0, times []float64) (*path, error) {
	res, err := ode.Solve(ctx, f, x0, times, ode.Options{Method: ode.RK4, Step: w.H / w.C / stepsEach})
	var b *ode.Failure
	if err != nil && !errors.As(err, &b) {
		return nil, err
	}
	p := &path{w: w, times: times, x: res.X, lost: err != nil, exact: make([]float64, len(res.X))}
	modes, n := w.Modes(), w.N
	for i, t := range times {
		row := p.exact[2*i*n : 2*(i+1)*n]
		modes.At(t, x0[:n], x0[n:], row[:n], row[n:])
	}
	E0 := w.Energy(x0[:n], x0[n:])
	for i := range times {
		q, v := p.row(i)
		p.trueE = append(p.trueE, bench.Bounded(math.Abs(w.Energy(q, v)-E0)/E0, bench.Diverged))
	}
	return p, nil
}

func (p *path) row(i int) (q, v []float64) {
	n := p.w.N
	return p.x[2*i*n : (2*i+1)*n], p.x[(2*i+1)*n : 2*(i+1)*n]
}

// fieldError is |φ − φ*| / |φ*| at time i.
func (p *path) fieldError(i int) float64 {
	q, _ := p.row(i)
	d, s := 0.0, 0.0
	for j, φ := range p.exact[2*i*p.w.N : (2*i+1)*p.w.N] {
		d, s = d+(q[j]-φ)*(q[j]-φ), s+φ*φ
	}
	return bench.Bounded(math.Sqrt(d/s), bench.Diverged)
}

// learned returns the energy of a model, above that of the field at rest.
func (p *path) learned(t model.Tape[float64]) func(q, v []float64) float64 {
	of, ok := model.As[model.Conserved[float64]](t)
	if !ok {
		panic("wave: a density has an energy")
	}
	dx := make([]float64, 2*p.w.N)
	energy := func(x []float64) float64 { t.Field(x, nil, dx); return of.Energy(0) }
	rest := energy(make([]float64, 2*p.w.N))
	return func(q, v []float64) float64 { return energy(slices.Concat(q, v)) - rest }
}

// score measures a roll-out; energy is the one that its field conserves.
func (p *path) score(energy func(q, v []float64) float64) Motion {
	m := Motion{Lost: p.lost, TrueDrift: slices.Max(p.trueE)}
	E0 := energy(p.row(0))
	for i := range p.times {
		p.lE = append(p.lE, bench.Bounded(math.Abs((energy(p.row(i))-E0)/E0), bench.Diverged))
	}
	m.LearnedDrift = slices.Max(p.lE)
	for k, c := range Crossed {
		m.FieldError[k] = p.fieldError(c * rowsEach)
	}
	return m
}

// pulse lets a pulse of a width of five sites cross the ring ten times.
func (r *run) pulse(ctx context.Context, f ode.Field) (*path, error) {
	w := ring(ringSites)
	x := make([]float64, 2*w.N)
	w.Pulse(0.5, 5*w.H, x[:w.N], x[w.N:])
	return roll(ctx, w, f, x, bench.Grid(crossings, 1./rowsEach))
}

// pulses is the run on the large ring: a hundred pulses of five
// to fifteen sites, of all heights between −½ and ½, both ways.
func (r *run) pulses(ctx context.Context, f ode.Field) (Large, error) {
	w := ring(largeSites)
	x, one := make([]float64, 2*w.N), make([]float64, 2*w.N)
	rng := rand.New(rand.NewPCG(r.settings.Seed, 5))
	for range manyPulses {
		height, way := rng.Float64()-0.5, float64(1-2*rng.IntN(2))
		w.Pulse(rng.Float64()*float64(w.N)*w.H, (5+10*rng.Float64())*w.H, one[:w.N], one[w.N:])
		for i := range w.N {
			x[i] += height * one[i]
			x[w.N+i] += height * way * one[w.N+i]
		}
	}
	p, err := roll(ctx, w, f, x, []float64{0, float64(r.large)})
	if err != nil {
		return Large{}, err
	}
	return Large{Sites: w.N, Time: float64(r.large), FieldError: p.fieldError(1), TrueDrift: slices.Max(p.trueE),
		Lost: p.lost}, nil
}

// tablesOf sets the models beside the true equation.
func tablesOf(r Report) []experiment.Table {
	pulse := experiment.Table{
		Title: "Wave: a pulse on a ring of 100 sites, error of the field after so many crossings, and largest " +
			"drift of energy over ten",
		Columns: []string{"", "acceleration error", "1", "2", "5", "10", "true energy", "learned energy",
			"trained [s]"},
	}
	large := experiment.Table{
		Title: "Wave: the same density on a ring of 10,000 sites, without training",
		Columns: []string{"", "time", "error of the field", "true energy", "evaluation, 100 sites [µs]",
			"10,000 sites [µs]"},
	}
	row := func(title, accel string, m Motion, learned, seconds string) {
		cells := []string{title, accel}
		for _, e := range m.FieldError {
			cells = append(cells, bench.Three(e))
		}
		pulse.Rows = append(pulse.Rows, append(cells, bench.Three(m.TrueDrift), learned, seconds))
	}
	for _, m := range Models {
		s := r.Models[m.name]
		row(m.title, bench.Three(s.AccelError), s.Pulse, bench.Three(s.Pulse.LearnedDrift),
			fmt.Sprintf("%.0f", s.Seconds))
		large.Rows = append(large.Rows, []string{m.title, bench.Three(s.Large.Time), bench.Three(s.Large.FieldError),
			bench.Three(s.Large.TrueDrift), bench.Three(1e6 * s.Small), bench.Three(1e6 * s.Many)})
	}
	row("true equation, same integrator", "0", r.Integrator, "", "")
	l := r.IntegratorLarge
	large.Rows = append(large.Rows, []string{"true equation, same integrator", bench.Three(l.Time),
		bench.Three(l.FieldError), bench.Three(l.TrueDrift), "", ""})
	return []experiment.Table{pulse, large}
}
