package pendulum

import (
	"math"

	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/train"
)

// nodeStates is how many of the states the neural ODE learns the next ones of.
const nodeStates = 200_000

// Spec is a model of a system of angles, scaled to the data.
func Spec(system mech.System, o *train.Accelerations[float64], n bench.Network) model.Spec {
	coordinates := bench.Scaled(o, 2*math.Pi)
	for i, c := range system.About().Coordinates {
		k := &coordinates[i]
		k.Name, k.Unit, k.Velocity = c.Name, c.Unit, c.VelocityName
	}
	return n.Spec(1, coordinates)
}
