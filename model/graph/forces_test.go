package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/model"
)

// repeated is a graph of one Spec on so many times its nodes, and a state and inputs repeated with it.
func repeated(s model.Spec, times int) model.Spec {
	forces, systemParams := inputs(s)
	var many []model.Input
	coordinates := s.Coordinates
	s.Coordinates = nil
	for range times {
		s.Coordinates, many = append(s.Coordinates, coordinates...), append(many, forces...)
	}
	s.Inputs = append(many, systemParams...)
	return s
}

// Parameters of friction and forces do not depend on how many nodes there are: what acts on a ring of 3 acts on one of
// 300, where state and forces repeat themselves. Written out, the force at a node of two coordinates is that of its own
// known force and velocities.
func TestForcesOfManySites(t *testing.T) {
	const n, times = 3, 100
	s, err := nodeSpec(n, RingShape, true, driven(1), systemParams, friction(model.Both))
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

// The inverse of a motion at one node is what acts there: with forces alone changed, and all else the same, the
// difference of Q is B u/σ.
func TestForceIsLocal(t *testing.T) {
	s, err := nodeSpec(3, RingShape, false, driven(1))
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
	at := s.Nodes.Densities[0].Coordinates[:2]
	E := math.Sqrt((math.Pow(at[0].Accel/at[0].Speed, 2) + math.Pow(at[1].Accel/at[1].Speed, 2)) / 2)
	for i := range Q {
		want := 0.0
		if i/2 == 1 { // −B u/σ of the second node
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

// System parameters follow the attributes among the inputs of a density: a network under a system parameter is, for
// each of its values, the network with one more attribute of that value, and its slope is that of differences, on one
// core and shared among three. It is an input of the model for all that trains.
func TestSystemParameters(t *testing.T) {
	edges, nodes := []Edge{{I: 0, J: 1}, {I: 1, J: 2}, {I: 3, J: 1}}, [][]float64{{1}, {2}, {1.5}, {0.7}}
	m, g := model.Input{Name: "m", Mean: 1, Scale: 0.4}, model.Input{Name: "g", Scale: 2}
	densities := []model.Spec{Density(planeSite, 1, []model.Input{m, g}, []int{7}, "softplus", 1),
		Density(planeSite, 2, []model.Input{g}, []int{8}, "softplus", 0)}
	net := must(New[float64](Network(2, nodes, edges), 6, densities...))
	if in := net.Model().Spec.Inputs; len(in) != 1 || in[0].Name != "g" || !in[0].SystemParameter {
		t.Fatalf("%+v", in)
	}
	const D, B = 8, 2
	r := rand.New(rand.NewPCG(9, 9))
	x, u, lambda := normal(r, B*2*D), normal(r, B), normal(r, B*2*D)
	y, z := make([]float64, len(x)), make([]float64, len(x))
	wide := net.Wide(B, 3)
	defer wide.Close()
	for _, tape := range []model.Tape[float64]{net.Tape(B), wide} {
		tape.Field(x, u, y)
		for b := range B {
			var known [][]float64
			var joined []Edge
			for _, a := range nodes {
				known = append(known, []float64{a[0], u[b]})
			}
			for _, e := range edges {
				joined = append(joined, Edge{e.I, e.J, []float64{u[b]}})
			}
			must(net.On(Network(2, known, joined))).Tape(1).Field(x[b*2*D:(b+1)*2*D], nil, z)
			for i := range 2 * D {
				if math.Abs(y[b*2*D+i]-z[i]) > 1e-12*(1+math.Abs(z[i])) {
					t.Fatalf("state %d, element %d: %v, with attributes %v", b, i, y[b*2*D+i], z[i])
				}
			}
		}
		du, dtheta := make([]float64, B), make([]float64, len(net.Theta))
		tape.VJP(lambda, dtheta, make([]float64, len(x)), du)
		for b, was := range u {
			want := slope(func(h float64) []float64 {
				u[b] = was + h
				tape.Field(x, u, z)
				u[b] = was
				s := 0.0
				for i, l := range lambda {
					s += l * z[i]
				}
				return []float64{s}
			})[0]
			if math.Abs(du[b]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("slope %v, by differences %v", du[b], want)
			}
		}
	}
}

// Densities have the same system parameters, however many attributes they have beside them.
func TestSystemParametersAgree(t *testing.T) {
	g := model.Input{Name: "g", Scale: 2}
	top := Network(1, [][]float64{{1}, {2}}, []Edge{{I: 0, J: 1}})
	one, two := Density(unitSite, 1, []model.Input{g, g}, []int{4}, "tanh", 1),
		Density(unitSite, 2, nil, []int{4}, "tanh", 0)
	if _, err := New[float64](top, 1, one, two); err == nil ||
		!strings.Contains(err.Error(), "density 2 has 0 system parameters beside the attributes of its terms, and "+
			"those before it 1") {
		t.Error(err)
	}
}

// BenchmarkDriven measures one field of a ring of n nodes with forces, friction and system parameters: ns/node must not
// grow with n.
func BenchmarkDriven(b *testing.B) {
	for _, times := range []int{30, 300, 3000} {
		b.Run(fmt.Sprintf("nodes=%d", 3*times), func(b *testing.B) {
			s, err := nodeSpec(3, RingShape, false, driven(1), systemParams, friction(model.Both))
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
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(3*times), "ns/node")
		})
	}
}
