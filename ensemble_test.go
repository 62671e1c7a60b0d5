package lagrange_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	training "lagrange/fit"
	"lagrange/model/graph"
)

// noisy adds noise of a standard deviation to all that is recorded.
func noisy(set *data.Set, sd float64) *data.Set {
	r := rand.New(rand.NewPCG(8, 8))
	for _, t := range set.Trajectories {
		for _, x := range [][]float64{t.Q, t.V, t.A} {
			for i := range x {
				x[i] += sd * r.NormFloat64()
			}
		}
	}
	return set
}

// The predictive standard deviation of an ensemble, calibrated on the validation part, holds as many errors of the test
// part as a normal distribution; raw it does not.
func TestCoverage(t *testing.T) {
	set := noisy(recording("pendulum", 200, 60, true, 0.05), 0.02)
	m := fit(t, set, lagrange.Settings{Hidden: []int{12}, Steps: 25, Seed: 1, Ensemble: 4, Horizon: 1})
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]lagrange.Coverage{"motion": e.Ensemble.Motion, "accelerations": *e.Ensemble.Accel} {
		for n, most := range []float64{0.05, 0.035} {
			if want := eval.Normal[n]; !(math.Abs(c.Calibrated[n]-want) < most) || c.Raw[n] > want-0.2 {
				t.Errorf("%s within %d deviations: %.3f, raw %.3f, of a normal distribution %.3f", name, n+1,
					c.Calibrated[n], c.Raw[n], want)
			}
		}
		t.Logf("%s: %+v", name, c)
	}
	if mean, one := e.Models["ensemble"].RMSEQ[0], e.Models["lnn"].RMSEQ[0]; !(mean < 1.1*one) {
		t.Errorf("the mean errs by %g, one by %g", mean, one)
	}
}

// The members of an ensemble are the networks of their seeds, a file brings all of it back, and it gives the moments of
// its members.
func TestEnsemble(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := quick()
	s.Ensemble = 3
	m, again := fit(t, set, s), fit(t, set, s)
	s.Ensemble, s.Seed, s.Workers = 0, s.Seed+2, 1 // two side by side on two cores
	if alone := fit(t, set, s); !same(alone.Theta(), m.Members()[2].Theta()) || same(alone.Theta(), m.Theta()) {
		t.Error("the third member is not the network of the third seed")
	}
	s.Model = "nn"
	m.Baseline = fit(t, set, s)
	path := filepath.Join(t.TempDir(), "m")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := lagrange.Load(path)
	if err != nil || back.Baseline == nil || len(back.Members()) != 3 {
		t.Fatalf("%v, %v", back, err)
	}
	q, v := []float64{0.4}, []float64{-1}
	a, sa := m.Predict(q, v, nil)
	xs := [][]float64{}
	for _, k := range m.Members() {
		xs = append(xs, k.Accel(q, v, nil))
	}
	if mean, _ := eval.Moments(xs); !same(mean, a) || !(sa[0] > 0) {
		t.Errorf("mean %v ± %v of %v", a, sa, xs)
	}
	times := []float64{0, 0.5, 1}
	r, w, err := m.Ensemble.Rollout(t.Context(), q, v, nil, times, lagrange.RolloutOptions{})
	if err != nil || len(r.Q) != 3 || r.Q[0] != q[0] || !(w.Q[2] > w.Q[0] && w.V[2] > 0) {
		t.Errorf("%v ± %v, %v", r, w, err)
	}
	for _, k := range []*lagrange.Model{again, back} {
		b, sb := k.Predict(q, v, nil)
		r2, w2, _ := k.Ensemble.Rollout(t.Context(), q, v, nil, times, lagrange.RolloutOptions{})
		if !same(a, b) || !same(sa, sb) || !same(r.Q, r2.Q) || !same(w.V, w2.V) {
			t.Error("the same ensemble predicts otherwise")
		}
	}
	other := filepath.Join(t.TempDir(), "n")
	x, _ := os.ReadFile(path)
	if err := back.Save(other); err != nil {
		t.Fatal(err)
	}
	if y, _ := os.ReadFile(other); !bytes.Equal(x, y) {
		t.Error("saved again, the file differs")
	}
}

