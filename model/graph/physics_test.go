package graph

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/model/modeltest"
	"lagrange/ode"
)

// Solutions of the learned equation conserve the learned energy, whatever θ is: 40 times the tolerance over 5 units of
// time.
func TestEnergyIsConserved(t *testing.T) {
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			D, tape := e.m.Topology.D(), e.m.Tape(1)
			mech, _ := model.As[model.Mechanics[float64]](tape)
			x := normal(rand.New(rand.NewPCG(3, 3)), 2*D)
			for i := range x {
				x[i] *= 0.3
			}
			y := make([]float64, 2*D)
			energy := func(x []float64) float64 { tape.Field(x, nil, y); return mech.Energy(0) }
			times := []float64{0, 1, 2, 3, 4, 5}
			r, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x,
				times, ode.Options{RTol: 1e-11, ATol: 1e-11})
			if err != nil {
				t.Fatal(err)
			}
			moved := 0.0
			for k := range times {
				at := r.X[k*2*D : (k+1)*2*D]
				for i := range at {
					moved = max(moved, math.Abs(at[i]-x[i]))
				}
				if E, E0 := energy(at), energy(x); math.Abs(E-E0) > 4e-10*(1+math.Abs(E0)) {
					t.Errorf("t = %v: E = %v, at the start %v", times[k], E, E0)
				}
			}
			if moved < 0.1 {
				t.Errorf("moved by %v only", moved)
			}
		})
	}
}

// Turning the ring turns the field, and renaming the nodes of a network renames it.
func TestSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	ring := examples()["ring"].m
	n := ring.Topology.Nodes
	turn := make([]int, n)
	for i := range turn {
		turn[i] = (i + 3) % n
	}
	commutes(t, ring, ring, turn, normal(r, 2*n))

	nodes := [][]float64{{1}, {1.3}, {0.7}, {2}, {1.1}}
	edges := []Edge{{0, 1, []float64{1}}, {1, 2, []float64{2}}, {3, 1, []float64{2.5}}, {4, 2, []float64{3}}}
	name := []int{3, 0, 4, 1, 2}
	renamed := make([][]float64, 5)
	for i, a := range nodes {
		renamed[name[i]] = a
	}
	var other []Edge
	for _, e := range edges {
		other = append(other, Edge{name[e.J], name[e.I], e.Attributes})
	}
	m := examples()["network"].m
	commutes(t, must(m.On(Network(2, nodes, edges))), must(m.On(Network(2, renamed, other))), name, normal(r, 20))
}

// Where densities see only how far nodes are apart, moving all of them changes nothing, and Σ ṗ = Σ L_q = 0: the
// momentum of all, by component, is the same wherever its motion has come. The ring, which sees the nodes themselves,
// does not pass.
func TestTranslationInvariant(t *testing.T) {
	for name, want := range map[string]bool{"translation-invariant": true, "ring": false} {
		m := examples()[name].m
		dim, D := m.Topology.Dim, m.Topology.D()
		tape := m.Tape(1)
		x := normal(rand.New(rand.NewPCG(2, 8)), 2*D)
		y, z := make([]float64, 2*D), make([]float64, 2*D)
		tape.Field(x, nil, y)
		rate := slope(func(h float64) []float64 {
			tape.Field(along(x, h, y), nil, z)
			mech, _ := model.As[model.Mechanics[float64]](tape)
			sum := make([]float64, dim)
			for i, p := range mech.Momentum(0) {
				sum[i%dim] += p
			}
			return sum
		})
		moved := append([]float64(nil), x...)
		for i := range D {
			moved[i] += float64(1 + i%dim)
		}
		tape.Field(moved, nil, z)
		same := true
		for i := range z {
			same = same && math.Abs(z[i]-y[i]) < 1e-11*(1+math.Abs(y[i]))
		}
		for _, r := range rate {
			if (math.Abs(r) < 1e-8) != want || same != want {
				t.Errorf("%s: momenta change at the rates %v; moved, the field is the same: %v", name, rate, same)
			}
		}
	}
}

// commutes: the field of b at the state with node i renamed to[i] is the field of a, renamed.
func commutes(t *testing.T, a, b *Model[float64], to []int, x []float64) {
	t.Helper()
	dim, D := a.Topology.Dim, a.Topology.D()
	rename := func(x []float64) []float64 {
		y := make([]float64, 2*D)
		for i, k := range to {
			copy(y[k*dim:(k+1)*dim], x[i*dim:])
			copy(y[D+k*dim:D+(k+1)*dim], x[D+i*dim:])
		}
		return y
	}
	y, z := make([]float64, 2*D), make([]float64, 2*D)
	a.Tape(1).Field(x, nil, y)
	b.Tape(1).Field(rename(x), nil, z)
	for i, want := range rename(y) {
		if math.Abs(z[i]-want) > 1e-11*(1+math.Abs(want)) {
			t.Errorf("element %d: %v, want %v", i, z[i], want)
		}
	}
}

