package formula

import "lagrange/model"

// masses evaluates the mass matrix of each term alone.
type masses struct {
	theta []float64
	tape  model.Tape[float64]
	force model.InverseDynamics[float64]
	mech  model.Mechanics[float64]
	zero  []float64
	d     int
}

func newMasses(s model.Spec) *masses {
	n, err := model.Params(s)
	if err != nil {
		panic("formula: " + err.Error())
	}
	m := &masses{theta: make([]float64, n), zero: make([]float64, s.D()), d: s.D()}
	of, err := model.With(s, m.theta)
	if err != nil {
		panic("formula: " + err.Error())
	}
	m.tape = of.Tape(1)
	m.force, _ = model.As[model.InverseDynamics[float64]](m.tape)
	m.mech, _ = model.As[model.Mechanics[float64]](m.tape)
	return m
}

func (m *masses) terms() int { return len(m.theta) }

// at is those at a state (terms, d·d).
func (m *masses) at(x []float64) (all [][]float64) {
	Q := make([]float64, m.d)
	for k := range m.theta {
		clear(m.theta)
		m.theta[k] = 1
		m.force.Force(x[:m.d], x[m.d:], nil, m.zero, Q)
		all = append(all, append([]float64(nil), m.mech.Mass(0)...))
	}
	return all
}
