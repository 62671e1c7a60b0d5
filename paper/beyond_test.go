package paper

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/mech"
	"lagrange/ode"
)

// Rods undo bobs, and velocities momenta.
func TestChainStates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 3; n++ {
		x := make([]float64, 2*n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for name, y := range map[string][]float64{"rods": rods(bobs(x)), "nothing to move": rods(onto(bobs(x))), "velocities": toVelocities(mech.Chain(n), toMomenta(mech.Chain(n), x))} {
			for i := range x {
				if math.Abs(x[i]-y[i]) > 1e-12 {
					t.Errorf("%d %s: %v, then %v", n, name, x, y)
				}
			}
		}
	}
}

// Five-point formulas are exact up to the fourth power.
func TestFivePoints(t *testing.T) {
	for power := range 5 {
		for k, weights := range derivatives {
			sum := 0.0
			for j, w := range weights {
				sum += w / 12 * math.Pow(float64(j), float64(power))
			}
			want := 0.0
			if power > 0 {
				want = float64(power) * math.Pow(float64(k), float64(power-1))
			}
			if math.Abs(sum-want) > 1e-11 {
				t.Errorf("derivative of x^%d at %d: %v, want %v", power, k, sum, want)
			}
		}
	}
}

// ṗ is L_q.
func TestMomentumRate(t *testing.T) {
	r, s := rand.New(rand.NewPCG(3, 4)), mech.Chain(2)
	q, v, a, pdot := make([]float64, 2), make([]float64, 2), make([]float64, 2), make([]float64, 2)
	for range 20 {
		s.Sample(r, q, v)
		s.Accel(q, v, a)
		momentumRate(s, q, v, a, pdot)
		for i := range q {
			const h = 1e-5
			was := q[i]
			q[i] = was + h
			up := s.Lagrangian(q, v)
			q[i] = was - h
			slope := (up - s.Lagrangian(q, v)) / (2 * h)
			if q[i] = was; math.Abs(pdot[i]-slope) > 1e-5*(1+math.Abs(slope)) {
				t.Errorf("ṗ = %v, L_q = %v", pdot[i], slope)
			}
		}
	}
}

// The true motions have no error, and starts 1e-4 off the published one.
func TestChainScore(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand motions")
	}
	for n, published := range []float64{3.6e-5, 5.9e-5} {
		k, err := chainTask(n+1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if e := k.score(k, k.truth)[0]; e > 2e-8 {
			t.Errorf("%s: the truth is %g off itself", k.name, e)
		}
		if e, err := nudged(k, rand.New(rand.NewPCG(1, 1))); err != nil || e < published/2 || e > 2*published {
			t.Errorf("%s: 1e-4 off gives %g, published %g; %v", k.name, e, published, err)
		}
	}
}

