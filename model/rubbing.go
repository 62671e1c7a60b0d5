package model

import (
	"math"
	"slices"

	"lagrange/nn"
)

// law is how friction of the size k grows with the speed w: k g(w), which is odd and never brings energy, whatever its
// shapes are. Besides g it gives the slope k ∂g/∂w and writes those in the shapes to d.
type law struct {
	name  string
	of    func(k, w float64, shape, d []float64) (g, slope float64)
	power int       // g grows with so many powers of the scale of w
	first []float64 // values of the shapes
	kinds []Friction
	pairs bool // of angles, not of single coordinates
	// beside says that it stands beside dry friction, whose width ε is its first shape
	beside bool
}

// damped are the kinds of friction with a force −Cv.
var damped = []Friction{Viscous, Both, Stribeck, AllFriction}

// laws are those of all friction that acts on coordinates one by one, or between two of them, in the order in which
// their parameters stand in θ. A new one is a line here, and a number in ForceCoefficients.
var laws = []law{
	{name: "dry", of: dry, first: []float64{math.Log(firstWidth)},
		kinds: []Friction{Coulomb, Both, Stribeck, AllFriction}},
	{name: "drag", of: drag, power: 2, kinds: []Friction{AllFriction}},
	{name: "between", of: dry, first: []float64{math.Log(firstWidth)}, kinds: []Friction{AllFriction}, pairs: true},
	{name: "breakaway", of: breakaway, first: []float64{math.Log(firstStribeck)}, kinds: []Friction{Stribeck},
		beside: true},
}

// Includes says whether a friction has all that another one has.
func (f Friction) Includes(g Friction) bool {
	has := func(kinds []Friction) bool { return !slices.Contains(kinds, g) || slices.Contains(kinds, f) }
	return has(damped) && !slices.ContainsFunc(laws, func(l law) bool { return !has(l.kinds) })
}

// The first size c of friction, the width ε of rest, and the speed w_s at which a breakaway force has fallen, in units
// of the scales.
const firstSize, firstWidth, firstStribeck = 0.3, 0.03, 0.2

// dry is Coulomb's law, smooth at rest: g = tanh(w/ε), with the shape log ε.
func dry(k, w float64, shape, d []float64) (g, slope float64) {
	eps := math.Exp(shape[0])
	t := math.Tanh(w / eps)
	slope = k * (1 - t*t) / eps
	d[0] = -slope * w // dε = ε d(log ε)
	return t, slope
}

// drag is the resistance of air, g = |w| w.
func drag(k, w float64, _, _ []float64) (g, slope float64) {
	return math.Abs(w) * w, k * 2 * math.Abs(w)
}

// breakaway is what friction is larger by near rest [Stribeck1902]: g = exp(−(w/w_s)²) tanh(w/ε), with the shapes log ε
// and log w_s.
func breakaway(k, w float64, shape, d []float64) (g, slope float64) {
	x := w / math.Exp(shape[1])
	e := math.Exp(-x * x)
	t, slope := dry(k, w, shape, d)
	d[0] *= e
	d[1] = k * t * e * 2 * x * x
	if w != 0 {
		slope = slope*e - d[1]/w // ∂e/∂w = −2x²e/w
	}
	return e * t, slope
}

// contact is a coordinate i, or two angles i, j that turn against each other, with the scale s of the speed there.
type contact struct {
	i, j int // j is −1 for a coordinate alone
	s    float64
}

// contacts are where a law acts: at each coordinate, or between all pairs of angles, for a joint between two links rubs
// at the difference of theirs.
func (s Spec) contacts(l law) (all []contact) {
	for j, b := range s.Coordinates {
		if !l.pairs {
			all = append(all, contact{j, -1, b.Speed})
			continue
		}
		for i, a := range s.Coordinates[:j] {
			if a.Period > 0 && a.Period == b.Period {
				all = append(all, contact{i, j, (a.Speed + b.Speed) / 2})
			}
		}
	}
	return all
}

// resistance is a law at its contacts, with the places of its parameters among those of the forces: of the roots c of
// the sizes, one for each contact, and of as many of each shape.
type resistance struct {
	law
	contacts []contact
	at       int
	shapes   []int
}

// resist puts the parameters of a law behind those that there are.
func (l *forceLayout) resist(g law, at []contact) resistance {
	r := resistance{law: g, contacts: at, at: len(l.params)}
	if g.beside {
		r.shapes = append(r.shapes, l.resistances[0].shapes...)
	}
	l.params = append(l.params, slices.Repeat([]float64{firstSize}, len(at))...)
	for _, x := range g.first {
		r.shapes = append(r.shapes, len(l.params))
		l.params = append(l.params, slices.Repeat([]float64{x}, len(at))...)
	}
	return r
}

// scaled is a resistance with the scales vs of q̇, which for a Hamiltonian are not those of v.
func scaled[T nn.Float](r resistance, vs []T) resistance {
	r.contacts = slices.Clone(r.contacts)
	for k := range r.contacts {
		c := &r.contacts[k]
		if c.s = float64(vs[c.i]); c.j >= 0 {
			c.s = (c.s + float64(vs[c.j])) / 2
		}
	}
	return r
}

// rubbing is a resistance as a force: Q_i = −Q_j = −E/s c² g(w), with w = v_i/s or w = (v_i − v_j)/s.
type rubbing[T nn.Float] struct {
	resistance
	theta    []T // of the forces
	first    int // place of these in θ
	E        T
	shape, d []float64
}

func newRubbing[T nn.Float](r resistance, theta []T, first int, E T) *rubbing[T] {
	return &rubbing[T]{r, theta, first, E, make([]float64, len(r.shapes)), make([]float64, len(r.shapes))}
}

// at0 is the root c of the size at contact k, the speed there, and what the law says of them.
func (f *rubbing[T]) at0(k int, v []T) (c, s, w, g, slope T) {
	a := f.contacts[k]
	if c, s = f.theta[f.at+k], T(a.s); a.j < 0 {
		w = v[a.i] / s
	} else {
		w = (v[a.i] - v[a.j]) / s
	}
	for l, at := range f.shapes {
		f.shape[l] = float64(f.theta[at+k])
	}
	x, dx := f.of(float64(c*c), float64(w), f.shape, f.d)
	return c, s, w, T(x), T(dx)
}

func (f *rubbing[T]) add(v, _, r []T) {
	for k, a := range f.contacts {
		c, s, _, g, _ := f.at0(k, v)
		Q := f.E / s * c * c * g
		if r[a.i] -= Q; a.j >= 0 {
			r[a.j] += Q
		}
	}
}

func (f *rubbing[T]) vjp(v, _, mu, dtheta, dv, _ []T) {
	for k, a := range f.contacts {
		c, s, _, g, slope := f.at0(k, v)
		z := mu[a.i]
		if a.j >= 0 {
			z -= mu[a.j]
		}
		y := f.E / s * z
		dtheta[f.first+f.at+k] -= y * 2 * c * g
		for l, d := range f.d {
			dtheta[f.first+f.shapes[l]+k] -= y * T(d)
		}
		if dv[a.i] -= y * slope / s; a.j >= 0 {
			dv[a.j] += y * slope / s
		}
	}
}
