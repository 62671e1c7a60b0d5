package noise

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"lagrange"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/fit"
)

// Clean learns where there is no noise, or hardly any.
var Clean = experiment.Experiment{
	Name: "clean", Title: "Without noise",
	About: `recordings with no noise, or hardly any, where an error is what the method
leaves: the double pendulum from positions alone, exact or with noise of 0.0001 rad, and
chains of two and three joints from 800 pieces of five exact rows, as Finzi et al. 2020
record them. Errors are relative: those of accelerations at states of fresh motions, and
that of the state over three seconds from fresh starts, as published. A quick run has
the pieces, and the default alone.`,
	Full: 7 * time.Minute, Quick: 30 * time.Second,
	Share:  share,
	Models: models, Default: len(models),
	Run: reproduceClean,
}

// recording is one without noise, or with hardly any.
type recording struct {
	name, title, measured string
	quick                 bool // part of a quick run
	learn                 func(ctx context.Context, model string, o fit.Options) (Exact, error)
}

var recordings = []recording{
	{name: "positions", title: "double pendulum, positions alone, σ = 0", measured: "accelerations",
		learn: func(ctx context.Context, model string, o fit.Options) (Exact, error) {
			return positions(ctx, 0, model, o)
		}},
	{name: "positions-1e-4", title: "the same, σ = 0.0001", measured: "accelerations",
		learn: func(ctx context.Context, model string, o fit.Options) (Exact, error) {
			return positions(ctx, 1e-4, model, o)
		}},
	{name: "pieces-2", title: "two joints, 800 pieces of five rows", measured: "states over 3 s", quick: true,
		learn: func(ctx context.Context, model string, o fit.Options) (Exact, error) {
			return pieces(ctx, 2, model, o)
		}},
	{name: "pieces-3", title: "three joints, 800 pieces of five rows", measured: "states over 3 s", quick: true,
		learn: func(ctx context.Context, model string, o fit.Options) (Exact, error) {
			return pieces(ctx, 3, model, o)
		}},
}

// Exact is a model of a recording without noise.
type Exact struct {
	Recording string  `json:"recording"`
	Asked     string  `json:"asked"` // of models
	Seed      uint64  `json:"seed"`
	Off       float64 `json:"off"` // relative error
	Model
}

// reproduceClean goes through seeds, recordings and models.
func reproduceClean(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	key := func(e Exact) string { return fmt.Sprint(e.Recording, e.Asked, e.Seed, s.Steps, s.Code) }
	store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, key)
	if err != nil {
		return experiment.Result{}, err
	}
	defer store.Close()
	var all []Exact
	for k := range uint64(max(1, s.Seeds)) {
		for _, r := range recordings {
			if s.Quick && !r.quick {
				continue
			}
			for _, name := range names(s) {
				e := Exact{Recording: r.name, Asked: name, Seed: s.Seed + k}
				e, err := store.Once(key(e), func() (Exact, error) {
					o := fit.Options{Seed: e.Seed, Steps: s.Steps, Apart: true, On: bench.Told(s, r.name+", "+name)}
					found, err := r.learn(ctx, name, o)
					found.Recording, found.Asked, found.Seed = e.Recording, e.Asked, e.Seed
					return found, err
				})
				if err != nil {
					return experiment.Result{}, err
				}
				all = append(all, e)
			}
		}
	}
	store.Remove()
	result := experiment.Result{Numbers: all, Tables: []experiment.Table{cleanTable(all, names(s))}}
	if s.Seeds > 1 {
		result.Notes = append(result.Notes,
			fmt.Sprintf("Of the %d seeds the worst stands in the table, and the median in brackets.", s.Seeds))
	}
	return result, nil
}

