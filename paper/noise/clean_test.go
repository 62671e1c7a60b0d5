package noise

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/experiment/bench"
	"lagrange/mech"
)

// The double pendulum of this package and the chain of two pieces are the same mechanism, by two ways to write it.
func TestCleanRecordingsAreOfOneMechanism(t *testing.T) {
	s, r := systems[1], rand.New(rand.NewPCG(1, 1))
	for range 20 {
		q, v := []float64{4 * r.NormFloat64(), r.NormFloat64()}, []float64{r.NormFloat64(), 2 * r.NormFloat64()}
		a, b := make([]float64, 2), make([]float64, 2)
		s.accel(q, v, nil, s.p, a)
		mech.Chain(2).Accel(q, v, b)
		if math.Abs(a[0]-b[0])+math.Abs(a[1]-b[1]) > 1e-9*(1+math.Abs(b[0])+math.Abs(b[1])) {
			t.Fatalf("at %v, %v: %v and %v", q, v, a, b)
		}
	}
}

// A recording of pieces has their states, row by row, and the truth that predictions are compared with begins at the
// starts: a model that is exact has no error.
func TestPiecesAsRecorded(t *testing.T) {
	k, err := bench.ChainTask(3, 2)
	if err != nil {
		t.Fatal(err)
	}
	s := &system{dt: k.Dt}
	for _, name := range []string{"a", "b", "c"} {
		s.coordinates = append(s.coordinates, angle(name))
	}
	set := s.set(s.exact(k.Learn.X, bench.WindowSteps+1), true)
	if n := len(set.Trajectories); n != bench.ChainPieces {
		t.Fatalf("%d pieces", n)
	}
	var x []float64
	for i := range set.Trajectories {
		w := &set.Trajectories[i]
		if x = w.AppendStates(x, 3, 0, w.Len()); math.Abs(w.T[w.Len()-1]-w.T[0]-4*0.03) > 1e-12 {
			t.Fatalf("times %v", w.T)
		}
	}
	for i, y := range k.Learn.X {
		if x[i] != y {
			t.Fatalf("number %d is %g, not %g", i, x[i], y)
		}
	}
	if e := bench.ChainScore(k, k.Truth)[0]; e > 1.3e-8 { // what the published score adds
		t.Errorf("the truth is %g off", e)
	}
}

// The largest error stands first, then the median; a failure and motions that ended early are said.
func TestCleanTable(t *testing.T) {
	var all []Exact
	for i, off := range []float64{3e-5, 1e-5, 2e-5} {
		e := Exact{Recording: "pieces-3", Asked: "default", Seed: uint64(i), Off: off, Model: Model{Family: "terms"}}
		l := e
		l.Asked, l.Lost = "lnn", i
		all = append(all, e, l)
	}
	table := cleanTable(all, models[:2])
	want := []string{"three joints, 800 pieces of five rows", "states over 3 s", "3e-05 (2e-05), terms",
		"3e-05 (2e-05), 3 motions ended early"}
	if len(table.Rows) != 1 {
		t.Fatalf("%v", table.Rows)
	}
	for i, text := range want {
		if table.Rows[0][i] != text {
			t.Errorf("%q, not %q", table.Rows[0][i], text)
		}
	}
	all[2].Failed = "no guess"
	if got := told([]Exact{all[2]}); got != "no guess" {
		t.Error(got)
	}
}
