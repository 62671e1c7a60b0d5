package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange/internal/vec"
	"lagrange/mech"
	"lagrange/model"
)

// pendulum draws N states of a pendulum with their accelerations.
func pendulum(N int, seed uint64) *Accelerations[float64] {
	s, r := mech.Chain(1), rand.New(rand.NewPCG(seed, 1))
	o := &Accelerations[float64]{X: make([]float64, 2*N), A: make([]float64, N), N: N, Penalty: L2}
	for i := range N {
		q, v := o.X[2*i:2*i+1], o.X[2*i+1:2*i+2]
		s.Sample(r, q, v)
		s.Accel(q, v, o.A[i:i+1])
	}
	return o
}

func pendulumModel(t *testing.T) *model.Model[float64] {
	t.Helper()
	m, err := model.New[float64](model.Spec{
		Family: "lnn", Hidden: []int{16}, Activation: "softplus", Kinetic: 1,
		Coordinates: []model.Coordinate{{Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 7}},
	}, 4)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// newLoop is a short run on a pendulum, with what cannot be told from a default.
func newLoop(t *testing.T, steps int) *Loop[float64] {
	m := pendulumModel(t)
	return &Loop[float64]{
		Model: m, Train: pendulum(64, 1), Valid: pendulum(32, 2), State: NewState(m),
		Settings: Settings{Steps: steps, Batch: 16, Rate: 0.01, Seed: 9, Workers: 2, Validate: 5},
	}
}

func run(t *testing.T, l *Loop[float64]) *State[float64] {
	t.Helper()
	if err := l.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l.State
}

// A small network learns where a pendulum accelerates to: the loss falls by 100 and more on states it has not seen.
func TestLearnsAPendulum(t *testing.T) {
	l := newLoop(t, 1500)
	l.Settings.Batch, l.Settings.Validate = 64, 100
	first := NewLoss(l.Valid, l.Model, 32).Of(upTo(32), nil) / 32
	s := run(t, l)
	if !(s.BestLoss < first/100) {
		t.Errorf("validation loss %v, at first %v", s.BestLoss, first)
	}
	if last := NewLoss(l.Valid, l.Model, 32).Of(upTo(32), nil) / 32; math.Abs(last-s.BestLoss) > 1e-12 {
		t.Errorf("the model left has a loss of %v, the best was %v", last, s.BestLoss)
	}
	if s.Updates != 1500 || s.Skipped != 0 || len(s.History) != 15 || s.Health.Solves != 1500*64 {
		t.Errorf("updates %d, skipped %d, validations %d, solves %d", s.Updates, s.Skipped, len(s.History),
			s.Health.Solves)
	}
}

// sameBits compares all that decides how a run goes on.
func sameBits(a, b *State[float64]) bool {
	valid := func(s *State[float64]) (x []float64) {
		for _, p := range s.History {
			x = append(x, float64(p.Step), p.Valid)
		}
		return
	}
	return a.Step == b.Step && a.Updates == b.Updates && a.Skipped == b.Skipped && a.Health == b.Health &&
		a.BestLoss == b.BestLoss &&
		slices.Equal(a.Theta, b.Theta) && slices.Equal(a.M, b.M) && slices.Equal(a.S, b.S) &&
		slices.Equal(a.Best, b.Best) &&
		slices.Equal(valid(a), valid(b))
}

func TestSameSeedSameBits(t *testing.T) {
	a, b := run(t, newLoop(t, 40)), run(t, newLoop(t, 40))
	if !sameBits(a, b) {
		t.Error("two runs with one seed differ")
	}
	other := newLoop(t, 40)
	other.Settings.Seed++
	if slices.Equal(run(t, other).Theta, a.Theta) {
		t.Error("the seed changes nothing")
	}
}

// A run stopped after any step and continued from its checkpoint, with a model of other parameters at hand, ends with
// the bits of the run that was not stopped.
func TestContinues(t *testing.T) {
	const steps = 23
	whole := newLoop(t, steps)
	want := run(t, whole)
	halt, path := errors.New("halt"), filepath.Join(t.TempDir(), "run")
	for k := 1; k <= steps; k++ {
		l := newLoop(t, steps)
		l.Clock = func(s *State[float64], _ float64) error {
			if s.Step == k {
				return halt
			}
			return nil
		}
		if err := l.Run(context.Background()); !errors.Is(err, halt) || l.State.Step != k {
			t.Fatalf("%v after %d steps, want a halt after %d", err, l.State.Step, k)
		}
		if err := SaveCheckpoint(path, Identity{"seed": "1"}, l.Model.Spec, l.Settings, l.State); err != nil {
			t.Fatal(err)
		}
		more := newLoop(t, steps)
		var err error
		if more.State, more.Settings, err = LoadCheckpoint(path, Identity{"seed": "1"}, more.Model); err != nil {
			t.Fatal(err)
		}
		if !sameBits(more.State, l.State) || !reflect.DeepEqual(more.Settings, l.Settings) {
			t.Fatalf("step %d: the checkpoint gives back another state", k)
		}
		clear(more.Model.Theta)
		if got := run(t, more); !sameBits(got, want) || !slices.Equal(more.Model.Theta, whole.Model.Theta) {
			t.Fatalf("stopped after step %d, the run ends elsewhere", k)
		}
	}
	if _, _, err := LoadCheckpoint(path, Identity{"seed": "2"}, whole.Model); err == nil ||
		!strings.Contains(err.Error(), "seed 1, not 2") {
		t.Errorf("a checkpoint of a run from another seed: %v", err)
	}
	whole.Model.Spec.Kinetic++
	if _, _, err := LoadCheckpoint(path, Identity{"seed": "1"}, whole.Model); err == nil ||
		!strings.Contains(err.Error(), "another model") {
		t.Errorf("a checkpoint of another model: %v", err)
	}
}

// The gradient does not depend on how a batch is shared among cores, but for rounding.
func TestWorkers(t *testing.T) {
	first := func(workers int) []float64 {
		l := newLoop(t, 1)
		l.Settings.Workers = workers
		return run(t, l).M
	}
	one := first(1)
	for _, workers := range []int{2, 3, 16, 50} {
		for i, g := range first(workers) {
			if math.Abs(g-one[i]) > 1e-12*vec.Norm(one) {
				t.Fatalf("%d workers: gradient %d = %v, with one %v", workers, i, g, one[i])
			}
		}
	}
}

// The model is left with the parameters of the best validation, not with the last, be they the first: here validation
// asks for the accelerations of the first model, which training leaves behind.
func TestKeepsTheBest(t *testing.T) {
	l := newLoop(t, 40)
	valid := pendulum(32, 2)
	x, n := make([]float64, len(valid.X)), valid.N
	l.Model.Tape(n).Field(valid.X, nil, x)
	for i := range n {
		valid.A[i] = x[2*i+1]
	}
	l.Valid = valid
	first := slices.Clone(l.Model.Theta)
	s := run(t, l)
	for _, p := range s.History {
		if !(p.Valid > 0) {
			t.Fatalf("the test is pointless: training does not leave the first model by step %d", p.Step)
		}
	}
	if !(s.BestLoss < 1e-25) || !slices.Equal(s.Best, first) || !slices.Equal(l.Model.Theta, first) {
		t.Error("the model is not that of the best validation")
	}
}

// watched counts the batches in which sample bad is, and where lies is set answers NaN for them, with a sound gradient.
type watched struct {
	*Accelerations[float64]
	bad, seen int
	lies      bool
}

func (w *watched) Pass(m *model.Model[float64], most int) Pass[float64] {
	return &watchedPass{w.Accelerations.Pass(m, most), w}
}

type watchedPass struct {
	Pass[float64]
	w *watched
}

func (p *watchedPass) Residuals(batch []int, r, c []float64) {
	p.Pass.Residuals(batch, r, c)
	if b := slices.Index(batch, p.w.bad); b >= 0 {
		p.w.seen++
		if p.w.lies {
			c[b] = math.NaN()
		}
	}
}

func (p *watchedPass) Pull(y, dtheta []float64) {
	for i := range y {
		if p.w.lies && y[i] != y[i] {
			y[i] = 0
		}
	}
	p.Pass.Pull(y, dtheta)
}

// A step with a sample that is not a number is skipped and counted; the others are made.
func TestNonFiniteIsSkipped(t *testing.T) {
	for name, spoil := range map[string]func(w *watched){
		"acceleration": func(w *watched) { w.A[w.bad] = math.NaN() },
		"velocity":     func(w *watched) { w.X[2*w.bad+1] = math.Inf(1) },
		"loss alone":   func(w *watched) { w.lies = true },
	} {
		l := newLoop(t, 30)
		w := &watched{Accelerations: pendulum(64, 1), bad: 17}
		spoil(w)
		l.Train, l.Settings.Workers = w, 1
		nan := 0
		l.Clock = func(_ *State[float64], loss float64) error {
			if math.IsNaN(loss) {
				nan++
			}
			return nil
		}
		s := run(t, l)
		if s.Skipped != w.seen || s.Skipped == 0 || s.Updates != 30-w.seen || nan != w.seen {
			t.Errorf("%s: %d steps skipped, %d updates, %d losses NaN; the sample was in %d of 30 batches", name,
				s.Skipped, s.Updates, nan, w.seen)
		}
		if !vec.Finite(s.Theta) || !vec.Finite(s.M) || !vec.Finite(s.S) || !vec.Finite(l.Model.Theta) {
			t.Errorf("%s: it reached the parameters", name)
		}
	}
}

// Where every step is skipped the parameters are those at the start, and the history holds numbers.
func TestNothingButNaN(t *testing.T) {
	l := newLoop(t, 10)
	o := pendulum(64, 1)
	for i := range o.A {
		o.A[i] = math.NaN()
	}
	l.Train = o
	was := slices.Clone(l.Model.Theta)
	s := run(t, l)
	if s.Skipped != 10 || !slices.Equal(s.Theta, was) || !slices.Equal(l.Model.Theta, was) {
		t.Errorf("%d of 10 steps skipped, or the parameters moved", s.Skipped)
	}
	for _, p := range s.History {
		if !vec.IsFinite(p.Train) || !vec.IsFinite(p.Valid) {
			t.Errorf("a point of the history is %v", p)
		}
	}
}

func TestSchedules(t *testing.T) {
	const n = 1000
	for _, name := range Schedules() {
		f, err := schedule(name)
		if err != nil {
			t.Fatal(err)
		}
		top := 0.0
		for i := 1; i <= n; i++ {
			y := f(float64(i) / n)
			if !(y > 0 && y <= 1) {
				t.Errorf("%s(%v) = %v", name, float64(i)/n, y)
			}
			if i > n/10 && y > f(float64(i-1)/n) {
				t.Errorf("%s rises at %v", name, float64(i)/n)
			}
			top = max(top, y)
		}
		if top < 0.99 || f(1) > 0.1 {
			t.Errorf("%s reaches %v and ends at %v", name, top, f(1))
		}
	}
	l := newLoop(t, 3)
	l.Settings.Schedule = "cosine"
	if err := l.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "one-cycle") {
		t.Errorf("cosine: %v does not say what there is", err)
	}
}

