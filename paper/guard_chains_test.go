package paper

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"lagrange/train"
)

// falling is a mass of one on which a force of −2 acts: q̈ = −2, E = ½v² + 2q.
type falling struct{}

func (falling) Dim() int                      { return 1 }
func (falling) Accel(_, _, a []float64)       { a[0] = -2 }
func (falling) Momentum(_, v, p []float64)    { p[0] = v[0] }
func (falling) Energy(q, v []float64) float64 { return v[0]*v[0]/2 + 2*q[0] }

// No state from which a model is followed is one that it has learned or by which it was chosen, in any task, and the
// true motions begin where the models do.
func TestGuardTaskStarts(t *testing.T) {
	ts, err := tasks(3)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := particleTask(3)
	if err != nil {
		t.Fatal(err)
	}
	apartFrom(t, 2, map[string][]float64{"learned": fast.learn.X, "validation": fast.valid.X})
	for _, k := range ts {
		n := 2 * k.body.Dim()
		apartFrom(t, n, map[string][]float64{k.name + ", learned": k.learn.X, k.name + ", validation": k.valid.X,
			k.name + ", starts": k.starts})
		for i, x := range k.truth {
			if !slices.Equal(x[:n], k.starts[i*n:(i+1)*n]) || len(x) != n*len(k.times) {
				t.Fatalf("%s: motion %d begins at %v, not at %v", k.name, i, x[:n], k.starts[i*n:(i+1)*n])
			}
		}
		if len(k.truth) != len(k.starts)/n {
			t.Errorf("%s: %d motions of %d starts", k.name, len(k.truth), len(k.starts)/n)
		}
	}
}

// A bout learns the records and is followed from the starts at the times, and what its score returns stands under the
// names of the measures. The records lie a thousand away; paths that had to do with them would too.
func TestGuardBout(t *testing.T) {
	k := &task{name: "falling", body: falling{}, dt: 0.1, starts: []float64{0, 1, 1, 0}, times: []float64{0, 0.5, 1}}
	k.measures = []string{"first", "second"}
	for i := range 10 {
		k.learn.observe(falling{}, []float64{1000 + float64(i), 5}, 1)
		k.valid.observe(falling{}, []float64{1000.5 + float64(i), 5}, 1)
	}
	k.score = func(_ *task, paths [][]float64) []float64 {
		for i, x := range paths {
			if !slices.Equal(x[:2], k.starts[2*i:2*i+2]) || len(x) != 6 {
				t.Errorf("path %d is %v", i, x)
			}
		}
		return []float64{float64(len(paths)), 7}
	}
	k.curve = func(*task, [][]float64) []float64 { return []float64{1, 2, 3} }
	b := &bout{task: k, contestant: contestant{name: "nn", family: "nn", hidden: []int{2}, activation: "softplus",
		penalty: train.L2, batch: 4, rate: 1e-3}}
	if err := b.run(t.Context(), Settings{Steps: 2, Seed: 1}, 0); err != nil {
		t.Fatal(err)
	}
	if b.Measures["first"] != 2 || b.Measures["second"] != 7 || !slices.Equal(b.errors, []float64{1, 2, 3}) ||
		b.Steps != 2 || b.first[1] != 1 {
		t.Errorf("%+v", b)
	}
	// a model that is known goes where it should
	paths, blown, err := k.rollout(t.Context(), steady(t, 4), false)
	if err != nil || blown != 0 {
		t.Fatal(blown, err)
	}
	for i, want := range [][]float64{{0, 1, 1, 3, 3, 5}, {1, 0, 1.5, 2, 3, 4}} {
		for j, x := range want {
			agree(t, fmt.Sprintf("path %d", i), 1e-8, paths[i][j], x)
		}
	}
}

// A pendulum that hangs at rest against one that hangs and moves at 2: ‖ẑ − z‖/‖ẑ + z‖ = 2/√8. One at a right angle
// to it, both at 1, has 1, and so has what is no number.
func TestGuardChainErrors(t *testing.T) {
	x := []float64{0, 0, 0, 1, math.NaN(), 0, 0.3, 4}
	truth := []float64{0, 2, math.Pi / 2, 1, 0, 0, 0.3, 4}
	for i, e := range chainErrors(1, x, truth) {
		agree(t, fmt.Sprint(i), 1e-12, e, []float64{math.Sqrt(0.5), 1, 1, 0}[i])
	}
	// two motions of 100 times: one always √½ off, the other never; over 2.97 of 3 s the logarithms come to
	// (ln √½ + ln 1e-8)/2
	k := &task{body: falling{}, dt: chainStep, times: grid(chainTime-chainStep, chainStep)}
	still, moves := make([]float64, 200), make([]float64, 200)
	for i := range 100 {
		moves[2*i+1] = 2
	}
	k.truth = [][]float64{moves, still}
	off := math.Log(math.Sqrt(0.5) + 1e-8)
	agree(t, "score", 1e-12, chainScore(k, [][]float64{still, still})[0], math.Exp(0.99*(off+math.Log(1e-8))/2))
	agree(t, "score of the worse", 1e-12, chainScore(k, [][]float64{still, moves})[0], math.Exp(0.99*off))
	for _, y := range chainCurve(k, [][]float64{still, still}) {
		agree(t, "curve", 1e-12, y, math.Sqrt((math.Sqrt(0.5)+1e-8)*1e-8))
	}
}

