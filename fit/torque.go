package fit

import (
	"errors"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// What a model can learn from.
const (
	Accelerations = "accelerations" // recorded ones: forward dynamics
	Windows       = "windows"       // of the motion, as it goes on from their first rows
	// the recorded forces, given recorded accelerations: inverse dynamics, of a model with a Lagrangian
	Torque = "torque"
)

var fromTorques = objective{name: Torque, needs: needsAccelerations, inverse: true,
	losses: func(a *run) (learn, valid train.Objective[float64], err error) {
		return torques(a.net, a.f.split, a.f.penalty)
	}}

// torques gives a model one actuator for each coordinate and builds the losses of its inverse dynamics.
func torques(
	net *model.Model[float64], split data.Split, p train.Penalty,
) (learn, valid train.Objective[float64], err error) {
	unit, err := net.DirectActuators()
	if err != nil {
		return nil, nil, err
	}
	l, v := torque(net.Spec, split.Train, unit, p), torque(net.Spec, split.Valid, unit, p)
	if !slices.ContainsFunc(l.Tau, func(x float64) bool { return x != 0 }) {
		return nil, nil, errors.New("no force acts in the recording: a Lagrangian of zero would explain it; leave " +
			"out --objective")
	}
	return l, v, nil
}

// torque takes the forces of a recording, the first of its inputs, for those to be learned; the model sees the
// system parameters alone.
func torque(s model.Spec, set *data.Set, unit float64, p train.Penalty) *train.Torques[float64] {
	d, m, a := set.D(), set.M(), accelerations(set, p)
	o := &train.Torques[float64]{X: a.X, U: slices.Clone(a.U), A: a.A, N: a.N, Penalty: p}
	for n := range o.N {
		u := o.U[n*m : n*m+d]
		for _, x := range u {
			o.Tau = append(o.Tau, unit*x)
		}
		clear(u)
	}
	for _, u := range s.Inputs[:d] {
		o.Scale = append(o.Scale, unit*u.Scale)
	}
	return o
}
