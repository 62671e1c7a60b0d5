package paper

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
	waveName      = "wave"
	waveSites     = 100
	waveLarge     = 10_000 // sites of the ring on which nothing was trained
	waveCrossings = 10
	waveRows      = 25 // states kept of each crossing
	wavePulses    = 100
	waveSteps     = 4 // of the integrator in the time in which a wave passes from one site to the next
)

// ring is the wave equation on n sites, c = 1, as far apart as 100 are on a ring of length 1, which is then crossed in t = 1.
func ring(n int) mech.Wave { return mech.Wave{N: n, C: 1, H: 1. / waveSites} }

var wave = experiment.Experiment{
	Name: waveName, Title: "Wave equation on a ring",
	About: `learn the density of a field, shared by the sites of a ring, from exact
accelerations on 16 sites, and with four layers on the 100 of the paper; then, without
more training, let a pulse cross a ring of 100 sites ten times and measure the error of
the field, the drift of its true and its learned energy, and run the same density on
10,000 sites. The time of --budget is
training time, shared by the models. With -o an interrupted run goes on after the last
finished training.`,
	Full: 25 * time.Minute, Quick: 2 * time.Minute,
	Run: propagate,
}

// waveModel is a model of the experiment. Its density sees φ at three sites, or the two differences of neighbours there.
type waveModel struct {
	name, title, activation string
	differences             bool
	rest                    bool    // learns from fields near rest too, and its units are annealed
	hidden                  []int   // nil: waveHidden, by Gauss–Newton; else by Adam
	sites                   int     // of the ring that is learned from
	steps                   int     // in the full run
	share                   float64 // of a budget
}

var waveModels = []waveModel{
	{name: "relu2", title: "relu²", activation: "relu2", sites: waveLearned, steps: 150, share: 0.01},
	{name: "softplus", title: "softplus", activation: "softplus", sites: waveLearned, steps: 6000, share: 0.35},
	{
		name: "differences", title: "softplus of differences", activation: "softplus", differences: true,
		sites: waveLearned, steps: 1000, share: 0.06,
	},
	{
		name: "rest", title: "softplus, also near rest", activation: "softplus", rest: true,
		sites: waveLearned, steps: 600, share: 0.06,
	},
	{
		name: "deep", title: "softplus, four layers", activation: "softplus", hidden: []int{64, 64, 64, 64},
		sites: waveSites, steps: 4000, share: 0.52,
	},
}

// layers are the hidden layers of the density.
func (m waveModel) layers() []int {
	if m.hidden != nil {
		return m.hidden
	}
	return waveHidden
}

// density is that of a model with fresh parameters, on a ring of so many sites. Differences over h are of the size of velocities over c.
func (m waveModel) density(sites int, seed uint64) (*graph.Model[float64], error) {
	site := []model.Coordinate{{Name: "phi", Velocity: "phidot", Scale: waveScale, Speed: waveScale * waveSites, Accel: waveAccel}}
	s := graph.Density(site, 3, nil, m.layers(), m.activation, 1)
	if m.differences {
		s = graph.Relative(s, 1, 1, waveScale)
	}
	return graph.New[float64](graph.Ring(sites, 1, 1), seed, s)
}

// waveHidden is the hidden layer of the density.
var waveHidden = []int{32}

// WaveCrossed are the crossings after which field errors are reported.
var WaveCrossed = [4]int{1, 2, 5, waveCrossings}

// WaveMotion is what is measured of a roll-out. Energy drifts are the largest |E − E₀| on the way, in units of E₀, for the learned
// energy above that of the field at rest. A field that is lost has errors of 100.
type WaveMotion struct {
	FieldError   [4]float64 `json:"field_error"` // |φ − φ*| / |φ*| after the crossings of WaveCrossed
	TrueDrift    float64    `json:"true_energy_drift"`
	LearnedDrift float64    `json:"learned_energy_drift"`
	Lost         bool       `json:"lost"`
}

// WaveLarge is the run on the large ring, for a time in which a wave crosses so many lengths of the small one.
type WaveLarge struct {
	Sites      int     `json:"sites"`
	Time       float64 `json:"time"`
	FieldError float64 `json:"field_error"`
	TrueDrift  float64 `json:"true_energy_drift"`
	Lost       bool    `json:"lost"`
}

// WaveScore is what is measured of one model.
type WaveScore struct {
	bench.Fitted
	AccelError float64    `json:"accel_error"` // |a − a*| / |a*| of fresh smooth fields on 100 sites, in the root mean square
	Pulse      WaveMotion `json:"pulse"`
	Large      WaveLarge  `json:"large"`
	Small      float64    `json:"seconds_per_evaluation"`       // on 100 sites, on one core
	Many       float64    `json:"seconds_per_evaluation_large"` // on 10,000
}