// All models learn a little of the spring, and their numbers are finite. The energy of the true motions has no error.
func TestBout(t *testing.T) {
	if testing.Short() {
		t.Skip("five models")
	}
	o := oscillator{V: func(q float64) float64 { return q * q }, dV: func(q float64) float64 { return 2 * q }}
	k, err := oscillatorTask("spring", "Spring", o, 30, 0.1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range k.score(k, k.truth) {
		if x > 1e-20 {
			t.Errorf("%s of the truth: %g", k.measures[i], x)
		}
	}
	all := map[string]Outcome{}
	var bouts []*bout
	for _, c := range contestants(k) {
		b := &bout{task: k, contestant: c}
		if err := b.run(t.Context(), Settings{Steps: 300, Seed: 1}, 0); err != nil {
			t.Fatal(err)
		}
		if e := b.Measures["energy_mse"]; !(e < 0.3) || b.Steps != 300 || b.Parameters == 0 {
			t.Errorf("%s: %+v", c.name, b.Outcome)
		}
		bouts, all[c.name] = append(bouts, b), b.Outcome
	}
	if f := k.figure(bouts); len(f.Panels) != 4 || len(f.Panels[0].Series) != 6 || len(f.Panels[2].Series) != 5 {
		t.Errorf("figure %+v", f)
	}
	r := BeyondReport{Tasks: map[string]map[string]Outcome{"spring": all}}
	k.published = map[string]string{"nn": "1e-9"}
	if v := k.verdict(all); !strings.Contains(v, "nn loses to the published 1e-9") || len(k.table(r).Rows) != 5 {
		t.Error(v)
	}
}

// Only the relativistic particle is beyond a quadratic Lagrangian, and a table ticks what is below its limit.
func TestPropertyTable(t *testing.T) {
	var numbers [][]float64
	for _, p := range propertyRows {
		numbers = append(numbers, []float64{p.limit / 2, p.limit * 2, 0, p.limit, 1e6})
	}
	r := PropertyReport{Properties: map[string]map[string]Finding{}}
	table, figure := r.fill(numbers)
	for i, row := range table.Rows {
		for j, tick := range []bool{true, false, true, false, false} {
			if strings.HasPrefix(row[3+j], "✓") != tick || r.Properties[propertyRows[i].name][propertyModels[j][0]].Tick != tick {
				t.Errorf("%v, model %d", row, j)
			}
		}
	}
	if len(figure.Panels) != 5 || len(r.notes(Settings{})) < 3 {
		t.Error("figure or notes")
	}
	if err := figure.Encode(new(strings.Builder), "svg"); err != nil {
		t.Error(err)
	}
}

// What a run of the double pendulum may be asked for.
func TestChosen(t *testing.T) {
	count := func(s Settings) int {
		models, err := chosen(s)
		if err != nil {
			return -1
		}
		return len(models)
	}
	for want, s := range map[int]Settings{
		2: {}, 7: {Models: []string{"all"}}, 1: {Models: []string{"delan"}}, -1: {Models: []string{"elan"}},
	} {
		if n := count(s); n != want {
			t.Errorf("%v: %d models", s.Models, n)
		}
	}
	if count(Settings{Recipe: "mine"}) != -1 || count(Settings{Recipe: PaperRecipe, Models: []string{"node"}}) != -1 {
		t.Error("a recipe that there is not")
	}
	models, err := chosen(Settings{Recipe: PaperRecipe})
	if err != nil || !slices.Equal(models[0].hidden, []int{500, 500, 500, 500}) || slices.Equal(pendulumModels[0].hidden, models[0].hidden) {
		t.Error(models, err)
	}
}

// The true motion is right to the end, and one that ends early is as wrong as can be from there.
func TestRightness(t *testing.T) {
	s := mech.Chain(2)
	x0, times := []float64{0.1, 0.2, 0, 0}, grid(duration, reporting)
	x, err := motion(s, x0, times)
	if err != nil {
		t.Fatal(err)
	}
	r := pendulumRun{system: s, truth: [][]float64{x}, spread: spread([][]float64{x}, 2)}
	if e, valid := r.rightness([]ode.Result{{X: x, N: len(times)}}, times); e != 0 || valid != duration {
		t.Errorf("the truth is %g off and right to %g", e, valid)
	}
	if e, valid := r.rightness([]ode.Result{{X: x, N: 51}}, times); math.Abs(e-worst*math.Sqrt(50./101)) > 1e-12 || math.Abs(valid-5) > 1e-9 {
		t.Errorf("half of the motion is %g off and right to %g", e, valid)
	}
}

// Next states of the true system: the energy is the same, and the way between them that of the mean velocity.
func TestNextStates(t *testing.T) {
	s := mech.Chain(2)
	w, err := nextStates(t.Context(), s, sample(s, rand.New(rand.NewPCG(1, 1)), 20), 20)
	if err != nil || len(w.First) != 20 || w.Steps != 1 {
		t.Fatal(w, err)
	}
	for i, at := range w.First {
		x, y := w.X[4*at:4*at+4], w.X[4*at+4:4*at+8]
		if a, b := s.Energy(x[:2], x[2:]), s.Energy(y[:2], y[2:]); math.Abs(a-b) > 1e-7 {
			t.Errorf("energy %v, then %v", a, b)
		}
		for k := range 2 {
			if way := nodeStep * (x[2+k] + y[2+k]) / 2; math.Abs(y[k]-x[k]-way) > 0.05 || y[k] == x[k] {
				t.Errorf("state %d goes from %v to %v", i, x, y)
			}
		}
	}
}
