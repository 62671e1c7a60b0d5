package mech

import (
	"math"
	"math/rand/v2"
)

// twoBody is two point masses in the plane that attract each other, q = (x₁, y₁, x₂, y₂), G = 1:
//
//	L = ½ m₁ (ẋ₁² + ẏ₁²) + ½ m₂ (ẋ₂² + ẏ₂²) + m₁ m₂/r,   r = |(x₁, y₁) − (x₂, y₂)|.
type twoBody struct{ m1, m2 float64 }

func (s twoBody) Name() string { return "two-body" }

func (s twoBody) Dim() int { return 4 }

func (s twoBody) About() About {
	return About{
		Title:      "Two bodies in the plane",
		Lagrangian: "½ m1 (ẋ1² + ẏ1²) + ½ m2 (ẋ2² + ẏ2²) + m1 m2/r,  r = |(x1, y1) − (x2, y2)|",
		Coordinates: []Coordinate{
			{"x1", "v_x1", "AU", "AU/T", false}, {"y1", "v_y1", "AU", "AU/T", false},
			{"x2", "v_x2", "AU", "AU/T", false}, {"y2", "v_y2", "AU", "AU/T", false},
		},
		Parameters: []Parameter{
			{"m1", "suns", "first mass; G = 1 when T is 58.13 days", s.m1}, {"m2", "suns", "second mass", s.m2},
		},
		EnergyScale: s.m1 * s.m2 / 4, // the binding energy m₁m₂/2a of an orbit of a = 2 AU
		Source:      "Greydanus et al. 2019, Hamiltonian Neural Networks: near-circular orbits about the origin",
	}
}

// apart returns the vector from the second body to the first, and its length.
func apart(q []float64) (x, y, r float64) {
	x, y = q[0]-q[2], q[1]-q[3]
	return x, y, math.Hypot(x, y)
}

func (s twoBody) kinetic(v []float64) float64 {
	return s.m1/2*(v[0]*v[0]+v[1]*v[1]) + s.m2/2*(v[2]*v[2]+v[3]*v[3])
}

func (s twoBody) potential(q []float64) float64 {
	_, _, r := apart(q)
	return -s.m1 * s.m2 / r
}

func (s twoBody) Lagrangian(q, v []float64) float64 { return s.kinetic(v) - s.potential(q) }

func (s twoBody) Energy(q, v []float64) float64 { return s.kinetic(v) + s.potential(q) }

// Momentum is (m₁ v₁, m₂ v₂).
func (s twoBody) Momentum(_, v, p []float64) {
	p[0], p[1], p[2], p[3] = s.m1*v[0], s.m1*v[1], s.m2*v[2], s.m2*v[3]
}

// Accel is Newton's law of gravitation.
func (s twoBody) Accel(q, _, a []float64) {
	x, y, r := apart(q)
	x, y = x/(r*r*r), y/(r*r*r)
	a[0], a[1], a[2], a[3] = -s.m2*x, -s.m2*y, s.m1*x, s.m1*y
}

// Start draws half the distance, a vector from U(0.5, 1.5)², and the speed of a circular orbit times 1 + 0.05 N(0, 1),
// across it. The centre of mass rests at the origin.
func (s twoBody) Start(r *rand.Rand, q, v []float64) {
	d, w := s.start(r)
	s.place(q, d[0], d[1])
	s.place(v, -w*d[1], w*d[0])
}

// start draws the vector d between the bodies and the angular velocity w, at one end of the long axis of the orbit.
func (s twoBody) start(r *rand.Rand) (d [2]float64, w float64) {
	uniform(r, d[:], 0.5, 1.5)
	d[0], d[1] = 2*d[0], 2*d[1]
	a := math.Hypot(d[0], d[1])
	return d, math.Sqrt((s.m1+s.m2)/(a*a*a)) * (1 + 0.05*r.NormFloat64())
}

// place gives both bodies their part of a vector (x, y) between them.
func (s twoBody) place(q []float64, x, y float64) {
	f1, f2 := s.m2/(s.m1+s.m2), -s.m1/(s.m1+s.m2)
	q[0], q[1], q[2], q[3] = f1*x, f1*y, f2*x, f2*y
}

// Sample draws a state from the first 20 units of time of the orbit of a start. With r₀ = |d| and h = r₀² w the start
// is at E = 0 of the ellipse (with e < 0, at its far end)
//
//	e = h²/(μ r₀) − 1,   a = r₀/(1 − e),   n = √(μ/a³),   E − e sin E = n t   (Kepler),
//
//	d(t) = a (cos E − e) d/r₀ + a √(1 − e²) sin E d⊥/r₀.
func (s twoBody) Sample(r *rand.Rand, q, v []float64) {
	d, w := s.start(r)
	t := 20 * r.Float64()
	μ, r0 := s.m1+s.m2, math.Hypot(d[0], d[1])
	e := w*w*r0*r0*r0/μ - 1
	a := r0 / (1 - e)
	n := math.Sqrt(μ / (a * a * a))
	E := n * t
	for range 20 { // Newton's method; |e| is small
		E -= (E - e*math.Sin(E) - n*t) / (1 - e*math.Cos(E))
	}
	sin, cos := math.Sincos(E)
	b, Edot := a*math.Sqrt(1-e*e), n/(1-e*cos)
	x, y := a*(cos-e)/r0, b*sin/r0
	vx, vy := -a*sin*Edot/r0, b*cos*Edot/r0
	s.place(q, x*d[0]-y*d[1], x*d[1]+y*d[0])
	s.place(v, vx*d[0]-vy*d[1], vx*d[1]+vy*d[0])
}
