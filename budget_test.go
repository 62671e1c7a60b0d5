package lagrange_test

import (
	"testing"
	"time"

	"lagrange"
)

// A budget is kept, with preparation and validations, also when the machine turns to other work after the steps were
// planned, and back.
func TestBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector what comes before the steps takes most of so short a time")
	}
	set := recording("pendulum", 12, 100, false, 0.05)
	const budget = 1500 * time.Millisecond
	for name, other := range map[string]func(p lagrange.Progress) time.Duration{
		"idle": func(lagrange.Progress) time.Duration { return 0 },
		"busy from a tenth on": func(p lagrange.Progress) time.Duration {
			if 10*p.Step > p.Steps {
				return 4 * time.Millisecond
			}
			return 0
		},
		"busy for a tenth": func(p lagrange.Progress) time.Duration {
			if p.Elapsed < budget/10 {
				return 4 * time.Millisecond
			}
			return 0
		},
	} {
		s := quick()
		s.Steps, s.Budget = 0, budget
		changed, steps := 0, 0
		s.On = func(p lagrange.Progress) {
			if p.Steps != steps {
				changed, steps = changed+1, p.Steps
			}
			time.Sleep(other(p))
		}
		r := fit(t, set, s).Record
		t.Logf("%s: %.2f s, %d steps, planned %+v", name, r.Seconds, r.Steps, r.Paces)
		if used := r.Seconds / budget.Seconds(); used < 0.7 || used > 1.3 {
			t.Errorf("%s: used %.2f s of %v in %d steps", name, r.Seconds, budget, r.Steps)
		}
		if len(r.Paces[0].Changes) == 0 && name != "idle" {
			t.Errorf("%s: %d steps, planned once", name, r.Steps)
		}
	}
}