// The norm of the gradient, a mean over the batch, is cut at Clip: from the first moment (1−β₁)g of the first step.
func TestClip(t *testing.T) {
	first := func(clip float64) float64 {
		l := newLoop(t, 1)
		l.Settings.Clip = clip
		return vec.Norm(run(t, l).M) / 0.1
	}
	free := first(-1)
	if got := first(free / 3); math.Abs(got-free/3) > 1e-12*free {
		t.Errorf("|g| = %v, clipped at %v: %v", free, free/3, got)
	}
	if got := first(3 * free); got != free {
		t.Errorf("|g| = %v is below %v but was clipped to %v", free, 3*free, got)
	}
}

// A cancelled run ends between two steps with the error of its context and a state to go on from.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l := newLoop(t, 20)
	l.Clock = func(s *State[float64], _ float64) error {
		if s.Step == 7 {
			cancel()
		}
		return nil
	}
	if err := l.Run(ctx); !errors.Is(err, context.Canceled) || l.State.Step != 7 {
		t.Fatalf("%v after %d steps", err, l.State.Step)
	}
	l.Clock = nil
	if !sameBits(run(t, l), run(t, newLoop(t, 20))) {
		t.Error("the run continued after a cancel ends elsewhere")
	}
}

func TestNothingToTrainOn(t *testing.T) {
	for _, spoil := range []func(l *Loop[float64]){
		func(l *Loop[float64]) { l.Settings.Steps = 0 },
		func(l *Loop[float64]) { l.Train = pendulum(0, 1) },
		func(l *Loop[float64]) { l.Valid = pendulum(0, 1) },
	} {
		l := newLoop(t, 3)
		spoil(l)
		if err := l.Run(context.Background()); err == nil {
			t.Error("a run without steps or samples is no error")
		}
	}
}
