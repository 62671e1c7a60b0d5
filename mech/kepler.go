package mech

import (
	"math"
	"math/rand/v2"
)

// kepler is the relative motion of two bodies in its plane, per unit of reduced mass, r > 0: L = ½ (ṙ² + r² φ̇²) + μ/r.
// The angle φ does not enter L, so r² φ̇ is conserved.
type kepler struct{ μ float64 }

func (s kepler) Name() string { return "kepler" }

func (s kepler) Dim() int { return 2 }

func (s kepler) About() About {
	return About{
		Title:      "Kepler's two bodies",
		Lagrangian: "½ (ṙ² + r² φ̇²) + μ/r",
		Coordinates: []Coordinate{
			{"r", "v_r", "AU", "AU/T", false},
			{"phi", "v_phi", "rad", "rad/T", true},
		},
		Parameters: []Parameter{{"μ", "AU³/T²", "G times the sum of the masses; 1 for the Sun when T is 58.13 days",
			s.μ}},
		EnergyScale: s.μ / 2, // the binding energy μ/2a of an orbit of a = 1 AU
		Source:      "Landau, Lifshitz, Mechanics, § 15; bound orbits of 0.5 to 1.5 AU with eccentricities up to 0.5",
	}
}

func (s kepler) Lagrangian(q, v []float64) float64 {
	r, w := q[0], v[1]
	return (v[0]*v[0]+r*r*w*w)/2 + s.μ/r
}

func (s kepler) Energy(q, v []float64) float64 {
	r, w := q[0], v[1]
	return (v[0]*v[0]+r*r*w*w)/2 - s.μ/r
}

// Momentum is (ṙ, r² φ̇).
func (s kepler) Momentum(q, v, p []float64) { p[0], p[1] = v[0], q[0]*q[0]*v[1] }

// Accel is r̈ = r φ̇² − μ/r², φ̈ = −2 ṙ φ̇/r.
func (s kepler) Accel(q, v, a []float64) {
	r, w := q[0], v[1]
	a[0] = r*w*w - s.μ/(r*r)
	a[1] = -2 * v[0] * w / r
}

// Sample draws a bound orbit, semi-major axis a from U(0.5, 1.5) and eccentricity e from U(0, 0.5), with its perihelion
// anywhere, and a true anomaly f from U(0, 2π):
//
//	p = a (1 − e²),  h = √(μp),  r = p/(1 + e cos f),  ṙ = (μ/h) e sin f,  φ̇ = h/r².
func (s kepler) Sample(r *rand.Rand, q, v []float64) {
	var z [4]float64
	uniform(r, z[:], 0, 1)
	a, e, f := 0.5+z[0], 0.5*z[1], 2*math.Pi*z[2]
	p := a * (1 - e*e)
	h := math.Sqrt(s.μ * p)
	sin, cos := math.Sincos(f)
	q[0], q[1] = p/(1+e*cos), 2*math.Pi*z[3]
	v[0], v[1] = s.μ/h*e*sin, h/(q[0]*q[0])
}

// Start draws like Sample.
func (s kepler) Start(r *rand.Rand, q, v []float64) { s.Sample(r, q, v) }
