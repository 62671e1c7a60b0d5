package fit

import (
	"math"
	"time"

	"lagrange/model"
	"lagrange/train"
)

// Pace is how many steps a network took: so many at first, and the changes that the clock made of it when
// Options.Budget was given. Options.Like repeats it.
type Pace struct {
	Steps    int            `json:"steps"`
	Changes  []train.Change `json:"changes,omitempty"`
	Segments *Pace          `json:"arcs,omitempty"` // of the last stage, in its own steps
}

// paceOf is that of a loop.
func paceOf(s train.Settings) Pace { return Pace{Steps: s.Steps, Changes: s.Changes} }

// watch tells how long a training has taken, before interruptions too.
type watch struct {
	begin  time.Time
	before time.Duration
}

func (w *watch) elapsed() time.Duration { return w.before + time.Since(w.begin) }

// goOn takes up where an interrupted training had taken so many seconds.
func (w *watch) goOn(seconds float64) {
	*w = watch{time.Now(), time.Duration(seconds * float64(time.Second))}
}

// remains is what is left of a budget for steps.
func remains(budget, elapsed time.Duration) time.Duration {
	return max(budget/leastShare, budget-elapsed)
}

// replan returns what Loop.Replan needs to keep to the budget, preparation and validations included: the machine may
// have other work to do at any time. A sum of terms that gets no better, or leaves nothing, ends before.
func (a *run) replan(loop *train.Loop[float64]) func(*train.State[float64]) int {
	if a.s.Budget == 0 || a.pace != nil {
		return nil
	}
	type mark struct {
		step int
		at   time.Duration
	}
	marks := []mark{{loop.State.Step, a.watch.elapsed()}}
	return func(st *train.State[float64]) int {
		if a.settled(st) {
			return st.Step
		}
		now := a.watch.elapsed()
		marks = append(marks[max(0, len(marks)-recentValidations):], mark{st.Step, now})
		first, total := marks[0], loop.Settings.Total(st.Step)
		each := max(1, (now-first.at)/time.Duration(st.Step-first.step))
		n := st.Step + int(max(0, a.s.Budget-now)/each)
		apart := float64(n-total) / float64(total)
		if apart > 0 && float64(st.Step) < earlySteps*float64(total) || apart < settledSteps && apart > -settledSteps {
			return 0
		}
		return n
	}
}

// settled says whether a sum of terms leaves nothing, or gets no better. On windows long roll-outs are to be decided on
// first.
func (a *run) settled(st *train.State[float64]) bool {
	return model.FamilyOf(a.f.spec.Family).Netless && (a.s.Objective != Windows || a.rollouts != nil) &&
		(st.BestLoss < nothing*a.f.null || settled(st.History))
}

// settled says whether the last half of the validations, of leastSettled at least, found nothing better than the ones
// before had, but for a little.
func settled(history []train.Point) bool {
	half := len(history) / 2
	if half < leastSettled {
		return false
	}
	best := func(of []train.Point) float64 {
		least := math.Inf(1)
		for _, p := range of {
			if p.Valid < least { // one that is not finite is none
				least = p.Valid
			}
		}
		return least
	}
	return !(best(history[half:]) < (1-littleBetter)*best(history[:half]))
}