// WaveReport is the result of the experiment. Integrator is the true equation, integrated like the learned ones.
type WaveReport struct {
	Seed            uint64               `json:"seed"`
	Seconds         float64              `json:"seconds"`
	Models          map[string]WaveScore `json:"models"`
	Integrator      WaveMotion           `json:"integrator"`
	IntegratorLarge WaveLarge            `json:"integrator_large"`
}

// propagate is the third experiment of the paper, on the grid of the paper.
func propagate(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	r := WaveReport{Seed: s.Seed, Models: map[string]WaveScore{}}
	run := waveRun{settings: s, large: 1}
	if !s.Quick && s.Steps == 0 && s.Budget == 0 {
		run.large = waveCrossings
	}
	w := ring(waveSites)
	truth := func(w mech.Wave) ode.Field {
		return func(_ float64, x, dx []float64) { copy(dx, x[w.N:]); w.Accel(x[:w.N], x[w.N:], dx[w.N:]) }
	}
	path, err := run.pulse(ctx, truth(w))
	if err != nil {
		return experiment.Result{}, err
	}
	r.Integrator = path.score(w.Energy)
	if r.IntegratorLarge, err = run.pulses(ctx, truth(ring(waveLarge))); err != nil {
		return experiment.Result{}, err
	}
	run.figures.integrator(path)
	for _, m := range waveModels {
		if r.Models[m.name], err = run.model(ctx, m); err != nil {
			return experiment.Result{}, err
		}
	}
	r.Seconds = time.Since(begin).Seconds()
	run.forget()
	return experiment.Result{Numbers: r, Tables: waveTables(r), Figures: run.figures.all(), Notes: waveNotes(r, run.large)}, nil
}

type waveRun struct {
	settings experiment.Settings
	large    int // time on the large ring
	figures  waveFigures
}

// model trains one model and measures it.
func (r *waveRun) model(ctx context.Context, m waveModel) (score WaveScore, err error) {
	short, err := m.density(m.sites, r.settings.Seed)
	if err != nil {
		return score, err
	}
	fit := waveFit{settings: r.settings, model: m, net: short.Model()}
	if err := fit.run(ctx); err != nil {
		return score, err
	}
	score = fit.score
	copy(short.Theta, fit.net.Theta)
	g, err := short.On(graph.Ring(waveSites, 1, 1))
	if err != nil {
		return score, err
	}
	score.AccelError = accelError(g.Model(), waveKind{}.fields(rand.New(rand.NewPCG(r.settings.Seed, 4)), waveSites, 100))
	tape := g.Tape(1)
	path, err := r.pulse(ctx, func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) })
	if err != nil {
		return score, err
	}
	score.Pulse = path.score(path.learned(tape))
	r.figures.model(m, fit.curve, path)
	big, err := g.On(graph.Ring(waveLarge, 1, 1))
	if err != nil {
		return score, err
	}
	wide := big.Wide(1, par.Workers())
	defer wide.Close()
	score.Large, err = r.pulses(ctx, func(_ float64, x, dx []float64) { wide.Field(x, nil, dx) })
	score.Small, score.Many = perField(tape, waveSites), perField(big.Tape(1), waveLarge)
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

// wavePath is a roll-out beside the exact solution: rows of (φ, φ̇) at the times.
type wavePath struct {
	w         mech.Wave
	times     []float64
	x, exact  []float64
	lost      bool
	trueE, lE []float64 // drift of both energies at each time; the second of models only
}

