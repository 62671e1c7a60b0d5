// Package table has the table of properties: what each kind of model can learn, measured.
package table

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/plot"
)

// Experiment measures every tick of the table.
var Experiment = experiment.Experiment{
	Name: "table", Title: "The table of properties",
	About: `what each kind of model can learn: every tick of the paper's table is
measured, on a pendulum, on a double pendulum with q and q̇ as they are recorded,
and on a relativistic particle.`,
	Full: time.Minute, Quick: 20 * time.Second,
	Run: reproduce,
}

// Report has what is measured, by property and model.
type Report struct {
	Seed       uint64                        `json:"seed"`
	Seconds    float64                       `json:"seconds"`
	Properties map[string]map[string]Finding `json:"properties"`
}

// Finding is the number behind a tick.
type Finding struct {
	Number float64 `json:"number"`
	Tick   bool    `json:"tick"`
	Paper  bool    `json:"paper"` // has a tick in the paper's table
}

// property is a row of the table. Its tick needs a number below limit.
type property struct {
	name, title, measure string
	limit                float64
	paper                string // of nn, node, hnn, delan, lnn: + or −
}

var rows = []property{
	{"dynamics", "models dynamical systems", "pendulum: relative error over 3 s", 0.05, "+++++"},
	{"equations", "learns differential equations", "pendulum: change of the motion at steps of 10 and 5 ms, for " +
		"which it has not learned", 1e-4, "-++++"},
	{"conservation", "exact conservation laws", "pendulum, 100 s: drift of the learned energy (or, where there is " +
		"none, of the true one), as a part of its spread", 1e-6, "--+++"},
	{"coordinates", "arbitrary coordinates", "chain of two, from (q, q̇) alone: relative error of the " +
		"acceleration, fresh states", 0.2, "++-++"},
	{"lagrangians", "arbitrary Lagrangians", "relativistic particle, |v| < 0.9, from (q, q̇) alone: relative error " +
		"of the acceleration, fresh states", 0.1, "----+"},
}

// models are the columns: names for the table, then for (q, q̇) alone.
var models = [][2]string{{"nn", "nn"}, {"node", "node"}, {"hnn-canonical", "hnn-velocity"}, {"delan", "delan"},
	{"lnn", "lnn"}}

// reproduce trains each model on three systems.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	if s.Budget == 0 {
		if s.Budget = 45 * time.Second; s.Quick {
			s.Budget = 15 * time.Second
		}
	}
	one, err := bench.ChainTask(1, s.Seed)
	if err != nil {
		return experiment.Result{}, err
	}
	two, err := bench.ChainTask(2, s.Seed)
	if err != nil {
		return experiment.Result{}, err
	}
	fast, err := particleTask(s.Seed)
	if err != nil {
		return experiment.Result{}, err
	}
	one.Share, two.Share, fast.Share = 0.2, 0.55, 0.25
	numbers := make([][]float64, len(rows)) // by property and model
	for i := range numbers {
		numbers[i] = make([]float64, len(models))
	}
	err = experiment.Abreast(s, "models", 3*len(models), func(i int) (loss float64, err error) {
		k, j := i/len(models), i%len(models)
		t, name := []*bench.Task{two, fast, one}[k], models[j][1]
		if t == one {
			name = models[j][0]
		}
		c := bench.Named(t, name)
		m, _, curve, err := t.Train(ctx, c, s,
			time.Duration(float64(par.Workers())*t.Share*float64(s.Budget)/float64(len(models))))
		if err != nil {
			return 0, err
		}
		loss = curve[len(curve)-1].Valid
		if t != one {
			numbers[3+k][j] = relativeError(t, m)
			return loss, nil
		}
		x, err := measure(ctx, one, m, c.Canonical)
		for i, y := range x {
			numbers[i][j] = y
		}
		return loss, err
	})
	if err != nil {
		return experiment.Result{}, err
	}
	r := Report{Seed: s.Seed, Properties: map[string]map[string]Finding{}, Seconds: time.Since(begin).Seconds()}
	table, figure := r.fill(numbers)
	return experiment.Result{Numbers: r, Tables: []experiment.Table{table},
		Figures: map[string]plot.Figure{"table": figure}, Notes: r.notes(s)}, nil
}

