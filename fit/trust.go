package fit

import (
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/train"
)

// weigh notes the mass matrix.
func (a *run) weigh(step int) {
	if mass, ok := a.massMatrix(); ok {
		a.mass = append(a.mass, MassPoint{step, mass})
	}
}

func (a *run) massMatrix() (eval.Mass, bool) {
	if a.f.sample == nil {
		return eval.Mass{}, false
	}
	return eval.MassMatrix(a.loop.Model, a.f.sample)
}

// doubt says why a model of such a validation is hopeless, or ""; limit is the share of the loss without acceleration
// from which on it is.
func (a *run) doubt(valid, limit float64) string {
	switch mass, ok := a.massMatrix(); {
	case math.IsInf(valid, 0):
		return "no validation was finite"
	case ok && float64(mass.NotPositive) > fewStates*float64(mass.States):
		return fmt.Sprintf("the mass matrix is not positive definite at %d of %d states", mass.NotPositive, mass.States)
	case !(valid < limit*a.f.null):
		return fmt.Sprintf("validation %.3g, hardly better than %.3g of a motion without acceleration", valid, a.f.null)
	}
	return ""
}

// worst computes the validation loss of q̈ = 0 once.
func (f *problem) worst(valid train.Objective[float64]) {
	f.once.Do(func() { f.null = f.still(valid) })
}

// still is the loss of q̈ = 0; infinite where that has no meaning.
func (f *problem) still(o train.Objective[float64]) float64 {
	if f.spec.Terms != nil {
		return math.Inf(1)
	}
	return f.without(o)
}

// without is the loss of q̈ = 0 whatever the family, infinite where forces are learned.
func (f *problem) without(o train.Objective[float64]) float64 {
	if asked, err := objectiveOf(f.s.Objective); err != nil || asked.inverse {
		return math.Inf(1)
	}
	spec := f.spec
	spec.Family, spec.Hidden, spec.Head, spec.Friction, spec.Nodes, spec.Natural = BaselineModel, []int{1}, "", "", nil,
		false
	spec.Terms = nil
	still, err := model.New[float64](spec, 0)
	if err != nil {
		return math.Inf(1) // a net that this cannot describe is not measured against it
	}
	clear(still.Theta)
	return train.MeanLoss(o, still)
}

// thinned takes some massStates states of a recording, fewer of many coordinates, as eigenvalues cost d³; nil of too
// many.
func thinned(s *data.Set) *data.Set {
	d := s.D()
	most := min(massStates, int(massWork)/(d*d*d))
	if most == 0 {
		return nil
	}
	return s.Thinned(most)
}