// positions are those of the double pendulum. The error is that of accelerations at states of fresh motions,
// √(Σ |a − â|²/Σ |a|²).
func positions(ctx context.Context, sigma float64, name string, o fit.Options) (e Exact, err error) {
	s := systems[slices.IndexFunc(systems, func(s *system) bool { return s.name == "double-pendulum" })]
	learn, test := s.drawn(sigma, o.Seed)
	m, out, err := trained(ctx, name, s.set(learn, false), o)
	if e.Model = out; m == nil {
		return e, err
	}
	d, off, all := s.d(), 0.0, 0.0
	a := make([]float64, d)
	for _, w := range test {
		for at := 0; at < len(w.X); at += 2 * d * everyState {
			q, v := w.X[at:at+d], w.X[at+d:at+2*d]
			s.accel(q, v, nil, s.p, a)
			for i, y := range m.Accel(q, v, nil) {
				off, all = off+(y-a[i])*(y-a[i]), all+a[i]*a[i]
			}
		}
	}
	e.Off = math.Sqrt(off / all)
	return e, nil
}

// everyState of so many of the fresh motions is looked at.
const everyState = 10

// piecesSteps are those of a training on pieces, which the clock would number otherwise.
const piecesSteps = 60

// pieces are those of a chain of n pendulums. A motion that ends early stays where it was.
func pieces(ctx context.Context, n int, name string, o fit.Options) (e Exact, err error) {
	if o.Steps == 0 {
		o.Steps = piecesSteps
	}
	t, err := bench.ChainTask(n, o.Seed)
	if err != nil {
		return e, err
	}
	s := &system{dt: t.Dt}
	for i := range n {
		s.coordinates = append(s.coordinates, angle(fmt.Sprintf("theta%d", i+1)))
	}
	m, out, err := trained(ctx, name, s.set(s.exact(t.Learn.X, bench.WindowSteps+1), true), o)
	if e.Model = out; m == nil {
		return e, err
	}
	var truth []motion
	for _, x := range t.Truth {
		truth = append(truth, s.exact(x, len(t.Times))...)
	}
	predicted, _ := m.RolloutSet(ctx, s.set(truth, true), lagrange.RolloutOptions{}) // what fails stays
	if ctx.Err() != nil {
		return e, ctx.Err()
	}
	var paths [][]float64
	for i := range truth {
		x := slices.Clone(t.Starts[2*n*i : 2*n*(i+1)])
		if i < len(predicted.Trajectories) && predicted.Trajectories[i].Len() > 0 {
			x = predicted.Trajectories[i].AppendStates(nil, n, 0, predicted.Trajectories[i].Len())
		}
		if len(x) < len(truth[i].X) {
			e.Lost++
		}
		for len(x) < len(truth[i].X) {
			x = append(x, x[len(x)-2*n:]...)
		}
		paths = append(paths, x)
	}
	e.Off = bench.ChainScore(t, paths)[0]
	return e, nil
}

// exact are motions of so many rows each that have the states X (q, v).
func (s *system) exact(X []float64, rows int) (ms []motion) {
	d := s.d()
	for ; len(X) > 0; X = X[2*d*rows:] {
		w := motion{X: X[:2*d*rows]}
		for at := 0; at < len(w.X); at += 2 * d {
			w.Y = append(w.Y, w.X[at:at+d]...)
		}
		ms = append(ms, w)
	}
	return ms
}

// cleanTable has the errors by recordings and models.
func cleanTable(all []Exact, names []string) experiment.Table {
	t := experiment.Table{Title: "Relative errors", Columns: append([]string{"recording", "error of"}, names...)}
	for _, r := range recordings {
		row := []string{r.title, r.measured}
		for _, name := range names {
			var of []Exact
			for _, e := range all {
				if e.Recording == r.name && e.Asked == name {
					of = append(of, e)
				}
			}
			if len(of) > 0 {
				row = append(row, told(of))
			}
		}
		if len(row) == len(t.Columns) {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// told is the largest error of a model, with the median of several seeds, and the family that the default took.
func told(of []Exact) string {
	var off []float64
	var families []string
	early := 0
	for _, e := range of {
		if e.Failed != "" {
			return e.Failed
		}
		off, early = append(off, e.Off), early+e.Lost
		if e.Asked == models[0] && !slices.Contains(families, e.Family) {
			families = append(families, e.Family)
		}
	}
	text := fmt.Sprintf("%.2g", slices.Max(off))
	if len(off) > 1 {
		text += fmt.Sprintf(" (%.2g)", bench.Median(off))
	}
	if len(families) > 0 {
		text += ", " + strings.Join(families, ", ")
	}
	if early > 0 {
		text += fmt.Sprintf(", %d motions ended early", early)
	}
	return text
}
