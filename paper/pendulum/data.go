package pendulum

import (
	"math"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/train"
)

// nodeStates is how many of the states the neural ODE learns the next ones of.
const nodeStates = 200_000

// Spec is a model of the experiment, scaled to the data.
func Spec(system mech.System, o *train.Accelerations[float64], c Model) model.Spec {
	d := system.Dim()
	spec := model.Spec{Family: c.Family, Hidden: c.Hidden, Activation: "softplus", Head: c.Head, Kinetic: 1}
	for i, c := range system.About().Coordinates {
		var vv, aa float64
		for k := range o.N {
			vv += o.X[2*k*d+d+i] * o.X[2*k*d+d+i]
			aa += o.A[k*d+i] * o.A[k*d+i]
		}
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{
			Name: c.Name, Unit: c.Unit, Velocity: c.VelocityName, Period: 2 * math.Pi, Scale: 1,
			Speed: math.Sqrt(vv / float64(o.N)), Accel: math.Sqrt(aa / float64(o.N)),
		})
	}
	return spec
}
