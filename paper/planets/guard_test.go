package planets

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/examples"
	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/model"
	"lagrange/ode"
)

// guardOrbits are the recorded orbits with everything from 1960 on replaced by not-a-numbers, or as they are. The
// recording begins with 1950 and has a row every two days: 1827 rows are of its first ten years.
func guardOrbits(t *testing.T, poisoned bool) *Orbits {
	t.Helper()
	set, err := data.ReadFrom(strings.NewReader(examples.Planets), "planets.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if poisoned {
		for _, p := range set.Trajectories {
			for n := 1827; n < p.Len(); n++ {
				for k := range 2 {
					p.Q[2*n+k], p.V[2*n+k] = math.NaN(), math.NaN()
				}
			}
		}
	}
	return newOrbits(set)
}

// Nothing from 1960 on reaches what is learned: not the accelerations, the scales and the
// fit of Kepler's law, and not the convex initialisation, the steps on accelerations and
// those on segments of ten years and of five. What is measured over forty years is lost.
func TestGuardPlanetYears(t *testing.T) {
	honest, poisoned := guardOrbits(t, false), guardOrbits(t, true)
	if a, b := honest.Coordinates, poisoned.Coordinates; honest.early != 1827 ||
		fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%d rows are learned; scales %v, poisoned %v", honest.early, a, b)
	}
	a, b := honest.Learn, poisoned.Learn
	if !slices.Equal(a.X, b.X) || !slices.Equal(a.A, b.A) || !slices.Equal(a.Weight, b.Weight) {
		t.Error("accelerations of 1960 are learned")
	}
	GM, err := honest.kepler(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := poisoned.kepler(t.Context()); err != nil || again != GM {
		t.Errorf("GM = %v, poisoned %v, %v", GM, again, err)
	}
	for _, l := range allLaws {
		of, err := honest.law(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := poisoned.law(t.Context(), l); err != nil || !reflect.DeepEqual(again, of) {
			t.Errorf("%s: %v, poisoned %v, %v", l.title, of, again, err)
		}
	}
	for _, c := range []Model{
		{bench.Network{Family: "lnn", Hidden: []int{3}}, 1, 1, []float64{10}},
		{bench.Network{Family: "nn", Hidden: []int{2}}, 1, 1, []float64{5}},
	} {
		learn := func(o *Orbits) *run {
			p := &run{Model: c, settings: experiment.Settings{Steps: 1}, orbits: o, seed: 1}
			if err := p.learnOrbits(t.Context()); err != nil {
				t.Fatal(err)
			}
			return p
		}
		p, q := learn(honest), learn(poisoned)
		if !slices.Equal(p.model.Theta, q.model.Theta) || p.lost != q.lost || !reflect.DeepEqual(p.guess, q.guess) {
			t.Errorf("%s: learned %v, poisoned %v", c.Family, p.model.Theta, q.model.Theta)
		}
		for i := range p.stages {
			if p.stages[i].Residual != q.stages[i].Residual || q.stages[i].RMS["mercury"] < bench.Hopeless/2 {
				t.Errorf("%s: %+v, poisoned %+v", c.Family, p.stages[i], q.stages[i])
			}
		}
	}
}

// A planet that is said to stand still at 2 AU and goes once around: it is 0, 2√2, 4 and 2√2 AU off, in the root mean
// square √8. One that moves as said is off by nothing; one that ends early stays where it was last.
func TestGuardPlanetDistance(t *testing.T) {
	o := &Orbits{names: []string{"around", "still"}, times: []float64{0, 1, 2, 3}, early: 2}
	o.X = [][]float64{nil, nil}
	for n := range 4 {
		o.X[0] = append(o.X[0], 2, float64(n)*math.Pi/2, 0, 0)
		o.X[1] = append(o.X[1], 1, 0.5, 0, 0)
	}
	still := func(int) ode.Batch { return func(_ []int, _, _, dx []float64) { clear(dx) } }
	errs, err := o.rollout(t.Context(), still, 4)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []float64{0, 2 * math.Sqrt2, 4, 2 * math.Sqrt2} {
		benchtest.Agree(t, fmt.Sprintf("at %d", n), 1e-12, errs[0][n], want)
		benchtest.Agree(t, "as said", 1e-12, errs[1][n], 0)
	}
	if r := o.byName(rms(errs)); math.Abs(r["around"]-math.Sqrt(8)) > 1e-12 || r["still"] != 0 {
		t.Errorf("root mean squares %v", r)
	}
	if few, err := o.rollout(t.Context(), still, 2); err != nil || len(few[0]) != 2 {
		t.Errorf("of two rows %v, %v", few, err)
	}
	ends := func(int) ode.Batch {
		return func(_ []int, times, _, dx []float64) {
			clear(dx)
			for _, at := range times {
				if at > 1.5 {
					dx[0] = math.NaN()
				}
			}
		}
	}
	if errs, err = o.rollout(context.Background(), ends, 4); err != nil {
		t.Fatal(err)
	}
	benchtest.Agree(t, "ended", 1e-12, errs[0][2], 4)
}

// The residual of a stage is |a − a*| in units of the accelerations of each planet: that of no acceleration is 1,
// that of half of them ½.
func TestGuardPlanetResidual(t *testing.T) {
	o := guardOrbits(t, false)
	spec := bench.Network{Family: "nn", Hidden: []int{1}}.Spec(0, o.Coordinates)
	spec.Activation = "relu2"
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Theta)
	p := run{Model: Model{Network: bench.Network{Family: "nn"}}, orbits: o, model: m}
	benchtest.Agree(t, "loss of no acceleration", 1e-9, p.loss(), 2)
	for i := range o.Learn.A { // now the model is off by a tenth of them
		o.Learn.A[i] /= 10
	}
	if err := p.stage(t.Context(), "still", 0); err != nil {
		t.Fatal(err)
	}
	benchtest.Agree(t, "residual of a tenth", 1e-9, p.stages[0].Residual, 0.1)
}

// Every number of the tables stands under its planet and beside its model.
func TestGuardPlanetTables(t *testing.T) {
	names := []string{"mercury", "venus", "earth-moon", "mars"}
	numbers := func(k float64) map[string]float64 {
		m := map[string]float64{}
		for i, n := range names {
			m[n] = k + float64(i) + 1
		}
		return m
	}
	r := Report{GM: 1, Models: map[string]map[string]float64{"lnn": numbers(10), "nn": numbers(20),
		"kepler": numbers(30)}, Stages: map[string][]Stage{
		"lnn": {{"first", 51, 0.61, numbers(40)}}, "nn": {{"first", 52, 0.62, numbers(50)}},
	}}
	tables := r.tables(names)
	for i, n := range names {
		benchtest.Reads(t, tables[0], model.Title("lnn"), n, 0, fmt.Sprint(11+i))
		benchtest.Reads(t, tables[0], model.Title("nn"), n, 0, fmt.Sprint(21+i))
		benchtest.Reads(t, tables[0], "Kepler's law", n, 0, fmt.Sprint(31+i))
		benchtest.Reads(t, tables[1], "lnn…first", n, 0, fmt.Sprint(41+i))
		benchtest.Reads(t, tables[1], "nn…first", n, 0, fmt.Sprint(51+i))
	}
	benchtest.Reads(t, tables[1], "lnn…first", "seconds", 0, "51.0")
	benchtest.Reads(t, tables[1], "nn…first", "accelerations", 0, "62 %")
}
