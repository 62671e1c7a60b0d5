package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/ode"
)

// lattice is a true system of one coordinate a site: masses m and springs k between sites.
type lattice struct {
	m     []float64
	edges []graph.Edge
}

func (s lattice) accel(q, a []float64) {
	clear(a)
	for _, e := range s.edges {
		f := e.Attributes[0] * (q[e.J] - q[e.I])
		a[e.I] += f / s.m[e.I]
		a[e.J] -= f / s.m[e.J]
	}
}

func (s lattice) energy(x []float64) (E float64) {
	n := len(s.m)
	for i, m := range s.m {
		E += m * x[n+i] * x[n+i] / 2
	}
	for _, e := range s.edges {
		d := x[e.J] - x[e.I]
		E += e.Attributes[0] * d * d / 2
	}
	return E
}

// samples draws N states and their accelerations.
func (s lattice) samples(r *rand.Rand, N int) *Accelerations[float64] {
	n := len(s.m)
	o := &Accelerations[float64]{X: make([]float64, N*2*n), A: make([]float64, N*n), N: N, Penalty: L2}
	for i := range o.X {
		o.X[i] = r.NormFloat64()
	}
	for i := range N {
		s.accel(o.X[2*i*n:(2*i+1)*n], o.A[i*n:(i+1)*n])
	}
	return o
}

// ringOf is the discrete wave equation on n sites.
func ringOf(n int) (s lattice) {
	for i := range n {
		s.m = append(s.m, 1)
		s.edges = append(s.edges, graph.Edge{I: i, J: (i + 1) % n, Attributes: []float64{1}})
	}
	return s
}

// lesson is what a test learns and on what it tries what was learned.
type lesson struct {
	learn, try       lattice
	topology, larger *graph.Topology
	densities        []model.Spec
	error            float64 // of the accelerations of the other system, to its size
}

func lessons() map[string]lesson {
	site := []model.Coordinate{{Name: "q", Velocity: "v", Scale: 1, Speed: 1, Accel: 2}}
	masses := lattice{m: []float64{1, 0.6, 1.7, 1.2, 0.8}}
	other := lattice{m: []float64{0.7, 1.1, 1.5, 1.3, 0.9, 1.6}}
	spring := func(s *lattice, i, j int, k float64) {
		s.edges = append(s.edges, graph.Edge{I: i, J: j, Attributes: []float64{k}})
	}
	for i, k := range []float64{1, 1.8, 0.6, 1.4, 1.1} {
		spring(&masses, i, (i+1)%5, k)
		spring(&other, i, i+1, 2.2-k)
	}
	spring(&masses, 0, 2, 0.9) // nodes of two and of three springs in both
	spring(&other, 5, 0, 1.2)
	spring(&other, 1, 4, 1)
	network := func(s lattice) *graph.Topology {
		var nodes [][]float64
		for _, m := range s.m {
			nodes = append(nodes, []float64{m})
		}
		return graph.Network(1, nodes, s.edges)
	}
	hidden := []int{24, 24}
	return map[string]lesson{
		"ring": {ringOf(8), ringOf(60), graph.Ring(8, 1, 1), graph.Ring(60, 1, 1),
			[]model.Spec{graph.Density(site, 3, nil, hidden, "softplus", 0.3)}, 0.08},
		"network": {masses, other, network(masses), network(other), []model.Spec{
			graph.Density(site, 1, []model.Input{{Name: "m", Mean: 1, Scale: 0.4}}, hidden, "softplus", 1),
			graph.Density(site, 2, []model.Input{{Name: "k", Mean: 1, Scale: 0.5}}, hidden, "softplus", 0.3)}, 0.25},
	}
}

// Local densities are learned from accelerations: of a ring of 8, with what was learned then tried on a ring of 60, and
// of different masses on different springs, then tried on others. The learned motion keeps the true energy.
func TestLocalDensities(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	for name, c := range lessons() {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			g, err := graph.New[float64](c.topology, 1, c.densities...)
			if err != nil {
				t.Fatal(err)
			}
			m := g.Model()
			l := Loop[float64]{
				Model: m, Train: c.learn.samples(r, 1000), Valid: c.learn.samples(r, 100),
				Settings: Settings{Steps: 1200, Batch: 32, Rate: 5e-3, Seed: 1}, State: NewState(m),
			}
			if err := l.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			first, last := l.State.History[0].Valid, l.State.BestLoss
			wide, err := g.On(c.larger)
			if err != nil {
				t.Fatal(err)
			}
			n := len(c.try.m)
			tape, o, y := wide.Tape(1), c.try.samples(r, 100), make([]float64, 2*n)
			miss, size := 0.0, 0.0
			for i := range o.N {
				tape.Field(o.X[2*i*n:2*(i+1)*n], nil, y)
				for k, a := range o.A[i*n : (i+1)*n] {
					miss, size = miss+(y[n+k]-a)*(y[n+k]-a), size+a*a
				}
			}
			x := o.X[:2*n]
			res, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x,
				[]float64{0, 5}, ode.Options{RTol: 1e-8, ATol: 1e-8})
			if err != nil {
				t.Fatal(err)
			}
			E := c.try.energy(res.X[2*n:])/c.try.energy(x) - 1
			t.Logf("loss %.3g → %.3g; on others: error %.3g of a, energy %+.3g; %+v", first, last, math.Sqrt(miss/size),
				E, l.State.Health)
			if last > first/50 || math.Sqrt(miss/size) > c.error || math.Abs(E) > 0.05 {
				t.Error("not learned")
			}
		})
	}
}
