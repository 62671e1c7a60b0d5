package formula

import (
	"fmt"

	"lagrange/model"
)

// conservative is a model without forces, and the parameters of these.
func conservative(m *model.Model[float64]) (free *model.Model[float64], forces []float64, err error) {
	if m.Spec.Nodes != nil { // without forces, see sites
		return m, nil, nil
	}
	if _, ok := model.As[model.Mechanics[float64]](m.Tape(1)); !ok {
		if len(kept(m.Spec.Inputs, false)) > 0 {
			return nil, nil, fmt.Errorf("a %s does not tell its forces from its Lagrangian; a formula with forces is "+
				"found of --model lnn", model.Title(m.Spec.Family))
		}
		return m, nil, nil
	}
	return m.Conservative(kept(m.Spec.Inputs, true))
}

// kept are the inputs that are system parameters, or those that are not.
func kept(inputs []model.Input, systemParams bool) (some []model.Input) {
	for _, in := range inputs {
		if in.SystemParameter == systemParams {
			some = append(some, in)
		}
	}
	return some
}

// inputs are those of a model under which its accelerations are explained: no forces, and its system parameters.
func (t Task) inputs(of model.Spec) (u []float64) {
	k := 0
	for _, in := range of.Inputs {
		y := 0.0
		if in.SystemParameter {
			if y = in.Mean; t.Parameters != nil {
				y = t.Parameters[k]
			}
			k++
		}
		u = append(u, y)
	}
	return u
}
