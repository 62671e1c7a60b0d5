package fit

import (
	"slices"
	"testing"
	"time"
)

// Networks that take turns on the cores have ended when the time for all is over, and no core that has one to train in
// each turn waits before.
func TestTurns(t *testing.T) {
	const left = 60 * time.Second
	for k := 1; k < 10; k++ {
		for side := 1; side <= k; side++ {
			each, cores := turn(left, k, side), make([]time.Duration, side)
			for range k { // the next one goes to the core that is free first
				slices.Sort(cores)
				cores[0] += each
			}
			if last := slices.Max(cores); last > left || left-last > time.Microsecond {
				t.Errorf("%d networks on %d cores take %s of %s", k, side, last, left)
			}
		}
	}
}

// However long preparation took, a tenth of the budget is left for steps.
func TestRemains(t *testing.T) {
	for elapsed, want := range map[time.Duration]time.Duration{0: 60, 20: 40, 54: 6, 57: 6, 300: 6} {
		if got := remains(60*time.Second, elapsed*time.Second); got != want*time.Second {
			t.Errorf("after %d s of 60 are left %s, want %d s", elapsed, got, want)
		}
	}
}
