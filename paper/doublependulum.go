package paper

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/plot"
	"lagrange/train"
)

const (
	states    = 600_000 // the paper's number of initial conditions
	tests     = 20_000  // fresh states for the acceleration error
	starts    = 40      // roll-outs for the energy error
	duration  = 100.0
	reporting = 0.1
	diverged  = 100.0 // energy error, in energy scales, at which a roll-out counts as blown up; larger ones count as this
	batch     = 128
)

// pendulumModels are the models of the experiment, by their names in the report, with the recipe found best for each.
var pendulumModels = []struct {
	name, family string
	hidden       []int
	rate         float64
}{
	{"lnn", "lnn", []int{64, 64}, 1e-2},
	{"baseline", "nn", []int{128, 128}, 1e-2},
}

// DoublePendulum is the first experiment of the paper: m = l = 1, g = 9.8, q ~ U(0, 2π)², v ~ U(−10, 10)², exact
// accelerations. It measures the acceleration error over fresh states, and over 40 starts nearly at rest the energy error
// after 100 time units.
func DoublePendulum(ctx context.Context, s Settings) (Report, error) {
	begin := time.Now()
	if s.Folder != "" {
		if err := os.MkdirAll(s.Folder, 0o777); err != nil {
			return Report{}, err
		}
	}
	system := mech.Chain(2)
	r := Report{System: system.Name(), Seed: s.Seed, Models: map[string]Score{}}
	learn := sample(system, rand.New(rand.NewPCG(s.Seed, 1)), states)
	valid := sample(system, rand.New(rand.NewPCG(s.Seed, 2)), 4096)
	fresh := sample(system, rand.New(rand.NewPCG(s.Seed, 3)), tests)
	run := pendulumRun{system: system, settings: s, learn: learn, valid: valid, fresh: fresh, figures: &pendulumFigures{system: system}}
	for _, m := range pendulumModels {
		spec := pendulumSpec(system, learn, m.family, m.hidden)
		score, err := run.model(ctx, m.name, spec, m.rate)
		if err != nil {
			return r, err
		}
		r.Models[m.name] = score
	}
	r.Seconds = time.Since(begin).Seconds()
	if s.Folder == "" {
		return r, nil
	}
	return r, save(s.Folder, r, run.figures.all())
}

// sample draws training states of a system with their exact accelerations.
func sample(system mech.System, r *rand.Rand, n int) *train.Accelerations[float64] {
	d := system.Dim()
	o := &train.Accelerations[float64]{N: n, X: make([]float64, n*2*d), A: make([]float64, n*d), Penalty: train.Huber}
	for i := range n {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		system.Sample(r, q, v)
		system.Accel(q, v, o.A[i*d:(i+1)*d])
	}
	return o
}

// pendulumSpec scales a model to the data.
func pendulumSpec(system mech.System, o *train.Accelerations[float64], family string, hidden []int) model.Spec {
	d := system.Dim()
	spec := model.Spec{Family: family, Hidden: hidden, Activation: "softplus", Kinetic: 1}
	for i, c := range system.About().Coordinates {
		var vv, aa float64
		for k := range o.N {
			vv += o.X[2*k*d+d+i] * o.X[2*k*d+d+i]
			aa += o.A[k*d+i] * o.A[k*d+i]
		}
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{
			Name: c.Name, Unit: c.Unit, Velocity: c.VelocityName, Period: 2 * math.Pi, Scale: 1,
			Speed: math.Sqrt(vv / float64(o.N)), Accel: math.Sqrt(aa / float64(o.N)),
		})
	}
	return spec
}

type pendulumRun struct {
	system              mech.System
	settings            Settings
	learn, valid, fresh *train.Accelerations[float64]
	figures             *pendulumFigures
}

