package lagrange_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
)

// positions are swings of a double pendulum, the angles alone with noise.
func positions(t *testing.T, trajectories, steps int, sigma float64) *data.Set {
	t.Helper()
	s := sim.Simulation{System: mech.Chain(2), Trajectories: trajectories, Steps: steps, Dt: 0.02, Seed: 3,
		Noise: sigma}
	set, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bare(set)
}

// bare is a recording without its velocities.
func bare(set *data.Set) *data.Set {
	out := *set
	out.Trajectories = nil
	for _, w := range set.Trajectories {
		w.V, w.A = nil, nil
		out.Trajectories = append(out.Trajectories, w)
	}
	out.Columns = nil
	for _, c := range set.Columns {
		if c.Role != data.RoleV && c.Role != data.RoleA {
			out.Columns = append(out.Columns, c)
		}
	}
	return &out
}

// accelError is |a − a*| over |a*| of a double pendulum, in the root mean square over states of gentle motion.
func accelError(m *lagrange.Model) float64 {
	s, r := mech.Chain(2), rand.New(rand.NewPCG(9, 9))
	q, v, a := make([]float64, 2), make([]float64, 2), make([]float64, 2)
	var off, size float64
	for range 200 {
		s.Start(r, q, v)
		s.Accel(q, v, a)
		for i, x := range m.Accel(q, v, nil) {
			off, size = off+(x-a[i])*(x-a[i]), size+a[i]*a[i]
		}
	}
	return math.Sqrt(off / size)
}

// Angles alone, with noise of 0.01 rad, are enough: the ladder takes the sum of terms, which is down to the noise, and
// its accelerations are right to a few thousandths, those of a network to a few hundredths. The same seed gives the
// same.
func TestPositionsAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	set := positions(t, 12, 200, 0.01)
	ladder, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := ladder.Spec().Family; got != "terms" {
		t.Errorf("the ladder ends at %s: %v", got, ladder.Record.Plan.Line("model"))
	}
	if e := accelError(ladder); !(e < 0.02) {
		t.Errorf("accelerations of the sum of terms are %g off", e)
	}
	s := lagrange.Settings{Seed: 1, Workers: 2, Model: "lnn", Friction: model.NoFriction}
	net, err := lagrange.Fit(t.Context(), set, s)
	if err != nil {
		t.Fatal(err)
	}
	few := positions(t, 9, 60, 0.01)
	s.Model, s.Steps = "terms", 1
	once, err := lagrange.Fit(t.Context(), few, s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := lagrange.Fit(t.Context(), few, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range again.Theta() {
		if x != once.Theta()[i] {
			t.Fatalf("parameter %d is %v, then %v", i, once.Theta()[i], x)
		}
	}
	if e := accelError(net); !(e < 0.15) {
		t.Errorf("accelerations of the network are %g off", e)
	}
	e, err := ladder.Evaluate(t.Context(), set, 0)
	if err != nil || !e.Smoothed || !e.HeldOut {
		t.Errorf("measured on positions alone: %+v, %v", e, err)
	}
	out, err := ladder.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
	if err != nil || out.Rows() != set.Rows() {
		t.Errorf("rolled out from positions alone: %v", err)
	}
}

// Less noise never makes a network worse: without any, all candidates once looked equally lost in units of the noise,
// and none was shot with.
func TestPositionsWithoutNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	off := map[float64]float64{}
	for _, sigma := range []float64{0, 1e-3} {
		s := sim.Simulation{System: mech.Chain(1), Trajectories: 12, Steps: 100, Dt: 0.02, Seed: 3, Noise: sigma}
		set, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		m, err := lagrange.Fit(t.Context(), bare(set), lagrange.Settings{Seed: 1, Workers: 2, Model: "lnn",
			Hidden: []int{20}, Friction: model.NoFriction})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range set.Trajectories {
			for n, q := range w.Q {
				e := m.Accel([]float64{q}, []float64{w.V[n]}, nil)[0] + 9.8*math.Sin(q)
				off[sigma] += e * e
			}
		}
		if m.Record.Doubt != "" {
			t.Errorf("σ = %g: in doubt, %s", sigma, m.Record.Doubt)
		}
	}
	if off[0] > off[1e-3] {
		t.Errorf("accelerations are %g off without noise, %g with noise of 0.001 rad", off[0], off[1e-3])
	}
}

// What cannot be learned from positions alone is refused in words.
func TestPositionsRefused(t *testing.T) {
	set := positions(t, 3, 100, 0.01)
	still := positions(t, 3, 100, 0)
	for i := range still.Trajectories {
		q := still.Trajectories[i].Q
		for n := range q {
			q[n] = q[n%2]
		}
	}
	few := positions(t, 9, 4, 0.01)
	for want, c := range map[string]struct {
		set *data.Set
		s   lagrange.Settings
	}{
		"momenta":                {set, lagrange.Settings{Model: "hnn"}},
		"has no velocities":      {set, lagrange.Settings{Objective: lagrange.Windows}},
		"never moves":            {still, lagrange.Settings{Model: "terms"}},
		"no stretch":             {few, lagrange.Settings{Model: "terms", Horizon: 0.04}},
		"a sum of terms has non": {set, lagrange.Settings{Model: "terms", Hidden: []int{3}}},
	} {
		if _, err := lagrange.Fit(t.Context(), c.set, c.s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