// Of an oscillator with H = p² + V and q̇ = 2p: (q, q̇) = (1, 2), (0, 4) instead of (0, 2), (0, 2) is (q, p) = (1,
// 1), (0, 2) instead of (0, 1), (0, 1). The energies of a spring, V = q², are off by 1 and 3, in the mean square 5;
// the coordinates by 1 each in one of two: ½. Another motion without error halves both.
func TestGuardEnergyScore(t *testing.T) {
	spring := oscillator{V: func(q float64) float64 { return q * q }}
	pendulum := oscillator{V: func(q float64) float64 { return 2 * (1 - math.Cos(q)) }}
	x, truth := []float64{1, 2, 0, 4}, []float64{0, 2, 0, 2}
	k := &task{body: spring, times: []float64{0, 1}, truth: [][]float64{truth, truth}}
	s := energyScore(k, [][]float64{x, truth})
	agree(t, "energy", 1e-14, s[0], 2.5)
	agree(t, "coordinates", 1e-14, s[1], 0.25)
	c := energyCurve(k, [][]float64{x, truth})
	agree(t, "curve at 0", 1e-14, c[0], math.Sqrt(0.5))
	agree(t, "curve at 1", 1e-14, c[1], math.Sqrt(4.5))
	x[3] = math.NaN()
	if s = energyScore(k, [][]float64{x, truth}); s[0] != hopeless || s[1] != hopeless {
		t.Errorf("what is no number is %v off", s)
	}
	x[3] = 4
	k.body = pendulum // judged by q² + p² as published, and by its energy
	s = radiusScore(k, [][]float64{x, truth})
	lift := 2 * (1 - math.Cos(1))
	agree(t, "radius", 1e-14, s[0], 2.5)
	agree(t, "coordinates", 1e-14, s[1], 0.25)
	agree(t, "true energy", 1e-14, s[2], (lift*lift+9)/4)
}

// Records are noisy, their derivatives are not: 0.05 on q and on p, 0.1 on q̇ = 2p.
func TestGuardNoise(t *testing.T) {
	o := oscillator{V: func(q float64) float64 { return q * q }, dV: func(q float64) float64 { return 2 * q }}
	k, err := oscillatorTask("spring", "Spring", o, 30, 0.1, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	var q, v float64
	N := float64(len(k.learn.A))
	for i, a := range k.learn.A { // of the exact state q = −a/4
		e, f := k.learn.X[2*i]+a/4, k.learn.X[2*i+1]-k.learn.V[i]
		q, v = q+e*e/N, v+f*f/N
	}
	if σ := 1 / math.Sqrt(2*N); math.Abs(math.Sqrt(q)/0.05-1) > 4*σ || math.Abs(math.Sqrt(v)/0.1-1) > 4*σ {
		t.Errorf("noise of %g on q and %g on q̇", math.Sqrt(q), math.Sqrt(v))
	}
}

// Every number of a table stands under its name.
func TestGuardTaskTable(t *testing.T) {
	k := &task{name: "chain-2", title: "Chain", period: 1, measures: []string{"energy_mse", "coordinate_mse"},
		published: map[string]string{"nn": "0.5", "true, 1e-4 off": "0.6", "clnn": "0.7"}}
	all := map[string]Outcome{}
	for i, c := range contestants(k) {
		n := 10 * (i + 1)
		all[c.name] = Outcome{Measures: map[string]float64{"energy_mse": float64(n + 1),
			"coordinate_mse": float64(n + 2)}, Blowups: n + 3,
			Fitted: Fitted{Steps: n + 4, Parameters: n + 5, Seconds: float64(n + 6)}}
	}
	table := k.table(BeyondReport{Tasks: map[string]map[string]Outcome{"chain-2": all},
		Nudged: map[string]float64{"chain-2": 0.8}})
	for i, c := range contestants(k) {
		for j, column := range []string{measured["energy_mse"], measured["coordinate_mse"], "ended early", "steps",
			"parameters", "training [s]"} {
			reads(t, table, c.name, column, 0, fmt.Sprint(10*(i+1)+j+1))
		}
	}
	reads(t, table, "nn", "published", 0, "0.5")
	reads(t, table, "true system", measured["energy_mse"], 0, "0.8")
	if v := k.verdict(all); v != "Chain: best first: nn 11, node 21, hnn-canonical 31, hnn-velocity 41, delan 51, "+
		"lnn 61; nn loses to the published 0.5." {
		t.Error(v)
	}
}