// A state of eight nodes repeated a hundred times round a ring of 800 moves as on the ring of eight, and far from a
// disturbance of one node nothing changes.
func TestManySites(t *testing.T) {
	const n, times = 8, 100
	few := must(examples()["ring"].m.On(Ring(n, 1, 1)))
	many := must(few.On(Ring(n*times, 1, 1)))
	small := normal(rand.New(rand.NewPCG(4, 2)), 2*n)
	x := make([]float64, 2*n*times)
	for i := range n * times {
		x[i], x[n*times+i] = small[i%n], small[n+i%n]
	}
	y, z := make([]float64, 2*n), make([]float64, len(x))
	few.Tape(1).Field(small, nil, y)
	tape := many.Wide(1, 2)
	defer tape.Close()
	tape.Field(x, nil, z)
	for i := range n * times {
		if math.Abs(z[n*times+i]-y[n+i%n]) > 1e-11*(1+math.Abs(y[n+i%n])) {
			t.Fatalf("node %d: %v, on the small ring %v", i, z[n*times+i], y[n+i%n])
		}
	}
	x[400] += 0.5
	tape.Field(x, nil, z)
	near, far := math.Abs(z[n*times+400]-y[n+400%n]), math.Abs(z[n*times]-y[n])
	if near < 1e-3 || far > 1e-11 {
		t.Errorf("a disturbance of node 400 moves itself by %v and node 0 by %v", near, far)
	}
}

// A grid too wide for a band is solved by conjugate gradients, and agrees with dense algebra on its whole mass matrix;
// where M is not positive definite, minimal residuals take over, and that is counted.
func TestIterations(t *testing.T) {
	grid := must(examples()["grid"].m.On(Lattice([]int{18, 17}, []Boundary{Periodic, Periodic}, 1, 1)))
	ring := examples()["ring"].m
	for _, c := range []struct {
		of        *Model[float64]
		band      bool
		sign      float64 // of L
		fallbacks int
	}{{grid, false, 1, 0}, {grid, false, -1, 1}, {ring, true, 1, 0}, {ring, true, -1, 1}} {
		D := c.of.Topology.D()
		x, y := normal(rand.New(rand.NewPCG(6, 6)), 2*D), make([]float64, 2*D)
		m := must(With(c.of.Topology, append([]float64(nil), c.of.Theta...), c.of.Densities...))
		if c.sign < 0 { // L → −L has the same motions
			out := m.Theta[len(m.Theta)-9:]
			for i := range out {
				out[i] = -out[i]
			}
			m.Densities = append([]model.Spec(nil), m.Densities...)
			m.Densities[0].Kinetic = -m.Densities[0].Kinetic
		}
		tape := m.Tape(1).(*tape[float64])
		if (tape.solver.band != nil) != c.band {
			t.Fatalf("a band of half-width %d of %d coordinates", m.Topology.band, D)
		}
		tape.Field(x, nil, y)
		M, F, a := tape.Mass(0), make([]float64, D*D), make([]float64, D)
		work := lin.NewWork[float64](D)
		for i := range M {
			M[i] *= c.sign
		}
		kind := work.Factor(D, M, F)
		if kind != lin.Cholesky {
			t.Fatal("not positive definite")
		}
		lin.Solve(D, kind, F, tape.r, a)
		for i := range a {
			if want := c.sign * a[i]; math.Abs(y[D+i]-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("a[%d] = %v, want %v", i, y[D+i], want)
			}
		}
		if h := *tape.Health(); h != (model.Health{Solves: 1, Fallbacks: c.fallbacks}) {
			t.Errorf("%+v", h)
		}
		modeltest.AllRows(t, m.Model(), tape, 1)
	}
}

// BenchmarkGraph measures one field of a ring of n nodes with radius 1: ns/node must not grow with n.
func BenchmarkGraph(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			m := must(New[float64](Ring(n, 1, 1), 1, Density(unitSite, 3, nil, []int{32, 32}, "softplus", 1)))
			x, y := normal(rand.New(rand.NewPCG(1, 1)), 2*n), make([]float64, 2*n)
			tape := m.Wide(1, par.Workers())
			defer tape.Close()
			b.ResetTimer()
			for range b.N {
				tape.Field(x, nil, y)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/node")
		})
	}
}
