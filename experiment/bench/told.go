package bench

import (
	"lagrange/experiment"
	"lagrange/fit"
)

// Told shows whoever asked for an experiment how the training of a model goes; nil where nobody did.
func Told(s experiment.Settings, model string) func(fit.Progress) {
	if s.On == nil {
		return nil
	}
	return func(p fit.Progress) {
		s.On(experiment.Progress{Model: model, Step: p.Step, Steps: p.Steps, Loss: p.Loss, Valid: p.Valid,
			Left: p.Left})
	}
}
