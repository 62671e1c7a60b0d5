package optimisers

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/train"
)

// seenBy are the states of an objective and the length of their rows.
func seenBy(t *testing.T, o train.Objective[float64]) (x []float64, n int) {
	switch o := o.(type) {
	case *train.WeightedSum[float64]:
		return seenBy(t, o.First)
	case *train.Accelerations[float64]:
		return o.X, len(o.X) / o.N
	}
	t.Fatalf("an objective %T", o)
	return nil, 0
}

// No state at which a race is measured is one that is learned there.
func TestGuardRaceSplit(t *testing.T) {
	races, err := allRaces(4)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range races {
		learned, n := seenBy(t, k.learn)
		fresh, _ := seenBy(t, k.valid)
		first := func(x []float64) (y []float64) { // of rings a part of each state tells them apart
			for r := range slices.Chunk(x, n) {
				y = append(y, r[:min(n, 4)]...)
			}
			return y
		}
		benchtest.ApartFrom(t, min(n, 4), map[string][]float64{k.name + ", learned": first(learned),
			k.name + ", fresh": first(fresh)})
	}
}

// An error is a loss in the unit of one that is as large as the accelerations: 6 in units of 1.5 is 4 for absolute
// errors, and 2 for squares. That of the start is over all states, more than fit into one batch.
func TestGuardRaceError(t *testing.T) {
	benchtest.Agree(t, "absolute", 1e-14, (&race{unit: 1.5}).error(6), 4)
	benchtest.Agree(t, "squares", 1e-14, (&race{unit: 1.5, square: true}).error(6), 2)
	var sum, square float64
	o := &train.Accelerations[float64]{N: 65, Penalty: train.L1}
	for i := range o.N {
		a := float64(i)/2 - 3
		o.X, o.A = append(o.X, 0, float64(i)), append(o.A, a)
		sum, square = sum+math.Abs(a-3)/65, square+(a-3)*(a-3)/65
	}
	k := &race{net: benchtest.Steady(t, 3), valid: o, unit: 2}
	benchtest.Agree(t, "start", 1e-12, k.start(), sum/2)
	squares := *o
	squares.Penalty = train.L2
	k.valid, k.square = &squares, true
	benchtest.Agree(t, "start, squares", 1e-12, k.start(), math.Sqrt(square/2))
}

// The errors of Adam and Kaczmarz are the last of their trainings for parts of the time; those of Gauss–Newton
// are read off its one training at these times. Each stands under its time, beside its method.
func TestGuardRaceTable(t *testing.T) {
	k := &race{name: "net", title: "net"}
	rivals := k.rivals()
	var hs []*heat
	for i, share := range slices.Backward(shares) { // the long ones first
		hs = append(hs, &heat{race: k, rival: rivals[0], share: share, curve: []Point{{0, 99}, {1, float64(i + 1)}},
			Fitted: bench.Fitted{Steps: 10 * (i + 1), Parameters: 7, NonFiniteSkipped: 4}})
	}
	for i, share := range slices.Backward(shares) {
		hs = append(hs, &heat{race: k, rival: rivals[3], share: share, curve: []Point{{1, float64(i + 5)}},
			Fitted: bench.Fitted{Steps: 20 + 10*i}})
	}
	for j, v := range rivals[1:3] {
		e := float64(10 * (j + 1))
		hs = append(hs, &heat{race: k, rival: v, share: 1, curve: []Point{{2, e + 1}, {6, e + 2}, {11, e + 3},
			{29, e + 4}, {31, e + 5}}, Fitted: bench.Fitted{Steps: 50 + j}})
	}
	hs = append(hs, &heat{race: &race{}, rival: rivals[0], share: 1, curve: []Point{{0, 1e-9}}}) // of another race
	r := Report{Times: []float64{3, 10, 30}, Start: map[string]float64{"net": 5},
		Scores: map[string]map[string]Score{"net": {}}}
	for _, v := range rivals {
		r.Scores["net"][v.name] = r.score(hs, k, v)
	}
	table := r.table([]*race{k})
	at := func(row int, column string) string { return table.Rows[row][slices.Index(table.Columns, column)] }
	for row, want := range [][]string{{"1", "2", "3"}, {"11", "12", "14"}, {"21", "22", "24"}, {"5", "6", "7"}} {
		for i, column := range []string{"3 s", "10 s", "30 s"} {
			if got := at(row, column); got != want[i] || at(row, "method") != rivals[row].name {
				t.Errorf("%s after %s: %s, want %s", at(row, "method"), column, got, want[i])
			}
		}
		if got, want := at(row, "steps"), fmt.Sprint([]int{30, 50, 51, 40}[row]); got != want {
			t.Errorf("%s: %s steps, want %s", at(row, "method"), got, want)
		}
	}
	if at(0, "untrained") != "5" || at(0, "parameters") != "7" || at(0, "skipped") != "4" || at(0,
		"best") != "Adam; Adam; Adam" {
		t.Errorf("%v", table.Rows[0])
	}
	r.Scores["net"]["Gauss–Newton"].Errors[1] = 2.3 // within a fifth of Adam's 2
	r.Scores["net"]["Gauss–Newton"].Errors[2] = 2.4 // and a fifth below its 3
	for i, want := range []string{"Adam", "none clearly", "Gauss–Newton"} {
		if got := r.winner(k, i); got != want {
			t.Errorf("after the %d. time %s wins, want %s", i, got, want)
		}
	}
}
