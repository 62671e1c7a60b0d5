package relativity

import (
	"math"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench/benchtest"
	"lagrange/model"
	"lagrange/train"
)

// particleNet is the network of a model of the experiment, with parameters by hand.
func particleNet(t *testing.T, m Model, theta ...float64) *model.Model[float64] {
	t.Helper()
	m.Hidden = []int{1}
	net, err := model.New[float64](m.Spec(), 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(net.Theta)
	copy(net.Theta[len(net.Theta)-len(theta):], theta)
	return net
}

// guardParticles are at the speeds 0, 0.6 and −0.8, where the weight 1 + (1 − v²)^(−1/2) is 2, 9/4 and 8/3. Their
// accelerations and momenta are no true ones.
func guardParticles() *States {
	return &States{
		q: []float64{1, -2, 3}, v: []float64{0, 0.6, -0.8}, g: []float64{10, -5, 2},
		a: []float64{1, 2, -3}, p: []float64{4, 5, 6},
	}
}

// With q̈ = −1 the errors of q̈ are 2, 3 and 2, and q̇ = v is right: the loss is (2·2 + 9/4·3 + 8/3·2)/(2 + 9/4 +
// 8/3) = 193/83, where the plain mean would be 7/3. With q̈ = 0 it is (2·1 + 9/4·2 + 8/3·3)/(83/12) = 174/83.
func TestGuardParticleWeights(t *testing.T) {
	s, m := guardParticles(), Models[5]
	x := s.measure(m, particleNet(t, m, -1./Unit)) // in units of the accelerations
	benchtest.Agree(t, "loss", 1e-14, x.Loss, 193./83)
	benchtest.Agree(t, "of q̈", 1e-14, x.Accel, 193./83)
	benchtest.Agree(t, "of q̇", 1e-14, x.Velocity, 0)
	benchtest.Agree(t, "without acceleration", 1e-14, s.Nothing(), 174./83)
	// 512 at rest off by 1 and 512 at 0.6 off by 3: the batches have 1 and 3, all together (2·1 + 9/4·3)/(17/4) = 35/17
	s = &States{q: benchtest.Filled(1024, 0), g: benchtest.Filled(1024, 0), p: benchtest.Filled(1024, 0)}
	s.v, s.a = slices.Concat(benchtest.Filled(512, 0), benchtest.Filled(512, 0.6)),
		slices.Concat(benchtest.Filled(512, 1), benchtest.Filled(512, -3))
	x = s.measure(m, particleNet(t, m))
	benchtest.Agree(t, "of batches", 1e-12, x.Batches, 2)
	benchtest.Agree(t, "of all", 1e-12, x.Loss, 35./17)
}

// A Hamiltonian without its kinetic term stands still, H = 0: q̇ is off by |v|, ṗ by |g|, and that means |g|/M for
// q̈, with 1/M = (1 − v²)^(5/2)/(1 + 2v²): 1, 0.32768/1.72 and 0.07776/2.28. Without the momentum the second is off
// by |a|.
func TestGuardParticleMomentum(t *testing.T) {
	s, m := guardParticles(), Models[1]
	m.kinetic = 0
	const all = 2 + 9./4 + 8./3
	x := s.measure(m, particleNet(t, m))
	benchtest.Agree(t, "of q̇", 1e-12, x.Velocity, (9./4*0.6+8./3*0.8)/all)
	benchtest.Agree(t, "of q̈", 1e-12, x.Accel, (2*10+9./4*5*0.32768/1.72+8./3*2*0.07776/2.28)/all)
	benchtest.Agree(t, "loss", 1e-12, x.Loss, x.Velocity+x.Accel)
	m = Models[2]
	m.kinetic = 0
	x = s.measure(m, particleNet(t, m))
	benchtest.Agree(t, "of q̈, p := q̇", 1e-12, x.Accel, (2*1+9./4*2+8./3*3)/all)
}

// What is learned is what is measured, in a unit of accelerations, for every model that learns by the weights; the
// warm-up has none.
func TestGuardParticleObjective(t *testing.T) {
	s := Draw(4, 1, 300)
	for _, m := range Models {
		net, err := model.New[float64](m.Spec(), 3)
		if err != nil {
			t.Fatal(err)
		}
		pass, sum := train.NewLoss(s.Objective(m, nil), net, 1), 0.0
		for i := range s.v {
			sum += pass.Of([]int{i}, nil)
		}
		unit := m.accel
		if m.Family == "hnn" {
			unit = Unit
		}
		benchtest.Agree(t, m.Name, 1e-10, unit*sum/300, s.measure(m, net).Loss)
	}
	if s.accelerations(Models[0], false).Weight != nil {
		t.Error("the warm-up has weights")
	}
}

// A model is measured on the fresh states and on those alone, and nothing of them arrives where it is learned: with
// accelerations and fields of a million there, the loss is as large, and the parameters are as they were.
func TestGuardParticleSplit(t *testing.T) {
	for _, m := range []Model{Models[0], Models[1], Models[5]} {
		m.Hidden = []int{4}
		run := run{Draw(2, 1, 200), Draw(2, 2, 50), Draw(2, 3, 40)}
		score := func() (Score, []float64) {
			x, net, _, err := run.model(t.Context(), experiment.Settings{Steps: 2, Seed: 1}, m)
			if err != nil {
				t.Fatal(err)
			}
			return x, net.Theta
		}
		honest, theta := score()
		for i := range run.fresh.v { // at rest M = 1
			run.fresh.v[i], run.fresh.p[i], run.fresh.a[i] = 0, 0, 1e6
			if m.Canonical {
				run.fresh.g[i] = 1e6
			}
		}
		poisoned, again := score()
		if !(honest.Loss < 1000) || !(poisoned.Loss > 5e5) || !slices.Equal(theta, again) {
			t.Errorf("%s: a loss of %g, with poisoned fresh states %g; the same parameters: %v", m.Name,
				honest.Loss, poisoned.Loss, slices.Equal(theta, again))
		}
	}
	r := newRun(6)
	join := func(s *States, n int) (x []float64) {
		for i := range min(n, len(s.v)) {
			x = append(x, s.q[i], s.v[i], s.g[i])
		}
		return x
	}
	benchtest.ApartFrom(t, 3, map[string][]float64{"learned": join(r.learn, 60_000), "validation": join(r.valid, 1e6),
		"fresh": join(r.fresh, 1e6)})
}

// Every number of the table stands under its name.
func TestGuardParticleTable(t *testing.T) {
	r := Report{Nothing: 77, Models: map[string]Score{}}
	for i, m := range Models {
		k := float64(100 * (i + 1))
		r.Models[m.Name] = Score{Loss: k + 1, Velocity: k + 2, Accel: k + 3, Published: k + 4, Floor: k + 5,
			Batches: k + 6, Steps: int(k + 7), Parameters: int(k + 8), Seconds: k + 9}
	}
	table := tableOf(r)
	for i, m := range Models {
		for j, column := range []string{"loss", "of q̇", "of q̈", "published", "least possible", "", "steps",
			"parameters", "seconds"} {
			if column != "" {
				benchtest.Reads(t, table, m.title, column, 0, string(rune('1'+i))+"0"+string(rune('1'+j)))
			}
		}
	}
	benchtest.Reads(t, table, "q̈ = 0", "loss", 0, "77")
	if w := officialWeight(0.6); math.Abs(w-2.25) > 1e-15 {
		t.Errorf("weight %g", w)
	}
}
