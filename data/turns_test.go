package data

import (
	"fmt"
	"strings"
	"testing"
)

// A recording that counts turns is not unwrapped where a number is missing or was held, and is where it slips by one;
// one that is kept within a turn is unwrapped wherever it jumps.
func TestFaultsAreNoTurns(t *testing.T) {
	for name, c := range map[string]struct {
		rate  float64
		fault func(n int, q float64) float64
		jumps bool
	}{
		"zero":    {6, func(n int, q float64) float64 { return q * float64(min(1, n%50)) }, false},
		"held":    {6, func(n int, q float64) float64 { return q - 6*0.02*float64(max(0, n%100-60)) }, false},
		"slips":   {6, func(n int, q float64) float64 { return q + 6.283*float64(n/50) }, true},
		"wrapped": {1, func(n int, q float64) float64 { return q - 6.283185307*float64(int(q/6.283185307)) }, true},
	} {
		var b strings.Builder
		b.WriteString("t,theta [rad]\n")
		for n := range 400 {
			fmt.Fprintf(&b, "%g,%.6g\n", 0.02*float64(n), c.fault(n, c.rate*0.02*float64(n)))
		}
		set, err := ReadFrom(strings.NewReader(b.String()), "r.csv", Options{Positions: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(set.Notes, ";"), "unwrapped"); got != c.jumps {
			t.Errorf("%s: unwrapped: %v; %v", name, got, set.Notes)
		}
	}
}
