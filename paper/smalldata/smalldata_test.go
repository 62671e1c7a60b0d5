package smalldata

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/train"
)

// Pieces are the same however many cores draw them, and a part of them is theirs.
func TestPool(t *testing.T) {
	c, err := bench.ChainTask(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Pool(t.Context(), 3, 40)
	if err != nil || len(all.Start) != 40 || len(all.X) != 40*(bench.WindowSteps+1)*4 {
		t.Fatal(len(all.Start), len(all.X), err)
	}
	first, err := c.Pieces(rand.New(rand.NewPCG(3, 0x5da300)), 3)
	if err != nil || first.X[7] != all.X[7] {
		t.Error("another first piece", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if none, err := c.Pool(ctx, 3, 40); !errors.Is(err, context.Canceled) || len(none.Start) > 0 {
		t.Errorf("cancelled: %d pieces, %v", len(none.Start), err)
	}
	some := all.Pieces(2, 5, 9)
	if len(some.Start) != 4 || some.Start[3] != 3*(bench.WindowSteps+1) ||
		some.X[0] != all.X[5*(bench.WindowSteps+1)*4] {
		t.Errorf("%+v", some.Start)
	}
}

// Few samples are learned through the equations of the residuals,
// many through those of the parameters; numbers stay finite.
func TestFewSamples(t *testing.T) {
	system := mech.Chain(2)
	k := &source{name: "states", pool: bench.Sample(system, rand.New(rand.NewPCG(1, 1)), 3000)}
	k.measured(system, bench.Sample(system, rand.New(rand.NewPCG(1, 2)), 500))
	for _, c := range allModels {
		for N, want := range map[int]string{10: train.Kernel, 30: train.Kernel, 3000: train.Normal} {
			p, err := k.learn(t.Context(), c, c.Name == "lnn", N, experiment.Settings{Steps: 4, Seed: 2}, 0)
			if err != nil || p.Samples != N || p.Steps != 4 || !(p.AccelError > 0 && p.AccelError < bench.Hopeless) ||
				p.Equations != want {
				t.Errorf("%s, %d samples: %+v, %v", c.Name, N, p, err)
			}
		}
	}
}

// The experiment, barely trained, tells of all models and variants; cancelled, it says so.
func TestSmallData(t *testing.T) {
	if testing.Short() {
		t.Skip("seventy trainings")
	}
	sizes := []int{10, 300, 1000}
	short := Experiment
	short.Run = func(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
		ts, err := newSources(ctx, s.Seed, sizes[len(sizes)-1])
		if err != nil {
			return experiment.Result{}, err
		}
		c, system := ts[1].chain, mech.Chain(2)
		c.Starts, c.Truth = c.Starts[:3*4], c.Truth[:3]
		ts[0].measured(system, bench.Sample(system, rand.New(rand.NewPCG(1, 2)), 500))
		return learnFrom(ctx, s, ts, sizes, variantQuick[:1])
	}
	folder := t.TempDir()
	result, err := short.Reproduce(t.Context(), experiment.Settings{Steps: 2, Quick: true, Seed: 5, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(Report)
	for _, name := range []string{"states", "pieces"} {
		if len(r.Models[name]) != len(allModels) || len(r.Variants[name]["8x2, plain"]) != 1 {
			t.Errorf("%s: %+v", name, r)
		}
		for model, points := range r.Models[name] {
			for i, p := range points {
				if p.Samples != sizes[i] || !(p.AccelError > 0) || (p.Rollout > 0) != (name == "pieces") {
					t.Errorf("%s, %s: %+v", name, model, p)
				}
			}
		}
	}
	for _, name := range []string{"report.json", "small-data.png", "small-data-widths.svg"} {
		if i, err := os.Stat(filepath.Join(folder, name)); err != nil || i.Size() < 500 {
			t.Error(name, err)
		}
	}
	sizes = sizes[:1]
	ctx, cancel := context.WithCancel(t.Context())
	if _, err = short.Reproduce(ctx, experiment.Settings{Steps: 1, Quick: true,
		On: func(experiment.Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Each training has a key of its own, which says which network it is; a training comes back from the file as it was,
// and one that had another time is another.
func TestSmallKeys(t *testing.T) {
	ts := []*source{{name: "states"}, {name: "pieces", chain: &bench.Task{}}}
	s := experiment.Settings{Seed: 3}
	seen, ridges := map[lessonKey]bool{}, 0
	keys := lessons(s.Run(name), ts, allSizes, variantSizes)
	for _, k := range keys {
		net, ridge := k.network()
		if seen[k] || net.Name != k.Model || ridge != strings.HasSuffix(k.Model, "ridge") {
			t.Errorf("%+v: %+v", k, net)
		}
		if seen[k] = true; ridge {
			ridges++
		}
	}
	if want := 2*9*7 + 4*(7+8); len(keys) != want || ridges != 4 {
		t.Errorf("%d trainings, want %d; %d with a ridge", len(keys), want, ridges)
	}
	folder := t.TempDir()
	done := lesson{keys[0], Point{Samples: 7, AccelError: 1. / 3, Rollout: 0.1,
		Fitted: bench.Fitted{Steps: 3, Seconds: 2}}}
	for _, file := range []bool{true, false} {
		store, err := experiment.OpenStore(folder, experiment.PartsFile, lesson.key)
		if err != nil {
			t.Fatal(err)
		}
		if file {
			if err := store.Add(done); err != nil {
				t.Fatal(err)
			}
		} else if back, ok := store.Get(keys[0]); !ok || back != done {
			t.Errorf("%+v", back)
		}
		other := keys[0]
		if other.Budget++; other == keys[0] {
			t.Error("the time does not count")
		}
		store.Close()
	}
}