// particleTask is a relativistic particle in a constant field, pieces of motions with |v| < 0.9 and their
// derivatives. Where it starts does not matter; from a small range the terms of L are alike in size.
func particleTask(seed uint64) (*bench.Task, error) {
	system, err := mech.Lookup("relativistic")
	if err != nil {
		return nil, err
	}
	t := &bench.Task{Name: "relativistic", Body: system, Dt: 0.01}
	r := rand.New(rand.NewPCG(seed, 0x7ab1e))
	var fresh bench.Records
	for i := range 1200 {
		p := &t.Learn
		switch {
		case i < 200:
			p = &t.Valid
		case i >= 1000:
			p = &fresh
		}
		x, err := bench.Motion(system, []float64{0.2*r.Float64() - 0.1, 1.8*r.Float64() - 0.9},
			bench.Grid(bench.WindowSteps*t.Dt, t.Dt))
		if err != nil {
			return nil, err
		}
		p.Observe(system, x, bench.WindowSteps+1)
	}
	t.Fresh = fresh.X
	return t, nil
}

// relativeError is Σ|a − a*|/Σ|a*| over the fresh states, of a model on (q, q̇). Those of validation have chosen its
// parameters.
func relativeError(t *bench.Task, m *model.Model[float64]) float64 {
	d, X := t.Body.Dim(), t.Fresh
	tape, xdot, a := m.Tape(1), make([]float64, 2*d), make([]float64, d)
	var wrong, all float64
	for at := 0; at < len(X); at += 2 * d {
		tape.Field(X[at:at+2*d], nil, xdot)
		t.Body.Accel(X[at:at+d], X[at+d:at+2*d], a)
		for i := range a {
			wrong, all = wrong+math.Abs(xdot[d+i]-a[i]), all+math.Abs(a[i])
		}
	}
	return bench.Capped(wrong / all)
}

// measure finds the first three properties.
func measure(ctx context.Context, t *bench.Task, m *model.Model[float64], canonical bool) ([]float64, error) {
	paths, _, err := t.Rollout(ctx, m, canonical)
	if err != nil {
		return nil, err
	}
	x0 := t.Starts
	if canonical {
		x0 = bench.ToMomenta(t.Body, x0)
	}
	tape := m.Tape(1)
	field := func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }
	step, drift, d := 0.0, 0.0, t.Body.Dim()
	energy := energyOf(t, tape)
	var E []float64 // of all starts
	const few = 10
	for i := range len(x0) / (2 * d) {
		E = append(E, energy(x0[2*d*i:2*d*(i+1)]))
	}
	spread := 0.0
	for _, e := range E {
		spread += (e - bench.Mean(E)) * (e - bench.Mean(E)) / float64(len(E))
	}
	for i := range few {
		x := x0[2*d*i : 2*d*(i+1)]
		coarse, err := ode.Solve(ctx, field, x, []float64{0, 1}, ode.Options{Method: ode.RK4, Step: 0.01})
		if err != nil {
			return nil, err
		}
		fine, err := ode.Solve(ctx, field, x, []float64{0, 1}, ode.Options{Method: ode.RK4, Step: 0.005})
		if err != nil {
			return nil, err
		}
		for k := range 2 * d {
			step = max(step, math.Abs(coarse.X[2*d+k]-fine.X[2*d+k])/(1+math.Abs(fine.X[2*d+k])))
		}
		long, err := ode.Solve(ctx, field, x, []float64{0, 100}, ode.Options{Method: ode.Dop853, RTol: 1e-12,
			ATol: 1e-12})
		if err != nil {
			return nil, err
		}
		drift = max(drift, math.Abs(energy(long.X[2*d:])-E[i])/math.Sqrt(spread))
	}
	return []float64{t.Score(t, paths)[0], step, min(drift, bench.Hopeless)}, nil
}

