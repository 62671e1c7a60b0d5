package mech

import (
	"math"
	"math/rand/v2"
)

// relativistic is a particle of mass 1 in a uniform field g, c = 1, with the Lagrangian of Cranmer et al. (2020):
//
//	L = (1 − v²)^(−1/2) − 1 + g q,   p = v (1 − v²)^(−3/2),   M = L_vv = (1 + 2v²) (1 − v²)^(−5/2).
//
// It grows with the speed like the relativistic energy; the textbook's L is −√(1 − v²). |v| < 1.
type relativistic struct{ g float64 }

func (s relativistic) Name() string { return "relativistic" }

func (s relativistic) Dim() int { return 1 }

func (s relativistic) About() About {
	return About{
		Title:       "Relativistic particle in a uniform field",
		Lagrangian:  "(1 − v²)^(−1/2) − 1 + g q",
		Coordinates: []Coordinate{{"q", "v", "ls", "ls/s", false}},
		Parameters:  []Parameter{{"g", "ls/s²", "field, the acceleration at rest", s.g}},
		EnergyScale: 10 * math.Abs(s.g), // the work of the field from the middle to the edge of where q is drawn
		Source:      "Cranmer et al. 2020, Lagrangian Neural Networks; sampling of its published code",
	}
}

// lorentz returns γ = (1 − v²)^(−1/2); 1 − v² as (1 − v)(1 + v) keeps its digits near the speed of light.
func lorentz(v float64) float64 { return 1 / math.Sqrt((1-v)*(1+v)) }

func (s relativistic) Lagrangian(q, v []float64) float64 { return lorentz(v[0]) - 1 + s.g*q[0] }

// Energy is v p − L = γ³ v² − γ + 1 − g q.
func (s relativistic) Energy(q, v []float64) float64 {
	γ := lorentz(v[0])
	return γ*γ*γ*v[0]*v[0] - γ + 1 - s.g*q[0]
}

// Momentum is p = γ³ v.
func (s relativistic) Momentum(_, v, p []float64) {
	γ := lorentz(v[0])
	p[0] = γ * γ * γ * v[0]
}

// Accel is a = g/M = g/(γ⁵ (1 + 2v²)).
func (s relativistic) Accel(_, v, a []float64) {
	γ := lorentz(v[0])
	a[0] = s.g / (γ * γ * γ * γ * γ * (1 + 2*v[0]*v[0]))
}

// SystemParameters is the field.
func (s relativistic) SystemParameters() []Parameter { return s.About().Parameters }

// SampleParameters draws g = 10 N(0, 1).
func (s relativistic) SampleParameters(r *rand.Rand, c []float64) { c[0] = 10 * r.NormFloat64() }

// At is the particle in the field g = c₀.
func (s relativistic) At(c []float64) System { return relativistic{g: c[0]} }

// Sample draws q from U(−10, 10) and v = 0.99999 tanh(2 N(0, 1)).
func (s relativistic) Sample(r *rand.Rand, q, v []float64) {
	uniform(r, q, -10, 10)
	v[0] = 0.99999 * math.Tanh(2*r.NormFloat64())
}

// Start draws q from U(−10, 10) and v from U(−0.99, 0.99).
func (s relativistic) Start(r *rand.Rand, q, v []float64) {
	uniform(r, q, -10, 10)
	uniform(r, v, -0.99, 0.99)
}
