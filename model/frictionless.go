package model

// Frictionless is the same model with all its friction taken away; what known forces bring stays.
func (m *Model[T]) Frictionless() *Model[T] {
	out, l, at := m.Copy(), layout(m.Spec.forceSpec()), m.forces()
	if l.viscous >= 0 {
		clear(out.Theta[at+l.viscous:][:viscousParams(m.Spec.forceSpec().D())])
	}
	for _, r := range l.resistances {
		clear(out.Theta[at+r.at:][:len(r.contacts)])
	}
	return out
}

// Conservative is the same model without forces, with some of its inputs, and the parameters that forces have beside
// those that it shares.
func (m *Model[T]) Conservative(inputs []Input) (free *Model[T], forces []T, err error) {
	s := m.Spec
	s.Friction, s.Inputs, s.Absent = NoFriction, inputs, nil
	n, err := Params(s)
	if err != nil {
		return nil, nil, err
	}
	free, err = With(s, m.Theta[:n]) // forces stand last
	return free, m.Theta[n:], err
}