// model trains one model and measures it.
func (r *pendulumRun) model(ctx context.Context, name string, spec model.Spec, rate float64) (Score, error) {
	m, err := model.New[float64](spec, r.settings.Seed)
	if err != nil {
		return Score{}, err
	}
	set := train.Settings{Steps: r.settings.Steps, Batch: batch, Rate: rate, Seed: r.settings.Seed}
	begin := time.Now()
	if set.Steps == 0 {
		budget := r.settings.Budget / time.Duration(len(pendulumModels))
		if set.Steps, err = train.Calibrate(ctx, m, r.learn, r.valid, set, budget); err != nil {
			return Score{}, err
		}
	}
	loop := &train.Loop[float64]{Model: m, Train: r.learn, Valid: r.valid, Settings: set, State: train.NewState(m)}
	from := time.Now()
	loop.On = func(s *train.State[float64]) error {
		if r.settings.On != nil {
			p := s.History[len(s.History)-1]
			left := time.Duration(float64(time.Since(from)) * float64(set.Steps-s.Step) / float64(s.Step))
			r.settings.On(Progress{Model: name, Step: s.Step, Steps: set.Steps, Loss: p.Train, Valid: p.Valid, Left: left})
		}
		return nil
	}
	if err := loop.Run(ctx); err != nil {
		return Score{}, err
	}
	st := loop.State
	score := Score{
		Samples: st.Step * batch, Steps: st.Step, Parameters: len(m.Theta), Seconds: time.Since(begin).Seconds(),
		NonFiniteSkipped: st.Skipped, FallbackSolves: st.Health.Fallbacks,
	}
	score.AccelL1, score.AccelL1Median = accelL1(m, r.fresh)
	if err := r.energy(ctx, m, name, &score); err != nil {
		return score, err
	}
	r.figures.learning(name, st.History)
	return score, nil
}

// accelL1 returns mean and median over states of Σᵢ |aᵢ − aᵢ*|.
func accelL1(m *model.Model[float64], o *train.Accelerations[float64]) (mu, med float64) {
	const chunk = 256
	d := m.Spec.D()
	tape, xdot := m.Tape(chunk), make([]float64, chunk*2*d)
	errs := make([]float64, o.N)
	for lo := 0; lo < o.N; lo += chunk {
		hi := min(lo+chunk, o.N)
		tape.Field(o.X[lo*2*d:hi*2*d], nil, xdot[:(hi-lo)*2*d])
		for k := lo; k < hi; k++ {
			for i := range d {
				errs[k] += math.Abs(xdot[(k-lo)*2*d+d+i] - o.A[k*d+i])
			}
		}
	}
	return mean(errs), median(errs)
}

// energy rolls the starts out to t = 100 and scores the true energy there against that at the start.
func (r *pendulumRun) energy(ctx context.Context, m *model.Model[float64], name string, score *Score) error {
	d, scale := r.system.Dim(), r.system.About().EnergyScale
	draw := rand.New(rand.NewPCG(r.settings.Seed, 4))
	x0 := make([]float64, starts*2*d)
	for i := range starts {
		r.system.Start(draw, x0[2*i*d:(2*i+1)*d], x0[(2*i+1)*d:2*(i+1)*d])
	}
	errs, paths, blown := make([]float64, starts), make([]ode.Result, starts), make([]bool, starts)
	fails := make([]error, starts)
	times := grid(duration, reporting)
	field := func(size int) ode.Batch {
		tape := m.Tape(size)
		return func(_ []int, _, x, dx []float64) { tape.Field(x, nil, dx) }
	}
	ode.Together(starts, 2*d, model.Chunk, field, func(i int, f ode.Field) {
		x := x0[2*i*d : 2*(i+1)*d]
		res, err := ode.Solve(ctx, f, x, times, ode.Options{RTol: 1e-8, ATol: 1e-8})
		var b *ode.Blowup
		if blown[i] = errors.As(err, &b); err != nil && !blown[i] {
			fails[i] = err
			return
		}
		end := res.X[(res.N-1)*2*d : res.N*2*d]
		errs[i] = math.Abs(r.system.Energy(end[:d], end[d:])-r.system.Energy(x[:d], x[d:])) / scale
		if !(errs[i] < diverged) { // or NaN
			errs[i], blown[i] = diverged, true
		}
		paths[i] = res
	})
	if err := errors.Join(fails...); err != nil {
		return err
	}
	for i := range errs {
		score.EnergyErrorMax = max(score.EnergyErrorMax, errs[i])
		if blown[i] {
			score.Blowups++
		}
	}
	score.EnergyErrorMean, score.EnergyErrorMedian = mean(errs), median(errs)
	r.figures.paths(name, times, x0, paths)
	return nil
}

