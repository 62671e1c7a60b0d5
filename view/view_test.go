package view

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
)

// pendulums is a recording of a system.
func pendulums(t testing.TB, n int, noise float64) *data.Set {
	t.Helper()
	set, err := sim.Simulation{System: mech.Chain(n), Trajectories: 9, Steps: 150, Dt: 0.02, Seed: 1, Noise: noise,
		Accelerations: noise == 0}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var learned = sync.OnceValues(func() (*lagrange.Model, error) {
	set, err := sim.Simulation{System: mech.Chain(1), Trajectories: 9, Steps: 150, Dt: 0.02, Seed: 1,
		Accelerations: true}.Run(context.Background())
	if err != nil {
		return nil, err
	}
	return lagrange.Fit(context.Background(), set, lagrange.Settings{Model: "lnn", Hidden: []int{8}, Steps: 15,
		Workers: 1, Friction: model.NoFriction, Horizon: 0.5, Seed: 1})
})

func pendulum(t testing.TB) *lagrange.Model {
	t.Helper()
	m, err := learned()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What is shown of a recording is the recording; of the true system, its motion; of the model, its roll-out.
func TestFollow(t *testing.T) {
	set, m := pendulums(t, 1, 0), pendulum(t)
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: m}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.truth == nil || s.truth.Name() != "pendulum" || s.drawing.Kind != Chain {
		t.Fatalf("the truth is %v, the drawing %v", s.truth, s.drawing)
	}
	got, err := s.Follow(t.Context(), 2, 0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Path{}
	for _, p := range got.Paths {
		by[p.Kind] = p
	}
	at := &set.Trajectories[2]
	if r := by[Recorded]; r.T[0] != at.T[25] || len(r.T) != 51 || r.Q[0][7] != at.Q[32] || r.V[0][7] != at.V[32] {
		t.Errorf("recorded: %d rows from %g", len(r.T), r.T[0])
	}
	// the true motion passes the recorded rows, to the tolerance of both times what errors grow by
	true := by[True]
	finer := (len(true.T) - 1) / 50
	for n := range 51 {
		if x := math.Abs(true.Q[0][n*finer] - at.Q[25+n]); x > 1e-5 || math.Abs(true.T[n*finer]-at.T[25+n]) > 1e-12 {
			t.Fatalf("the true motion is %g off after row %d", x, n)
		}
	}
	want, err := m.Rollout(t.Context(), at.Q[25:26], at.V[25:26], nil, true.T, lagrange.RolloutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range want.T {
		if x := math.Abs(want.Q[n] - by[Learned].Q[0][n]); x > 1e-5 {
			t.Fatalf("the learned motion is %g off after %d", x, n)
		}
	}
	if E, _ := m.Energy(at.Q[25:26], at.V[25:26], nil); E != by[Learned].Energy[0] {
		t.Errorf("learned energy %g, want %g", by[Learned].Energy[0], E)
	}
	if _, err := s.Follow(t.Context(), 9, 0, 0); err == nil {
		t.Error("there is no tenth trajectory")
	}
}

// From a start, all of the span is answered within what a hand bears.
func TestFrom(t *testing.T) {
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	m, err := s.From(t.Context(), Start{Q: Numbers{1}, V: Numbers{0}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("10 s in %v", time.Since(begin))
	if p := m.Paths[0]; p.Kind != Learned || len(p.T) != denseRows+1 || p.T[denseRows] != 10 || p.Problem != "" {
		t.Errorf("%s from 0 to %g: %s", p.Kind, p.T[len(p.T)-1], p.Problem)
	}
	for _, x := range []Start{{Q: Numbers{1, 2}, V: Numbers{0}}, {Q: Numbers{1}}, {}, {Q: Numbers{1}, V: Numbers{0},
		U: Numbers{3}}} {
		if _, err := s.From(t.Context(), x, 1); err == nil {
			t.Errorf("%v is taken", x)
		}
	}
	for _, span := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := s.From(t.Context(), Start{Q: Numbers{1}, V: Numbers{0}}, span); err == nil {
			t.Errorf("a span of %g is taken", span)
		}
	}
	// a state beyond all numbers is told, and is no crash
	if m, err = s.From(t.Context(), Start{Q: Numbers{1}, V: Numbers{1e300}}, 1); err != nil ||
		m.Paths[0].Problem == "" {
		t.Errorf("%v, %q", err, m.Paths[0].Problem)
	}
	if _, err := json.Marshal(m); err != nil {
		t.Error(err)
	}
}

// A good model is called good, one that has learned next to nothing is not to be trusted; each says until when its
// predictions hold.
func TestVerdicts(t *testing.T) {
	set := pendulums(t, 1, 0)
	judged := func(m *lagrange.Model) Verdict {
		s, err := New(t.Context(), "p", []Named{{Name: "p", Model: m}}, set, "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Verdicts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if text, err := json.Marshal(v); err != nil || !strings.Contains(string(text), "Predictions hold for") {
			t.Errorf("%s, %v", text, err)
		}
		return v[0]
	}
	if v := judged(pendulum(t)); v.Level != Good {
		t.Errorf("%+v", v)
	}
	poor, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "nn", Hidden: []int{3}, Steps: 1, Workers: 1,
		Friction: model.NoFriction, Horizon: 0.5, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := judged(poor); v.Level != Bad {
		t.Errorf("%+v", v)
	}
}

// Errors are drawn: those of the model lie below those of constant velocity, and what is left of an exact recording is
// little.
func TestPlots(t *testing.T) {
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, pendulums(t, 1, 0), "")
	if err != nil {
		t.Fatal(err)
	}
	plots, err := s.Plots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Plot{}
	for _, p := range plots {
		by[p.Name] = p
		if p.X == "" || p.Y == "" || p.Title == "" || p.Says == "" || len(p.Series) == 0 {
			t.Errorf("%+v", p)
		}
	}
	h := by["horizon"].Series
	last := len(h[0].Y) - 1
	if !(h[0].Y[last] < 0.1) || !(h[len(h)-1].Y[last] > 1) {
		t.Errorf("errors at the end: %g of %s, %g of %s", h[0].Y[last], h[0].Name, h[len(h)-1].Y[last],
			h[len(h)-1].Name)
	}
	for _, r := range by["residuals"].Series[0].Y {
		if math.Abs(r) > 0.05 {
			t.Fatalf("%g of the typical acceleration is left over", r)
		}
	}
	for _, w := range by["mass"].Series[1].Y {
		if !(w > 0) {
			t.Fatalf("an eigenvalue of %g", w)
		}
	}
}

// Recordings of noise are begun at smoothed states.
func TestSmoothed(t *testing.T) {
	set := pendulums(t, 1, 0.01)
	for i := range set.Trajectories {
		set.Trajectories[i].V = nil
	}
	set.Columns = nil
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Follow(t.Context(), 0, 0, 0); err != nil || len(m.Paths[0].V) != 1 || !s.About().Smoothed {
		t.Errorf("%v, %v", m.Paths, err)
	}
	v, err := s.Verdicts(t.Context())
	if err != nil || !strings.Contains(fmt.Sprint(v), "from filtered states") {
		t.Errorf("%+v, %v", v, err)
	}
}

// Whatever the family of a model, and how many networks, inputs and coordinates it has, it is looked at.
func TestFamilies(t *testing.T) {
	files, err := filepath.Glob("../testdata/models/*.model")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d models, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			m, err := lagrange.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := New(t.Context(), "m", []Named{{Name: "m", Model: m}}, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			a := s.About()
			got, err := s.From(t.Context(), a.Start, a.Span)
			if err != nil || len(got.Paths[0].Q) != m.D() || len(got.Paths[0].Q[0]) == 0 {
				t.Errorf("%v, %d paths", err, len(got.Paths))
			}
			v, err := s.Verdicts(t.Context())
			if err != nil || v[0].Level == Good || len(v[0].Facts) == 0 {
				t.Errorf("%v, %+v", err, v)
			}
			if text, err := json.Marshal([]any{a, got, v}); err != nil {
				t.Errorf("%s, %v", text, err)
			}
			t.Log(s.drawing, got.Paths[0].Problem)
		})
	}
}

// Models and recordings that do not belong together are refused.
func TestNew(t *testing.T) {
	if _, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, pendulums(t, 2, 0), ""); err == nil ||
		!strings.Contains(err.Error(), "theta1, theta2") {
		t.Error(err)
	}
	s, err := New(t.Context(), "dp", nil, pendulums(t, 2, 0), "")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Follow(t.Context(), 0, 0, 0); err != nil || len(m.Paths) != 2 {
		t.Errorf("%d paths, %v", len(m.Paths), err)
	}
}