// Along a recording the roll-outs of an ensemble are those from its first rows.
func TestEnsembleRolloutSet(t *testing.T) {
	set, s := driven(), quick()
	s.Ensemble = 2
	m := fit(t, set, s)
	mean, sd, err := m.Ensemble.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range set.Trajectories {
		r, e, err := m.Ensemble.Rollout(t.Context(), w.Q[:1], w.V[:1], w.U[:1], w.T, lagrange.RolloutOptions{})
		got, gotE := mean.Trajectories[i], sd.Trajectories[i]
		for n := range w.T {
			if err != nil || !(math.Abs(r.Q[n]-got.Q[n]) < 1e-6) || !(math.Abs(e.V[n]-gotE.V[n]) < 1e-5) {
				t.Fatalf("trajectory %d, row %d: %g ± %g, in a set %g ± %g, %v", i, n, r.Q[n], e.V[n], got.Q[n],
					gotE.V[n], err)
			}
		}
	}
}

// An ensemble that was interrupted twice is the one that nobody disturbed.
func TestResumeEnsemble(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := quick()
	s.Ensemble = 3
	calm := fit(t, set, s)
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	for _, stop := range []int{14, 8} { // steps after which it is interrupted
		ctx, cancel := context.WithCancel(t.Context())
		told := 0
		s.On = func(p lagrange.Progress) {
			if told++; told >= stop {
				cancel()
			}
			if p.Steps != 30 {
				t.Errorf("%d steps in all", p.Steps)
			}
		}
		if _, err := lagrange.Fit(ctx, set, s); !errors.Is(err, context.Canceled) {
			t.Fatalf("not cancelled after %d of %d steps: %v", told, stop, err)
		}
	}
	s.On = nil
	m := fit(t, set, s)
	for j, k := range m.Members() {
		if !same(k.Theta(), calm.Members()[j].Theta()) {
			t.Errorf("member %d differs", j)
		}
	}
	training.Discard(s.Checkpoint)
	if left, _ := os.ReadDir(filepath.Dir(s.Checkpoint)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What a model of an ensemble answers is the mean of its members: accelerations, motors, motions from a state and along
// a recording.
func TestEnsembleAnswersByItsMean(t *testing.T) {
	m, set := three(t)
	q, v, u, a, times := []float64{0.4}, []float64{-0.6}, []float64{0.5}, []float64{2}, []float64{0, 0.5}
	mean := func(what string, got float64, of func(k *lagrange.Model) float64) {
		t.Helper()
		want := 0.0
		for _, k := range m.Members() {
			want += of(k) / 3
		}
		if !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) || math.Abs(want-of(m.Members()[0])) < 1e-9 {
			t.Errorf("%s: %v, the mean of the members is %v, the first %v", what, got, want, of(m.Members()[0]))
		}
	}
	force := func(k *lagrange.Model) float64 { tau, _ := k.Force(q, v, a, u); return tau[0] }
	path := func(k *lagrange.Model) float64 {
		r, err := k.Rollout(t.Context(), q, v, u, times, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Q[1]
	}
	along := func(k *lagrange.Model) float64 {
		r, err := k.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Trajectories[0].V[9]
	}
	accel := func(k *lagrange.Model) float64 { return k.Accel(q, v, u)[0] }
	for what, of := range map[string]func(*lagrange.Model) float64{"a": accel, "motor": force, "motion": path,
		"along": along} {
		mean(what, of(m), of)
	}
	if x, sd := m.Members()[1].Predict(q, v, u); x[0] != accel(m.Members()[1]) || sd[0] != 0 {
		t.Errorf("a single network predicts %v ± %v", x, sd)
	}
}

// On other nodes an ensemble of graphs is that of its members there.
func TestEnsembleOnOtherNodes(t *testing.T) {
	s := lagrange.Settings{Steps: 2, Seed: 1, Workers: 1, Hidden: []int{4}, Model: "graph", Method: "adam", Ensemble: 2}
	s.Graph = lagrange.Graph{Shape: graph.RingShape, TranslationInvariant: true}
	m := fit(t, beads(6, 12, ringOf(6)), s)
	nine := beads(9, 12, ringOf(9))
	on, err := m.On(nine)
	if err != nil || len(on.Members()) != 2 {
		t.Fatal(on, err)
	}
	q, v := nine.Trajectories[0].Q[:9], nine.Trajectories[0].V[:9]
	var xs [][]float64
	for _, k := range m.Members() {
		one, err := k.On(nine)
		if err != nil {
			t.Fatal(err)
		}
		xs = append(xs, one.Accel(q, v, nil))
	}
	if mean, _ := eval.Moments(xs); !same(on.Accel(q, v, nil), mean) || same(xs[0], xs[1]) {
		t.Errorf("%v, members %v", on.Accel(q, v, nil), xs)
	}
}