// grid returns 0, dt, … up to duration.
func grid(duration, dt float64) []float64 {
	n := int(math.Round(duration/dt)) + 1
	t := make([]float64, n)
	for i := range t {
		t[i] = duration * float64(i) / float64(n-1)
	}
	return t
}

// pendulumFigures collects what is drawn.
type pendulumFigures struct {
	system mech.System
	curves []plot.Series
	energy []plot.Series
	motion [2][]plot.Series
}

// learning adds a learning curve.
func (f *pendulumFigures) learning(name string, history []train.Point) {
	s := plot.Series{Name: name}
	for _, p := range history {
		s.X, s.Y = append(s.X, float64(p.Step)), append(s.Y, p.Valid)
	}
	f.curves = append(f.curves, s)
}

// paths adds the energy error of all starts, as its mean, with those that have diverged at that error, and the first motion beside the true one.
func (f *pendulumFigures) paths(name string, times, x0 []float64, paths []ode.Result) {
	d, scale := f.system.Dim(), f.system.About().EnergyScale
	E := plot.Series{Name: name, X: times, Y: make([]float64, len(times))}
	for k := range times {
		for i, p := range paths {
			x, e := x0[2*i*d:2*(i+1)*d], diverged
			if k < p.N {
				y := p.X[2*k*d : 2*(k+1)*d]
				if now := math.Abs(f.system.Energy(y[:d], y[d:])-f.system.Energy(x[:d], x[d:])) / scale; now < diverged {
					e = now
				}
			}
			E.Y[k] += e / starts
		}
	}
	f.energy = append(f.energy, E)
	const shown = 101 // the first ten time units: later a chaotic motion tells nothing
	if len(f.motion[0]) == 0 {
		field := func(_ float64, x, dx []float64) { copy(dx, x[d:]); f.system.Accel(x[:d], x[d:], dx[d:]) }
		truth, err := ode.Solve(context.Background(), field, x0[:2*d], times[:shown], ode.Options{Method: ode.Dop853})
		if err == nil {
			f.add("true", times[:shown], truth.X, d)
		}
	}
	f.add(name, times[:min(shown, paths[0].N)], paths[0].X, d)
}

func (f *pendulumFigures) add(name string, times, x []float64, d int) {
	for i := range f.motion {
		s := plot.Series{Name: name, X: times}
		for k := range times {
			s.Y = append(s.Y, x[2*k*d+i])
		}
		f.motion[i] = append(f.motion[i], s)
	}
}

// all composes the figures.
func (f *pendulumFigures) all() map[string]plot.Figure {
	return map[string]plot.Figure{"double-pendulum": {
		Title: "Double pendulum: learned from accelerations", Columns: 2,
		Panels: []plot.Panel{
			{Title: "First angle, one start", XLabel: "t [s]", YLabel: "θ₁ [rad]", Series: f.motion[0]},
			{Title: "Second angle", XLabel: "t [s]", YLabel: "θ₂ [rad]", Series: f.motion[1]},
			{Title: "Energy error, mean of 40 starts", XLabel: "t [s]", YLabel: "|E − E₀| / 29.4", LogY: true, Series: f.energy},
			{Title: "Learning", XLabel: "step", YLabel: "validation loss", LogY: true, Series: f.curves},
		},
	}}
}
