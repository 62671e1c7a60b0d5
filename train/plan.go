package train

import (
	"context"
	"time"

	"lagrange/model"
	"lagrange/nn"
)

// Change is a new number of all steps, decided after the validation at step At: a clock showed that the rest takes
// longer, or less long, than was thought. A run whose Settings hold the same changes makes the same steps.
type Change struct {
	At    int `json:"at"`
	Steps int `json:"steps"`
}

// Total is the number of all steps that step number step was made for.
func (s Settings) Total(step int) int {
	n := s.Steps
	for _, c := range s.Changes {
		if c.At < step {
			n = c.Steps
		}
	}
	return n
}

// progress is the part x of a run that is done with a step: it grows evenly to 1 at the last one, from where it is at
// each change,
//
//	x(s) = x(At) + (1 − x(At)) (s − At)/(Steps − At).
func (s Settings) progress(step int) float64 {
	x, at, n := 0.0, 0, s.Steps
	for _, c := range s.Changes {
		if c.At < step {
			x += (1 - x) * float64(c.At-at) / float64(n-at)
			at, n = c.At, c.Steps
		}
	}
	return x + (1-x)*float64(step-at)/float64(n-at)
}

const (
	validations = 50  // of a run
	checked     = 256 // samples that a validation has at least, where there are so many
	fifth       = 0.2 // of the time of the steps, which validation takes at most
)

// validate says how often a run of steps of a batch validates, and with how many of n samples, where nothing was said
// of it. So many are validated in the time in which a step learns from one, at least.
func (s *Settings) validate(n int, cheaper float64) {
	if s.Validate > 0 {
		if s.Checks == 0 {
			s.Checks = n
		}
		return
	}
	s.Validate = max(1, s.Steps/validations)
	if n > checked {
		s.Validate = max(s.Validate, int(checked/(fifth*cheaper*float64(s.Batch))))
	}
	s.Checks = min(n, max(checked, int(fifth*cheaper*float64(s.Validate*s.Batch))))
}

// Calibrate turns a budget in time into a number of steps: it runs the first steps on a copy, for about 3 % of the
// budget, and throws them away, so that the run that follows is exactly the one of that number of steps. What a step
// takes is the least of what they took, since other work of the machine only adds to it; see Loop.Replan for the rest
// of the run. Validations are counted.
func Calibrate[T nn.Float](ctx context.Context, m *model.Model[T], train, valid Objective[T], s Settings,
	budget time.Duration) (int, error) {
	begin, copied, given := time.Now(), m.Copy(), s
	s.Steps, s.Validate = 1<<30, 1<<30
	l := Loop[T]{Model: copied, Train: train, Valid: valid, Settings: s, State: NewState(copied)}
	if err := l.prepare(); err != nil {
		return 0, err
	}
	defer l.release()
	l.Settings.Checks = min(valid.Len(), 2*checked)
	from := time.Now()
	l.validate(0)
	check := time.Since(from) / time.Duration(l.Settings.Checks)
	least, steps := time.Duration(0), 0
	for steps < 3 || time.Since(begin) < budget*3/100 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		from := time.Now()
		l.stepper.step()
		if took := time.Since(from); steps == 0 || took < least {
			least = took
		}
		steps++
	}
	least = l.stepper.lasting(least)
	left := budget - time.Since(begin)
	n := max(1, int(left/max(1, least)))
	for range 3 { // how often it validates, and with how much, follows from the number of steps
		plan := given
		plan.Steps, plan.Batch = n, l.Settings.Batch
		plan.validate(valid.Len(), l.optimiser.cheaper())
		each := least + check*time.Duration(plan.Checks)/time.Duration(plan.Validate)
		n = max(1, int(left/max(1, each)))
	}
	return max(leastSteps, n), nil
}

// leastSteps are those of the shortest run that a budget makes.
const leastSteps = 10
