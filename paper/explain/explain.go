// Package explain has the experiment on formulas: what the program finds of a Lagrangian, of forces and of what is
// conserved, beside what is true and what was published.
package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/fit"
	"lagrange/paper/noise"
)

// Experiment looks for formulas.
var Experiment = experiment.Experiment{
	Name: "explain", Title: "Formulas and conserved quantities",
	About: `recordings are learned from where nothing is said but their columns, and the formulas
beside the true ones: the four systems of Purnomo and Hayashibe 2023, without friction
as theirs, with their noise, with noise of its own on every column, and from positions
alone; the systems of the experiment noise from positions alone, beside the statistical
limit, with how often the deviations hold the truth, and the same of more recordings
whose terms are told; networks that have learned clean recordings; and recordings of
real pendulums, if --recordings names their folder. What is conserved is counted on true
fields and on what was learned. A quick run has the smallest noise, positions alone
and the simplest systems.`,
	Full: 40 * time.Minute, Quick: 30 * time.Second,
	Share:  share,
	Models: models, Default: len(models),
	Run: reproduce,
}

// models are the default, a sum of terms that is found in motion with noise, and the network of clean recordings.
var models = []string{"default", "lnn"}

// Report is the result of the experiment.
type Report struct {
	Seed    uint64    `json:"seed"`
	Seconds float64   `json:"seconds"`
	Anchors []Anchor  `json:"anchors"`
	Limits  []Limit   `json:"limits"`
	Told    []Limit   `json:"told"` // the terms
	Learned []Learned `json:"learned"`
	Real    []Real    `json:"real"`
	Counts  []Count   `json:"counts"`
}

// part is one of the parts of a report, by its key.
type part struct {
	Key     string
	Anchor  *Anchor  `json:",omitempty"`
	Limit   *Limit   `json:",omitempty"`
	Told    *Limit   `json:",omitempty"`
	Learned *Learned `json:",omitempty"`
	Real    *Real    `json:",omitempty"`
	Count   *Count   `json:",omitempty"`
}

func share(s experiment.Settings) float64 { return (2 + float64(max(1, s.Seeds))) / 3 }

// trials is from how many recordings of a system of package noise a run learns for each of its seeds: what is learned
// fast can tell more of how often deviations hold the truth.
func trials(system string) int {
	if system == "pendulum" {
		return 3
	}
	return 1
}

// work is a run.
type work struct {
	experiment.Settings
	store *experiment.Store[string, part]
	r     Report
}

func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	w := work{Settings: s, r: Report{Seed: s.Seed, Real: []Real{}}}
	var err error
	key := func(p part) string { return p.Key }
	if w.store, err = experiment.OpenStore(s.Folder, experiment.PartsFile, key); err != nil {
		return experiment.Result{}, err
	}
	defer w.store.Close()
	for _, run := range []struct {
		model string // that it is about; "": none
		parts func(context.Context) error
	}{{"", w.counts}, {"lnn", w.networks}, {"default", w.real}, {"default", w.anchors}, {"default", w.told},
		{"default", w.limits}} {
		if run.model != "" && !w.has(run.model) {
			continue
		}
		if err := run.parts(ctx); err != nil {
			return experiment.Result{}, err
		}
	}
	w.store.Remove()
	w.r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: w.r, Tables: w.r.tables(), Notes: w.r.notes(s)}, nil
}

// has says whether a model is asked for.
func (w *work) has(model string) bool {
	return len(w.Models) == 0 || slices.Contains(w.Models, model) || slices.Contains(w.Models, "all")
}

// once is a part that was made before, or is made now.
func (w *work) once(make func() (part, error), key ...any) (part, error) {
	k := fmt.Sprint(append(key, w.Seed, w.Steps, w.Code)...)
	return w.store.Once(k, func() (part, error) {
		p, err := make()
		p.Key = k
		return p, err
	})
}

// options are those of a training.
func (w *work) options(seed uint64, name ...any) fit.Options {
	return fit.Options{Seed: seed, Steps: w.Steps, On: bench.Told(w.Settings, fmt.Sprint(name...))}
}

func (w *work) counts(ctx context.Context) error {
	for _, c := range counts {
		p, err := w.once(func() (part, error) {
			x, err := c.counted(ctx, w.Seed)
			return part{Count: &x}, err
		}, "count", c.System)
		if err != nil {
			return err
		}
		w.r.Counts = append(w.r.Counts, *p.Count)
	}
	return nil
}

func (w *work) networks(ctx context.Context) error {
	for _, s := range systems {
		if w.Quick && !s.quick {
			continue
		}
		p, err := w.once(func() (part, error) {
			x, err := s.learned(ctx, w.options(w.Seed, s.name))
			return part{Learned: &x}, err
		}, "network", s.name)
		if err != nil {
			return err
		}
		w.r.Learned = append(w.r.Learned, *p.Learned)
	}
	return nil
}

func (w *work) anchors(ctx context.Context) error {
	for _, s := range anchors {
		for _, sigma := range sigmas {
			for _, n := range noises {
				if w.Quick && (n != positions || sigma != sigmas[0] || !s.quick) {
					continue
				}
				p, err := w.once(func() (part, error) {
					x, err := s.found(ctx, n, sigma, w.options(w.Seed, s.name, ", ", n, ", ", sigma))
					return part{Anchor: &x}, err
				}, "anchor", s.name, n, sigma)
				if err != nil {
					return err
				}
				w.r.Anchors = append(w.r.Anchors, *p.Anchor)
			}
		}
	}
	return nil
}

func (w *work) limits(ctx context.Context) error {
	for _, name := range noise.Systems() {
		for _, sigma := range limitSigmas {
			for k := range max(1, w.Seeds) * trials(name) {
				if w.Quick && (sigma != limitSigmas[0] || name != "pendulum" || k > 0) {
					continue
				}
				seed := w.Seed + uint64(k)
				p, err := w.once(func() (part, error) {
					x, err := limit(ctx, name, sigma, w.options(seed, name, ", ", sigma, ", seed ", seed))
					return part{Limit: &x}, err
				}, "limit", name, sigma, seed)
				if err != nil {
					return err
				}
				w.r.Limits = append(w.r.Limits, *p.Limit)
			}
		}
	}
	return nil
}

// told learns the numbers of true formulas from more recordings.
func (w *work) told(ctx context.Context) error {
	for _, name := range noise.Systems() {
		for _, sigma := range limitSigmas {
			for k := range intervalSeeds {
				if w.Quick && (sigma != limitSigmas[0] || name != "pendulum" || k > 1) {
					continue
				}
				seed := w.Seed + uint64(k)
				p, err := w.once(func() (part, error) {
					o := truths[name].told(w.options(seed, name, ", its terms told, ", sigma, ", seed ", seed))
					x, err := limit(ctx, name, sigma, o)
					return part{Told: &x}, err
				}, "told", name, sigma, seed)
				if err != nil {
					return err
				}
				w.r.Told = append(w.r.Told, *p.Told)
			}
		}
	}
	return nil
}

func (w *work) real(ctx context.Context) error {
	for _, name := range realNames {
		if w.Recordings == "" || w.Quick && name != realNames[0] {
			continue
		}
		p, err := w.once(func() (part, error) {
			x, err := real(ctx, w.Recordings, name, w.options(w.Seed, name))
			return part{Real: &x}, err
		}, "real", name)
		if err != nil {
			return err
		}
		w.r.Real = append(w.r.Real, *p.Real)
	}
	return nil
}