// Between rows, times and inputs go by straight lines, and rows stay as they are.
func TestFiner(t *testing.T) {
	m, err := lagrange.Load("../testdata/models/delan-torque.model")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), "m", []Named{{Name: "m", Model: m}}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	d, f := m.D(), m.M()
	w := data.Trajectory{T: []float64{0, 1, 3}, Q: make([]float64, 3*d), V: make([]float64, 3*d),
		U: make([]float64, 3*f)}
	for i := range w.U {
		w.U[i] = float64(i * i)
	}
	fine := s.finer(w)
	if len(fine.T) != 2*mostFiner+1 || len(fine.U) != f*len(fine.T) || len(fine.Q) != d*len(fine.T) {
		t.Fatalf("%d times, %d inputs", len(fine.T), len(fine.U))
	}
	for n, at := range fine.T {
		c := float64(n%mostFiner) / mostFiner
		i := n / mostFiner
		next := min(i+1, 2)
		if want := w.T[i] + c*(w.T[next]-w.T[i]); math.Abs(at-want) > 1e-12 {
			t.Errorf("time %d is %g, want %g", n, at, want)
		}
		for j := range f {
			want := w.U[i*f+j] + c*(w.U[next*f+j]-w.U[i*f+j])
			if x := fine.U[n*f+j]; math.Abs(x-want) > 1e-12 {
				t.Errorf("input %d at %g is %g, want %g", j, at, x, want)
			}
		}
	}
}

