package fit

import (
	"context"
	"errors"
	"math"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/sim"
)

// absolute has an arm tell the angles of its links, and the torques on them, in place of those of its joints.
func absolute(set *data.Set) *data.Set {
	out, d := *set, set.D()
	out.Trajectories = nil
	for _, t := range set.Trajectories {
		k := data.Trajectory{ID: t.ID, T: t.T}
		for n := range t.T {
			var q, v, a float64
			for i := n * d; i < (n+1)*d; i++ {
				q, v, a = q+t.Q[i], v+t.V[i], a+t.A[i]
				u := t.U[i] // less that of the joint behind the link
				if i+1 < (n+1)*d {
					u -= t.U[i+1]
				}
				k.Q, k.V, k.A, k.U = append(k.Q, q), append(k.V, v), append(k.A, a), append(k.U, u)
			}
		}
		out.Trajectories = append(out.Trajectories, k)
	}
	return &out
}

// offTorques is how far the torques of a model are off on a recording, over their own size.
func offTorques(t *testing.T, m *model.Model[float64], set *data.Set) float64 {
	t.Helper()
	d, off, all := set.D(), 0.0, 0.0
	tape, Q, u := m.Tape(1), make([]float64, set.D()), make([]float64, set.D())
	inverse, ok := model.As[model.InverseDynamics[float64]](tape)
	if !ok {
		t.Fatal("no inverse dynamics")
	}
	for _, w := range set.Trajectories {
		for n := range w.T {
			lo, hi := n*d, (n+1)*d
			inverse.Force(w.Q[lo:hi], w.V[lo:hi], u, w.A[lo:hi], Q)
			for i, tau := range inverse.Motors(Q) {
				off, all = off+(tau-w.U[lo+i])*(tau-w.U[lo+i]), all+w.U[lo+i]*w.U[lo+i]
			}
		}
	}
	return math.Sqrt(off / all)
}

// An arm is learned to many digits before the first step, by the angles of its joints and by those of its links, from
// as many rows of a long recording as of a short one.
func TestArmByItsLinks(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	test := sim.Arm{Joints: 4, Rows: 200, Trajectories: 4, Dt: 0.1, Seed: 2}.Run()
	samples := 0
	for _, rows := range []int{4000, 20_000} {
		set := sim.Arm{Joints: 4, Rows: rows, Trajectories: 20, Dt: 0.05, Seed: 1, Digits: 12}.Run()
		for name, of := range map[string]func(*data.Set) *data.Set{
			"joints": func(s *data.Set) *data.Set { return s }, "links": absolute,
		} {
			if name == "links" && rows > 4000 {
				continue
			}
			f, err := newProblem(t.Context(), of(set), Options{Steps: 1, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if f.spec.Family != "terms" || f.guessed.theta == nil {
				t.Fatalf("%s, %d rows: a %s", name, rows, f.spec.Family)
			}
			m, err := model.With(f.spec, f.guessed.theta)
			if err != nil {
				t.Fatal(err)
			}
			if off := offTorques(t, m, of(test)); !(off < 1e-8) {
				t.Errorf("%s, %d rows: torques are off by %.2g of their size", name, rows, off)
			}
			if samples == 0 {
				samples = f.guessed.guess.Samples
			}
			if n := f.guessed.guess.Samples; n != samples || n >= 4000 {
				t.Errorf("%s: the guess saw %d of %d rows, and %d of others", name, n, rows, samples)
			}
		}
	}
}

// What nobody asked a sum of terms for, and what is no driven chain, is a network as it was.
func TestNoLinks(t *testing.T) {
	set := sim.Arm{Joints: 4, Rows: 1000, Trajectories: 10, Dt: 0.1, Seed: 1}.Run()
	undriven := *set
	undriven.Inputs = nil
	undriven.Trajectories = nil
	for _, w := range set.Trajectories {
		w.U = []float64{}
		undriven.Trajectories = append(undriven.Trajectories, w)
	}
	for name, c := range map[string]struct {
		set *data.Set
		o   Options
	}{
		"asked for":    {set, Options{Steps: 1, Model: "lnn"}},
		"no forces":    {&undriven, Options{Steps: 1}},
		"three joints": {sim.Arm{Joints: 3, Rows: 1000, Trajectories: 10, Dt: 0.1, Seed: 1}.Run(), Options{Steps: 1}},
	} {
		f, err := newProblem(t.Context(), c.set, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if f.spec.Family != DefaultModel {
			t.Errorf("%s: a %s", name, f.spec.Family)
		}
	}
}

// All that goes before the first step tells how far it is, takes no more steps for many rows, and ends when asked to.
func TestPreparing(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	set := sim.Arm{Joints: 7, Rows: 700, Trajectories: 7, Dt: 0.1, Seed: 1}.Run()
	for name, c := range map[string]struct {
		o   Options
		all int
	}{
		"terms of a chain of links": {Options{Steps: 1}, 1},
		"convex initialisation":     {Options{Steps: 1, Model: "lnn"}, wideRounds},
		"warm-up":                   {Options{Steps: 5, Model: "lnn"}, warmSteps[0]},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		last, end := 0, max(1, c.all/2)
		if name == "warm-up" { // to its end, behind which there is no other
			end, c.o.On = c.all, func(Progress) { cancel() }
		}
		c.o.Preparing = func(what string, done, all int) {
			if what != name {
				return
			}
			if done <= last || done > all || all != c.all {
				t.Errorf("%s: %d of %d after %d, of %d", name, done, all, last, c.all)
			}
			if last = done; done == end && end < c.all || c.all == 1 {
				cancel()
			}
			if done > end {
				t.Errorf("%s goes on after the end", name)
			}
		}
		if _, err := Train(ctx, set, c.o); !errors.Is(err, context.Canceled) || last == 0 {
			t.Errorf("%s, %d done: %v", name, last, err)
		}
		cancel()
	}
}
