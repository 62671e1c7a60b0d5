package bench

import (
	"lagrange/plot"
	"lagrange/train"
)

// astray is how much worse than the first a validation may be to be drawn:
// that of a step that left everything behind would flatten all others.
const astray = 1000

// LearningCurve is the validation loss against x.
func LearningCurve(name string, history []train.Point, x func(train.Point) float64) plot.Series {
	s := plot.Series{Name: name}
	for _, p := range history {
		if p.Valid <= astray*history[0].Valid {
			s.X, s.Y = append(s.X, x(p)), append(s.Y, p.Valid)
		}
	}
	return s
}

// Steps is where a learning curve stands against the number of steps.
func Steps(p train.Point) float64 { return float64(p.Step) }
