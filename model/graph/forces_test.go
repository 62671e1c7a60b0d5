package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
)

// repeated is a graph of one Spec on so many times its sites, and a state and inputs repeated with it.
func repeated(s model.Spec, times int) model.Spec {
	forces, conditions := inputs(s)
	var many []model.Input
	coordinates := s.Coordinates
	s.Coordinates = nil
	for range times {
		s.Coordinates, many = append(s.Coordinates, coordinates...), append(many, forces...)
	}
	s.Inputs = append(many, conditions...)
	return s
}

// Parameters of friction and forces do not depend on how many sites there are: what acts on a ring of 3 acts on one of 300, where state and forces
// repeat themselves. Written out, the force at a site of two coordinates is that of its own known force and velocities.
func TestForcesOfManySites(t *testing.T) {
	const n, times = 3, 100
	s, err := sites(n, RingShape, true, driven(1), conditions, friction(model.Both))
	if err != nil {
		t.Fatal(err)
	}
	few := must(model.New[float64](s, 3))
	r := rand.New(rand.NewPCG(4, 4))
	for i := range few.Theta {
		few.Theta[i] += 0.2 * r.NormFloat64()
	}
	many := must(model.With(repeated(s, times), few.Theta))
	D := 2 * n
	x, u := normal(r, 2*D), normal(r, n+2)
	var q, v, us []float64
	for range times {
		q, v, us = append(q, x[:D]...), append(v, x[D:]...), append(us, u[:n]...)
	}
	y, z := make([]float64, 2*D), make([]float64, 2*D*times)
	few.Tape(1).Field(x, u, y)
	many.Tape(1).Field(append(q, v...), append(us, u[n:]...), z)
	for i := range D * times {
		if want := y[D+i%D]; math.Abs(z[D*times+i]-want) > 1e-10*(1+math.Abs(want)) {
			t.Fatalf("coordinate %d: %v, on the small ring %v", i, z[D*times+i], want)
		}
	}
}

// The inverse of a motion at one site is what acts there: with forces alone changed, and all else the same, the difference of Q is B u/σ.
func TestForceIsLocal(t *testing.T) {
	s, err := sites(3, RingShape, false, driven(1))
	if err != nil {
		t.Fatal(err)
	}
	m := must(model.New[float64](s, 3))
	B := m.Theta[len(m.Theta)-4:] // gains of x and y, offsets
	copy(B, []float64{1.5, -0.5, 0.1, 0.2})
	k, _ := model.As[model.InverseDynamics[float64]](m.Tape(1))
	x := normal(rand.New(rand.NewPCG(1, 1)), 18)
	Q, rest := make([]float64, 6), make([]float64, 6)
	k.Force(x[:6], x[6:12], []float64{0, 0, 0}, x[12:], rest)
	k.Force(x[:6], x[6:12], []float64{0, 3, 0}, x[12:], Q)
	at := s.Sites.Densities[0].Coordinates[:2]
	E := math.Sqrt((math.Pow(at[0].Accel/at[0].Speed, 2) + math.Pow(at[1].Accel/at[1].Speed, 2)) / 2)
	for i := range Q {
		want := 0.0
		if i/2 == 1 { // −B u/σ of the second site
			want = -E / at[i%2].Speed * B[i%2] * 3 / 2
		}
		if math.Abs(Q[i]-rest[i]-want) > 1e-12 {
			t.Errorf("coordinate %d: %v, want %v", i, Q[i]-rest[i], want)
		}
	}
	told := k.Motors([]float64{0, 0, E / at[0].Speed * B[0] * 0.5, E / at[1].Speed * B[1] * 0.5, 0, 0})
	if len(told) != 3 || told[0] != 0 || math.Abs(told[1]-1) > 1e-12 {
		t.Errorf("motors %v", told)
	}
}

// BenchmarkDriven measures one field of a ring of n sites with forces, friction and conditions: ns/site must not grow with n.
func BenchmarkDriven(b *testing.B) {
	for _, times := range []int{30, 300, 3000} {
		b.Run(fmt.Sprintf("sites=%d", 3*times), func(b *testing.B) {
			s, err := sites(3, RingShape, false, driven(1), conditions, friction(model.Both))
			if err != nil {
				b.Fatal(err)
			}
			s = repeated(s, times)
			tape := must(model.New[float64](s, 1)).Tape(1)
			x, u := normal(rand.New(rand.NewPCG(1, 1)), 2*s.D()), make([]float64, s.M())
			y := make([]float64, len(x))
			for b.Loop() {
				tape.Field(x, u, y)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(3*times), "ns/site")
		})
	}
}
