package train

import (
	"fmt"
	"strings"
	"time"

	"lagrange/nn"
)

// An optimiser makes the steps of a run. A new one is a file with a value of this interface, and a line in optimisers.
type optimiser[T nn.Float] interface {
	// name is what Settings.Method calls it.
	name() string
	// plan completes the settings of a loop: the size of a batch, and what is the optimiser's own.
	plan(l *Loop[T]) error
	// cheaper is how many samples are validated in the time in which a step learns from one, at least.
	cheaper() float64
	// begin takes up the run of a loop that is prepared.
	begin(l *Loop[T]) stepper
}

// stepper is an optimiser in a run.
type stepper interface {
	// step makes one step and returns the loss before it, which is not finite where the step was skipped.
	step() float64
	// lasting is what a step of a long run takes, given the least that one of its first ones took.
	lasting(least time.Duration) time.Duration
}

// optimisers are those for a number type.
func optimisers[T nn.Float]() (list []optimiser[T]) {
	for _, x := range []any{
		adam[T]{},
		gaussNewton{},
		kaczmarz{},
	} {
		if o, ok := x.(optimiser[T]); ok {
			list = append(list, o)
		}
	}
	return list
}

// Methods lists the names of the optimisers, for Settings.Method.
func Methods() (names []string) {
	for _, o := range optimisers[float64]() {
		names = append(names, o.name())
	}
	return names
}

// optimiserOf finds an optimiser by its name; the error lists the names.
func optimiserOf[T nn.Float](name string) (optimiser[T], error) {
	for _, o := range optimisers[T]() {
		if o.name() == name {
			return o, nil
		}
	}
	for _, o := range optimisers[float64]() {
		if o.name() == name {
			return nil, fmt.Errorf("train: %s needs parameters in float64", name)
		}
	}
	return nil, fmt.Errorf("no method %q; there are %s", name, strings.Join(Methods(), ", "))
}
