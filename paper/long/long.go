// Package long has the experiment that follows a learned double pendulum for 10,000 time units.
package long

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/paper/pendulum"
	"lagrange/plot"
	"lagrange/train"
)

// Experiment follows one learned model by methods with error control and by variational ones.
var Experiment = experiment.Experiment{
	Name: "long", Title: "Long roll-outs",
	About: `follow a learned double pendulum for 10,000 time units from a gentle and a
chaotic start, by methods with error control and by variational ones, which integrate
the learned Lagrangian itself: the drift of the learned energy is the error of the
integrator, that of the true energy the error of model and integrator together. The
best of either kind follow four more starts of each sort.`,
	Full: 6 * time.Minute, Quick: 40 * time.Second,
	Run: reproduce,
}

// starts are the angles from which motions start at rest. All methods follow the first of a sort, and some the
// others too: what one motion keeps may be luck.
var starts = []struct {
	name string
	q    [][]float64
}{
	{"gentle", [][]float64{{0.9, -0.5}, {0.6, 0.6}, {-0.8, 0.4}, {0.3, -0.9}, {1, 0.2}}},
	{"chaotic", [][]float64{{2.5, 1.5}, {2.2, -1.8}, {-2.7, 1.2}, {2, 2.6}, {-2.4, -2}}},
}

// integrator is a method with its tolerance or step.
type integrator struct {
	method     ode.Method
	tol, step  float64
	drawn, all bool // all: follows all starts
}

// integrators begin with those that take longest. Midpoint is that for (q,
// v), which is symplectic for no other mass matrix than a constant one.
func integrators() (ms []integrator) {
	for order := 8; order > 0; order -= 2 {
		for _, h := range []float64{0.01, 0.02, 0.04} {
			ms = append(ms, integrator{
				method: ode.Variational(order), step: h, drawn: h == 0.02 && order != 6, all: h == 0.01 && order == 8,
			})
		}
	}
	return append(ms,
		integrator{method: ode.Dop853, tol: 1e-12, drawn: true, all: true},
		integrator{method: ode.Dop853, tol: 1e-9}, integrator{method: ode.Dop853, tol: 1e-6},
		integrator{method: ode.Dopri5, tol: 1e-9}, integrator{method: ode.Dopri5, tol: 1e-6, drawn: true},
		integrator{method: ode.RK4, step: 0.01}, integrator{method: ode.Midpoint, step: 0.01},
	)
}

func (m integrator) String() string {
	if m.step > 0 {
		return fmt.Sprintf("%s, h = %g", m.method.Name, m.step)
	}
	return fmt.Sprintf("%s, tolerance %g", m.method.Name, m.tol)
}

// Run is one roll-out. Energies are in units of the energy scale,
// and the learned one in that of the true one: the unit is fitted.
type Run struct {
	Start       string     `json:"start"`
	Angles      []float64  `json:"angles"` // there
	Method      string     `json:"method"`
	Step        float64    `json:"step,omitempty"`
	Tolerance   float64    `json:"tolerance,omitempty"`
	Drift       [3]float64 `json:"learned_energy_drift"` // the largest |E − E₀| up to LongReport.Times
	TrueError   [3]float64 `json:"true_energy_error"`
	Reached     float64    `json:"reached"`     // time
	Evaluations int        `json:"evaluations"` // of the field, or of L_q and L_v
	Second      int        `json:"second_derivatives"`
	Seconds     float64    `json:"seconds"` // on one core
	Stopped     string     `json:"stopped,omitempty"`
}

// Report is the result of the experiment.
type Report struct {
	Seed    uint64     `json:"seed"`
	Seconds float64    `json:"seconds"`
	Model   string     `json:"model"`
	AccelL1 float64    `json:"accel_l1"`
	Times   [3]float64 `json:"times"`
	Runs    []Run      `json:"runs"`   // of every method from the first start of each sort
	Others  []Run      `json:"others"` // of some methods from the other starts
	bench.Fitted
}

// reproduce follows the motions to t = 10,000.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	budget, T := time.Minute, 10_000.
	if s.Quick {
		budget, T = 20*time.Second, 1000
	}
	if s.Budget == 0 {
		s.Budget = budget
	}
	return followTo(ctx, s, T)
}

// followTo trains the Lagrangian network of the double pendulum and follows its motions to time T.
func followTo(ctx context.Context, s experiment.Settings, T float64) (experiment.Result, error) {
	begin := time.Now()
	run, err := pendulum.NewRun(s, s.Seed, s.Budget)
	if err != nil {
		return experiment.Result{}, err
	}
	c := pendulum.Models[0]
	spec := pendulum.Spec(run.System, run.Learn, c)
	m, fitted, _, err := pendulum.Learn(ctx, run, c, spec, train.Objective[float64](run.Learn),
		train.Objective[float64](run.Valid))
	if err != nil {
		return experiment.Result{}, err
	}
	l := newRuns(run, m, T)
	r, err := l.all(ctx, s)
	if err != nil {
		return experiment.Result{}, err
	}
	r.Seed, r.Fitted, r.Model = s.Seed, fitted, c.Title()
	r.AccelL1, _ = run.AccelL1(m, c)
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: tablesOf(r), Figures: l.figures(), Notes: notesOf(r)}, nil
}

// runs are the roll-outs of a model up to time T.
type runs struct {
	run   *pendulum.Run
	m     *model.Model[float64]
	times []float64
	unit  float64 // of the learned energy, for one of the true energy's
	paths [][2]plot.Series
}

