package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/sim"
	"lagrange/train"
)

// wells are angles, with noise, in the potential −Σ c_k cos kθ / k.
func wells(c ...float64) *data.Set {
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi}}}
	const dt, parts, sigma = 0.05, 10, 0.1
	r := rand.New(rand.NewPCG(3, 1))
	for i := range 6 {
		tr, q, v := data.Trajectory{}, 0.6+0.4*float64(i), 0.
		for n := range 81 {
			tr.T, tr.Q = append(tr.T, dt*float64(n)), append(tr.Q, q+sigma*r.NormFloat64())
			tr.V = append(tr.V, v+sigma*r.NormFloat64())
			for range parts { // of Störmer and Verlet
				const h = dt / parts
				q += h / 2 * v
				for k, x := range c {
					v -= h * x * math.Sin(float64(k+1)*q)
				}
				q += h / 2 * v
			}
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	return set
}

// inWells is a training in wells.
func inWells(t *testing.T, c ...float64) (*problem, *train.Identification) {
	t.Helper()
	f, err := newProblem(t.Context(), wells(c...), Options{Model: "terms", Objective: Motion, Workers: 1,
		Friction: model.NoFriction})
	if err != nil {
		t.Fatal(err)
	}
	return f, identification(f)
}

// identification is that of a problem, on one core and with all the time it needs.
func identification(f *problem) *train.Identification {
	return &train.Identification{Learn: f.motion.learn, Held: f.motion.held, Swing: f.motion.swing,
		Penalty: train.L2, Workers: 1, Over: func() bool { return false }}
}

// The simplest library falls short where it leaves more than the noise of what it learns from and a larger one comes
// down to it, if what is held out speaks for that one a little, too.
func TestShort(t *testing.T) {
	type score struct {
		simple, full float64 // of held-out motion after the weak initialisation
		want         bool
	}
	for _, c := range []struct {
		c      []float64
		scores []score
	}{
		{[]float64{1, 1}, []score{{1, 0.97, true}, {1, 0.99, false}, {2, 1.3, false}}},
		{[]float64{1}, []score{{1, 0.97, false}}},       // the simplest one has it all
		{[]float64{1, 0.15}, []score{{1, 0.97, false}}}, // it is near enough
		{[]float64{1, 1, 1}, []score{{1, 0.97, false}}}, // neither has it
	} {
		f, o := inWells(t, c.c...)
		terms := f.spec.SimplestTerms()
		simple, err := f.weakWith(t.Context(), o, f.s, terms)
		if err != nil {
			t.Fatal(err)
		}
		terms = [][]model.Term{f.spec.DefaultTerms()[0], terms[1]}
		full, err := f.weakWith(t.Context(), o, f.s, terms)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.scores {
			simple.Score, full.Score = s.simple, s.full
			if got, err := f.short(t.Context(), o, simple, full); err != nil || got != s.want {
				t.Errorf("forces %v, held-out motion off by %g and %g: short %v, %v", c.c, s.simple, s.full, got, err)
			}
		}
	}
}

// ofPositions is a training of a sum of terms on positions alone, with noise, without friction.
func ofPositions(t *testing.T, system string, duration, dt, sd float64) *problem {
	t.Helper()
	set := simulated(t, system, sim.Simulation{Trajectories: 8, Steps: int(duration / dt), Dt: dt, Noise: sd, Seed: 1})
	for i := range set.Trajectories {
		set.Trajectories[i].V = nil
	}
	f, err := newProblem(t.Context(), set, Options{Model: "terms", Friction: model.NoFriction, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Of positions alone, with noise, the library is found that has the Lagrangian.
func TestLibraryOfMotion(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	for _, c := range []struct {
		system, title    string
		duration, dt, sd float64
	}{
		{"wave-3", "masses and springs", 5, 0.05, 0.003},
		{"kepler", "the default library, 1/q and 1/q²", 20, 0.1, 0.003},
		{"two-body", "the distances between points", 20, 0.1, 0.003},
		{"double-pendulum", "the default library", 4, 0.02, 0.003},
		{"chain-4", "the angles between links", 4, 0.02, 0.003},
	} {
		f := ofPositions(t, c.system, c.duration, c.dt, c.sd)
		x, err := f.chooseTerms(t.Context(), identification(f), f.s)
		if got := f.plan.Line("terms").Choice; err != nil || got != "of "+c.title || !(x.Score < doubtful) {
			t.Errorf("%s: %q, held-out motion off by %.3g, %v", c.system, got, x.Score, err)
		}
	}
}

// More friction goes on from motion that is followed without it, and comes to none of it there.
func TestMoreFrictionBeginsNearby(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	f := ofPositions(t, "two-body", 20, 0.1, 0.003)
	o := identification(f)
	x, err := f.weakWith(t.Context(), o, f.s, f.spec.PointTerms(false))
	if err == nil {
		x, err = o.Shoot(t.Context(), x)
	}
	if err != nil || !(left(x) < downToNoise) {
		t.Fatalf("%.3g is left, %v", left(x), err)
	}
	spec := x.Model.Spec
	spec.Friction = model.Viscous
	y, err := f.withMore(t.Context(), o, x, spec, f.s)
	if err != nil || !(left(y) < 1.01*left(x)) {
		t.Errorf("friction leaves %.3g in place of %.3g, %v", left(y), left(x), err)
	}
	// Where x had ended before it was at its best, the steps of y are no gain of friction.
	early, last := x, len(x.Lengths)-1
	early.Lengths = slices.Clone(x.Lengths)
	for early.Lengths[last].Loss = x.Lengths[last].Loss; f.gain(o, early, y) < 2*frictionGain; {
		early.Lengths[last].Loss += 1e-4
	}
	if _, gain, err := f.gainAfter(t.Context(), o, early, y); err != nil || !(gain < frictionGain) {
		t.Errorf("friction that is not there gains %.3g, %v", gain, err)
	}
}

// Of windows in which some bodies come close to one another the law is tried where a network has no good guess.
func TestLibraryOfWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	set := simulated(t, "three-body", sim.Simulation{Trajectories: 20, Steps: 100, Dt: 0.05, Seed: 1})
	f, err := newProblem(t.Context(), set, Options{Steps: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	l := f.plan.Line("model")
	if f.spec.Family != "terms" || !strings.HasPrefix(l.Reason, "of the distances between points, leaves") {
		t.Errorf("a %s, %+v", f.spec.Family, l)
	}
}

// Windows are judged one by one, and one that is lost is far off, however far.
func TestStretchesOfWindows(t *testing.T) {
	set := simulated(t, "spring", sim.Simulation{Trajectories: 8, Steps: 100, Dt: 0.05, Seed: 1})
	f, err := newProblem(t.Context(), set, Options{Model: "lnn", Hidden: []int{4}, Steps: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	held, err := f.heldWindows()
	if err != nil {
		t.Fatal(err)
	}
	net, err := f.sum(f.spec.SimplestTerms(), model.NoFriction)
	if err != nil {
		t.Fatal(err)
	}
	k := trial{held: held, net: net, still: f.still(held)}
	for i, x := range net.Coefficients() {
		net.Theta[i] = 1e6 // it is thrown out
		if x.Term == "v^2" {
			net.Theta[i] = 1
		}
	}
	if logs := k.stretches(net); len(logs) != held.Len() {
		t.Errorf("%d of %d windows", len(logs), held.Len())
	}
	if got := k.typical(); math.Abs(got/lostLoss-1) > 1e-9 {
		t.Errorf("lost windows leave %g, not %d", got, lostLoss)
	}
}

// Where too little is held out to speak for the default library, the simplest one is shot before it is taken.
func TestChooseTermsShoots(t *testing.T) {
	const rows = 12
	f, o := inWells(t, 1, 0.3)
	e := o.Held.Of[0]
	e.T, e.Gap, e.Y, e.X, e.SD = e.T[:rows], nil, e.Y[:2*rows], e.X[:2*rows], e.SD[:2*rows]
	o.Held = &train.Measured{D: 1, Of: []train.Measurement{e}}
	simple, err := f.weakWith(t.Context(), o, f.s, f.spec.SimplestTerms())
	if err != nil {
		t.Fatal(err)
	}
	full, err := f.weakWith(t.Context(), o, f.s, f.spec.DefaultTerms())
	if err != nil || train.Clearly(full.Log, simple.Log) {
		t.Fatalf("what is held out tells after the weak initialisation: %g, %g, %v", simple.Score, full.Score, err)
	}
	if _, err := f.chooseTerms(t.Context(), o, f.s); err != nil || f.plan.Line("terms").Choice != ofDefault ||
		!reflect.DeepEqual(f.spec.Terms, f.spec.DefaultTerms()) {
		t.Errorf("terms are %q, %v", f.plan.Line("terms").Choice, err)
	}
}

// No library of many angles grows beyond what is tried and fits into memory.
func TestLibrariesOfManyAngles(t *testing.T) {
	const d = 20
	f := &problem{set: &data.Set{}, split: data.Split{Train: &data.Set{}}}
	for i := range d {
		name := fmt.Sprint("q", i+1)
		f.set.Coordinates = append(f.set.Coordinates, data.Coordinate{Name: name, Period: 2 * math.Pi})
		f.spec.Coordinates = append(f.spec.Coordinates, model.Coordinate{Name: name, Period: 2 * math.Pi, Scale: 1,
			Speed: 1, Accel: 1})
	}
	for _, l := range libraries {
		if n := model.Count(l.terms(f)); n > 100_000 {
			t.Errorf("%s: %d terms of %d angles", l.title, n, d)
		}
	}
}