// energyOf is the learned energy of a model that has one, else the true one.
func energyOf(t *bench.Task, tape model.Tape[float64]) func(x []float64) float64 {
	d, xdot := t.Body.Dim(), make([]float64, 2*t.Body.Dim())
	if learned, ok := model.As[model.Conserved[float64]](tape); ok {
		return func(x []float64) float64 { tape.Field(x, nil, xdot); return learned.Energy(0) }
	}
	return func(x []float64) float64 { return t.Body.Energy(x[:d], x[d:]) }
}

// fill makes the table and a picture of the numbers and their limits.
func (r *Report) fill(numbers [][]float64) (experiment.Table, plot.Figure) {
	t := experiment.Table{Title: "What the models can learn: ✓ measured here (number; a tick needs one below the " +
		"limit), and the paper's tick in brackets", Columns: []string{"", "measure", "limit"}}
	for _, names := range models {
		t.Columns = append(t.Columns, names[0])
	}
	figure := plot.Figure{Title: "Numbers behind the ticks", Columns: 2, Height: 5.5}
	for i, p := range rows {
		found, limit := plot.Series{Name: "measured", Style: plot.Points}, plot.Series{Name: "a tick needs less",
			X: []float64{0.5, 5.5}, Y: []float64{p.limit, p.limit}}
		for j, x := range numbers[i] {
			found.X, found.Y = append(found.X, float64(j+1)), append(found.Y, max(x, 1e-12))
		}
		figure.Panels = append(figure.Panels, plot.Panel{Title: p.title, XLabel: "nn · node · hnn · delan · lnn",
			YLabel: "measured", LogY: true, Series: []plot.Series{found, limit}})
	}
	for i, p := range rows {
		row := []string{p.title, p.measure, fmt.Sprintf("%.0e", p.limit)}
		r.Properties[p.name] = map[string]Finding{}
		for j, names := range models {
			f := Finding{Number: numbers[i][j], Tick: numbers[i][j] < p.limit, Paper: p.paper[j] == '+'}
			r.Properties[p.name][names[0]] = f
			row = append(row, fmt.Sprintf("%s %.1e (%s)", mark(f.Tick), f.Number, mark(f.Paper)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, figure
}

func mark(tick bool) string {
	if tick {
		return "✓"
	}
	return "–"
}

// networks tells the heads and layers of the columns, which are those of their kind of task.
func networks() string {
	var pendulums, particle []string
	for _, names := range models {
		c, p := bench.Named(&bench.Task{Period: 1}, names[0]), bench.Named(&bench.Task{}, names[1])
		pendulums = append(pendulums, c.Title())
		particle = append(particle, p.Title())
	}
	return "On the pendulums: " + strings.Join(pendulums, "; ") + ". On the particle: " + strings.Join(particle,
		"; ") + "."
}

// notes tells where the table and the paper's differ, and why.
func (r *Report) notes(s experiment.Settings) (notes []string) {
	for _, p := range rows {
		for _, names := range models {
			if f := r.Properties[p.name][names[0]]; f.Tick != f.Paper {
				notes = append(notes, fmt.Sprintf("%s, %s: %.2g here, a tick needs less than %.0e; the paper's "+
					"table has %s.", p.title, names[0], f.Number, p.limit, mark(f.Paper)))
			}
		}
	}
	notes = append(notes, networks(),
		"The paper's plain network maps a state to the next one; nn here gives accelerations, and so is a "+
			"differential equation too. nn and node learn what a system with any Lagrangian does, though they have "+
			"none; the paper gives no tick for that.",
		"hnn has the canonical momentum in the first three rows. In the last two it has (q, q̇) like the others and "+
			"takes q̇ for p.",
		"The conserved energy is the learned one, v·L_v − L or H: it belongs to the learned motion whatever was "+
			"learned, so what is left of its drift is the integrator's (dop853, tolerance 1e-12).")
	if s.Steps == 0 && s.Quick {
		notes = append(notes, fmt.Sprintf("A quick run: %.0f s of training in all instead of 45 s.",
			s.Budget.Seconds()))
	}
	return notes
}
