package paper

import (
	"lagrange/plot"
	"lagrange/train"
)

// astray is how much worse than the first a validation may be to be drawn: that of a step that left everything behind would flatten all others.
const astray = 1000

// learningCurve is the validation loss against x.
func learningCurve(name string, history []train.Point, x func(train.Point) float64) plot.Series {
	s := plot.Series{Name: name}
	for _, p := range history {
		if p.Valid <= astray*history[0].Valid {
			s.X, s.Y = append(s.X, x(p)), append(s.Y, p.Valid)
		}
	}
	return s
}

// steps is where a learning curve stands against the number of steps.
func steps(p train.Point) float64 { return float64(p.Step) }