// newRuns fits the unit of the learned energy to that of the true one, by least squares
// over fresh states: a Lagrangian is learned up to a factor and what does not move.
func newRuns(run *pendulum.Run, m *model.Model[float64], T float64) *runs {
	l := &runs{run: run, m: m, times: bench.Grid(T, 1), unit: 1}
	e, x := l.learned(run.Fresh.X), l.truth(run.Fresh.X)
	me, mx, xx, xe := bench.Mean(e), bench.Mean(x), 0.0, 0.0
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xe += (x[i] - mx) * (e[i] - me)
	}
	l.unit = xe / xx
	return l
}

// learned are the learned energies of states, in the unit.
func (l *runs) learned(X []float64) []float64 {
	const chunk = 256
	n := 2 * l.run.System.Dim()
	tape, xdot, E := l.m.Tape(chunk), make([]float64, chunk*n), make([]float64, len(X)/n)
	for lo := 0; lo < len(E); lo += chunk {
		hi := min(lo+chunk, len(E))
		tape.Field(X[lo*n:hi*n], nil, xdot[:(hi-lo)*n])
		k, _ := model.As[model.Conserved[float64]](tape)
		for b := range hi - lo {
			E[lo+b] = k.Energy(b) / l.unit
		}
	}
	return E
}

// truth are the true energies of states.
func (l *runs) truth(X []float64) []float64 {
	d := l.run.System.Dim()
	E := make([]float64, len(X)/(2*d))
	for i := range E {
		E[i] = l.run.System.Energy(X[2*i*d:(2*i+1)*d], X[(2*i+1)*d:2*(i+1)*d])
	}
	return E
}

// job is a roll-out that is to be made.
type job struct {
	integrator
	start string
	q     []float64
}

// jobsOf are those of LongReport.Runs, then those of Others.
func jobsOf() (runs, others []job) {
	for _, m := range integrators() {
		for _, s := range starts {
			runs = append(runs, job{m, s.name, s.q[0]})
			for _, q := range s.q[1:] {
				if m.all {
					others = append(others, job{m, s.name, q})
				}
			}
		}
	}
	return runs, others
}

// all runs every method from every start, each on one core.
func (l *runs) all(ctx context.Context, s experiment.Settings) (Report, error) {
	T := l.times[len(l.times)-1]
	runs, others := jobsOf()
	jobs := append(runs, others...)
	done := make([]Run, len(jobs))
	l.paths = make([][2]plot.Series, len(jobs))
	err := experiment.Abreast(s, "roll-outs", len(jobs), func(i int) (float64, error) {
		var err error
		done[i], err = l.follow(ctx, jobs[i], i)
		return done[i].Drift[2], err
	})
	return Report{Times: [3]float64{T / 100, T / 10, T}, Runs: done[:len(runs)], Others: done[len(runs):]}, err
}

// follow is roll-out i.
func (l *runs) follow(ctx context.Context, j job, i int) (Run, error) {
	r := Run{Start: j.start, Angles: j.q, Method: j.method.Name, Step: j.step, Tolerance: j.tol}
	tape := l.m.Tape(max(1, j.method.Order/2))
	o := ode.Options{Method: j.method, Step: j.step, RTol: j.tol, ATol: j.tol, MaxSteps: math.MaxInt}
	if j.method.Variational() {
		k, _ := model.As[model.Variation[float64]](tape)
		o.Variation = func(_, x, g, H []float64) { k.Vary(x, nil, g, H) }
	}
	x0 := append(slices.Clone(j.q), make([]float64, len(j.q))...)
	begin := time.Now()
	res, err := ode.Solve(ctx, func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x0, l.times, o)
	var b *ode.Failure
	if err != nil && !errors.As(err, &b) {
		return r, err
	}
	if r.Seconds, r.Evaluations, r.Second, r.Reached = time.Since(begin).Seconds(), res.Stats.Evals, res.Stats.Second,
		l.times[res.N-1]; b != nil {
		r.Stopped = b.Error()
	}
	X := res.X[:res.N*len(x0)]
	r.Drift, l.paths[i][0] = l.growth(j.String(), l.learned(X))
	r.TrueError, l.paths[i][1] = l.growth(j.String(), l.truth(X))
	return r, nil
}

// growth is the largest |E − E₀| so far, in energy scales: at three times, and as a curve of some points.
func (l *runs) growth(name string, E []float64) (at [3]float64, curve plot.Series) {
	T, most, next := l.times[len(l.times)-1], 0.0, 1.0
	curve.Name = name
	for k, e := range E {
		if d := math.Abs(e-E[0]) / l.run.System.About().EnergyScale; d < bench.Diverged {
			most = max(most, d)
		} else {
			most = bench.Diverged
		}
		for i, t := range []float64{T / 100, T / 10, T} {
			if l.times[k] <= t {
				at[i] = most
			}
		}
		if l.times[k] >= next {
			curve.X, curve.Y = append(curve.X, l.times[k]), append(curve.Y, max(most, 1e-17))
			next *= 1.1
		}
	}
	return at, curve
}

// figures draw what integrators says is drawn.
func (l *runs) figures() map[string]plot.Figure {
	f := plot.Figure{Title: "A learned double pendulum over a long time", Columns: 2}
	for e, what := range []string{"learned energy: error of the integrator", "true energy: error of the model too"} {
		for s, start := range starts {
			p := plot.Panel{Title: start.name + " start, " + what, XLabel: "t [s]",
				YLabel: "largest |E − E₀| / 29.4 so far", LogX: true, LogY: true}
			for i, m := range integrators() {
				if m.drawn {
					p.Series = append(p.Series, l.paths[i*len(starts)+s][e])
				}
			}
			f.Panels = append(f.Panels, p)
		}
	}
	return map[string]plot.Figure{"long": f}
}
