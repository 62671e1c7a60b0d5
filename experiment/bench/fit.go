package bench

import (
	"context"
	"time"

	"lagrange/experiment"
	"lagrange/model"
	"lagrange/nn"
	"lagrange/ode"
	"lagrange/train"
)

// Training is how one model is trained.
type Training[T nn.Float] struct {
	Name         string // for Progress
	Learn, Valid train.Objective[T]
	Set          train.Settings
	Budget       time.Duration // where set has no Steps
	Most         int           // of steps that fit into it; 0: no bound
	On           func(experiment.Progress)
	After        func(theta []T) // may change the parameters after each step; nil: leaves them
}

// Fitted is what a training has cost.
type Fitted struct {
	Steps            int     `json:"steps"`
	Samples          int     `json:"samples"`
	Parameters       int     `json:"parameters"`
	Seconds          float64 `json:"seconds"`
	NonFiniteSkipped int     `json:"nonfinite_skipped"`
	FallbackSolves   int     `json:"fallback_solves"`
	Equations        string  `json:"equations,omitempty"` // of Gauss–Newton
}

// Run leaves the parameters of the best validation in the model and returns the learning curve too.
func (f Training[T]) Run(ctx context.Context, m *model.Model[T]) (Fitted, []train.Point, error) {
	begin := time.Now()
	if f.Set.Steps == 0 {
		steps, err := train.Calibrate(ctx, m, f.Learn, f.Valid, f.Set, f.Budget)
		if err != nil {
			return Fitted{}, nil, err
		}
		if f.Set.Steps = steps; f.Most > 0 {
			f.Set.Steps = min(steps, f.Most)
		}
	}
	loop := &train.Loop[T]{Model: m, Train: f.Learn, Valid: f.Valid, Settings: f.Set, State: train.NewState(m)}
	from := time.Now()
	loop.On = func(s *train.State[T]) error {
		if f.On != nil {
			p := s.History[len(s.History)-1]
			left := time.Duration(float64(time.Since(from)) * float64(f.Set.Steps-s.Step) / float64(s.Step))
			f.On(experiment.Progress{Model: f.Name, Step: s.Step, Steps: f.Set.Steps, Loss: p.Train, Valid: p.Valid,
				Left: left})
		}
		return nil
	}
	if f.After != nil {
		loop.Clock = func(*train.State[T], float64) error { f.After(m.Theta); return nil }
	}
	if err := loop.Run(ctx); err != nil {
		return Fitted{}, nil, err
	}
	st := loop.State
	return Fitted{
		Steps: st.Step, Samples: st.Step * loop.Settings.Batch, Parameters: len(m.Theta),
		Seconds:          time.Since(begin).Seconds(),
		NonFiniteSkipped: st.Skipped, FallbackSolves: st.Health.Fallbacks,
		Equations: loop.Settings.Equations,
	}, st.History, nil
}

// Then is what two stages have cost together.
func (f Fitted) Then(g Fitted) Fitted {
	g.Steps += f.Steps
	g.Samples += f.Samples
	g.Seconds += f.Seconds
	g.NonFiniteSkipped += f.NonFiniteSkipped
	g.FallbackSolves += f.FallbackSolves
	return g
}

// Field is a model without inputs as the field of many solutions, for ode.Together.
func Field(m *model.Model[float64]) func(size int) ode.Batch {
	return func(size int) ode.Batch {
		tape := m.Tape(size)
		return func(_ []int, _, x, dx []float64) { tape.Field(x, nil, dx) }
	}
}
