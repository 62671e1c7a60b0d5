package fit

import (
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/sim"
	"lagrange/smooth"
)

// noisyArm is the motion of an arm with 0.0003 rad of noise, and torques.
func noisyArm(joints int, friction float64, positions bool) *data.Set {
	return sim.Arm{Joints: joints, Rows: 1000 * joints, Trajectories: 12, Dt: 0.01, Seed: 1, Noise: 3e-4,
		Friction: friction, Positions: positions}.Run()
}

// Arms of many joints are learned through a smoother from positions with noise and torques, with velocities or without,
// and with the friction that they have: torques of motion that was not seen are off by less than a thousandth, and with
// friction, which is not smooth, by some hundredths. With the higher floor alone they are off by 0.004.
func TestArmWithNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute")
	}
	test := sim.Arm{Joints: 6, Rows: 200, Trajectories: 4, Dt: 0.1, Seed: 2}.Run()
	for name, c := range map[string]struct {
		friction  float64
		positions bool
		found     model.Friction
		most      float64
	}{"positions": {0, true, model.NoFriction, 1e-3}, "velocities": {0, false, model.NoFriction, 1e-3},
		"friction": {2, true, model.Both, 0.04}} {
		r, err := Train(t.Context(), noisyArm(6, c.friction, c.positions), Options{Model: "terms", Steps: 2, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := r.Networks[0]
		if n.Record.Objective != SmoothedMotion {
			t.Errorf("%s: objective %s", name, n.Record.Objective)
		}
		if l := n.Record.Plan.Line("friction"); l.Choice != string(c.found) {
			t.Errorf("%s: friction %+v", name, l)
		}
		if off := offTorques(t, n.Net, test); !(off < c.most) {
			t.Errorf("%s: torques are off by %.2g of their size", name, off)
		}
	}
}

// Of many coordinates a smoother's accelerations are learned from, unless something else is asked for.
func TestManyAreSmoothed(t *testing.T) {
	set, less := noisyArm(6, 0, true), noisyArm(mostShot, 0, true)
	three := sim.Arm{Joints: 3, Rows: 7000, Trajectories: 7, Dt: 0.01, Noise: 3e-4, Positions: true}.Run()
	two := sim.Arm{Joints: 2, Rows: 30_000, Trajectories: 7, Dt: 0.01, Noise: 3e-4, Positions: true}.Run()
	few := sim.Arm{Joints: mostShot, Rows: 1200, Trajectories: 12, Dt: 0.01, Noise: 3e-4, Positions: true}.Run()
	for name, c := range map[string]struct {
		set  *data.Set
		o    Options
		want string
	}{
		"many":          {set, Options{}, SmoothedMotion},
		"a plain net":   {set, Options{Model: BaselineModel}, SmoothedMotion},
		"motion":        {set, Options{Objective: Motion}, Motion},
		"a Neural ODE":  {set, Options{Model: "node"}, Motion},
		"few":           {few, Options{}, Motion},
		"many rows":     {less, Options{}, SmoothedMotion},
		"three":         {three, Options{}, SmoothedMotion},
		"three, few":    {noisyArm(3, 0, true), Options{}, Motion},
		"two, many":     {two, Options{}, Motion},
		"few, smoothed": {few, Options{Objective: SmoothedMotion}, SmoothedMotion},
	} {
		if got, err := c.o.objective(c.set); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, o := range map[string]Options{
		"hnn": {Model: "hnn"}, "node": {Model: "node", Objective: SmoothedMotion}, "windows": {Objective: Windows},
	} {
		if got, err := o.objective(set); err == nil {
			t.Errorf("%s: %q and no error", name, got)
		}
	}
}

// The more coordinates, the fewer rows are shot, and a smoother takes what there is.
func TestShotRows(t *testing.T) {
	set := sim.Arm{Joints: 3, Rows: 12_000, Trajectories: 6, Dt: 0.01, Noise: 3e-4, Positions: true}.Run()
	for objective, want := range map[string][2]int{Motion: {5500, 5950}, SmoothedMotion: {6700, 9000}} {
		f := &problem{set: set, s: Options{Objective: objective}, plan: Plan{Recording: Recording{RowsBySwing: 100}}}
		split, err := set.Split(1, true)
		if err != nil {
			t.Fatal(err)
		}
		learn, held := f.sampled(split)
		if n := learn.Rows(); n < want[0] || n > want[1] || held.Rows() > n {
			t.Errorf("%s learns from %d rows, and is held against %d; want %v", objective, n, held.Rows(), want)
		}
	}
}

// Where sums of terms are asked for, of no matter which, they are those of the library that has the law.
func TestWhateverTerms(t *testing.T) {
	windows := sim.Simulation{Trajectories: 6, Steps: 100, Dt: 0.1, Seed: 1}
	noisy := windows
	noisy.Noise = 0.001
	for name, c := range map[string]struct {
		set       *data.Set
		objective string
	}{
		"accelerations": {recorded(t, "two-body", 0), ""}, "with noise": {recorded(t, "two-body", 0.01), ""},
		"windows":            {simulated(t, "two-body", windows), ""},
		"windows with noise": {simulated(t, "two-body", noisy), Windows},
	} {
		f, err := newProblem(t.Context(), c.set, Options{Model: "terms", Objective: c.objective, Steps: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		l := f.plan.Line("model")
		if !strings.HasPrefix(l.Reason, "of the distances between points, leaves") || f.guessed.theta == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// Smoothed rows of which little is known are left out.
func TestSharpRows(t *testing.T) {
	set := noisyArm(2, 0, true)
	r, err := smooth.Set(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	sharp := sharpRows(r)
	for i, k := range sharp.Trajectories {
		all := r.Set.Trajectories[i].T
		if first, last := k.T[0], k.T[len(k.T)-1]; first <= all[0] || last >= all[len(all)-1] ||
			last-first < 0.9*(all[len(all)-1]-all[0]) {
			t.Errorf("rows from %g to %g s of %g", first, last, all[len(all)-1])
		}
	}
}

// Where rows are far apart for the motion, the weak form is better than a smoother's accelerations, and is taken.
func TestWeakFormOfFewRows(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	set := simulated(t, "chain-6", sim.Simulation{Trajectories: 8, Steps: 200, Dt: 0.02, Noise: 0.003, Seed: 1})
	for i := range set.Trajectories {
		set.Trajectories[i].V = nil
	}
	test := simulated(t, "chain-6", sim.Simulation{Trajectories: 8, Steps: 100, Dt: 0.04, Accelerations: true, Seed: 3})
	r, err := Train(t.Context(), set, Options{Model: "terms", Friction: model.NoFriction, Steps: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	n := r.Networks[0]
	if l := n.Record.Plan.Line("objective"); l.Choice != SmoothedMotion || !strings.Contains(l.Reason, "takes long") {
		t.Errorf("%+v", l)
	}
	stages := n.Record.Stages
	if last := stages[len(stages)-1]; last.Name != "weak form, windows" || !(last.After < last.Before) {
		t.Errorf("%+v", stages)
	}
	if off := offAccelerations(t, n.Net, test); !(off < 0.05) {
		t.Errorf("accelerations are off by %.2g of their size", off)
	}
}
