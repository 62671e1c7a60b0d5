package noise

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/fit"
)

// Experiment learns from positions with noise.
var Experiment = experiment.Experiment{
	Name: "noise", Title: "Down to the noise",
	About: `three systems are learned from positions alone, with noise of 0.01 and 0.001 on
them (radians, metres): a pendulum with friction, the double pendulum, and a cart and
pole with a motor and friction. Nothing is said of friction, nor of how forces go
between rows. Predictions from exact starts that no model has seen are set beside those
of the true equations, whose parameters alone are unknown: fitted to segments of half a
second, which is the yardstick, and to whole recordings, the statistical limit. A quick
run has the larger noise and the default alone.`,
	Full: 12 * time.Minute, Quick: 90 * time.Second,
	Share:  share,
	Models: models, Default: len(models),
	Run: reproduce,
}

// models are "default", what Fit takes where nothing is said, and families.
var models = []string{"default", "lnn", "nn"}

var sigmas = []float64{0.01, 1e-3}

const (
	testMotions = 60
	testTime    = 3 // seconds
)

// Cell is one system with one noise from one seed.
type Cell struct {
	System    string           `json:"system"`
	Sigma     float64          `json:"sigma"`
	Seed      uint64           `json:"seed"`
	Yardstick Known            `json:"yardstick"`
	Limit     Known            `json:"limit"`
	Models    map[string]Model `json:"models"`
}

// Model is what a model predicts. Failed says why there is none.
type Model struct {
	Family  string  `json:"family,omitempty"`
	Errors  []Error `json:"error,omitempty"` // at the horizons
	Lost    int     `json:"lost"`            // motions that failed
	Off     float64 `json:"off,omitempty"`   // relative error without noise, of what clean.measured says
	Damping float64 `json:"damping,omitempty"`
	Steps   int     `json:"steps,omitempty"`
	Seconds float64 `json:"seconds"`
	Failed  string  `json:"failed,omitempty"`
}

// Report is the result of the experiment.
type Report struct {
	Seed    uint64  `json:"seed"`
	Seconds float64 `json:"seconds"`
	Cells   []Cell  `json:"cells"`
}

// noises are those that a run has.
func noises(s experiment.Settings) []float64 {
	if s.Quick {
		return sigmas[:1]
	}
	return sigmas
}

// names are those of the models that a run trains.
func names(s experiment.Settings) []string {
	switch {
	case len(s.Models) == 0 && s.Quick:
		return models[:1]
	case len(s.Models) == 0, slices.Equal(s.Models, []string{"all"}):
		return models
	}
	return s.Models
}

func share(s experiment.Settings) float64 {
	return float64(max(1, s.Seeds))
}

// reproduce goes through seeds, systems and noise.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin, r := time.Now(), Report{Seed: s.Seed}
	store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, func(c Cell) string { return c.key(s) })
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	for k := range uint64(max(1, s.Seeds)) {
		for _, system := range systems {
			for _, sigma := range noises(s) {
				c := Cell{System: system.name, Sigma: sigma, Seed: s.Seed + k}
				c, err := store.Once(c.key(s), func() (Cell, error) {
					err := c.run(ctx, system, s)
					return c, err
				})
				if err != nil {
					return experiment.Result{}, err
				}
				r.Cells = append(r.Cells, c)
			}
		}
	}
	store.Remove()
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{
		Numbers: r, Tables: r.tables(names(s)), Figures: r.figures(names(s)), Notes: r.notes(s),
	}, nil
}

// key says what a cell depends on.
func (c Cell) key(s experiment.Settings) string {
	return fmt.Sprint(c.System, c.Sigma, c.Seed, s.Steps, names(s), s.Code)
}

// run makes the recordings, fits the true equations, and trains the models one after the other.
func (c *Cell) run(ctx context.Context, system *system, s experiment.Settings) (err error) {
	learn, test := system.drawn(c.Sigma, c.Seed)
	if c.Yardstick, c.Limit, err = system.limits(ctx, learn, test, c.Seed); err != nil {
		return err
	}
	c.Models = map[string]Model{}
	for _, name := range names(s) {
		m, err := system.learn(ctx, name, learn, test, fit.Options{Seed: c.Seed, Steps: s.Steps, Apart: true,
			On: bench.Told(s, fmt.Sprintf("%s, %g, %s", c.System, c.Sigma, name))})
		if err != nil {
			return err
		}
		c.Models[name] = m
	}
	return nil
}

// drawn are recordings with noise on the positions, and exact ones that no model learns from.
func (s *system) drawn(sigma float64, seed uint64) (learn, test []motion) {
	r := rand.New(rand.NewPCG(seed, 5000))
	learn = s.motions(r, s.recordings, s.T, sigma)
	return learn, s.motions(r, testMotions, testTime, 0)
}

// learn trains a model and measures it. A training that fails is a result.
func (s *system) learn(ctx context.Context, name string, ms, test []motion, o fit.Options) (Model, error) {
	m, out, err := trained(ctx, name, s.set(ms, false), o)
	if m == nil {
		return out, err
	}
	out.Errors, out.Lost, err = s.predictions(ctx, m, test)
	if s.friction && s.d() == 1 {
		out.Damping = damping(m, test)
	}
	return out, err
}

// trained is a model of a recording; nil where there is none.
func trained(ctx context.Context, name string, set *data.Set, o fit.Options) (*lagrange.Model, Model, error) {
	if name != models[0] {
		o.Model = name
	}
	begin := time.Now()
	m, err := lagrange.Fit(ctx, set, o)
	out := Model{Seconds: time.Since(begin).Seconds()}
	if ctx.Err() != nil {
		return nil, out, ctx.Err()
	} else if err != nil {
		out.Failed = err.Error()
		return nil, out, nil
	}
	out.Family, out.Steps = m.Spec().Family, m.Record.Steps
	return m, out, nil
}

// predictions are those of a model from the exact starts of motions.
func (s *system) predictions(ctx context.Context, m *lagrange.Model, test []motion) ([]Error, int, error) {
	d, last := s.d(), int(horizons[len(horizons)-1]/s.dt+0.5)
	exact := s.set(test, true)
	for i := range exact.Trajectories {
		exact.Trajectories[i] = exact.Trajectories[i].Slice(d, s.m(), 0, last+1)
	}
	out, _ := m.RolloutSet(ctx, exact, lagrange.RolloutOptions{}) // what fails is lost
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	lost := 0
	at := func(i, k int) []float64 {
		t := data.Trajectory{}
		if i < len(out.Trajectories) {
			t = out.Trajectories[i]
		}
		if k >= t.Len() {
			return nil
		}
		return t.Q[k*d : (k+1)*d]
	}
	for i := range test {
		if at(i, last) == nil {
			lost++
		}
	}
	return s.scored(test, at), lost, nil
}

// damping is what friction takes of the velocity of a single coordinate, the mean of (a(q, −v) − a(q, v))/2v over
// starts.
func damping(m *lagrange.Model, test []motion) float64 {
	sum, n := 0.0, 0.0
	for _, w := range test {
		if q, v := w.X[0], w.X[1]; math.Abs(v) > 0.3 {
			back, forth := m.Accel([]float64{q}, []float64{-v}, nil), m.Accel([]float64{q}, []float64{v}, nil)
			sum += (back[0] - forth[0]) / (2 * v)
			n++
		}
	}
	return sum / n
}
