package sweep

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/data/array"
)

// TestImportance plays a space in which the measure depends on a alone, and one in which on nothing.
func TestImportance(t *testing.T) {
	text := `run = "train"
measure = "x"
points = 200
[space.a]
range = [0, 1]
[space.b]
choices = [1, 2, 3]
`
	for name, f := range map[string]func(x []float64, r *rand.Rand) float64{
		"a":    func(x []float64, r *rand.Rand) float64 { return math.Exp(20 * x[0]) },
		"none": func(x []float64, r *rand.Rand) float64 { return r.Float64() },
	} {
		s, err := New(parsed(t, text), "v", nil)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for due := s.Due(); len(due) > 0; due = s.Due() {
			for _, trial := range due {
				v := f(s.points[trial.Point].X, r)
				s.Add(Result{ID: trial.ID, Value: &v})
			}
		}
		part := map[string]float64{}
		for _, i := range s.Importances() {
			part[i.Name] = i.Part
		}
		if a := part["a"]; name == "a" && a < 0.9 || name == "none" && a > 0.05 || part["b"] > 0.05 {
			t.Errorf("it depends on %s: %v", name, part)
		}
	}
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
