package model

import (
	"math/rand/v2"

	"lagrange/nn"
)

// baseline is the plain network: a = net(q, v, u), with the same features as the Lagrangian network and outputs in
// units of the data's accelerations. Friction needs no part of its own: the net sees v.
var baseline = Family{
	Name: "nn", Title: "baseline network", Bare: true,
	Params: func(s Spec) int { return s.shape(s.columns(true), s.D()).Params() },
	Init: func(s Spec, r *rand.Rand, theta []float64) {
		shape := s.shape(s.columns(true), s.D())
		s.draw(shape, 0.3, r, theta)
	},
	Tape32: accelerations[float32],
	Tape64: accelerations[float64],
	Parts:  plainParts,
}

func accelerations[T nn.Float](s Spec, theta []T, batch int) Tape[T] {
	d, m := s.D(), s.M()
	columns := s.columns(true)
	_, accel := scales[T](s)
	front := newFront[T](s, columns, batch, 0, 0)
	head := &scaleHead[T]{scale: accel, in: d + front.In()}
	f := newChain[T](front, nn.New(s.shape(columns, d), theta, batch, 0, 0), head, batch, 0, 0)
	return lift(d, m, batch, newPlainEquation(d, m, len(theta), batch, f))
}
