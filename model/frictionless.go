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
