package data

import "testing"

// A number counts since 1970 in a unit if it is of our days there, and steps are of an hour at most.
func TestEpochCounts(t *testing.T) {
	for _, c := range []struct {
		unit    string
		x, step float64
		want    bool
	}{
		{"s", 1.7e9, 0.01, true}, {"s", 1.7e9, 3600, true}, {"s", 1.7e9, 3601, false}, {"s", 9e8, 1, false},
		{"s", 4.1e9, 1, false}, {"ms", 1.7e12, 3.6e6, true}, {"ms", 1.7e12, 3.7e6, false}, {"ms", 1.7e9, 1, false},
		{"ns", 1.7e18, 1e6, true},
	} {
		for _, e := range epochs {
			if e.name == c.unit && e.counts(c.x, c.step) != c.want {
				t.Errorf("%g %s in steps of %g: %v", c.x, c.unit, c.step, !c.want)
			}
		}
	}
}
