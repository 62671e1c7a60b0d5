package fit

import (
	"errors"
	"fmt"
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

// Objectives lists what a model can learn from.
func Objectives() []string { return []string{Accelerations, Windows, Torque} }

// objective resolves Options.Objective for a recording. A Neural ODE learns from windows only.
func (s Options) objective(set *data.Set) (string, error) {
	recorded := set.HasAccelerations()
	switch s.Objective {
	case "":
		if recorded && !model.FamilyOf(s.Model).Rollouts {
			return Accelerations, nil
		}
		return Windows, nil
	case Windows:
		return Windows, nil
	case Accelerations, Torque:
		switch {
		case !recorded:
			return "", fmt.Errorf("the recording has no accelerations to learn from by the objective %s; name their "+
				"columns with --a, or leave out --objective", s.Objective)
		case model.FamilyOf(s.Model).Rollouts:
			return "", fmt.Errorf("a %s learns from windows; leave out --objective", model.Title(s.Model))
		}
		return s.Objective, nil
	}
	return "", fmt.Errorf("no objective %q; there are %v", s.Objective, Objectives())
}

// torques makes the motors of a model direct drives and builds the losses of its inverse dynamics.
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