// roll integrates f from x0 by RK4 with a fixed step, and solves the equation exactly beside it.
func roll(ctx context.Context, w mech.Wave, f ode.Field, x0, times []float64) (*wavePath, error) {
	res, err := ode.Solve(ctx, f, x0, times, ode.Options{Method: ode.RK4, Step: w.H / w.C / waveSteps})
	var b *ode.Blowup
	if err != nil && !errors.As(err, &b) {
		return nil, err
	}
	p := &wavePath{w: w, times: times, x: res.X, lost: err != nil, exact: make([]float64, len(res.X))}
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

func (p *wavePath) row(i int) (q, v []float64) {
	n := p.w.N
	return p.x[2*i*n : (2*i+1)*n], p.x[(2*i+1)*n : 2*(i+1)*n]
}

// fieldError is |φ − φ*| / |φ*| at time i.
func (p *wavePath) fieldError(i int) float64 {
	q, _ := p.row(i)
	d, s := 0.0, 0.0
	for j, φ := range p.exact[2*i*p.w.N : (2*i+1)*p.w.N] {
		d, s = d+(q[j]-φ)*(q[j]-φ), s+φ*φ
	}
	return bench.Bounded(math.Sqrt(d/s), bench.Diverged)
}

// learned returns the energy of a model, above that of the field at rest.
func (p *wavePath) learned(t model.Tape[float64]) func(q, v []float64) float64 {
	of, ok := model.As[model.Conserved[float64]](t)
	if !ok {
		panic("paper: a density has an energy")
	}
	dx := make([]float64, 2*p.w.N)
	energy := func(x []float64) float64 { t.Field(x, nil, dx); return of.Energy(0) }
	rest := energy(make([]float64, 2*p.w.N))
	return func(q, v []float64) float64 { return energy(slices.Concat(q, v)) - rest }
}

// score measures a roll-out; energy is the one that its field conserves.
func (p *wavePath) score(energy func(q, v []float64) float64) WaveMotion {
	m := WaveMotion{Lost: p.lost, TrueDrift: slices.Max(p.trueE)}
	E0 := energy(p.row(0))
	for i := range p.times {
		p.lE = append(p.lE, bench.Bounded(math.Abs((energy(p.row(i))-E0)/E0), bench.Diverged))
	}
	m.LearnedDrift = slices.Max(p.lE)
	for k, c := range WaveCrossed {
		m.FieldError[k] = p.fieldError(c * waveRows)
	}
	return m
}

// pulse lets a pulse of a width of five sites cross the ring ten times.
func (r *waveRun) pulse(ctx context.Context, f ode.Field) (*wavePath, error) {
	w := ring(waveSites)
	x := make([]float64, 2*w.N)
	w.Pulse(0.5, 5*w.H, x[:w.N], x[w.N:])
	return roll(ctx, w, f, x, bench.Grid(waveCrossings, 1./waveRows))
}

// pulses is the run on the large ring: a hundred pulses of five to fifteen sites, of all heights between −½ and ½, both ways.
func (r *waveRun) pulses(ctx context.Context, f ode.Field) (WaveLarge, error) {
	w := ring(waveLarge)
	x, one := make([]float64, 2*w.N), make([]float64, 2*w.N)
	rng := rand.New(rand.NewPCG(r.settings.Seed, 5))
	for range wavePulses {
		height, way := rng.Float64()-0.5, float64(1-2*rng.IntN(2))
		w.Pulse(rng.Float64()*float64(w.N)*w.H, (5+10*rng.Float64())*w.H, one[:w.N], one[w.N:])
		for i := range w.N {
			x[i] += height * one[i]
			x[w.N+i] += height * way * one[w.N+i]
		}
	}
	p, err := roll(ctx, w, f, x, []float64{0, float64(r.large)})
	if err != nil {
		return WaveLarge{}, err
	}
	return WaveLarge{Sites: w.N, Time: float64(r.large), FieldError: p.fieldError(1), TrueDrift: slices.Max(p.trueE), Lost: p.lost}, nil
}

// waveTables sets the models beside the true equation.
func waveTables(r WaveReport) []experiment.Table {
	pulse := experiment.Table{
		Title:   "Wave: a pulse on a ring of 100 sites, error of the field after so many crossings, and largest drift of energy over ten",
		Columns: []string{"", "acceleration error", "1", "2", "5", "10", "true energy", "learned energy", "trained [s]"},
	}
	large := experiment.Table{
		Title:   "Wave: the same density on a ring of 10,000 sites, without training",
		Columns: []string{"", "time", "error of the field", "true energy", "evaluation, 100 sites [µs]", "10,000 sites [µs]"},
	}
	row := func(title, accel string, m WaveMotion, learned, seconds string) {
		cells := []string{title, accel}
		for _, e := range m.FieldError {
			cells = append(cells, bench.Three(e))
		}
		pulse.Rows = append(pulse.Rows, append(cells, bench.Three(m.TrueDrift), learned, seconds))
	}
	for _, m := range waveModels {
		s := r.Models[m.name]
		row(m.title, bench.Three(s.AccelError), s.Pulse, bench.Three(s.Pulse.LearnedDrift), fmt.Sprintf("%.0f", s.Seconds))
		large.Rows = append(large.Rows, []string{m.title, bench.Three(s.Large.Time), bench.Three(s.Large.FieldError), bench.Three(s.Large.TrueDrift), bench.Three(1e6 * s.Small), bench.Three(1e6 * s.Many)})
	}
	row("true equation, same integrator", "0", r.Integrator, "", "")
	l := r.IntegratorLarge
	large.Rows = append(large.Rows, []string{"true equation, same integrator", bench.Three(l.Time), bench.Three(l.FieldError), bench.Three(l.TrueDrift), "", ""})
	return []experiment.Table{pulse, large}
}
