package train

import (
	"math"

	"lagrange/model"
	"lagrange/nn"
)

// State is everything a run needs to go on bit for bit. Step i draws its batch from a generator seeded with (Seed, i),
// so there is no other random state.
type State[T nn.Float] struct {
	Step     int     // steps done
	Theta    []T     // parameters now
	M, S     []T     // Adam's moments; of GaussNewton M is the average of the last parameters, if there is one
	Best     []T     // parameters with the least validation loss so far
	BestLoss float64 // and that loss
	Updates  int     // steps that changed the parameters: Adam's count
	Skipped  int     // steps with a non-finite loss or gradient: they did not reach the parameters
	Damping  float64 // λ of GaussNewton
	Rejected int     // trials of it that were taken back
	Health   model.Health
	History  []Point
	Sum      float64 // of the losses since the last validation
	Count    int     // and how many they are
	Decided  int     // the step at which the caller decided how the run goes on, for the caller; 0: none yet
	Seconds  float64 // that the run has taken, for the caller
}

// Point is one validation.
type Point struct {
	Step  int     `json:"step"`
	Train float64 `json:"train"` // mean loss of the batches since the last point; 0 when all were skipped
	Valid float64 `json:"valid"`
}

// NewState starts a run from a model's parameters.
func NewState[T nn.Float](m *model.Model[T]) *State[T] {
	n := len(m.Theta)
	return &State[T]{
		Theta: append([]T(nil), m.Theta...), M: make([]T, n), S: make([]T, n),
		Best: append([]T(nil), m.Theta...), BestLoss: math.Inf(1), Damping: 1e-2,
	}
}