// A thinned curve has the ends and the extremes of the whole, in order, and a row of a hundred thousand is thinned.
func TestThinned(t *testing.T) {
	n := 100_000
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(i), math.Sin(float64(i)*0.01)
	}
	y[54_321], y[77_777] = 9, -9
	tx, ty := Thinned(x, y, 500)
	if len(tx) > 1002 || len(tx) != len(ty) || tx[0] != 0 || tx[len(tx)-1] != x[n-1] {
		t.Fatalf("%d points from %g to %g", len(tx), tx[0], tx[len(tx)-1])
	}
	high, low := math.Inf(-1), math.Inf(1)
	for i := range tx {
		if i > 0 && !(tx[i] > tx[i-1]) {
			t.Fatalf("point %d is at %g after %g", i, tx[i], tx[i-1])
		}
		high, low = max(high, ty[i]), min(low, ty[i])
	}
	if high != 9 || low != -9 {
		t.Errorf("from %g to %g", low, high)
	}
	if tx, _ := Thinned(x[:100], y[:100], 500); len(tx) != 100 {
		t.Errorf("%d of 100", len(tx))
	}
}

func TestNumbers(t *testing.T) {
	text, err := json.Marshal(Numbers{1, math.NaN(), -1.0 / 3, math.Inf(1), 1e-9, 0})
	if err != nil || string(text) != "[1,null,-0.3333333,null,1e-09,0]" {
		t.Errorf("%s, %v", text, err)
	}
	if text, _ = json.Marshal(Numbers(nil)); string(text) != "[]" {
		t.Errorf("%s", text)
	}
}

func TestDrawing(t *testing.T) {
	coordinates := func(names ...string) *data.Set {
		s := &data.Set{}
		for _, n := range names {
			c := data.Coordinate{Name: n}
			if strings.HasPrefix(n, "t") || n == "phi" {
				c.Period = 2 * math.Pi
			}
			s.Coordinates = append(s.Coordinates, c)
		}
		return s
	}
	for _, c := range []struct {
		text, names, want string
	}{
		{"", "theta", Chain}, {"", "theta1 theta2 theta3", Chain}, {"", "x theta", CartPole}, {"", "q", Spring},
		{"", "r phi", Polar}, {"", "theta phi", Spherical}, {"", "x1 y1 x2 y2", Bodies}, {"", "x y", Bodies},
		{"", "a b", Bars}, {"", "s1 s2 s3 s4 s5 s6 s7 s8", Ring}, {"cartpole:b,a", "a b", CartPole},
		{"joints", "theta1 theta2", Joints}, {"cartpole:a", "a b", ""}, {"bodies:a", "a b", ""}, {"wheel", "a", ""},
		{"chain:c", "a", ""},
	} {
		d, err := ParseDrawing(c.text, coordinates(strings.Fields(c.names)...))
		if (err != nil) != (c.want == "") || err == nil && d.Kind != c.want {
			t.Errorf("%q of %s: %v, %v", c.text, c.names, d, err)
		}
		if c.text == "cartpole:b,a" && (d.Of[0] != 1 || d.Of[1] != 0) {
			t.Errorf("%v", d)
		}
	}
}
