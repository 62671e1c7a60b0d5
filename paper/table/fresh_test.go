package table

import (
	"math"
	"testing"

	"lagrange/experiment/bench"
	"lagrange/model"
)

// The last two rows of the table of properties are measured on states that no training has seen: none of them is a
// state that was learned or that chose the parameters, and the measure is the same where all of these are gone. One
// fresh state that is no number spoils it.
func TestFreshStates(t *testing.T) {
	two, err := bench.ChainTask(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := particleTask(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*bench.Task{two, fast} {
		n := 2 * k.Body.Dim()
		seen := map[[4]float64]bool{}
		row := func(x []float64) (r [4]float64) { copy(r[:], x); return r }
		for _, r := range []bench.Records{k.Learn, k.Valid} {
			for at := 0; at < len(r.X); at += n {
				seen[row(r.X[at:at+n])] = true
			}
		}
		for at := 0; at < len(k.Fresh); at += n {
			if seen[row(k.Fresh[at:at+n])] {
				t.Fatalf("%s: the fresh state %v is one of the others", k.Name, k.Fresh[at:at+n])
			}
		}
		if rows := len(k.Fresh) / n; rows < 500 {
			t.Errorf("%s: %d fresh states", k.Name, rows)
		}
		c := bench.Named(k, "nn")
		m, err := model.New[float64](k.Spec(c), 1)
		if err != nil {
			t.Fatal(err)
		}
		before := relativeError(k, m)
		for _, r := range []bench.Records{k.Learn, k.Valid} {
			for i := range r.X {
				r.X[i] = math.NaN()
			}
		}
		if after := relativeError(k, m); after != before || !(before < bench.Hopeless) {
			t.Errorf("%s: the error is %v, and %v without the states of training and validation", k.Name, before, after)
		}
		k.Fresh[0] = math.NaN()
		if relativeError(k, m) != bench.Hopeless {
			t.Errorf("%s: the error is not of the fresh states", k.Name)
		}
	}
}
