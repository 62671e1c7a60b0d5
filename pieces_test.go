package lagrange_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
)

// A recording in pieces of five rows, and a short one in a single piece, are learned from without a word about the
// horizon: it is what they bear.
func TestHorizonOfShortPieces(t *testing.T) {
	for name, c := range map[string]struct {
		set  *data.Set
		want float64
	}{
		"pieces of five rows": {recording("pendulum", 40, 4, false, 0.05), 4 * 0.05},
		"forty rows":          {recording("pendulum", 1, 39, false, 0.05), 4 * 0.05}, // whole steps below a ninth
		"long ones":           {recording("pendulum", 9, 30, false, 0.05), 25 * 0.05},
	} {
		m, err := lagrange.Fit(t.Context(), c.set, quick())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := m.Record.Horizon; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: a horizon of %g, not %g", name, got, c.want)
		}
	}
}

// Exact states of a mechanism whose Lagrangian is in the library are learned by a sum of terms, from few and short
// pieces to many digits, and windows with noise closer than by a network. What is not in the library, and what was
// asked for, are left to a network.
func TestTermsOfExactStates(t *testing.T) {
	chain := recording("double-pendulum", 60, 4, false, 0.03)
	s := lagrange.Settings{Steps: 2, Seed: 1, Workers: 2}
	m := fit(t, chain, s)
	if got := m.Spec().Family; got != "terms" {
		t.Fatalf("a %s learns exact states: %v", got, m.Record.Plan.Line("model"))
	}
	if e := missed(m, recording("double-pendulum", 9, 30, true, 0.03)); !(e < 1e-5) {
		t.Errorf("accelerations are off by %.2g", e)
	}
	asked, net, windows := s, s, s
	asked.Model, asked.Hidden, net.Hidden, windows.Objective = "lnn", []int{6}, []int{6}, lagrange.Windows
	swings := noisy(recording("pendulum", 9, 30, false, 0.05), 0.1)
	exact := recording("pendulum", 9, 30, true, 0.05)
	if m := fit(t, swings, windows); m.Spec().Family != "terms" || !(missed(m, exact) < 0.1) {
		t.Errorf("of windows with noise a %s learns: %v", m.Spec().Family, m.Record.Plan.Line("model"))
	}
	for name, c := range map[string]struct {
		set *data.Set
		s   lagrange.Settings
	}{
		"a network is asked for": {chain, asked},
		"a net is given":         {chain, net},
		"no term is right":       {bent(t), s},
	} {
		if name == "no term is right" && testing.Short() {
			continue // a search for a good guess takes seconds
		}
		if got := fit(t, c.set, c.s).Spec().Family; got != "lnn" {
			t.Errorf("%s: a %s learns", name, got)
		}
	}
}

// bent is a recording of q̈ = −tanh 3q, which no library has.
func bent(t *testing.T) *data.Set {
	t.Helper()
	b := &strings.Builder{}
	b.WriteString("run,t,q [m],v [m/s]\n")
	for i := range 9 {
		q, v := 0.3*float64(i+1), 0.0
		for n := range 40 {
			fmt.Fprintf(b, "%d,%v,%v,%v\n", i, 0.1*float64(n), q, v)
			for range 1000 {
				v -= 5e-5 * math.Tanh(3*q)
				q += 1e-4 * v
				v -= 5e-5 * math.Tanh(3*q)
			}
		}
	}
	s, err := data.ReadFrom(strings.NewReader(b.String()), "m.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A network of q alone learns the pieces of a mechanism where none that sees velocities has an excellent guess.
func TestNaturalNetworkOfPieces(t *testing.T) {
	if testing.Short() {
		t.Skip("four guesses take seconds")
	}
	set := recording("double-pendulum", 80, 4, false, 0.03)
	m := fit(t, set, lagrange.Settings{Model: "lnn", Steps: 1, Seed: 1, Workers: 2})
	if s := m.Spec(); !s.Natural {
		t.Errorf("learned by a net of %v, %s: %v", s.Hidden, s.Head, m.Record.Plan.Line("net"))
	}
	if e := missed(m, recording("double-pendulum", 9, 4, true, 0.03)); !(e < 0.1) {
		t.Errorf("accelerations are off by %.2g", e)
	}
}
