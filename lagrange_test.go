package lagrange_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/ode"
	"lagrange/train"
)

// recording simulates trajectories of a system, of so many steps each; trajectory i has the time step dt[i mod
// len(dt)]. With accelerations, the true ones are recorded too.
func recording(name string, trajectories, steps int, accelerations bool, dt ...float64) *data.Set {
	system, err := mech.Lookup(name)
	if err != nil {
		panic(err)
	}
	d, set := system.Dim(), &data.Set{Time: "t", Columns: []data.Column{{Name: "t", Unit: "s", Role: data.RoleTime}}}
	for _, c := range system.About().Coordinates {
		q := data.Coordinate{Name: c.Name, Unit: c.Unit, Velocity: c.VelocityName}
		if c.Angle {
			q.Period = 2 * math.Pi
		}
		set.Coordinates = append(set.Coordinates, q)
	}
	field := func(_ float64, x, dx []float64) { copy(dx, x[d:]); system.Accel(x[:d], x[d:], dx[d:]) }
	for i := range trajectories {
		t, x := data.Trajectory{}, make([]float64, 2*d)
		system.Start(rand.New(rand.NewPCG(1, uint64(i))), x[:d], x[d:])
		for n := range steps + 1 {
			t.T = append(t.T, float64(n)*dt[i%len(dt)])
		}
		r, err := ode.Solve(context.Background(), field, x, t.T, ode.Options{Method: ode.Dop853, RTol: 1e-10,
			ATol: 1e-10})
		if err != nil {
			panic(err)
		}
		for n := range t.T {
			x, a := r.X[2*d*n:2*d*(n+1)], make([]float64, d)
			t.Q, t.V = append(t.Q, x[:d]...), append(t.V, x[d:]...)
			if accelerations {
				system.Accel(x[:d], x[d:], a)
				t.A = append(t.A, a...)
			}
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// driven is an oscillator q̈ = −q + u under the constant forces u = i/4 of its trajectories, q = u + (1 − u) cos t.
func driven() *data.Set {
	set := &data.Set{
		Time: "t", Inputs: []string{"F"}, Coordinates: []data.Coordinate{{Name: "x", Velocity: "v"}},
		Columns: []data.Column{{Name: "t", Unit: "s", Role: data.RoleTime}},
	}
	for i := range 9 {
		t, u := data.Trajectory{ID: string(rune('a' + i))}, float64(i)/4
		for n := range 41 {
			s, c := math.Sincos(float64(n) / 10)
			t.T, t.U = append(t.T, float64(n)/10), append(t.U, u)
			t.Q, t.V = append(t.Q, u+(1-u)*c), append(t.V, (u-1)*s)
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// quick are settings for a model that is barely trained.
func quick() lagrange.Settings {
	return lagrange.Settings{Hidden: []int{8}, Method: train.Adam, Steps: 10, Batch: 16, Seed: 5, Workers: 2}
}

// pushed are settings for a model that has learned that forces matter: without training their gains are 0.
func pushed() lagrange.Settings {
	s := quick()
	s.Steps, s.Rate = 100, 0.02
	return s
}

func fit(t *testing.T, set *data.Set, s lagrange.Settings) *lagrange.Model {
	t.Helper()
	m, err := lagrange.Fit(t.Context(), set, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// same says whether two slices agree in every bit.
func same(x, y []float64) bool {
	return slices.EqualFunc(x, y, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

func TestSaveLoad(t *testing.T) {
	set := driven()
	s := quick()
	s.Friction = "both"
	m := fit(t, set, s)
	s.Model = "nn"
	m.Baseline = fit(t, set, s)
	path := filepath.Join(t.TempDir(), "a.lagrange")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := lagrange.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if back.Baseline == nil || back.Baseline.Baseline != nil {
		t.Fatal("the baseline is not what it was")
	}
	for a, b := m, back; a != nil; a, b = a.Baseline, b.Baseline {
		if !same(a.Theta(), b.Theta()) || !reflect.DeepEqual(a.Spec(), b.Spec()) || !reflect.DeepEqual(a.Record,
			b.Record) {
			t.Errorf("%s: %+v %+v\nreads back as %+v %+v", a.Spec().Family, a.Spec(), a.Record, b.Spec(), b.Record)
		}
		q, v, u := []float64{0.3}, []float64{-0.7}, []float64{0.2}
		if !same(a.Accel(q, v, u), b.Accel(q, v, u)) {
			t.Errorf("%s accelerates differently", a.Spec().Family)
		}
	}
	again := filepath.Join(t.TempDir(), "b.lagrange")
	if err := back.Save(again); err != nil {
		t.Fatal(err)
	}
	x, _ := os.ReadFile(path)
	if y, err := os.ReadFile(again); err != nil || !bytes.Equal(x, y) {
		t.Errorf("saved again, the file differs: %d and %d bytes, %v", len(x), len(y), err)
	}
}

// The momentum of a cyclic coordinate is conserved by construction, however little the model has learned; that of the
// same coordinate in a model that may depend on it is not.
func TestCyclic(t *testing.T) {
	set := recording("kepler", 12, 30, true, 0.05)
	for _, cyclic := range []bool{true, false} {
		s := quick()
		if cyclic {
			s.Cyclic = []string{"phi"}
		}
		m := fit(t, set, s)
		q, v := set.Trajectories[0].Q[:2], set.Trajectories[0].V[:2]
		path, err := m.Rollout(t.Context(), q, v, nil, []float64{0, 0.5, 1, 1.5, 2},
			lagrange.RolloutOptions{RTol: 1e-11, ATol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		p0, ok := m.Momentum(q, v, nil)
		E0, _ := m.Energy(q, v, nil)
		var dp [2]float64
		dE := 0.0
		for n := range path.T {
			p, _ := m.Momentum(path.Q[2*n:2*n+2], path.V[2*n:2*n+2], nil)
			E, _ := m.Energy(path.Q[2*n:2*n+2], path.V[2*n:2*n+2], nil)
			dE = max(dE, math.Abs(E-E0))
			for i := range dp {
				dp[i] = max(dp[i], math.Abs(p[i]-p0[i]))
			}
		}
		if !ok || cyclic != (dp[1] < 1e-8) || dp[0] < 1e-4 || !(dE < 1e-8) {
			t.Errorf("cyclic %v: the momenta of r and φ change by %.3g, the energy by %.3g", cyclic, dp, dE)
		}
	}
}

func TestRolloutSet(t *testing.T) {
	for name, set := range map[string]*data.Set{"free": recording("kepler", 9, 30, false, 0.05), "driven": driven()} {
		m := fit(t, set, quick())
		out, err := m.RolloutSet(t.Context(), set, lagrange.RolloutOptions{RTol: 1e-11, ATol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(out.Coordinates, set.Coordinates) || !reflect.DeepEqual(out.Columns, set.Columns) ||
			!slices.Equal(out.Inputs, set.Inputs) || len(out.Trajectories) != len(set.Trajectories) {
			t.Fatalf("%s: %d trajectories of other columns", name, len(out.Trajectories))
		}
		d, f := set.D(), set.M()
		for i, w := range set.Trajectories {
			r := out.Trajectories[i]
			if r.ID != w.ID || !same(r.T, w.T) || !same(r.U, w.U) || !same(r.Q[:d], w.Q[:d]) || !same(r.V[:d],
				w.V[:d]) || len(r.Q) != len(w.Q) || len(r.V) != len(w.V) {
				t.Fatalf("%s: trajectory %d does not keep its times, forces and first state", name, i)
			}
			// under forces that are constant it is a roll-out
			one, err := m.Rollout(t.Context(), w.Q[:d], w.V[:d], w.U[:f], w.T, lagrange.RolloutOptions{RTol: 1e-11,
				ATol: 1e-11})
			if err != nil {
				t.Fatal(err)
			}
			for n := range one.Q {
				if e := math.Abs(one.Q[n] - r.Q[n]); !(e < 1e-7) {
					t.Fatalf("%s: trajectory %d is %g off its own roll-out at %d", name, i, e, n)
				}
			}
		}
		if same(out.Trajectories[1].Q, set.Trajectories[1].Q) {
			t.Errorf("%s: the motion is the recorded one", name)
		}
	}
}

// Twelve trajectories of one window each: j mod 3 = 2 is held out, four of them. Of a recording that is new, all are
// used.
func TestEvaluate(t *testing.T) {
	set, other := recording("pendulum", 12, 30, true, 0.05), recording("pendulum", 12, 30, true, 0.06)
	m := fit(t, set, quick())
	s := quick()
	s.Model = "nn"
	m.Baseline = fit(t, set, s)
	for _, c := range []struct {
		set     *data.Set
		heldOut bool
		windows int
		horizon float64
	}{{set, true, 4, 0}, {other, false, 12, 1.5}, {set, true, 12, 0.5}} {
		e, err := m.Evaluate(t.Context(), c.set, c.horizon)
		if err != nil {
			t.Fatal(err)
		}
		if e.HeldOut != c.heldOut || e.Windows != c.windows || len(e.Models) != 3 || e.Mass == nil ||
			e.EnergyDrift == nil {
			t.Errorf("want held out %v, %d windows: got %+v", c.heldOut, c.windows, e)
		}
		for _, name := range []string{"lnn", "nn", "constant_velocity"} {
			if r := e.Models[name]; len(r.RMSEQ) != 1 || !(r.RMSEQ[0] > 0 && r.RMSEQ[0] < 100) {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if x := *e.EnergyDrift; !(x < 1e-3) {
			t.Errorf("the learned energy drifts by %g", x)
		}
	}
	if _, err := m.Evaluate(t.Context(), set, 100); err == nil || !strings.Contains(err.Error(), "shorter --horizon") {
		t.Errorf("a window longer than the recording: %v", err)
	}
	if _, err := m.Evaluate(t.Context(), driven(), 0); err == nil || !strings.Contains(err.Error(), "--u") {
		t.Errorf("a recording with a force: %v", err)
	}
}

// A run that is cancelled and goes on is, to the last bit, the run that nobody disturbed.
func TestResume(t *testing.T) {
	set := recording("pendulum", 12, 30, true, 0.05)
	s := quick()
	s.Steps = 40
	calm := fit(t, set, s)
	s.Checkpoint, s.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	for _, stop := range []int{7, 8, 33} {
		ctx, cancel := context.WithCancel(t.Context())
		s.On = func(p lagrange.Progress) {
			if p.Step == stop {
				cancel()
			}
		}
		if m, err := lagrange.Fit(ctx, set, s); m != nil || !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled after step %d: %v, %v", stop, m, err)
		}
	}
	first := 0
	s.On = func(p lagrange.Progress) {
		if p.Stage != "accelerations" {
			t.Errorf("step %d has the loss of %q", p.Step, p.Stage)
		}
		if first == 0 {
			first = p.Step
		}
	}
	m := fit(t, set, s)
	if first != 34 {
		t.Errorf("went on with step %d after 33", first)
	}
	if !same(m.Theta(), calm.Theta()) || m.Record.Validation != calm.Record.Validation {
		t.Error("the run that was interrupted differs")
	}
	s.Loss = "l1"
	if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), "leave out --resume") {
		t.Errorf("going on with another loss: %v", err)
	}
}

// What is wrong with the settings is an error that names the way out.
func TestWrongSettings(t *testing.T) {
	set := recording("pendulum", 12, 30, false, 0.05)
	for wayOut, wrong := range map[string]func(*lagrange.Settings){
		"huber":                func(s *lagrange.Settings) { s.Loss = "l3" },
		"there are lnn":        func(s *lagrange.Settings) { s.Model = "gnn" },
		"softplus":             func(s *lagrange.Settings) { s.Activation = "soft" },
		"viscous":              func(s *lagrange.Settings) { s.Friction = "wet" },
		"there are [theta]":    func(s *lagrange.Settings) { s.Cyclic = []string{"phi"} },
		"like 64x2":            func(s *lagrange.Settings) { s.Hidden = []int{0} },
		"1 to 16384":           func(s *lagrange.Settings) { s.Hidden = []int{1 << 40} },
		"use a horizon of 1.5": func(s *lagrange.Settings) { s.Horizon = 10 },
		"positive":             func(s *lagrange.Settings) { s.Horizon = -1 },
		"shorter --horizon":    func(s *lagrange.Settings) { s.Window = 31 },
	} {
		s := quick()
		wrong(&s)
		if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), wayOut) {
			t.Errorf("want %q, got %v", wayOut, err)
		}
	}
}

// Recordings with different time steps train together, by accelerations and by windows.
func TestTimeSteps(t *testing.T) {
	for _, accelerations := range []bool{true, false} {
		set := recording("pendulum", 12, 60, accelerations, 0.02, 0.05)
		s := quick()
		s.Steps, s.Horizon, s.Rate = 60, 0.5, 1e-2
		m := fit(t, set, s)
		e, err := m.Evaluate(t.Context(), set, 0)
		if err != nil {
			t.Fatal(err)
		}
		if x, still := e.Models["lnn"].RMSEQ[0], e.Models["constant_velocity"].RMSEQ[0]; !(x < still) {
			t.Errorf("accelerations %v: no better (%.3g) than constant velocity (%.3g)", accelerations, x, still)
		}
	}
}

// Settings that cannot be meant are refused with an error, before anything is trained.
func TestSettingsOutOfRange(t *testing.T) {
	set := driven()
	for _, s := range []lagrange.Settings{{Steps: -1}, {Steps: 5, Window: -3}, {Steps: 5, Batch: -1},
		{Steps: 5, Workers: -1}, {Steps: 5, Rate: -1}, {Steps: 5, Rate: math.NaN()}} {
		if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// Networks learn accelerations without noise in seconds, by default and by Gauss–Newton: steps of Adam, or a convex
// start, then second-order ones with the mass matrix held definite.
func TestLearnsAccelerations(t *testing.T) {
	if testing.Short() {
		t.Skip("a training of seconds")
	}
	set := recording("double-pendulum", 40, 50, true, 0.05)
	for _, c := range []struct {
		asked, method string
		steps         int
	}{{"", train.Kaczmarz, 600}, {train.GaussNewton, train.GaussNewton, 60}} {
		m := fit(t, set, lagrange.Settings{Model: "lnn", Method: c.asked, Steps: c.steps, Seed: 1})
		r := m.Record
		last := r.Mass[len(r.Mass)-1]
		if r.Method != c.method || m.Spec().Head != "quadratic" || last.NotPositive > 0 || r.Skipped > 0 ||
			!(r.Validation < 1e-4) {
			t.Errorf("%s, %s: validation %.2g, %+v, %d skipped", r.Method, m.Spec().Head, r.Validation, last,
				r.Skipped)
		}
	}
}

// Steps of Adam lead to where Gauss and Newton's few are enough, from every seed.
func TestStart(t *testing.T) {
	if testing.Short() {
		t.Skip("a training of seconds")
	}
	set := recording("cart-pole", 40, 50, true, 0.05)
	for seed := range uint64(3) {
		r := fit(t, set, lagrange.Settings{Method: train.GaussNewton, Steps: 10, Seed: seed}).Record
		if !(r.Validation < 1e-3) {
			t.Errorf("seed %d: validation %.2g", seed, r.Validation)
		}
	}
}

// A net is as wide as the rows bear.
func TestWidths(t *testing.T) {
	for rows, want := range map[int]int{10: 8, 60: 12, 700: 20} { // of each of 30 trajectories
		m := fit(t, recording("pendulum", 30, rows+30, true, 0.05), lagrange.Settings{Model: "lnn", Steps: 1,
			Seed: 1})
		if h := m.Spec().Hidden; len(h) != 2 || h[0] != want {
			t.Errorf("%d rows: %v, want %d", 30*(rows+30), h, want)
		}
	}
}
