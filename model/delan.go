package model

import (
	"math"
	"math/rand/v2"

	"lagrange/nn"
)

// delan is the Deep Lagrangian network (Lutter et al. 2019): a net of (q, system parameters) gives the potential V and
// the factor of a mass matrix that is positive definite by construction; forces and friction stand on the right-hand
// side as for the Lagrangian network. It can say only what is quadratic in v. θ holds the net, then the forces.
var delan = Family{
	Name: "delan", Title: "Deep Lagrangian network",
	Net:    Spec.inertiaNet,
	Params: func(s Spec) int { return s.inertiaNet().Params() + forceParams(s) },
	Init: func(s Spec, r *rand.Rand, theta []float64) {
		shape := s.inertiaNet()
		n := shape.Params()
		s.draw(shape, 0.05, r, theta[:n])
		initForces(s, theta[n:])
	},
	Tape32: structured[float32],
	Tape64: structured[float64],
	Parts:  structuredParts,
	Linear: func(s Spec) []int {
		V := triangle(s.D())
		return s.linear(s.inertiaNet(), func(o int) bool { return o == V }, func(int) bool { return false })
	},
}

func structured[T nn.Float](s Spec, theta []T, batch int) Tape[T] {
	d, columns := s.D(), s.positions()
	shape := s.inertiaNet()
	n := shape.Params()
	speed, _ := scales[T](s)
	L := func(k, components int) nn.Part[T] {
		front := newFront[T](s, columns, batch, k, components)
		head := newInertiaHead(speed, T(s.height()), front.In(), batch, k)
		return newChain[T](front, nn.New(shape, theta[:n], batch, k, components), head, batch, k, components)
	}
	return lift(d, s.M(), batch, newEulerLagrange[T](d, s.M(), len(theta), s.inputs(true), batch, L,
		newForces(s, theta, n)))
}

// inertiaNet is the shape of the net of a factor of M and of V.
func (s Spec) inertiaNet() nn.Shape { return s.shape(s.positions(), triangle(s.D())+1) }

// positions are the columns of a Lagrangian whose net does not see v.
func (s Spec) positions() []column {
	cs := s.columns(false)
	v := cs[len(cs)-s.D()-len(s.inputs(true)):][:s.D()]
	for i := range v {
		v[i] = column{kind: dropped}
	}
	return cs
}

// height is the unit of V: with a mass matrix of order one in units of the speeds, a potential that changes by it over
// the scale of q accelerates by the scale of a.
func (s Spec) height() float64 {
	sum, n := 0.0, 0
	for _, c := range s.Coordinates {
		if !c.Cyclic {
			e := c.Accel * c.Scale / (c.Speed * c.Speed)
			sum, n = sum+e*e, n+1
		}
	}
	return math.Sqrt(sum / float64(max(1, n)))
}
