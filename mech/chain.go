package mech

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// chain is n point masses on massless rods, one below the other, by absolute angles θ from the downward vertical; m = l
// = 1:
//
//	T = ½ Σᵢⱼ cᵢⱼ ωᵢ ωⱼ cos(θᵢ − θⱼ),   V = −g Σᵢ cᵢᵢ cos θᵢ,   cᵢⱼ = n − max(i, j),   i, j = 0 … n−1.
type chain struct{ n int }

// Chain returns n ≥ 1 point-mass pendulums in a chain, m = l = 1, g = 9.8, by absolute angles from the downward
// vertical. Chain(2) is the double pendulum of Cranmer et al. (2020) with its sampling. Accel costs O(n) and does not
// allocate for n ≤ 16.
func Chain(n int) System {
	if n < 1 {
		panic(fmt.Sprintf("mech: a chain of %d pendulums", n))
	}
	return chain{n}
}

func (s chain) Dim() int { return s.n }

func (s chain) Name() string {
	if s.n <= 3 {
		return []string{"pendulum", "double-pendulum", "triple-pendulum"}[s.n-1]
	}
	return fmt.Sprintf("chain-%d", s.n)
}

func (s chain) About() About {
	b := About{
		Parameters: []Parameter{
			{"m", "kg", "mass of each bob", 1}, {"l", "m", "length of each rod", 1}, {"g", "m/s²", "gravity", gravity},
		},
		// the largest potential energy: 29.4 for n = 2, as in the paper
		EnergyScale: gravity * float64(s.n*(s.n+1)) / 2,
		Source:      "angles from the downward vertical; sampling of Cranmer et al. 2020, Lagrangian Neural Networks",
	}
	switch s.n {
	case 1:
		b.Title = "Pendulum"
		b.Lagrangian = "½ m l² ω² + m g l cos θ"
	case 2:
		b.Title = "Double pendulum"
		b.Lagrangian = "½ m l² (2 ω₁² + ω₂² + 2 ω₁ω₂ cos(θ₁ − θ₂)) + m g l (2 cos θ₁ + cos θ₂)"
	default:
		b.Title = fmt.Sprintf("Chain of %d pendulums", s.n)
		if s.n == 3 {
			b.Title = "Triple pendulum"
		}
		b.Lagrangian = fmt.Sprintf("½ m l² Σᵢⱼ (%d − max(i,j)) ωᵢωⱼ cos(θᵢ − θⱼ) + m g l Σᵢ (%[1]d − i) cos θᵢ,  "+
			"i, j = 1…%d", s.n+1, s.n)
	}
	for i := range s.n {
		suffix := fmt.Sprint(i + 1)
		if s.n == 1 {
			suffix = ""
		}
		b.Coordinates = append(b.Coordinates, Coordinate{"theta" + suffix, "omega" + suffix, "rad", "rad/s", true})
	}
	return b
}

func (s chain) kinetic(q, v []float64) (T float64) {
	for i := range s.n {
		T += float64(s.n-i) * v[i] * v[i] / 2
		for j := range i {
			T += float64(s.n-i) * v[i] * v[j] * math.Cos(q[i]-q[j])
		}
	}
	return T
}

func (s chain) potential(q []float64) (V float64) {
	for i, q := range q[:s.n] {
		V -= float64(s.n-i) * gravity * math.Cos(q)
	}
	return V
}

func (s chain) Lagrangian(q, v []float64) float64 { return s.kinetic(q, v) - s.potential(q) }

func (s chain) Energy(q, v []float64) float64 { return s.kinetic(q, v) + s.potential(q) }

// Momentum is pᵢ = Σⱼ cᵢⱼ ωⱼ cos(θᵢ − θⱼ).
func (s chain) Momentum(q, v, p []float64) {
	for i := range s.n {
		p[i] = 0
		for j := range s.n {
			p[i] += float64(s.n-max(i, j)) * v[j] * math.Cos(q[i]-q[j])
		}
	}
}

// Accel follows Newton, not Lagrange. With u the direction of a rod, Sᵢ its tension and pᵢ the bobs,
//
//	p̈ᵢ = −Sᵢ uᵢ + Sᵢ₊₁ uᵢ₊₁ + g,   (p̈ᵢ − p̈ᵢ₋₁)·uᵢ = −vᵢ²,
//
// the tensions solve a symmetric tridiagonal system whose pivots D are at least 1:
//
//	S₀ − c₁ S₁ = v₀² + g cos θ₀,   −cᵢ Sᵢ₋₁ + 2 Sᵢ − cᵢ₊₁ Sᵢ₊₁ = vᵢ²,   cᵢ = cos(θᵢ − θᵢ₋₁),
//
// and what is left across the rods is a₀ = S₁ sin(θ₁ − θ₀) − g sin θ₀, aᵢ = Sᵢ₋₁ sin(θᵢ₋₁ − θᵢ) + Sᵢ₊₁ sin(θᵢ₊₁ − θᵢ).
func (s chain) Accel(q, v, a []float64) {
	var small [16]float64
	S, D := small[:], a
	if s.n > len(small) {
		S = make([]float64, s.n)
	}
	S[0], D[0] = v[0]*v[0]+gravity*math.Cos(q[0]), 1
	for i := 1; i < s.n; i++ {
		c := math.Cos(q[i] - q[i-1])
		S[i], D[i] = v[i]*v[i]+c*S[i-1]/D[i-1], 2-c*c/D[i-1]
	}
	S[s.n-1] /= D[s.n-1]
	for i := s.n - 2; i >= 0; i-- {
		S[i] = (S[i] + math.Cos(q[i+1]-q[i])*S[i+1]) / D[i]
	}
	for i := range s.n {
		if i == 0 {
			a[i] = -gravity * math.Sin(q[i])
		} else {
			a[i] = S[i-1] * math.Sin(q[i-1]-q[i])
		}
		if i+1 < s.n {
			a[i] += S[i+1] * math.Sin(q[i+1]-q[i])
		}
	}
}

// Sample draws θ from U(0, 2π) and ω from U(−10, 10).
func (s chain) Sample(r *rand.Rand, q, v []float64) {
	uniform(r, q, 0, 2*math.Pi)
	uniform(r, v, -10, 10)
}

// Start draws θ from U(0, 2π) and ω from U(0, 0.1).
func (s chain) Start(r *rand.Rand, q, v []float64) {
	uniform(r, q, 0, 2*math.Pi)
	uniform(r, v, 0, 0.1)
}
