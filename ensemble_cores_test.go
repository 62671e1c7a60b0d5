package lagrange_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/train"
)

// written are the bytes of the file of a model, but for the time that it took.
func written(t *testing.T, m *lagrange.Model) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	m, err := lagrange.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range append(m.Members(), m, m.Baseline) {
		if k != nil {
			k.Record.Seconds = 0
		}
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// severals are ensembles, with what joining their networks is to say; "": nothing.
func severals() map[string]struct {
	set      *data.Set
	s        lagrange.Settings
	baseline bool
	want     string
} {
	swings := recording("pendulum", 6, 60, false, 0.05)
	with := func(change func(*lagrange.Settings)) lagrange.Settings {
		s := lagrange.Settings{Model: "lnn", Steps: 6, Seed: 3, Ensemble: 3, Horizon: 0.5}
		change(&s)
		return s
	}
	given := func(s *lagrange.Settings) { s.Hidden, s.Head, s.Method = []int{12}, "quadratic", train.GaussNewton }
	return map[string]struct {
		set      *data.Set
		s        lagrange.Settings
		baseline bool
		want     string
	}{
		"accelerations": {recording("pendulum", 12, 30, true, 0.05),
			with(func(*lagrange.Settings) {}), true, ""},
		"accelerations, the model chosen": {recording("pendulum", 12, 30, true, 0.05),
			with(func(s *lagrange.Settings) { s.Model = "" }), false, "was decided by its seed, or for it alone"},
		"windows":               {swings, with(given), true, ""},
		"windows, a net chosen": {swings, with(func(*lagrange.Settings) {}), false, "was decided by its seed"},
	}
}

// on trains with so many cores.
func on(t *testing.T, cores int, set *data.Set, x lagrange.Training) *lagrange.Model {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	m, err := x.Fit(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An ensemble with its baseline is the same, to the byte, on any number of cores: what is decided before the first step
// as well as its members, its calibration, and the baseline beside it. Networks that were trained apart, from its
// seeds, on one core each, make the same when they are joined.
func TestEnsembleOnAnyCores(t *testing.T) {
	for name, x := range severals() {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "accelerations" {
				t.Skip("it takes seconds")
			}
			all := lagrange.Training{Settings: x.s, Baseline: x.baseline}
			want := written(t, on(t, 1, x.set, all))
			for _, cores := range []int{2, 4} {
				if got := written(t, on(t, cores, x.set, all)); !bytes.Equal(got, want) {
					t.Errorf("%d cores make another ensemble than one", cores)
				}
			}
			for j := range x.s.Ensemble {
				one := lagrange.Training{Settings: x.s, Baseline: x.baseline && j == 0}
				one.Settings.Ensemble, one.Settings.Seed = 1, x.s.Seed+uint64(j)
				all.Members = append(all.Members, on(t, 1, x.set, one))
			}
			joined, err := all.Fit(t.Context(), x.set)
			if x.want != "" {
				if err == nil || !strings.Contains(err.Error(), x.want) {
					t.Errorf("%v, want %q", err, x.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if joined.Ensemble.Calibration == nil || !bytes.Equal(written(t, joined), want) {
				t.Errorf("networks that were trained apart make another ensemble: calibrated %+v",
					joined.Ensemble.Calibration)
			}
			if !all.Made(joined, x.set) {
				t.Error("it is not known for what was asked")
			}
		})
	}
}

// What is no member of an ensemble is not joined to one, and the error says why. Networks of another number of steps
// are joined, and nobody takes them for what one training makes.
func TestNoMember(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	x := lagrange.Training{Settings: quick()}
	x.Settings.Ensemble = 1
	trained := func(set *data.Set, change func(*lagrange.Settings)) *lagrange.Model {
		y := x
		change(&y.Settings)
		return on(t, 1, set, y)
	}
	nothing := func(*lagrange.Settings) {}
	first, second := trained(set, nothing), trained(set, func(s *lagrange.Settings) { s.Seed++ })
	joined := func(ms ...*lagrange.Model) (*lagrange.Model, error) {
		y := x
		y.Settings.Ensemble, y.Members = len(ms), ms
		return y.Fit(t.Context(), set)
	}
	for want, ms := range map[string][]*lagrange.Model{
		"two networks or more": {first},
		"member 1 of the ensemble is of seed 5, and the model is of seed 6": {second, first},
		"the model of seed 6 was trained on another recording": {first,
			trained(recording("pendulum", 12, 31, true, 0.05), func(s *lagrange.Settings) { s.Seed++ })},
		"the model of seed 6 is another one than an ensemble of them has, a lnn of 9": {first,
			trained(set, func(s *lagrange.Settings) { s.Seed++; s.Hidden = []int{9} })},
		"the model of seed 6 was chosen by other motion": {first,
			trained(set, func(s *lagrange.Settings) { s.Seed++; s.Horizon = 0.35 })},
		"these models are ensembles already": {trained(set, func(s *lagrange.Settings) { s.Ensemble = 2 }), second},
	} {
		if _, err := joined(ms...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	longer := trained(set, func(s *lagrange.Settings) { s.Seed++; s.Steps = 12 })
	m, err := joined(first, longer)
	if err != nil || m.Record.Run != "" || !same(m.Members()[1].Theta(), longer.Theta()) || first.Record.Run == "" {
		t.Errorf("%v", err)
	}
	moved := trained(recording("pendulum", 12, 30, false, 0.05), func(s *lagrange.Settings) {
		*s = lagrange.Settings{Model: "terms", Objective: lagrange.Motion, Horizon: 0.5}
	})
	if _, err := joined(moved, moved); err == nil || !strings.Contains(err.Error(), "are alike from every seed") {
		t.Error(err)
	}
}
