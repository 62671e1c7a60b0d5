package fit

import (
	"math"
	"strings"
	"testing"

	"lagrange/model"
)

// A sensor that reads so many times the angle is found to, also where harmonics would stand for that, and one that
// reads the angle is in no doubt. Swings that are small do not tell.
func TestScales(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, want := range []float64{1, 0.97, 1.01, 1.03} {
		found, err := Train(t.Context(), read(func(q float64) float64 { return want * q }),
			Options{Seed: 1, Workers: 1, Friction: model.NoFriction})
		if err != nil {
			t.Fatal(err)
		}
		r := found.Networks[0].Record
		if r.Formula == nil || len(r.Formula.Scales) != 1 {
			t.Fatalf("a scale of %g: found %v", want, r.Formula)
		}
		s := r.Formula.Scales[0]
		if !(s.SD > 1e-4 && s.SD < 2e-3) || math.Abs(s.Value-want) > 3*s.SD || s.Of != "q" {
			t.Errorf("%v, and it is %g", s, want)
		}
		t.Logf("%g: %s; terms: %s", want, s, r.Plan.Line("terms").Reason)
		if told := r.Plan.Line("scale of q").Choice != ""; s.Sure() != (want != 1) || told != s.Sure() ||
			strings.Contains(r.Formula.String(), "scale of q") != told {
			t.Errorf("%v is sure: %v, told: %v", s, s.Sure(), told)
		}
	}
	small := read(func(q float64) float64 { return q })
	for i := range small.Trajectories {
		for k := range small.Trajectories[i].Q {
			small.Trajectories[i].Q[k] = 0.1*math.Sin(3*0.02*float64(k)+float64(i)) +
				(small.Trajectories[i].Q[k]-0.1*math.Round(10*small.Trajectories[i].Q[k]))/100
		}
	}
	found, err := Train(t.Context(), small, Options{Seed: 1, Workers: 1, Friction: model.NoFriction})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range found.Networks[0].Record.Formula.Scales {
		if s.Sure() || s.SD < 0.02 || math.IsInf(s.SD, 1) {
			t.Errorf("of small swings %v", s)
		}
	}
}
