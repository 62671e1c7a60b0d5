package mech

import (
	"math"
	"math/rand/v2"
	"testing"
)

// particle draws the relativistic particle under sampled system parameters and a state whose speed leaves room for
// differences of L.
func particle(r *rand.Rand, q, v []float64) System {
	s, c := relativistic{}, []float64{0}
	s.SampleParameters(r, c)
	s.Start(r, q, v)
	v[0] *= 0.95
	return s.At(c)
}

// p = L_v, E = v p − L and a = (L_q − L_vq v)/L_vv by differences of L, and E stands still along (v, a).
func TestRelativisticFromLagrangian(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	q, v, p, a := []float64{0}, []float64{0}, []float64{0}, []float64{0}
	for range 300 {
		s := particle(r, q, v)
		s.Momentum(q, v, p)
		s.Accel(q, v, a)
		L := func(x, y float64) float64 { return s.Lagrangian([]float64{q[0] + x}, []float64{v[0] + y}) }
		h := 0.005 * (1 - math.Abs(v[0]))
		M := (-L(0, 2*h) + 16*L(0, h) - 30*L(0, 0) + 16*L(0, -h) - L(0, -2*h)) / (12 * h * h)
		want := map[string][2]float64{
			"p": {p[0], slope(func(y float64) float64 { return L(0, y) }, h)},
			"E": {s.Energy(q, v), v[0]*p[0] - L(0, 0)},
			"a": {a[0], slope(func(x float64) float64 { return L(x, 0) }, 1) / M}, // L_vq = 0
			"0": {0, slope(func(t float64) float64 {
				return s.Energy([]float64{q[0] + t*v[0]}, []float64{v[0] + t*a[0]})
			}, h/(1+math.Abs(a[0]))) / (1 + math.Abs(a[0]*M))},
		}
		for name, x := range want {
			if math.Abs(x[0]-x[1]) > 1e-6*(1+math.Abs(x[1])) {
				t.Errorf("%s = %.10g, from L %.10g, at q = %g, v = %g", name, x[0], x[1], q[0], v[0])
			}
		}
	}
}

// In a uniform field the momentum grows as p = g t, from rest: v(t) by inverting p = v (1 − v²)^(−3/2). The mirror
// image with −g moves as the mirror.
func TestRelativisticFall(t *testing.T) {
	s := relativistic{g: 3}
	p := []float64{0}
	for _, at := range []float64{0.1, 1, 5} {
		q, v := []float64{1}, []float64{0}
		rk4(s, q, v, at, 20000, func(float64, []float64, []float64) {})
		if s.Momentum(q, v, p); math.Abs(p[0]/(3*at)-1) > 1e-8 {
			t.Errorf("t = %g: p = %.12g, want %g", at, p[0], 3*at)
		}
		w, b := []float64{0}, []float64{0}
		relativistic{g: -3}.Accel([]float64{-q[0]}, []float64{-v[0]}, w)
		if s.Accel(q, v, b); w[0] != -b[0] {
			t.Errorf("a = %g, mirrored %g", b[0], w[0])
		}
	}
}

// The system parameters are drawn as documented: g ~ 10 N(0, 1); the speeds stay below 0.99999.
func TestRelativisticSampling(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s, err := Lookup("relativistic")
	if err != nil {
		t.Fatal(err)
	}
	c := s.(Parametrised)
	q, v, g := []float64{0}, []float64{0}, []float64{0}
	var square, slow float64
	const n = 20000
	for range n {
		c.SampleParameters(r, g)
		c.Sample(r, q, v)
		square += g[0] * g[0] / n
		if math.Abs(v[0]) < math.Tanh(2*0.6744897501960817)*0.99999 {
			slow += 1. / n
		}
		if math.Abs(q[0]) > 10 || math.Abs(v[0]) > 0.99999 {
			t.Fatalf("q = %g, v = %g", q[0], v[0])
		}
		if at := c.At(g).About().Parameters[0].Value; at != g[0] {
			t.Fatalf("under g = %g the field is %g", g[0], at)
		}
	}
	if math.Abs(math.Sqrt(square)-10) > 0.2 || math.Abs(slow-0.5) > 0.02 { // five standard errors
		t.Errorf("rms g = %g, half of the speeds: %g", math.Sqrt(square), slow)
	}
}

// The relative motion is Kepler's with μ = m₁ + m₂, the centre of mass rests, and Sample stays on the orbits of Start:
// the long axis and the eccentricity are within what start draws.
func TestTwoBodyIsKepler(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range []twoBody{{1, 1}, {2, 0.6}} {
		k := kepler{μ: s.m1 + s.m2}
		q, v, p := make([]float64, 4), make([]float64, 4), make([]float64, 4)
		var apsis [2]float64
		for i := range 400 {
			if i%2 == 0 {
				s.Start(r, q, v)
			} else {
				s.Sample(r, q, v)
			}
			polar := func(z []float64) (R, φ float64) {
				return math.Hypot(z[0]-z[2], z[1]-z[3]), math.Atan2(z[1]-z[3], z[0]-z[2])
			}
			R, φ := polar(q)
			x, y, vx, vy := q[0]-q[2], q[1]-q[3], v[0]-v[2], v[1]-v[3]
			w := []float64{(x*vx + y*vy) / R, (x*vy - y*vx) / (R * R)}
			reduced := s.m1 * s.m2 / k.μ
			if E, want := s.Energy(q, v), reduced*k.Energy([]float64{R, φ},
				w); math.Abs(E-want) > 1e-12*(1+math.Abs(want)) {
				t.Fatalf("E = %g, Kepler's %g", E, want)
			}
			s.Momentum(q, v, p)
			if math.Abs(p[0]+p[2]) > 1e-14 || math.Abs(p[1]+p[3]) > 1e-14 || math.Abs(s.m1*q[0]+s.m2*q[2]) > 1e-13 {
				t.Fatalf("the centre of mass moves: p = %v, q = %v", p, q)
			}
			a, b := accel(s, q, v), accel(k, []float64{R, φ}, w)
			rr := ((a[0]-a[2])*x+(a[1]-a[3])*y)/R + R*w[1]*w[1] // r̈
			if math.Abs(rr-b[0]) > 1e-12*(1+math.Abs(b[0])) {
				t.Fatalf("r̈ = %g, Kepler's %g", rr, b[0])
			}
			axis, h := -k.μ/(2*k.Energy([]float64{R, φ}, w)), R*R*w[1]
			e := math.Sqrt(max(0, 1-h*h/(k.μ*axis)))
			apsis[i%2] = max(apsis[i%2], e)
			if e > 0.5 || axis < 0.9 || axis > 6 {
				t.Fatalf("an orbit of a = %g, e = %g", axis, e)
			}
		}
		if apsis[0] < 0.1 || apsis[1] < 0.1 {
			t.Errorf("largest eccentricities %v: the orbits are not near-circular but circular", apsis)
		}
	}
}
