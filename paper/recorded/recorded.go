package recorded

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/fit"
)

// Experiment learns from recordings of real mechanisms.
var Experiment = experiment.Experiment{
	Name: "recorded", Title: "Real mechanisms",
	About: `recordings of real pendulums, of which positions are used, and torques where there is
a motor. Learned models are set beside a textbook's equations, whose numbers are fitted
to the same motion, and beside constant velocity. All predict held-out motion from a
state that is fitted to the quarter of a second before. --recordings names the folder
that has dfki-simple-pendulum (Wiebe et al. 2022) and multiarm-pendulum. A quick run has
two short ones with a motor, and the default alone. With -o an interrupted run goes on
after the last finished training.`,
	Full: 13 * time.Minute, Quick: 12 * time.Second,
	Models: models, Default: len(models), Needs: true,
	Run: reproduce,
}

// models are "default", what Fit takes where nothing is said, and families.
var models = []string{"default", "lnn", "nn"}

// Row is what is found of one recording. Errors are root mean squares, in radians.
type Row struct {
	Name       string    `json:"name"`
	Title      string    `json:"title"`
	Remark     string    `json:"remark,omitempty"`
	Horizon    float64   `json:"horizon"`
	Windows    int       `json:"windows"`
	Textbook   Error     `json:"textbook"`
	Parameters []float64 `json:"parameters"` // of the textbook's equations
	// Braked is the textbook whose friction brings no energy, where that of Parameters does
	Braked *Error `json:"braked,omitempty"`
	// Numbers are those of a pendulum with a motor, as the default has learned it
	Numbers  []Number          `json:"numbers,omitempty"`
	Constant Error             `json:"constant_velocity"`
	Models   map[string]Scored `json:"models"`
	// Others are errors from states that no model had a part in, by how these are found and by what predicts
	Others map[string]map[string]Error `json:"other_starts"`
}

// Scored is a model's error. Failed says why there is none.
type Scored struct {
	Error
	Family  string  `json:"family,omitempty"`
	Seconds float64 `json:"seconds"`
	Failed  string  `json:"failed,omitempty"`
	Start   string  `json:"start,omitempty"` // the chosen one
}

// Report is the result of the experiment.
type Report struct {
	Seed    uint64  `json:"seed"`
	Seconds float64 `json:"seconds"`
	Rows    []Row   `json:"recordings"`
}

func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin, r := time.Now(), Report{Seed: s.Seed}
	names := s.Models
	switch {
	case len(names) == 0 && s.Quick:
		names = models[:1]
	case len(names) == 0 || names[0] == "all":
		names = models
	}
	store, err := openStore(s)
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	for i := range recordings {
		if s.Quick && !recordings[i].quick {
			continue
		}
		row, err := recordings[i].row(ctx, s, names, store)
		if err != nil {
			return experiment.Result{}, err
		}
		r.Rows = append(r.Rows, row)
	}
	store.Remove()
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: r.tables(names), Notes: r.notes()}, nil
}

// row measures the textbook and the models on one recording, but for those of its parts that are in the store.
func (r *recording) row(ctx context.Context, s experiment.Settings, names []string, store *store) (Row, error) {
	read := sync.OnceValues(func() (parts, error) { return r.read(ctx, s.Recordings) })
	equations, err := store.once(s, r.name, "equations", func() (x part, err error) {
		p, err := read()
		if err == nil {
			x.Row, err = r.equations(ctx, p)
		}
		return x, err
	})
	if err != nil {
		return Row{}, err
	}
	out := *equations.Row
	for _, name := range names {
		o := fit.Options{Seed: s.Seed, Steps: s.Steps, Horizon: r.horizon, Apart: r.test != "",
			On: bench.Told(s, r.name+", "+name)}
		x, err := store.once(s, r.name, name, func() (x part, err error) {
			p, err := read()
			if err == nil {
				x.Learned, err = r.learn(ctx, name, p, o, out.Parameters)
			}
			return x, err
		})
		if err != nil {
			return out, err
		}
		out.add(name, *x.Learned)
	}
	return out, nil
}

// add sets a model beside the others.
func (row *Row) add(name string, l learned) {
	row.Models[name] = l.Scored
	row.from(name, l.Others)
	if l.Numbers != nil {
		row.Numbers = l.Numbers
	}
}

// from notes errors from starts by how these are found, of what predicts under a name.
func (row *Row) from(name string, errors map[string]Error) {
	for how, e := range errors {
		row.Others[how][name] = e
	}
}

