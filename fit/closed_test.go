package fit

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
	"lagrange/train"
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

// simulated is a simulation of a system.
func simulated(t *testing.T, system string, s sim.Simulation) *data.Set {
	t.Helper()
	var err error
	if s.System, err = mech.Lookup(system); err != nil {
		t.Fatal(err)
	}
	set, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// recorded is a recording of a system with accelerations, with so much noise on them, over their size.
func recorded(t *testing.T, system string, noise float64) *data.Set {
	t.Helper()
	set := simulated(t, system, sim.Simulation{Trajectories: 8, Steps: 100, Dt: 0.04, Accelerations: true, Seed: 3})
	r, scale := rand.New(rand.NewPCG(1, 2)), set.Scales()
	for _, k := range set.Trajectories {
		for i := range k.A {
			k.A[i] += noise * scale.A[i%set.D()] * r.NormFloat64()
		}
	}
	return set
}

// offAccelerations is how far the accelerations of a model are off those of a recording, over their own size.
func offAccelerations(t *testing.T, m *model.Model[float64], set *data.Set) float64 {
	t.Helper()
	o := accelerations(set, train.L2)
	still, err := model.New[float64](model.Spec{Family: BaselineModel, Hidden: []int{1}, Activation: "softplus",
		Coordinates: m.Spec.Coordinates}, 0)
	if err != nil {
		t.Fatal(err)
	}
	clear(still.Theta)
	return math.Sqrt(train.MeanLoss(o, m) / train.MeanLoss(o, still))
}

// guessedBy wants the guess of a sum of terms of a library, off by less than that of the accelerations of a system.
func guessedBy(t *testing.T, f *problem, system, title string, most float64) {
	t.Helper()
	l := f.plan.Line("model")
	if f.spec.Family != "terms" || f.guessed.theta == nil || !strings.HasPrefix(l.Reason, "of "+title+", leaves") {
		t.Errorf("%s: a %s, %+v", system, f.spec.Family, l)
		return
	}
	m, err := model.With(f.spec, f.guessed.theta)
	if err != nil {
		t.Fatal(err)
	}
	if off := offAccelerations(t, m, recorded(t, system, 0)); !(off < most) {
		t.Errorf("%s: accelerations are off by %.2g of their size", system, off)
	}
}

// Accelerations of which a library has the Lagrangian are learned to many digits before the first step.
func TestLibraries(t *testing.T) {
	for system, title := range map[string]string{
		"spring":          "the simplest library",
		"wave-5":          "masses and springs",
		"double-pendulum": "the default library",
		"kepler":          "the default library, 1/q and 1/q²",
		"two-body":        "the distances between points",
		"three-body":      "the distances between points",
		"chain-4":         "the angles between links",
	} {
		f, err := newProblem(t.Context(), recorded(t, system, 0), Options{Steps: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		guessedBy(t, f, system, title, 1e-5)
		if k := f.plan.Line("friction"); k.Choice != "none" || k.Reason != "it leaves next to nothing without" {
			t.Errorf("%s: %+v", system, k)
		}
	}
}

// So it is on windows of clean motion, from the velocities alone.
func TestLibrariesOnWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	for system, title := range map[string]string{
		"kepler":   "the default library, 1/q and 1/q²",
		"wave-5":   "masses and springs",
		"two-body": "the distances between points",
	} {
		set := recorded(t, system, 0)
		for i := range set.Trajectories {
			set.Trajectories[i].A = nil
		}
		f, err := newProblem(t.Context(), set, Options{Steps: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		guessedBy(t, f, system, title, 1e-3)
	}
}

// What is damped is learned as closely with the friction that was found, and no network is trained beside it.
func TestLibraryWithFriction(t *testing.T) {
	set := recorded(t, "spring", 0)
	const c = 0.1 // q̈ = −q − 2c q̇
	ω := math.Sqrt(1 - c*c)
	for k := range set.Trajectories {
		w, amplitude := &set.Trajectories[k], 1+0.1*float64(k)
		for n, s := range w.T {
			sin, cos := math.Sincos(ω * s)
			q := amplitude * math.Exp(-c*s) * cos
			w.Q[n], w.V[n] = q, -c*q-amplitude*math.Exp(-c*s)*ω*sin
			w.A[n] = -q - 2*c*w.V[n]
		}
	}
	f, err := newProblem(t.Context(), set, Options{Steps: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	friction := f.plan.Line("friction").Choice
	if f.spec.Family != "terms" || friction != string(model.Viscous) || f.spec.Friction != model.Viscous ||
		f.tried != nil {
		t.Fatalf("a %s with friction %s, %+v", f.spec.Family, friction, f.tried)
	}
	m, err := model.With(f.spec, f.guessed.theta)
	if err != nil {
		t.Fatal(err)
	}
	if off := offAccelerations(t, m, set); !(off < 1e-6) {
		t.Errorf("accelerations are off by %.2g of their size", off)
	}
}

// Where anything is asked for that a sum of terms has not, or the recording has system parameters, it is a network.
func TestNoLibrary(t *testing.T) {
	exact := recorded(t, "pendulum", 0)
	for name, c := range map[string]struct {
		set *data.Set
		o   Options
	}{
		"asked for":         {exact, Options{Model: "lnn"}},
		"a layer":           {exact, Options{Hidden: []int{8}}},
		"an activation":     {exact, Options{Activation: "tanh"}},
		"an ensemble":       {exact, Options{Ensemble: 2}},
		"system parameters": {recorded(t, "relativistic", 0), Options{}},
		"many coordinates":  {recorded(t, "wave-50", 0), Options{}},
	} {
		c.o.Steps = 1
		f, err := newProblem(t.Context(), c.set, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if f.spec.Family != DefaultModel || f.tried != nil {
			t.Errorf("%s: a %s, %+v", name, f.spec.Family, f.tried)
		}
	}
}

// Of accelerations with noise the sum of terms is taken where a network does not predict clearly better what is held
// out, and is nearer the truth. Its steps are repeated to the bit.
func TestLibraryOrNetwork(t *testing.T) {
	noisy, truth := recorded(t, "cart-pole", 0.02), recorded(t, "cart-pole", 0)
	learn := func(set *data.Set, o Options) Network {
		o.Steps, o.Seed = cmp.Or(o.Steps, 60), 1
		r, err := Train(t.Context(), set, o)
		if err != nil {
			t.Fatal(err)
		}
		return r.Networks[0]
	}
	sum, network := learn(noisy, Options{}), learn(noisy, Options{Model: "lnn"})
	ours, theirs := offAccelerations(t, sum.Net, truth), offAccelerations(t, network.Net, truth)
	if n := sum.Record.Batch; n < noisy.Rows()/2 { // all that is learned from
		t.Errorf("%d of %d rows in a step", n, noisy.Rows())
	}
	if tried := sum.Record.Plan.Line("tried"); sum.Net.Spec.Family != "terms" || !(ours < 0.02 && ours < theirs) ||
		!strings.Contains(tried.Reason, "a sum of terms of the default library leaves") {
		t.Errorf("a %s, off by %.2g for %.2g: %+v", sum.Net.Spec.Family, ours, theirs, tried)
	}
	if again := learn(noisy, Options{Like: []Network{sum}}); !slices.Equal(again.Net.Theta, sum.Net.Theta) {
		t.Errorf("repeated it is another %s", again.Net.Spec.Family)
	}

	// no polynomial of second order has this force
	bent := recorded(t, "spring", 0)
	for _, k := range bent.Trajectories {
		for i, q := range k.Q {
			k.A[i] = -math.Tanh(3 * q)
		}
	}
	network = learn(bent, Options{Steps: 300})
	if tried := network.Record.Plan.Line("tried"); network.Net.Spec.Family != DefaultModel ||
		tried.Choice != model.Title(DefaultModel) {
		t.Errorf("a %s: %+v", network.Net.Spec.Family, tried)
	}
	if again := learn(bent, Options{Like: []Network{network}}); !slices.Equal(again.Net.Theta, network.Net.Theta) {
		t.Errorf("repeated it is another %s", again.Net.Spec.Family)
	}
}

// A sum of terms that leaves nothing, or gets no better, does not take the whole of its time; its steps are repeated.
func TestSettled(t *testing.T) {
	set := recorded(t, "pendulum", 0)
	r, err := Train(t.Context(), set, Options{Budget: time.Minute, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	n := r.Networks[0]
	if p := n.Record.Paces; n.Record.Seconds > 40 || len(n.Record.Restarts) > 0 || len(p) != 1 ||
		p[0].Changes[len(p[0].Changes)-1].Steps != n.Record.Steps || n.Record.Steps >= p[0].Steps {
		t.Errorf("%.1f s, %d steps, %+v", n.Record.Seconds, n.Record.Steps, n.Record.Paces)
	}
	points := func(valid ...float64) (h []train.Point) {
		for i, v := range valid {
			h = append(h, train.Point{Step: i, Valid: v})
		}
		return h
	}
	for _, c := range []struct {
		history []train.Point
		want    bool
	}{
		{points(1, 1, 1), false}, // too few
		{points(3, 1, 1, 0.9999), true},
		{points(3, 1, 2, 0.99), false},
		{points(3, 1, 1, math.NaN()), true},
		{points(3, math.NaN(), math.NaN(), 1), false},
	} {
		if got := settled(c.history); got != c.want {
			t.Errorf("%v: %v", c.history, got)
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
		"terms of the angles between links, which are sums of those of joints": {Options{Steps: 1}, 1},
		"convex initialisation": {Options{Steps: 1, Model: "lnn"}, wideRounds},
		"warm-up":               {Options{Steps: 5, Model: "lnn"}, warmSteps[0]},
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

// What a net of q alone is measured against is finite: an arm of seven joints took the first library that was tried.
func TestStillOfNatural(t *testing.T) {
	set := sim.Arm{Joints: 7, Rows: 700, Trajectories: 7, Dt: 0.1, Seed: 1}.Run()
	f, err := newProblem(t.Context(), set, Options{Steps: 1, Model: "lnn", Hidden: []int{20, 20}})
	if err != nil {
		t.Fatal(err)
	}
	if still := f.still(accelerations(set, f.penalty)); !f.spec.Natural || !(still > 0) || math.IsInf(still, 1) {
		t.Errorf("natural %v, %g", f.spec.Natural, still)
	}
}
