package explain

import (
	"slices"
	"testing"

	"lagrange/fit"
)

// Networks of the wave on a ring and of the relativistic particle have the true formulas, which are no further off than
// they are, and conserved quantities.
func TestLearned(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for name, steps := range map[string]int{"wave-8": 10, "relativistic": 16000} {
		s := systems[slices.IndexFunc(systems, func(s system) bool { return s.name == name })]
		l, err := s.learned(t.Context(), fit.Options{Seed: 2, Steps: steps, Workers: 2})
		if err != nil || !l.Exact() || l.Error > l.Off || len(l.Conserved) != s.conserved || l.Found == 0 {
			t.Errorf("%s: %s, missing %v, spurious %v, off by %g, conserved %v, %v", name, l.String(), l.Missing,
				l.Spurious, l.Error, l.Conserved, err)
		}
	}
}