// equations measures the textbook's equations and constant velocity.
func (r *recording) equations(ctx context.Context, p parts) (out *Row, err error) {
	out = &Row{Name: r.name, Title: r.title, Remark: r.remark, Horizon: r.horizon, Windows: len(p.windows),
		Models: map[string]Scored{}, Others: map[string]map[string]Error{}}
	for _, how := range starts {
		out.Others[how] = map[string]Error{}
	}
	off := func(r *recording, numbers []float64) (Error, error) {
		return r.score(p.windows, func(w window) ([]float64, error) { return r.predicted(ctx, numbers, w) })
	}
	if out.Parameters, err = r.textbook(ctx, p.learn); err != nil {
		return nil, err
	}
	if out.Textbook, err = off(r, out.Parameters); err != nil {
		return nil, err
	}
	braked, err := r.braked(ctx, p.learn, out.Parameters)
	if err != nil {
		return nil, err
	}
	if braked != nil {
		e, err := off(r, braked)
		if err != nil {
			return nil, err
		}
		out.Braked = &e
	}
	still := *r
	still.Accel = func(_, _, _, _, a []float64) { clear(a) }
	if out.Constant, err = off(&still, nil); err != nil {
		return nil, err
	}
	for name, rolled := range map[string]rolling{"textbook": r.rolling(p.windows, out.Parameters),
		"constant velocity": still.rolling(p.windows, nil)} {
		errors, err := r.others(p, rolled)
		if err != nil {
			return nil, err
		}
		out.from(name, errors)
	}
	return out, nil
}

// learn trains a model and measures it, from other starts, too. A training that fails is a result. The numbers of the
// textbook's equations are p.
func (r *recording) learn(ctx context.Context, name string, with parts, o fit.Options, p []float64) (*learned, error) {
	if name != models[0] {
		o.Model = name
	}
	m, out, err := r.learned(ctx, with, o)
	if err == nil && m != nil && name == models[0] {
		out.Numbers, err = r.numbers(ctx, with.learn, p, m)
	}
	return &out, err
}

// learned is what learn does, and the model; nil where the training fails.
func (r *recording) learned(ctx context.Context, p parts, o fit.Options) (*lagrange.Model, learned, error) {
	begin := time.Now()
	m, err := lagrange.Fit(ctx, p.all, o)
	out := learned{Scored: Scored{Seconds: time.Since(begin).Seconds()}}
	if ctx.Err() != nil {
		return nil, out, ctx.Err()
	} else if err != nil {
		out.Failed = err.Error()
		return nil, out, nil
	}
	out.Family = m.Spec().Family
	x, err := r.fitted(ctx, m, p)
	if err != nil {
		return nil, out, err
	}
	looked := beginning{x: x}
	for _, w := range p.windows {
		looked.rows = append(looked.rows, w.look)
	}
	rolled := func(b beginning) ([][]float64, error) { return r.rolled(ctx, m, p, b) }
	if out.Error, err = r.from(ctx, m, p, looked); err != nil {
		return nil, out, err
	}
	if out.Others, err = r.others(p, rolled); err != nil {
		return nil, out, err
	}
	noise, err := m.Noise(ctx, p.learn)
	if err != nil {
		return nil, out, err
	}
	b, err := r.throughModel(ctx, m, p, noise)
	if err != nil {
		return nil, out, err
	}
	if out.Others[through], err = r.from(ctx, m, p, b); err != nil {
		return nil, out, err
	}
	out.Start, err = r.choose(ctx, m, p, noise)
	out.Others[chosen] = out.Others[out.Start]
	return m, out, err
}

// rolled are the motions (rows, D) of all windows by a model, from states at rows that are not behind their first; NaN
// where one ends early.
func (r *recording) rolled(ctx context.Context, m *lagrange.Model, p parts, from beginning) ([][]float64, error) {
	set := *p.learn
	set.Trajectories = nil
	for i, w := range p.windows {
		all := r.part(w.Recording, from.rows[i], w.last)
		x := from.x[i*2*r.D : (i+1)*2*r.D]
		t := data.Trajectory{ID: fmt.Sprint(i), T: all.T, U: all.U, Q: make([]float64, len(all.Y)),
			V: make([]float64, len(all.Y))}
		copy(t.Q, x[:r.D])
		copy(t.V, x[r.D:])
		set.Trajectories = append(set.Trajectories, t)
	}
	out, _ := m.RolloutSet(ctx, &set, lagrange.RolloutOptions{}) // what fails ends early
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	motions := make([][]float64, len(p.windows))
	for i, w := range p.windows {
		for k := w.first - from.rows[i]; k <= w.last-from.rows[i]; k++ {
			for j := range r.D {
				q := math.NaN()
				if i < len(out.Trajectories) && k < out.Trajectories[i].Len() {
					q = out.Trajectories[i].Q[k*r.D+j]
				}
				motions[i] = append(motions[i], q)
			}
		}
	}
	return motions, nil
}
