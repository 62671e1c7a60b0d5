package lagrange_test

import (
	"math"
	"testing"

	"lagrange"
	"lagrange/data"
)

// A recording in pieces of five rows, and a short one in a single piece, are learned from without a word about the
// horizon: it is what they bear.
func TestHorizonOfShortPieces(t *testing.T) {
	for name, c := range map[string]struct {
		set  *data.Set
		want float64
	}{
		"pieces of five rows": {recording("pendulum", 40, 4, false, 0.05), 4 * 0.05},
		"forty rows":          {recording("pendulum", 1, 39, false, 0.05), 39 * 0.05 / 9},
		"long ones":           {recording("pendulum", 9, 30, false, 0.05), 25 * 0.05},
	} {
		m, err := lagrange.Fit(t.Context(), c.set, quick())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := m.Record.Horizon; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: a horizon of %g, not %g", name, got, c.want)
		}
	}
}
