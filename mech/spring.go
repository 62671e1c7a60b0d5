package mech

import "math/rand/v2"

// spring is a mass on a linear spring: L = ½ m v² − ½ k q².
type spring struct{ m, k float64 }

func (s spring) Name() string { return "spring" }

func (s spring) Dim() int { return 1 }

func (s spring) About() About {
	return About{
		Title:       "Mass on a spring",
		Lagrangian:  "½ m v² − ½ k q²",
		Coordinates: []Coordinate{{"q", "v", "m", "m/s", false}},
		Parameters:  []Parameter{{"m", "kg", "mass", s.m}, {"k", "N/m", "stiffness", s.k}},
		EnergyScale: s.k / 2, // the energy at an amplitude of 1
		Source:      "the harmonic oscillator, as in Greydanus et al. 2019, Hamiltonian Neural Networks",
	}
}

func (s spring) Lagrangian(q, v []float64) float64 { return (s.m*v[0]*v[0] - s.k*q[0]*q[0]) / 2 }

func (s spring) Energy(q, v []float64) float64 { return (s.m*v[0]*v[0] + s.k*q[0]*q[0]) / 2 }

// Momentum is m v.
func (s spring) Momentum(_, v, p []float64) { p[0] = s.m * v[0] }

func (s spring) Accel(q, _, a []float64) { a[0] = -s.k / s.m * q[0] }

// Sample draws q and v from U(−1, 1).
func (s spring) Sample(r *rand.Rand, q, v []float64) {
	uniform(r, q, -1, 1)
	uniform(r, v, -1, 1)
}

// Start draws like Sample.
func (s spring) Start(r *rand.Rand, q, v []float64) { s.Sample(r, q, v) }
