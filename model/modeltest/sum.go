package modeltest

import (
	"maps"
	"slices"
	"testing"

	"lagrange/model"
)

// Sum is a sum of the given terms with the given coefficients, for the coordinates of a Spec.
func Sum(t *testing.T, s model.Spec, terms map[string]float64) *model.Model[float64] {
	t.Helper()
	var err error
	s.Family, s.Activation = "terms", "softplus"
	if s.Terms, err = s.TermsOf(slices.Sorted(maps.Keys(terms))); err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k, c := range m.Coefficients() {
		m.Theta[k] = 1
		m.Theta[k] = terms[c.Term] / m.Coefficients()[k].Value
	}
	return m
}
