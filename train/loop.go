package train

import (
	"context"
	"fmt"
	"math/rand/v2"

	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// Loop is a run under way.
type Loop[T nn.Float] struct {
	Model        *model.Model[T] // its parameters are those of the step; Run leaves the best ones in it
	Train, Valid Objective[T]
	Settings     Settings
	State        *State[T]
	// On, if set, is called after every validation with the state at that point; an error from it ends the run.
	On func(*State[T]) error
	// Ends, if set, is asked after that whether the run ends here, before its last step.
	Ends func(*State[T]) bool
	// Replan, if set, is asked after that how many steps the run is to have in all, unless it has had its last one; 0:
	// as many as it was to have.
	Replan func(*State[T]) int
	// Clock is called once a step, for callers that show progress or save by the clock; an error ends the run. It sees
	// the state between steps.
	Clock func(s *State[T], loss float64) error

	team      *par.Team
	passes    []*Loss[T] // of Train, one for each core
	valid     []*Loss[T]
	losses    []float64 // of each core's share
	batch     []int
	chunk     int // samples a pass is given at a time
	optimiser optimiser[T]
	stepper   stepper
	averaged  bool // State.M is an average of the parameters of the last steps
}

// Run trains until Settings.Steps and leaves the parameters of the best validation in the model. When ctx ends first,
// the error is ctx's, and State is where to go on from.
func (l *Loop[T]) Run(ctx context.Context) error {
	if err := l.prepare(); err != nil {
		return err
	}
	defer l.release()
	if st := l.State; st.Step == 0 { // an initial guess may be better than all that follows
		if loss := l.checks(); loss < st.BestLoss {
			st.BestLoss = loss
		}
	}
	for s := l.State; s.Step < l.Settings.Total(s.Step+1); {
		if err := ctx.Err(); err != nil {
			return err
		}
		loss := l.stepper.step()
		if vec.IsFinite(loss) {
			s.Sum, s.Count = s.Sum+loss, s.Count+1
		}
		if last := l.Settings.Total(s.Step); s.Step%l.Settings.Validate == 0 || s.Step == last {
			l.validate(s.Sum / max(1, float64(s.Count)))
			s.Sum, s.Count = 0, 0
			if l.On != nil {
				if err := l.On(s); err != nil {
					return err
				}
			}
			if l.Ends != nil && s.Step < last && l.Ends(s) {
				break
			}
			if l.Replan != nil && s.Step < last {
				if n := l.Replan(s); n > 0 && n != last {
					l.Settings.Changes = append(l.Settings.Changes, Change{s.Step, max(s.Step, n)})
				}
			}
		}
		if l.Clock != nil {
			if err := l.Clock(s, loss); err != nil {
				return err
			}
		}
	}
	l.release()
	copy(l.Model.Theta, l.State.Best)
	return nil
}

func (l *Loop[T]) prepare() error {
	l.Settings = l.Settings.Defaults()
	s := &l.Settings
	if s.Steps < 1 {
		return fmt.Errorf("train: %d steps", s.Steps)
	}
	var err error
	if l.optimiser, err = optimiserOf[T](s.Method); err != nil {
		return err
	}
	if l.Train.Len() == 0 || l.Valid.Len() == 0 {
		return fmt.Errorf("train: no samples to train on (%d) or to validate with (%d)", l.Train.Len(), l.Valid.Len())
	}
	if err := l.optimiser.plan(l); err != nil {
		return err
	}
	s.validate(l.Valid.Len(), l.optimiser.cheaper())
	s.Workers = min(s.Workers, s.Batch)
	// the passes are bound to the model's parameters; while the loop runs, those of the state are the same memory
	copy(l.Model.Theta, l.State.Theta)
	l.State.Theta = l.Model.Theta
	l.passes, l.valid = nil, nil
	l.chunk = min(model.Chunk, s.Batch/s.Workers+1, max(1, wide/l.Train.Pass(l.Model, 1).Width()))
	for range s.Workers {
		l.passes = append(l.passes, NewLoss(l.Train, l.Model, l.chunk))
		l.valid = append(l.valid, NewLoss(l.Valid, l.Model, l.chunk))
	}
	l.losses, l.batch = make([]float64, s.Workers), make([]int, s.Batch)
	l.team = par.NewTeam(s.Workers)
	l.stepper = l.optimiser.begin(l)
	return nil
}

// wide bounds the residuals of a chunk of samples, whose rows of J a core holds.
const wide = 1 << 12

// release ends the goroutines and gives the state parameters of its own again.
func (l *Loop[T]) release() {
	if l.team != nil {
		l.team.Close()
		l.team = nil
		l.State.Theta = append([]T(nil), l.Model.Theta...)
	}
}

// draw chooses the samples of a step.
func (l *Loop[T]) draw() {
	r := rand.New(rand.NewPCG(l.Settings.Seed, uint64(l.State.Step)))
	for b := range l.batch {
		l.batch[b] = r.IntN(l.Train.Len())
	}
}

// health adds what went wrong in a step to the state's account; it returns with that of the passes cleared.
func (l *Loop[T]) health() {
	for _, p := range l.passes {
		l.State.Health.Add(*p.Health())
		*p.Health() = model.Health{}
	}
}

// validate evaluates the validation loss, of the average of the last parameters too where there is one, and keeps the
// best.
func (l *Loop[T]) validate(train float64) {
	st := l.State
	loss := l.keep()
	if l.averaged {
		exchange(st.Theta, st.M)
		if mean := l.keep(); mean < loss {
			loss = mean
		}
		exchange(st.Theta, st.M)
	}
	st.History = append(st.History, Point{Step: st.Step, Train: train, Valid: loss})
}

// keep evaluates the validation loss of the parameters and keeps them if they are the best.
func (l *Loop[T]) keep() float64 {
	loss := l.checks()
	if loss < l.State.BestLoss {
		l.State.BestLoss = loss
		copy(l.State.Best, l.State.Theta)
	}
	return loss
}

// exchange swaps the numbers of x and y.
func exchange[T nn.Float](x, y []T) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// checks is the mean loss over the samples of a validation, on all cores.
func (l *Loop[T]) checks() float64 {
	n, all := l.Settings.Checks, l.Valid.Len()
	l.team.Do(func(w int) {
		lo, hi := par.Span(n, w, len(l.valid))
		l.losses[w] = l.valid[w].sum(lo, hi, func(i int) int { return i * all / n })
	})
	sum := 0.0
	for _, x := range l.losses {
		sum += x
	}
	return sum / float64(n)
}
