package fit

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
)

// read are swings of a pendulum as a sensor reads them, with noise.
func read(sensor func(q float64) float64) *data.Set {
	r, set := rand.New(rand.NewPCG(1, 3)), &data.Set{Coordinates: []data.Coordinate{{Name: "q", Period: 2 * math.Pi}}}
	for i := range 9 {
		q, v, w := 0.3*float64(i)-1.2, 1.0, data.Trajectory{}
		for n := range 150 {
			w.T, w.Q = append(w.T, float64(n)/50), append(w.Q, sensor(q)+0.002*r.NormFloat64())
			for range 20 { // Störmer and Verlet
				v -= 0.0005 * 9.8 * math.Sin(q)
				q += 0.001 * v
				v -= 0.0005 * 9.8 * math.Sin(q)
			}
		}
		set.Trajectories = append(set.Trajectories, w)
	}
	return set
}

// A sensor whose zero is off by 0.1 is found to be: the potential of its pendulum is least there.
func TestRests(t *testing.T) {
	set := read(func(q float64) float64 { return q + 0.1 })
	found, err := Train(t.Context(), set, Options{Seed: 1, Workers: 1, Friction: model.NoFriction})
	if err != nil {
		t.Fatal(err)
	}
	f := found.Networks[0].Record.Formula
	if f == nil || len(f.Rests) != 1 {
		t.Fatalf("found %v", f)
	}
	if x := f.Rests[0]; !(x.SD > 0 && x.SD < 0.005) || math.Abs(x.Value-0.1) > 4*x.SD {
		t.Errorf("%v, and it is 0.1", x)
	}
	if !strings.Contains(f.String(), "potential least at") {
		t.Error(f)
	}
}

// Harmonics beside the first have a rest elsewhere, and of a cosine alone it is at the zero.
func TestNoRests(t *testing.T) {
	s := model.Spec{Coordinates: []model.Coordinate{{Name: "q", Period: 2 * math.Pi}, {Name: "x"}}}
	c := func(term string) Coefficient { return Coefficient{Of: "L", Term: term, Value: 1} }
	for _, terms := range [][]Coefficient{
		{c("cos(q)")}, {c("cos(q)"), c("sin(q)"), c("cos(2 q)")}, {c("cos(x)"), c("sin(x)")},
	} {
		if r := restsOf(s, terms); r != nil {
			t.Errorf("%v of %v", r, terms)
		}
	}
	if r := restsOf(s, []Coefficient{c("cos(q)"), c("sin(q)"), c("x^2")}); len(r) != 1 ||
		math.Abs(r[0].Value-math.Pi/4) > 1e-15 {
		t.Errorf("%v, not at π/4", r)
	}
}
