package recorded

import (
	"context"
	"fmt"
	"math"
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
the first with a motor, the first that swings freely, and the default alone.`,
	Full: 7 * time.Minute, Quick: 15 * time.Second,
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
	for i := range recordings {
		if s.Quick && !recordings[i].quick {
			continue
		}
		row, err := recordings[i].row(ctx, s, names)
		if err != nil {
			return experiment.Result{}, err
		}
		r.Rows = append(r.Rows, row)
	}
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: r.tables(names), Notes: r.notes()}, nil
}

// row measures the textbook and the models on one recording.
func (r *recording) row(ctx context.Context, s experiment.Settings, names []string) (Row, error) {
	out := Row{Name: r.name, Title: r.title, Remark: r.remark, Horizon: r.horizon, Models: map[string]Scored{},
		Others: map[string]map[string]Error{filtered: {}, smoothed: {}, through: {}}}
	p, err := r.read(ctx, s.Recordings)
	if err != nil {
		return out, err
	}
	if err := r.equations(ctx, p, &out); err != nil {
		return out, err
	}
	for _, name := range names {
		o := fit.Options{Seed: s.Seed, Steps: s.Steps, Horizon: r.horizon, Apart: r.test != "",
			On: bench.Told(s, r.name+", "+name)}
		if err = r.learn(ctx, name, p, o, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// equations measures the textbook's equations and constant velocity.
func (r *recording) equations(ctx context.Context, p parts, out *Row) (err error) {
	out.Windows = len(p.windows)
	off := func(r *recording, numbers []float64) (Error, error) {
		return r.score(p.windows, func(w window) ([]float64, error) { return r.predicted(ctx, numbers, w) })
	}
	if out.Parameters, err = r.textbook(ctx, p.learn); err != nil {
		return err
	}
	if out.Textbook, err = off(r, out.Parameters); err != nil {
		return err
	}
	braked, err := r.braked(ctx, p.learn, out.Parameters)
	if err != nil {
		return err
	}
	if braked != nil {
		e, err := off(r, braked)
		if err != nil {
			return err
		}
		out.Braked = &e
	}
	still := *r
	still.Accel = func(_, _, _, _, a []float64) { clear(a) }
	if out.Constant, err = off(&still, nil); err != nil {
		return err
	}
	if err = r.others(out.Others, p, "textbook", r.rolling(p.windows, out.Parameters)); err != nil {
		return err
	}
	return r.others(out.Others, p, "constant velocity", still.rolling(p.windows, nil))
}

// learn trains a model and measures it, from other starts, too. A training that fails is a result.
func (r *recording) learn(ctx context.Context, name string, p parts, o fit.Options, out *Row) error {
	if name != models[0] {
		o.Model = name
	}
	m, x, err := r.learned(ctx, p, o, out.Others, name)
	out.Models[name] = x
	if err == nil && m != nil && name == models[0] {
		out.Numbers, err = r.numbers(ctx, p.learn, out.Parameters, m)
	}
	return err
}

// learned is what learn does, and the model; nil where the training fails.
func (r *recording) learned(ctx context.Context, p parts, o fit.Options, others map[string]map[string]Error,
	name string) (*lagrange.Model, Scored, error) {
	begin := time.Now()
	m, err := lagrange.Fit(ctx, p.all, o)
	out := Scored{Seconds: time.Since(begin).Seconds()}
	if ctx.Err() != nil {
		return nil, out, ctx.Err()
	} else if err != nil {
		out.Failed = err.Error()
		return nil, out, nil
	}
	out.Family = m.Spec().Family
	x, err := r.starts(ctx, m, p)
	if err != nil {
		return nil, out, err
	}
	looked := beginning{x: x}
	for _, w := range p.windows {
		looked.rows = append(looked.rows, w.look)
	}
	rolled := func(b beginning) ([][]float64, error) { return r.rolled(ctx, m, p, b) }
	motions, err := rolled(looked)
	if err != nil {
		return nil, out, err
	}
	if out.Error, err = r.scored(p.windows, motions); err != nil {
		return nil, out, err
	}
	b, err := r.throughModel(ctx, m, p)
	if err != nil {
		return nil, out, err
	}
	if motions, err = rolled(b); err != nil {
		return nil, out, err
	}
	if others[through][name], err = r.scored(p.windows, motions); err != nil {
		return nil, out, err
	}
	return m, out, r.others(others, p, name, rolled)
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
