package mech

import (
	"math"
	"math/rand/v2"
)

// spherical is a point mass on a massless rod that swings about a point, θ from the downward vertical and φ about it:
//
//	L = ½ m l² (θ̇² + sin²θ φ̇²) + m g l cos θ.
//
// φ does not enter L, so m l² sin²θ φ̇ is conserved.
type spherical struct{ m, l, g float64 }

func (s spherical) Name() string { return "spherical-pendulum" }

func (s spherical) Dim() int { return 2 }

func (s spherical) About() About {
	return About{
		Title:      "Spherical pendulum",
		Lagrangian: "½ m l² (ω² + sin²θ φ̇²) + m g l cos θ",
		Coordinates: []Coordinate{
			{"theta", "omega", "rad", "rad/s", true},
			{"phi", "v_phi", "rad", "rad/s", true},
		},
		Parameters: []Parameter{
			{"m", "kg", "mass", s.m}, {"l", "m", "length", s.l}, {"g", "m/s²", "gravity", s.g},
		},
		EnergyScale: s.m * s.g * s.l, // the largest potential energy
		Source:      "Landau, Lifshitz, Mechanics, § 14; motions that keep off the vertical, where φ has no meaning",
	}
}

func (s spherical) kinetic(q, v []float64) float64 {
	across := math.Sin(q[0]) * v[1]
	return s.m * s.l * s.l / 2 * (v[0]*v[0] + across*across)
}

func (s spherical) potential(q []float64) float64 { return -s.m * s.g * s.l * math.Cos(q[0]) }

func (s spherical) Lagrangian(q, v []float64) float64 { return s.kinetic(q, v) - s.potential(q) }

func (s spherical) Energy(q, v []float64) float64 { return s.kinetic(q, v) + s.potential(q) }

// Momentum is m l² (θ̇, sin²θ φ̇).
func (s spherical) Momentum(q, v, p []float64) {
	sin, J := math.Sin(q[0]), s.m*s.l*s.l
	p[0], p[1] = J*v[0], J*sin*sin*v[1]
}

// Accel is θ̈ = sin θ cos θ φ̇² − (g/l) sin θ, φ̈ = −2 θ̇ φ̇ cot θ.
func (s spherical) Accel(q, v, a []float64) {
	sin, cos := math.Sincos(q[0])
	w := v[1]
	a[0] = sin * (cos*w*w - s.g/s.l)
	a[1] = -2 * v[0] * w * cos / sin
}

// Sample draws θ from U(0.5, 2), φ from U(0, 2π), θ̇ from U(−1, 1) and sin²θ φ̇ from ±U(1, 2), so that the motion keeps
// off the vertical.
func (s spherical) Sample(r *rand.Rand, q, v []float64) {
	uniform(r, q[:1], 0.5, 2)
	uniform(r, q[1:2], 0, 2*math.Pi)
	uniform(r, v[:1], -1, 1)
	uniform(r, v[1:2], 1, 2)
	if r.IntN(2) == 0 {
		v[1] = -v[1]
	}
	sin := math.Sin(q[0])
	v[1] /= sin * sin
}

// Start draws like Sample.
func (s spherical) Start(r *rand.Rand, q, v []float64) { s.Sample(r, q, v) }
