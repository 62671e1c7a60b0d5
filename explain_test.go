package lagrange_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
	"lagrange/train"
)

// A network that has learned a pendulum has its formula, with intervals that hold the true one, and its energy alone is
// conserved; the formula is a model, which predicts as well as the network at least.
func TestExplain(t *testing.T) {
	set := recording("pendulum", 12, 60, true, 0.05)
	s := quick()
	s.Model, s.Method, s.Steps = "lnn", train.Kaczmarz, 400
	m := fit(t, set, s)
	e, err := m.Explain(t.Context(), set, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := e.Lagrangian
	if l.Why != "" || len(l.Terms) != 2 || l.Terms[0].Term != "cos(theta)" || l.Terms[1].Term != "omega^2" {
		t.Fatalf("%+v", l)
	}
	if g := l.Terms[0]; math.Abs(g.Value-9.8) > 2.5*g.SD || !(g.SD < 0.05) || math.Abs(l.Terms[1].Value-0.5) > 1e-9 {
		t.Errorf("%+v: not 9.8 cos(theta) + 0.5 omega^2", l.Terms)
	}
	if c := l.Compared; c == nil || !(c.Formula < 1.05*c.Network) || c.Better == "the model predicts better" {
		t.Errorf("%+v", c)
	}
	if l.Compared.Better == "the formula predicts better" != e.ByFormula {
		t.Errorf("%+v, conserved by the formula: %v", l.Compared, e.ByFormula)
	}
	if c := e.Conserved; len(c.Found) != 1 || c.Found[0].Name != "energy" || c.Found[0].Drift > 1e-6 {
		t.Errorf("%+v", c)
	}
	if !(e.Accuracy.Error < 0.05) || !strings.HasPrefix(e.Accuracy.From, "recorded acc") {
		t.Errorf("%+v", e.Accuracy)
	}
	bare := *set
	bare.Trajectories = slices.Clone(set.Trajectories)
	for i := range bare.Trajectories {
		bare.Trajectories[i].A = nil
	}
	if b, err := m.Explain(t.Context(), &bare, 0, 1); err != nil || b.Accuracy.From != "recorded velocities" ||
		!(b.Accuracy.Error > e.Accuracy.Error/3) || !(b.Accuracy.Error < 3*e.Accuracy.Error) {
		t.Errorf("%+v, from accelerations %+v, %v", b.Accuracy, e.Accuracy, err)
	}
	if x := e.Trust; x.Parameters != len(m.Theta()) || x.Fixed < 2 || x.Fixed > x.Parameters || len(x.Covered) != 2 ||
		x.Covered[1].Name != "omega" || !(x.Covered[1].Low < x.Covered[1].High) || !(x.Covered[0].Part > 0.5) {
		t.Errorf("%+v", x)
	}
	path := filepath.Join(t.TempDir(), "formula")
	if err := l.Model.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := lagrange.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Explain(t.Context(), nil, 0, 1)
	if err != nil || len(again.Conserved.Found) != 1 || again.Lagrangian.Library != 0 ||
		math.Abs(again.Lagrangian.Terms[0].Value/l.Terms[0].Value-1) > 1e-9 {
		t.Errorf("%+v, %v", again, err)
	}
	onward := fit(t, set, lagrange.Settings{From: back.Networks(), Steps: 5})
	if r := onward.Record; r.Method != train.GaussNewton || !(r.Validation < 1e-12) {
		t.Errorf("the formula goes on by %s in batches of %d to %g", r.Method, r.Batch, r.Validation)
	}
}

// Of a sum of terms whose coefficients were all solved for, from accelerations with noise, few stay.
func TestExplainSum(t *testing.T) {
	set := recording("double-pendulum", 12, 60, true, 0.05)
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range set.Trajectories {
		for i := range k.A {
			k.A[i] += 0.1 * r.NormFloat64()
		}
	}
	m := fit(t, set, lagrange.Settings{Steps: 30, Seed: 1})
	e, err := m.Explain(t.Context(), set, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if l := e.Lagrangian; m.Spec().Family != "terms" || len(m.Theta()) < 50 || len(l.Terms) != 5 || l.Library < 50 {
		t.Errorf("a %s of %d, and %d of %d terms: %+v", m.Spec().Family, len(m.Theta()), len(l.Terms), l.Library,
			l.Terms)
	}
}

// The intervals of formulas hold the true number as often as they say: of twelve networks that learned a pendulum, each
// from another seed and for a short time, two thirds within one standard deviation and nearly all within two.
func TestIntervals(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	set, one, two := recording("pendulum", 12, 60, true, 0.05), 0, 0
	for seed := range uint64(12) {
		s := quick()
		s.Model, s.Method, s.Steps, s.Seed = "lnn", "gauss-newton", 40, seed+1
		e, err := fit(t, set, s).Explain(t.Context(), set, 0, 1)
		if err != nil || e.Lagrangian.Why != "" || len(e.Lagrangian.Terms) != 2 {
			t.Errorf("seed %d: %+v, %v", seed+1, e.Lagrangian, err)
			continue
		}
		g := e.Lagrangian.Terms[0]
		z := math.Abs(g.Value-9.8) / g.SD
		t.Logf("seed %d: off by %.2g; %.5g ± %.2g, %.2g deviations", seed+1, e.Accuracy.Error, g.Value, g.SD, z)
		if z <= 1 {
			one++
		}
		if z <= 2 {
			two++
		}
	}
	if one < 7 || one == 12 || two < 11 {
		t.Errorf("within one deviation %d, within two %d of 12", one, two)
	}
}

// A sum of terms has as many directions that states fix as it has coefficients, but one: the scale of L. With a known
// force it is fixed, too, unless the force is 0 wherever one looks.
func TestFixed(t *testing.T) {
	set := recording("double-pendulum", 6, 40, true, 0.05)
	s := quick()
	s.Model, s.Hidden, s.Steps = "terms", nil, 2
	s.Method, s.Steps = "gauss-newton", 10
	s.Terms = []string{"omega1^2", "omega2^2", "cos(theta1-theta2)*omega1*omega2", "cos(theta1)", "cos(theta2)"}
	e, err := fit(t, set, s).Explain(t.Context(), set, 0, 1)
	if err != nil || e.Trust.Parameters != 5 || e.Trust.Fixed != 4 || e.Trust.More != nil {
		t.Errorf("%+v, %+v, %v", e.Accuracy, e.Trust, err)
	}
}

// Small swings do not tell a harmonic from the next, nor what depends on velocities: whole turns would, as is said.
func TestMoreThanSmallSwings(t *testing.T) {
	s := quick()
	s.Model, s.Hidden, s.Method, s.Steps = "terms", nil, "gauss-newton", 10
	s.Terms = []string{"omega^2", "cos(theta)", "cos(2*theta)", "cos(theta)*omega^2"}
	m := fit(t, recording("pendulum", 12, 60, true, 0.05), s)
	small := recording("pendulum", 6, 60, true, 0.05)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range small.Trajectories {
		w := &small.Trajectories[i]
		for n := range w.T {
			q, v := 0.1*r.NormFloat64(), 0.3*r.NormFloat64()
			w.Q[n], w.V[n], w.A[n] = q, v, -9.8*math.Sin(q)+0.1*r.NormFloat64()
		}
	}
	e, err := m.Explain(t.Context(), small, 0, 1)
	if err != nil || e.Trust.More == nil || e.Trust.More.Recording != "whole turns of theta" ||
		e.Trust.Fixed != 1 || e.Trust.More.Fixed != 2 {
		t.Errorf("%+v, %+v, %+v, %v", e.Accuracy, e.Trust, e.Trust.More, err)
	}
}

// LaTeX has velocities as derivatives of their coordinates, and numbers as they are written by hand.
func TestTeX(t *testing.T) {
	set := recording("double-pendulum", 6, 40, true, 0.05)
	s := quick()
	s.Model, s.Hidden, s.Steps = "terms", nil, 2
	s.Terms = []string{"omega1^2", "omega2^2", "cos(theta1-2*theta2)*omega1*omega2"}
	m := fit(t, set, s)
	l := &lagrange.Lagrangian{Model: m, Terms: []lagrange.TermValue{
		{Term: "omega1^2", Value: -0.5003, SD: 0.001, Simple: "-1/2"},
		{Term: "cos(theta1-2*theta2)*omega1*omega2", Value: 1.5e-7},
		{Term: "1/theta1^2*omega2^2", Value: 1, Unit: "c/(m^2 s)"},
	}}
	const want = `L = -\tfrac{1}{2}\,\dot{\theta_{1}}^2 + 1.5 \times 10^{-7}\,` +
		`\cos\left(\theta_{1}-2\,\theta_{2}\right)\,\dot{\theta_{1}}\,\dot{\theta_{2}} + ` +
		`1\,c/(\mathrm{m^{2}}\,\mathrm{s})\,\frac{1}{\theta_{1}^2}\,\dot{\theta_{2}}^2`
	if got := l.TeX(); got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
}

// An explanation has the deviations of the training, of friction that came out as none, too.
func TestDeviationsOfTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	swings := sim.Simulation{System: mech.Chain(1), Trajectories: 6, Steps: 100, Dt: 0.02, Seed: 3, Noise: 0.001}
	set, err := swings.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set = bare(set)
	m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "terms", Friction: model.AllFriction, Seed: 1,
		Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Explain(t.Context(), set, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	was, l := m.Record.Formula, e.Lagrangian
	none := 0
	for _, x := range []struct{ value, sd, of, want float64 }{
		{l.Forces.Viscous[0][0], l.ForceSD.Viscous[0][0], was.Viscous[0][0], was.SD.Viscous[0][0]},
		{l.Forces.Dry[0], l.ForceSD.Dry[0], was.Dry[0], was.SD.Dry[0]},
		{l.Forces.Drag[0], l.ForceSD.Drag[0], was.Drag[0], was.SD.Drag[0]},
	} {
		if x.value == 0 {
			none++
		}
		if math.Abs(x.value-x.of) > 1e-9*x.of || !(math.Abs(x.sd/x.want-1) < 1e-6) {
			t.Errorf("%g ± %g, after training %g ± %g", x.value, x.sd, x.of, x.want)
		}
	}
	if none == 0 || len(was.Unidentified) > 0 || strings.Contains(was.String(), "identifiable") {
		t.Errorf("%d kinds of friction are none: %s", none, was)
	}
	t.Log(was)
}
