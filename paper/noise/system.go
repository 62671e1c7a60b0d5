// Package noise measures what can be learned from positions with noise: models beside the true equations, whose
// parameters alone are unknown, fitted to the same recordings. Fitted to independent segments of half a second they are
// the yardstick, to whole recordings, by maximum likelihood, the limit.
package noise

import (
	"math"
	"math/rand/v2"

	"lagrange/data"
	"lagrange/experiment/known"
)

const gravity = 9.8

// A system is a mechanism whose equations are known but for their parameters p.
type system struct {
	name, title string
	coordinates []data.Coordinate
	forces      []string
	parameters  []string
	p           []float64 // true values
	dt, T       float64   // of a recording
	recordings  int
	friction    bool
	accel       func(q, v, u, p, a []float64)
	start       func(r *rand.Rand, q, v []float64)
}

func (s *system) d() int { return len(s.coordinates) }
func (s *system) m() int { return len(s.forces) }

func angle(name string) data.Coordinate {
	return data.Coordinate{Name: name, Unit: "rad", Period: 2 * math.Pi, Velocity: name + "_vel"}
}

// systems are those that are learned.
var systems = []*system{
	{
		name: "pendulum", title: "Damped pendulum", coordinates: []data.Coordinate{angle("theta")},
		friction: true, parameters: []string{"g/l", "friction"}, p: []float64{gravity, 0.15},
		dt: 0.02, T: 8, recordings: 8,
		accel: func(q, v, _, p, a []float64) { a[0] = -p[0]*math.Sin(q[0]) - p[1]*v[0] },
		start: func(r *rand.Rand, q, v []float64) { q[0], v[0] = 5*r.Float64()-2.5, r.NormFloat64() },
	},
	{
		name: "double-pendulum", title: "Double pendulum",
		coordinates: []data.Coordinate{angle("theta1"), angle("theta2")},
		parameters:  []string{"m2/m1", "l2/l1", "g/l1"}, p: []float64{1, 1, gravity}, dt: 0.01, T: 5, recordings: 20,
		accel: doublePendulum,
		start: func(r *rand.Rand, q, v []float64) {
			for i := range q {
				q[i], v[i] = 4*r.Float64()-2, r.NormFloat64()
			}
		},
	},
	{
		name: "cart-pole", title: "Cart and pole with a motor and friction",
		coordinates: []data.Coordinate{{Name: "x", Unit: "m", Velocity: "x_vel"}, angle("theta")},
		forces:      []string{"force"}, friction: true,
		parameters: []string{"M", "m", "l", "g", "friction of x", "friction of theta"},
		p:          []float64{1, 0.3, 0.5, gravity, 0.4, 0.02}, dt: 0.01, T: 8, recordings: 12,
		accel: cartPole,
		start: func(r *rand.Rand, q, v []float64) {
			q[0], q[1] = 0.2*r.NormFloat64(), 5*r.Float64()-2.5
			v[0], v[1] = r.NormFloat64()/2, r.NormFloat64()/2
		},
	},
}

// doublePendulum has r = m₂/m₁, l = l₂/l₁, g/l₁ and D = θ₁ − θ₂:
//
//	(1 + r) θ̈₁ + r l cos D θ̈₂ = −r l sin D θ̇₂² − (1 + r) g sin θ₁,
//	r l cos D θ̈₁ + r l² θ̈₂ = r l sin D θ̇₁² − r l g sin θ₂.
func doublePendulum(q, v, _, p, a []float64) {
	r, l, g := p[0], p[1], p[2]
	sin, cos := math.Sincos(q[0] - q[1])
	m11, m12, m22 := 1+r, r*l*cos, r*l*l
	f1 := -r*l*sin*v[1]*v[1] - (1+r)*g*math.Sin(q[0])
	f2 := r*l*sin*v[0]*v[0] - r*l*g*math.Sin(q[1])
	solve(m11, m12, m22, f1, f2, a)
}

// cartPole has θ from the downward vertical, the force u on the cart, and viscous friction b_x, b_θ on both:
//
//	(M + m) ẍ + m l cos θ θ̈ = u + m l sin θ θ̇² − b_x ẋ,
//	m l cos θ ẍ + m l² θ̈ = −m g l sin θ − b_θ θ̇.
func cartPole(q, v, u, p, a []float64) {
	M, m, l, g, bx, bt := p[0], p[1], p[2], p[3], p[4], p[5]
	sin, cos := math.Sincos(q[1])
	f1 := u[0] + m*l*sin*v[1]*v[1] - bx*v[0]
	f2 := -m*g*l*sin - bt*v[1]
	solve(M+m, m*l*cos, m*l*l, f1, f2, a)
}

// solve solves [m11 m12; m12 m22] a = (f1, f2).
func solve(m11, m12, m22, f1, f2 float64, a []float64) {
	det := m11*m22 - m12*m12
	a[0], a[1] = (m22*f1-m12*f2)/det, (m11*f2-m12*f1)/det
}

// equations are those of the system, with two steps from row to row.
func (s *system) equations() *known.Equations {
	return &known.Equations{D: s.d(), M: s.m(), Accel: s.accel, Held: true, Steps: 2}
}
