package wave

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
)

// Every state counts by its own accelerations: a model that says 0 has the loss 1, whatever fields are drawn.
func TestWaveFields(t *testing.T) {
	for _, k := range []Kind{{}, {Rough: 1}, {Rough: 1, fine: 3}} {
		o := k.Fields(rand.New(rand.NewPCG(1, 1)), ringSites, 20)
		least, most := math.Inf(1), 0.0
		for i := range o.N {
			size := math.Sqrt(squares(o.X[2*i*ringSites:(2*i+1)*ringSites]) / ringSites)
			least, most = min(least, size), max(most, size)
			if loss := float64(o.Weight[i]) * squares(o.A[i*ringSites:(i+
				1)*ringSites]) / (accelScale * accelScale); math.Abs(loss-1) > 1e-12 {
				t.Errorf("%+v: a state counts %g", k, loss)
			}
		}
		if most > 0.9 || least < 0.4 || (most > 0.55) != (k.Rough > 0) {
			t.Errorf("%+v: sizes from %g to %g", k, least, most)
		}
	}
}

// A density of relu² learns the wave equation down to rounding, and then keeps the true energy on a ring it never saw.
func TestWaveLearned(t *testing.T) {
	if testing.Short() {
		t.Skip("training takes seconds")
	}
	g, err := Models[0].Density(Learned, 1)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	f := fit{settings: experiment.Settings{Steps: 60, Seed: 1, On: func(experiment.Progress) { told++ }},
		model: Models[0], net: g.Model()}
	var done part
	if err := f.train(t.Context(), &done); err != nil {
		t.Fatal(err)
	}
	fields := Kind{}.Fields(rand.New(rand.NewPCG(1, 4)), Learned, 20)
	if e := accelError(f.net, fields); e > 1e-9 || done.Fitted.Steps != 60 || told < 30 {
		t.Errorf("error %g, %+v, told %d times", e, done.Fitted, told)
	}
	copy(g.Theta, f.net.Theta)
	w := mech.Wave{N: 37, C: 1, H: 1. / ringSites}
	small, err := g.On(graph.Ring(w.N, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	tape, x := small.Tape(1), make([]float64, 2*w.N)
	w.Pulse(0.1, 5*w.H, x[:w.N], x[w.N:])
	p, err := roll(t.Context(), w, func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x,
		[]float64{0, 0.2, 0.4})
	if err != nil {
		t.Fatal(err)
	}
	learned := p.learned(tape)
	E0, E1 := learned(p.row(0)), learned(p.row(2))
	if p.lost || p.fieldError(2) > 1e-4 || p.trueE[2] > 1e-5 || math.Abs(E1/E0-1) > 1e-5 || p.trueE[0] != 0 ||
		p.fieldError(0) > 1e-12 {
		t.Errorf("error of the field %g, drift of the true energy %g, of the learned one %g", p.fieldError(2),
			p.trueE[2], E1/E0-1)
	}
}

// trained is the density of a model after so many steps on the short ring, put on the long one.
func trained(t *testing.T, m Model, seed uint64, steps int) *graph.Model[float64] {
	t.Helper()
	if testing.Short() {
		t.Skip("training takes seconds")
	}
	short, err := m.Density(Learned, seed)
	if err != nil {
		t.Fatal(err)
	}
	f := fit{settings: experiment.Settings{Steps: steps, Seed: seed}, model: m, net: short.Model()}
	var done part
	if err := f.train(t.Context(), &done); err != nil {
		t.Fatal(err)
	}
	copy(short.Theta, f.net.Theta)
	g, err := short.On(graph.Ring(ringSites, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A density of differences keeps the momentum of the whole field, trained or not, while that
// of the field itself does not, and what it learned with softplus lets a pulse cross the ring.
func TestWaveDifferences(t *testing.T) {
	w := ring(ringSites)
	x, dx := make([]float64, 2*w.N), make([]float64, 2*w.N)
	w.Pulse(0.5, 5*w.H, x[:w.N], x[w.N:])
	at := func(g *graph.Model[float64]) (*path, float64, error) {
		tape := g.Tape(1)
		f := func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }
		p, err := roll(t.Context(), w, f, x, []float64{0, 0.25, 1})
		k, _ := model.As[model.Mechanics[float64]](tape)
		momentum := func(i int) float64 {
			q, v := p.row(i)
			f(0, slices.Concat(q, v), dx)
			return bench.Mean(k.Momentum(0))
		}
		return p, (momentum(2) - momentum(0)) * fieldScale * ringSites, err // in units of the speed
	}
	for _, m := range Models[1:] {
		g, err := m.Density(ringSites, 3)
		if err != nil {
			t.Fatal(err)
		}
		if p, gain, err := at(g); err != nil || p.lost || (math.Abs(gain) < 1e-10) != m.differences {
			t.Errorf("%s, untrained: a momentum of %g is gained (%v)", m.name, gain, err)
		}
	}
	g := trained(t, Models[2], 3, 60)
	if p, gain, err := at(g); err != nil || p.fieldError(2) > 1e-2 || p.trueE[2] > 1e-3 || math.Abs(gain) > 1e-10 {
		t.Errorf("after one crossing: error of the field %g, drift of the energy %g, momentum gained %g (%v)",
			p.fieldError(2), p.trueE[2], gain, err)
	}
}

// The true equation under the same integrator has the error of RK4: a sixteenth with half the step is
// not tested here, but that it is small, and that a field that is lost is told as 100 and not as NaN.
func TestWaveRoll(t *testing.T) {
	w := ring(ringSites)
	x := make([]float64, 2*w.N)
	w.Pulse(0.5, 5*w.H, x[:w.N], x[w.N:])
	truth := func(_ float64, x, dx []float64) { copy(dx, x[w.N:]); w.Accel(x[:w.N], x[w.N:], dx[w.N:]) }
	p, err := roll(t.Context(), w, truth, x, bench.Grid(crossings, 1./rowsEach))
	if err != nil {
		t.Fatal(err)
	}
	if m := p.score(w.Energy); m.Lost || !(m.FieldError[0] < 1e-5) || !(m.FieldError[3] < 1e-4) ||
		!(m.TrueDrift < 2e-5) || m.LearnedDrift != m.TrueDrift {
		t.Errorf("%+v", m)
	}
	bad := func(_ float64, x, dx []float64) {
		copy(dx, x[w.N:])
		for i := range w.N {
			dx[w.N+i] = 1e6 * x[i]
		}
	}
	if p, err = roll(t.Context(), w, bad, x, bench.Grid(crossings, 1./rowsEach)); err != nil {
		t.Fatal(err)
	}
	if m := p.score(w.Energy); !m.Lost || m.FieldError[3] != bench.Diverged || m.TrueDrift != bench.Diverged {
		t.Errorf("%+v", m)
	}
	f := p.picture(Models[0])
	if len(f.Panels) != 3 || f.Panels[2].Map == nil {
		t.Errorf("%d panels", len(f.Panels))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := roll(ctx, w, truth, x, []float64{0, 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRounded(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 1.23456: 1.23, -98765: -98800, 1e-5: 1e-5, 5e-324: 0} {
		if got := rounded(x); math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%g rounded to %g", x, got)
		}
	}
}

// What was trained before an interruption is taken up bit for bit and not trained
// again; one of other settings begins anew, and so does a file that is no such thing.
func TestWaveResumes(t *testing.T) {
	s := experiment.Settings{Steps: 3, Seed: 1, Folder: t.TempDir()}
	open := func() *experiment.Store[partKey, part] {
		store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, part.key)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	fresh := func() *fit {
		g, err := Models[2].Density(Learned, 1)
		if err != nil {
			t.Fatal(err)
		}
		return &fit{settings: s, store: open(), model: Models[2], net: g.Model()}
	}
	ctx, cancel := context.WithCancel(t.Context())
	broken := fresh()
	broken.settings.On = func(experiment.Progress) { cancel() }
	if err := broken.run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	whole, trained := fresh(), false
	whole.settings.On = func(experiment.Progress) { trained = true }
	if err := whole.run(t.Context()); err != nil || !trained {
		t.Fatalf("%v; trained: %t", err, trained)
	}
	again := fresh()
	again.settings.On = func(experiment.Progress) { t.Error("the training was repeated") }
	if err := again.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.net.Theta, whole.net.Theta) || again.fitted != whole.fitted ||
		!slices.Equal(again.curve.Y, whole.curve.Y) ||
		!slices.Equal(again.curve.X, whole.curve.X) || len(again.curve.X) == 0 {
		t.Errorf("%+v, uninterrupted %+v", again.fitted, whole.fitted)
	}
	s.Seed = 2
	other := fresh()
	trained = false
	other.settings.On = func(experiment.Progress) { trained = true }
	if err := other.run(t.Context()); err != nil || !trained {
		t.Errorf("another seed goes on: %v", err)
	}
}
