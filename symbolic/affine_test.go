package symbolic

import (
	"context"
	"math"
	"slices"
	"testing"
)

// Up to a constant and a factor 3 − 7/√(1 − x) is 1/√(1 − x).
func TestAffine(t *testing.T) {
	var X [][]float64
	var y []float64
	for k := range 60 {
		x := 0.015 * float64(k)
		X, y = append(X, []float64{x}), append(y, 3-7/math.Sqrt(1-x))
	}
	front, err := Search(context.Background(), X, y, Settings{Names: []string{"x"}, Affine: true, MaxSize: 8,
		Islands: 4, Population: 240, Generations: 60, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if law := front[len(front)-1]; law.Error > 1e-9 || law.Code() != "1/sqrt(1-x)" {
		t.Errorf("%s, error %.2g", law.Code(), law.Error)
	}
}

// The parts of a sum are without constants; simple numbers take the place of those nearby.
func TestParts(t *testing.T) {
	for text, want := range map[string][]string{
		"3-2*x":              {"x"},
		"x/4+2/y-7":          {"x", "1/y"},
		"2*(x+3*y)-exp(x)/2": {"x", "y", "exp(x)"},
		"x*y":                {"x*y"},
		"5":                  nil,
		"1/(3+(-3)*x)":       {"1/(1-x)"},
		"2/sqrt(0.5-x)":      {"1/sqrt(1-2*x)"},
		"(2+x/2)^2":          {"(1+0.25*x)^2"},
		"(y-2)^2":            {"(y-2)^2"},
		"exp(2-x)":           {"exp(2-x)"},
	} {
		e, err := Parse(text, []string{"x", "y"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range e.Parts() {
			got = append(got, p.Code())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the parts %q, not %q", text, got, want)
		}
	}
	e, err := Parse("1.004/sqrt(0.4999-1.4*x)", []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Simple(0.02).Code(); got != "1/sqrt(0.5-1.4*x)" {
		t.Error(got)
	}
	if got := e.Named("y z").Code(); got != "1.004/sqrt(0.4999-1.4*y z)" {
		t.Error(got)
	}
}
