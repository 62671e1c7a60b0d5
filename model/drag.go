package model

import (
	"math"

	"lagrange/nn"
)

// drag is the resistance of air, Q_i = −E/s_i c_i² |w_i| w_i with w_i = v_i/s_i, which never brings energy. θ holds c
// (d).
type drag[T nn.Float] struct {
	theta []T
	at    int
	E     T
	vs    []T
}

func (f *drag[T]) add(v, _, r []T) {
	for i, s := range f.vs {
		c, w := f.theta[i], v[i]/s
		r[i] -= f.E / s * c * c * abs(w) * w
	}
}

func (f *drag[T]) vjp(v, _, mu, dtheta, dv, _ []T) {
	for i, s := range f.vs {
		c, w, y := f.theta[i], v[i]/s, f.E/s*mu[i]
		dtheta[f.at+i] -= y * 2 * c * abs(w) * w
		dv[i] -= y * c * c * 2 * abs(w) / s
	}
}

func abs[T nn.Float](x T) T {
	if x < 0 {
		return -x
	}
	return x
}

// pair is two angles i, j that turn against each other, with the scale s of v_i − v_j.
type pair struct {
	i, j int
	s    float64
}

// pairs are all pairs of angles of a Spec: a joint between two links rubs at the difference of theirs.
func (s Spec) pairs() (ps []pair) {
	for j, b := range s.Coordinates {
		for i, a := range s.Coordinates[:j] {
			if a.Period > 0 && a.Period == b.Period {
				ps = append(ps, pair{i, j, (a.Speed + b.Speed) / 2})
			}
		}
	}
	return ps
}

// rubbing is dry friction of pairs, smooth at rest as that of coordinates (coulomb): Q_i = −Q_j = −E/s c² tanh(w/ε),
// w = (v_i − v_j)/s. θ holds the c of all pairs, then their log ε.
type rubbing[T nn.Float] struct {
	theta []T
	at    int
	E     T
	of    []pair
}

func (f *rubbing[T]) at0(k int, v []T) (c, s, w, eps, t T) {
	p := f.of[k]
	c, s, eps = f.theta[k], T(p.s), T(math.Exp(float64(f.theta[len(f.of)+k])))
	w = (v[p.i] - v[p.j]) / s
	return c, s, w, eps, T(math.Tanh(float64(w / eps)))
}

func (f *rubbing[T]) add(v, _, r []T) {
	for k, p := range f.of {
		c, s, _, _, t := f.at0(k, v)
		Q := f.E / s * c * c * t
		r[p.i] -= Q
		r[p.j] += Q
	}
}

func (f *rubbing[T]) vjp(v, _, mu, dtheta, dv, _ []T) {
	g := dtheta[f.at:]
	for k, p := range f.of {
		c, s, w, eps, t := f.at0(k, v)
		y := f.E / s * (mu[p.i] - mu[p.j])
		slope := c * c * (1 - t*t) / eps // of c² tanh(w/ε) in w
		g[k] -= y * 2 * c * t
		g[len(f.of)+k] += y * slope * w // dε = ε d(log ε)
		dv[p.i] -= y * slope / s
		dv[p.j] += y * slope / s
	}
}
