package model

import (
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/nn"
)

// lnn is the Lagrangian neural network (Cranmer et al. 2020): a net gives L(q, v), the Euler–Lagrange equation the
// acceleration; forces and friction stand on its right-hand side. θ holds the net, then the forces.
var lnn = Family{
	Name: "lnn", Title: "Lagrangian network", Heads: true,
	Net:    Spec.scalarNet,
	Params: func(s Spec) int { return s.scalarNet().Params() + forceParams(s) },
	Init: func(s Spec, r *rand.Rand, theta []float64) {
		shape := s.scalarNet()
		n := shape.Params()
		s.draw(shape, s.firstOutputs(), r, theta[:n])
		initForces(s, theta[n:])
	},
	Tape32: lagrangian[float32],
	Tape64: lagrangian[float64],
	Parts:  lagrangianParts,
	Linear: func(s Spec) []int {
		all, behind := func(int) bool { return true }, func(o int) bool { return o > 0 }
		return s.linear(s.scalarNet(), all, behind)
	},
	Constant: func(s Spec, at int) bool { // biases behind l
		return at >= s.scalarNet().Params()-s.outputs()
	},
}

func lagrangian[T nn.Float](s Spec, theta []T, batch int) Tape[T] {
	d, n := s.D(), s.scalarNet().Params()
	L := func(k, components int) nn.Part[T] { f, _ := scalar(s, theta, batch, k, components); return f }
	return lift(d, s.M(), batch, newEulerLagrange(d, s.M(), len(theta), s.inputs(true), batch, L,
		newForces(s, theta, n)))
}

// scalarNet is the shape of the net of a scalar.
func (s Spec) scalarNet() nn.Shape { return s.shape(s.seen(), s.outputs()) }

// seen are the columns of the net of a scalar: all of the state, or of a natural Lagrangian q alone.
func (s Spec) seen() []column {
	if s.Natural {
		return s.positions()
	}
	return s.columns(false)
}

// outputs is the number of those of the net of a scalar: l, and with a quadratic head N.
func (s Spec) outputs() int {
	if s.Head == Quadratic {
		return 1 + triangle(s.D())
	}
	return 1
}

// scalar composes a function of state and system parameters, l + ½ Σ c (vᵢ/speedᵢ)² with l the output of a net on the
// first n parameters, or what the quadratic head makes of its outputs.
func scalar[T nn.Float](s Spec, theta []T, batch, k, components int) (f nn.Part[T], n int) {
	columns := s.seen()
	shape := s.shape(columns, s.outputs())
	n = shape.Params()
	net, front := nn.New(shape, theta[:n], batch, k, components), newFront[T](s, columns, batch, k, components)
	if s.Head == Quadratic {
		speeds, _ := scales[T](s)
		head := newQuadraticHead(speeds, T(s.Kinetic), front.In(), batch, k)
		return newChain[T](front, net, head, batch, k, components), n
	}
	c := make([]T, s.D())
	for i, x := range s.Coordinates {
		c[i] = T(s.Kinetic / (x.Speed * x.Speed))
	}
	return newChain[T](front, net, newKineticHead(c, front.In(), batch), batch, k, components), n
}

// power is the unit E of generalised forces, speed-scaled: with a mass matrix of order one in the units of the head, a
// force of order one gives an acceleration of order one of its scale.
func (s Spec) power() float64 {
	sum := 0.0
	for _, c := range s.Coordinates {
		sum += c.Accel * c.Accel / (c.Speed * c.Speed)
	}
	return math.Sqrt(sum / float64(s.D()))
}

func forceParams(s Spec) int { return len(layout(s).params) }

// forceLayout is where the parameters of the forces stand in θ, with their first values.
type forceLayout struct {
	actuators, viscous int // where each begins; −1: absent
	resistances        []resistance
	params             []float64
}

func layout(s Spec) forceLayout {
	d, m := s.D(), len(s.inputs(false))
	l := forceLayout{actuators: -1, viscous: -1}
	if m > 0 {
		l.actuators, l.params = 0, make([]float64, actuatorParams(d, m))
	}
	if slices.Contains(damped, s.Friction) {
		l.viscous = len(l.params)
		for i := range viscousParams(d) {
			x := 0.0
			if onDiagonal(i) {
				x = firstSize
			}
			l.params = append(l.params, x)
		}
	}
	for _, g := range laws {
		if c := s.contacts(g); len(c) > 0 && slices.Contains(g.kinds, s.Friction) {
			l.resistances = append(l.resistances, l.resist(g, c))
		}
	}
	return l
}

// onDiagonal says whether element i of a lower triangle stored row by row is diagonal: i = k(k+3)/2.
func onDiagonal(i int) bool {
	for k := 0; ; k++ {
		if at := k * (k + 3) / 2; at >= i {
			return at == i
		}
	}
}

func initForces(s Spec, theta []float64) { copy(theta, layout(s).params) }

// newForces composes the forces on the parameters theta[at:].
func newForces[T nn.Float](s Spec, theta []T, at int) Forces[T] {
	vs, _ := scales[T](s)
	return composeForces(s, theta, at, T(s.power()), vs)
}

// composeForces is newForces with the unit E of power and the scales of q̇ given.
func composeForces[T nn.Float](s Spec, theta []T, at int, E T, vs []T) Forces[T] {
	var fs Forces[T]
	l := layout(s)
	if l.actuators >= 0 {
		in := s.inputs(false)
		us := make([]T, len(in))
		for j, k := range in {
			us[j] = T(s.Inputs[k].Scale)
		}
		fs = append(fs, &actuators[T]{theta: theta[at+l.actuators:], at: at + l.actuators, E: E, vs: vs, us: us,
			in: in})
	}
	if l.viscous >= 0 {
		fs = append(fs, &viscous[T]{theta: theta[at+l.viscous:], at: at + l.viscous, E: E, vs: vs, y: make([]T, s.D())})
	}
	for _, r := range l.resistances {
		fs = append(fs, newRubbing(scaled(r, vs), theta[at:], at, E))
	}
	if len(s.Absent) > 0 {
		out := absent[T]{}
		for _, k := range s.Absent {
			out.at = append(out.at, at+k)
		}
		fs = append(fs, out)
	}
	return fs
}
