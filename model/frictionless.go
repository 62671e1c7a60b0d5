package model

import (
	"math"

	"lagrange/nn"
)

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

// Rubbing is the same model with another friction: what it has of that, and of the rest such a part as it is before a
// training.
func (m *Model[T]) Rubbing(kind Friction, part float64) (*Model[T], error) {
	spec, was, first := m.Spec, layout(m.Spec), m.forces()
	spec.Friction = kind
	now := layout(spec)
	theta := append([]T(nil), m.Theta[:first]...)
	for _, x := range now.params {
		theta = append(theta, T(x))
	}
	root := T(math.Sqrt(part)) // friction is made of squares
	if now.viscous >= 0 {
		scale(theta[first+now.viscous:][:viscousParams(spec.D())], root)
	}
	for _, r := range now.resistances {
		scale(theta[first+r.at:][:len(r.contacts)], root)
	}
	keep := func(to, from, n int) { copy(theta[first+to:first+to+n], m.Theta[first+from:first+from+n]) }
	if was.actuators >= 0 {
		keep(now.actuators, was.actuators, actuatorParams(spec.D(), len(spec.inputs(false))))
	}
	if was.viscous >= 0 && now.viscous >= 0 {
		keep(now.viscous, was.viscous, viscousParams(spec.D()))
	}
	for _, r := range now.resistances {
		for _, old := range was.resistances {
			if old.name != r.name {
				continue
			}
			keep(r.at, old.at, len(r.contacts))
			for k, at := range r.shapes {
				keep(at, old.shapes[k], len(r.contacts))
			}
		}
	}
	return With(spec, theta)
}

func scale[T nn.Float](x []T, by T) {
	for i := range x {
		x[i] *= by
	}
}
