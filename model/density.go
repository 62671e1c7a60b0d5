package model

import (
	"errors"

	"lagrange/nn"
)

// Density returns the scalar part ℓ(q, v, c) of a Spec of the family lnn, with memory for batch rows, k tangents and so
// many components: features, net and kinetic head on the net's share of θ. A Lagrangian of many terms is a sum of such
// parts.
func Density[T nn.Float](s Spec, theta []T, batch, k, components int) nn.Part[T] {
	f, _ := scalar(s, theta, batch, k, components)
	return f
}

// CheckDensity reports why a Spec does not describe a density.
func (s Spec) CheckDensity() error {
	if err := s.Check(); err != nil {
		return err
	}
	switch {
	case s.Family != lnn.Name:
		return errors.New("a density is a scalar ℓ(q, v): its family is " + lnn.Name + ", not " + s.Family)
	case len(s.inputs(false)) > 0:
		return errors.New("a density has no forces: declare its inputs as system parameters")
	case s.Friction != "" && s.Friction != NoFriction:
		return errors.New("a density has no friction: declare none")
	}
	return nil
}

// Compose returns a model whose tapes are made by tape, such as a sum of densities: all that trains, integrates and
// measures models takes it like one of a family. The Spec names its coordinates and their scales.
func Compose[T nn.Float](spec Spec, theta []T, tape func(theta []T, batch int) Tape[T]) *Model[T] {
	return &Model[T]{Spec: spec, Theta: theta, tape: tape}
}

// Copy returns the same model on parameters of its own.
func (m *Model[T]) Copy() *Model[T] {
	return &Model[T]{Spec: m.Spec, Theta: append([]T(nil), m.Theta...), tape: m.tape}
}
