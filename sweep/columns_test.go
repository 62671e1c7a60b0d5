package sweep

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/data/array"
)

// TestImportance plays a space in which the measure depends on a alone, and one in which on nothing, where chance has
// to be taken off: of 40 points, five groups would account for a tenth.
func TestImportance(t *testing.T) {
	const seeds = 20
	for name, f := range map[string]func(x []float64, r *rand.Rand) float64{
		"a":    func(x []float64, r *rand.Rand) float64 { return math.Exp(20 * x[0]) },
		"none": func(x []float64, r *rand.Rand) float64 { return r.Float64() },
	} {
		part := map[string]float64{}
		for seed := range seeds {
			for _, i := range playedBy(t, seed, f).Importances() {
				part[i.Name] += i.Part / seeds
			}
		}
		if a := part["a"]; name == "a" && a < 0.9 || name == "none" && a > 0.06 || part["b"] > 0.06 {
			t.Errorf("it depends on %s: %v", name, part)
		}
	}
}

// playedBy plays 40 points whose measure is a function of their places.
func playedBy(t *testing.T, seed int, f func(x []float64, r *rand.Rand) float64) *Sweep {
	t.Helper()
	s, err := New(parsed(t, fmt.Sprintf(`run = "train"
measure = "x"
points = 40
seed = %d
[space.a]
range = [0, 1]
[space.b]
choices = [1, 2, 3]
`, seed)), "v", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	for due := s.Due(); len(due) > 0; due = s.Due() {
		for _, trial := range due {
			v := f(s.points[trial.Point].X, r)
			s.Add(Result{ID: trial.ID, Value: &v})
		}
	}
	return s
}

// TestParquet reads the table back.
func TestParquet(t *testing.T) {
	s := played(t, valid, 1)
	var b bytes.Buffer
	if err := s.WriteParquet(&b); err != nil {
		t.Fatal(err)
	}
	all, _, err := array.Parquet(b.Bytes(), "")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]array.Array{}
	for _, a := range all {
		met[a.Name] = a
	}
	for i, e := range s.entries() {
		want := math.NaN()
		if e.result.Value != nil {
			want = *e.result.Value
		}
		got := met["measure"].Float[i]
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || met["point"].Int[i] != int64(e.point) ||
			met["hidden"].Text[i] != s.points[e.point].At["hidden"] {
			t.Errorf("row %d: %v, %v", i, got, want)
		}
	}
}
