package mech

import (
	"math"
	"math/rand/v2"
)

// cartPole is a cart of mass M on a track with a point mass m on a massless rod, x the place of the cart, θ from the
// downward vertical:
//
//	L = ½ (M + m) ẋ² + m l ẋ θ̇ cos θ + ½ m l² θ̇² + m g l cos θ.
type cartPole struct{ M, m, l, g float64 }

func (s cartPole) Name() string { return "cart-pole" }

func (s cartPole) Dim() int { return 2 }

func (s cartPole) About() About {
	return About{
		Title:      "Cart and pole",
		Lagrangian: "½ (M + m) v² + m l v ω cos θ + ½ m l² ω² + m g l cos θ",
		Coordinates: []Coordinate{
			{"x", "v_x", "m", "m/s", false},
			{"theta", "v_theta", "rad", "rad/s", true},
		},
		Parameters: []Parameter{
			{"M", "kg", "mass of the cart", s.M}, {"m", "kg", "mass at the end of the pole", s.m},
			{"l", "m", "length of the pole", s.l}, {"g", "m/s²", "gravity", s.g},
		},
		EnergyScale: s.m * s.g * s.l, // the largest potential energy
		Source:      "Tedrake, Underactuated Robotics, chapter 3; angle from the downward vertical",
	}
}

func (s cartPole) kinetic(q, v []float64) float64 {
	return (s.M+s.m)/2*v[0]*v[0] + s.m*s.l*v[0]*v[1]*math.Cos(q[1]) + s.m*s.l*s.l/2*v[1]*v[1]
}

func (s cartPole) potential(q []float64) float64 { return -s.m * s.g * s.l * math.Cos(q[1]) }

func (s cartPole) Lagrangian(q, v []float64) float64 { return s.kinetic(q, v) - s.potential(q) }

func (s cartPole) Energy(q, v []float64) float64 { return s.kinetic(q, v) + s.potential(q) }

// Momentum is ((M + m) ẋ + m l θ̇ cos θ, m l ẋ cos θ + m l² θ̇).
func (s cartPole) Momentum(q, v, p []float64) {
	c := s.m * s.l * math.Cos(q[1])
	p[0] = (s.M+s.m)*v[0] + c*v[1]
	p[1] = c*v[0] + s.m*s.l*s.l*v[1]
}

// Accel solves (M + m) ẍ + m l θ̈ cos θ = m l θ̇² sin θ and l θ̈ + ẍ cos θ = −g sin θ.
func (s cartPole) Accel(q, v, a []float64) {
	sin, cos := math.Sincos(q[1])
	w := v[1]
	mass := s.M + s.m*sin*sin
	a[0] = s.m * sin * (s.l*w*w + s.g*cos) / mass
	a[1] = -sin * (s.m*s.l*w*w*cos + (s.M+s.m)*s.g) / (s.l * mass)
}

// Sample draws x from U(−1, 1), θ from U(0, 2π), ẋ from U(−2, 2) and θ̇ from U(−5, 5).
func (s cartPole) Sample(r *rand.Rand, q, v []float64) {
	uniform(r, q[:1], -1, 1)
	uniform(r, q[1:2], 0, 2*math.Pi)
	uniform(r, v[:1], -2, 2)
	uniform(r, v[1:2], -5, 5)
}

// Start draws x and θ like Sample, and velocities from U(0, 0.1).
func (s cartPole) Start(r *rand.Rand, q, v []float64) {
	s.Sample(r, q, v)
	uniform(r, v, 0, 0.1)
}
