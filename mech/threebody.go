package mech

import (
	"math"
	"math/rand/v2"
)

// threeBody is three point masses in the plane that attract one another, q = (x₁, y₁, x₂, y₂, x₃, y₃), G = 1:
//
//	L = ½ Σᵢ mᵢ (ẋᵢ² + ẏᵢ²) + Σ_{i<j} mᵢ mⱼ/rᵢⱼ.
type threeBody struct{ m [3]float64 }

func (s threeBody) Name() string { return "three-body" }

func (s threeBody) Dim() int { return 6 }

func (s threeBody) About() About {
	b := About{
		Title:       "Three bodies in the plane",
		Lagrangian:  "½ Σᵢ mᵢ (ẋᵢ² + ẏᵢ²) + m1 m2/r12 + m1 m3/r13 + m2 m3/r23",
		EnergyScale: s.m[0] * s.m[1] / 2, // of the first pair, two units of length apart
		Source:      "Newton's law of gravitation; bodies near the corners of a triangle that turns",
	}
	for i, suffix := range []string{"1", "2", "3"} {
		b.Coordinates = append(b.Coordinates, Coordinate{"x" + suffix, "v_x" + suffix, "AU", "AU/T", false},
			Coordinate{"y" + suffix, "v_y" + suffix, "AU", "AU/T", false})
		b.Parameters = append(b.Parameters, Parameter{"m" + suffix, "suns", "a mass; G = 1 when T is 58.13 days",
			s.m[i]})
	}
	return b
}

// pairs visits those of bodies i < j with the vector from j to i and its length.
func (s threeBody) pairs(q []float64, visit func(i, j int, x, y, r float64)) {
	for j := range 3 {
		for i := range j {
			x, y := q[2*i]-q[2*j], q[2*i+1]-q[2*j+1]
			visit(i, j, x, y, math.Hypot(x, y))
		}
	}
}

func (s threeBody) kinetic(v []float64) (T float64) {
	for i, m := range s.m {
		T += m / 2 * (v[2*i]*v[2*i] + v[2*i+1]*v[2*i+1])
	}
	return T
}

func (s threeBody) potential(q []float64) (V float64) {
	s.pairs(q, func(i, j int, _, _, r float64) { V -= s.m[i] * s.m[j] / r })
	return V
}

func (s threeBody) Lagrangian(q, v []float64) float64 { return s.kinetic(v) - s.potential(q) }

func (s threeBody) Energy(q, v []float64) float64 { return s.kinetic(v) + s.potential(q) }

// Momentum is mᵢ vᵢ.
func (s threeBody) Momentum(_, v, p []float64) {
	for i, v := range v[:6] {
		p[i] = s.m[i/2] * v
	}
}

// Accel is Newton's law of gravitation.
func (s threeBody) Accel(q, _, a []float64) {
	clear(a[:6])
	s.pairs(q, func(i, j int, x, y, r float64) {
		x, y = x/(r*r*r), y/(r*r*r)
		a[2*i], a[2*i+1] = a[2*i]-s.m[j]*x, a[2*i+1]-s.m[j]*y
		a[2*j], a[2*j+1] = a[2*j]+s.m[i]*x, a[2*j+1]+s.m[i]*y
	})
}

// Sample draws bodies off the corners of a triangle of radius 1 that turns as fast as three equal masses would, each by
// 0.2 N(0, 1) in place and velocity, and a motion of all together.
func (s threeBody) Sample(r *rand.Rand, q, v []float64) {
	turn := 2 * math.Pi * r.Float64()
	w := math.Sqrt((s.m[0] + s.m[1] + s.m[2]) / (3 * math.Sqrt(3)))
	X, Y, U, V := r.NormFloat64(), r.NormFloat64(), r.NormFloat64()/2, r.NormFloat64()/2
	for i := range 3 {
		sin, cos := math.Sincos(turn + 2*math.Pi/3*float64(i))
		q[2*i], q[2*i+1] = X+cos+0.2*r.NormFloat64(), Y+sin+0.2*r.NormFloat64()
		v[2*i], v[2*i+1] = U-w*sin+0.2*r.NormFloat64(), V+w*cos+0.2*r.NormFloat64()
	}
}

// Start draws like Sample.
func (s threeBody) Start(r *rand.Rand, q, v []float64) { s.Sample(r, q, v) }
