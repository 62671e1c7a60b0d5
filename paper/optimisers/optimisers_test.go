package optimisers

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/train"
)

// A network that says 0 has an error of 1 or so on every task,
// and Gauss–Newton's equations are those it is there to show.
func TestRaces(t *testing.T) {
	races, err := allRaces(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range races {
		if e := k.start(); !(e > 0.3 && e < 30) {
			t.Errorf("%s begins with an error of %g", k.name, e)
		}
		for _, v := range k.rivals() {
			if !k.large || v.set.Method != train.GaussNewton {
				continue
			}
			if P := len(k.net.Theta); P < 6000 || v.set.Equations == train.Normal {
				t.Errorf("%s: %d parameters, %+v", k.name, P, v)
			}
		}
	}
}

// A curve is read at its last point before a time.
func TestAt(t *testing.T) {
	curve := []Point{{1, 5}, {2, 4}, {3, 3}}
	for x, want := range map[float64]float64{0.5: 9, 1: 5, 2.5: 4, 9: 3} {
		if e := at(curve, x, 9); e != want {
			t.Errorf("%g: %g, want %g", x, e, want)
		}
	}
	k := &race{unit: 2, square: true}
	if k.error(8) != 2 || k.error(math.NaN()) != bench.Hopeless {
		t.Error(k.error(8), k.error(math.NaN()))
	}
}

// The experiment, barely trained, has all methods; cancelled, it says so.
func TestOptimisers(t *testing.T) {
	if testing.Short() {
		t.Skip("fifty trainings")
	}
	folder := t.TempDir()
	result, err := Experiment.Reproduce(t.Context(), experiment.Settings{Steps: 1, Seed: 3, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(Report)
	if len(r.Scores) != 7 || len(r.Scores["double pendulum, large lnn"]) != 3 || len(r.Scores["planets, lnn"]) != 4 {
		t.Errorf("%+v", r)
	}
	for name, scores := range r.Scores {
		for method, s := range scores {
			if len(s.Errors) != len(shares) || slices.Min(s.Errors) <= 0 || s.Steps != 1 || len(s.Curves) == 0 {
				t.Errorf("%s, %s: %+v", name, method, s)
			}
		}
	}
	for _, name := range []string{"report.json", "optimisers.png", "optimisers.svg"} {
		if i, err := os.Stat(filepath.Join(folder, name)); err != nil || i.Size() < 500 {
			t.Error(name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err = Experiment.Reproduce(ctx,
		experiment.Settings{Steps: 1, On: func(experiment.Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
