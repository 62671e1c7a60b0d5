package lagrange_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/ode"
	"lagrange/train"
)

// beads are masses of 1 on a line, each with one coordinate and the springs of 1 that edges say, where they have left
// their rest.
func beads(n, trajectories int, edges [][2]int) *data.Set {
	return weights(slices.Repeat([]float64{1}, n), slices.Repeat([]float64{1}, len(edges)), trajectories, edges)
}

// weights are beads of the masses m on springs of the stiffnesses k.
func weights(m, k []float64, trajectories int, edges [][2]int) *data.Set {
	n := len(m)
	set := &data.Set{Time: "t"}
	for i := range n {
		set.Coordinates = append(set.Coordinates, data.Coordinate{Name: fmt.Sprint("x", i), Velocity: fmt.Sprint("v",
			i)})
	}
	accel := func(q, a []float64) {
		clear(a)
		for i, e := range edges {
			f := k[i] * (q[e[1]] - q[e[0]])
			a[e[0]] += f / m[e[0]]
			a[e[1]] -= f / m[e[1]]
		}
	}
	r := rand.New(rand.NewPCG(7, uint64(n)))
	for k := range trajectories {
		t, x := data.Trajectory{ID: fmt.Sprint(k)}, make([]float64, 2*n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for i := range 31 {
			t.T = append(t.T, 0.05*float64(i))
		}
		res, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) {
			copy(dx, x[n:])
			accel(x,
				dx[n:])
		}, x, t.T, ode.Options{})
		if err != nil {
			panic(err)
		}
		for i := range t.T {
			q, a := res.X[2*i*n:(2*i+1)*n], make([]float64, n)
			accel(q, a)
			t.Q, t.V, t.A = append(t.Q, q...), append(t.V, res.X[(2*i+1)*n:2*(i+1)*n]...), append(t.A, a...)
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

func ringOf(n int) (edges [][2]int) {
	for i := range n {
		edges = append(edges, [2]int{i, (i + 1) % n})
	}
	return edges
}

// A graph is fitted to a recording of few sites like any model, saved, read back and evaluated, and then runs on many.
// What sees only differences keeps the momentum of all.
func TestGraphFit(t *testing.T) {
	star := [][2]int{{0, 1}, {2, 0}, {0, 3}, {4, 3}}
	var names [][2]string
	for _, e := range star {
		names = append(names, [2]string{fmt.Sprint("x", e[0]), fmt.Sprint("x", e[1])})
	}
	for name, c := range map[string]struct {
		set, many *data.Set
		graph     lagrange.Graph
	}{
		"ring": {beads(6, 12, ringOf(6)), beads(30, 3, ringOf(30)),
			lagrange.Graph{Shape: graph.RingShape}},
		"ring of distances": {beads(6, 12, ringOf(6)), beads(30, 3, ringOf(30)), lagrange.Graph{Shape: graph.RingShape,
			TranslationInvariant: true}},
		"chain": {beads(6, 12, ringOf(6)[:5]), beads(30, 3, ringOf(30)[:29]),
			lagrange.Graph{Shape: graph.ChainShape, TranslationInvariant: true}},
		"star": {beads(5, 12, star), nil, lagrange.Graph{Shape: graph.NetworkShape, Edges: names}},
		"star, of distances": {beads(5, 12, star), nil, lagrange.Graph{Shape: graph.NetworkShape, Edges: names,
			TranslationInvariant: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := quick()
			s.Model, s.Graph, s.Steps, s.Rate, s.Batch, s.Hidden = graph.Family, c.graph, 300, 1e-2, 16, []int{24}
			m := fit(t, c.set, s)
			path := filepath.Join(t.TempDir(), "m")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			m, err := lagrange.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, m, c.set)
			if c.graph.TranslationInvariant {
				keepsMomentum(t, m, c.set.Trajectories[0].Q[:c.set.D()])
			}
			if c.many == nil {
				if _, err := m.On(c.set); err == nil {
					t.Error("a network was taken to other sites")
				}
				return
			}
			more, err := m.On(c.many)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, more, c.many)
			if again, err := more.On(c.set); err != nil || !same(again.Theta(), m.Theta()) || again.D() != m.D() {
				t.Errorf("and back: %v", err)
			}
		})
	}
}

// What was learned on six sites gives the accelerations of a thousand, more than any other model may have coordinates.
func TestGraphOnThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("a training of seconds")
	}
	s := quick()
	s.Model, s.Graph, s.Steps, s.Rate, s.Hidden = graph.Family, lagrange.Graph{Shape: graph.RingShape,
		TranslationInvariant: true}, 300, 1e-2, []int{24}
	m := fit(t, beads(6, 12, ringOf(6)), s)
	set := beads(1000, 1, ringOf(1000))
	w := set.Trajectories[0]
	m, err := m.On(set)
	if err != nil {
		t.Fatal(err)
	}
	var miss, size float64
	for i, a := range m.Accel(w.Q[:1000], w.V[:1000], nil) {
		miss, size = miss+(a-w.A[i])*(a-w.A[i]), size+w.A[i]*w.A[i]
	}
	if !(miss < size/25) {
		t.Errorf("error of the accelerations %.3g of their size", math.Sqrt(miss/size))
	}
	e, err := m.Evaluate(t.Context(), set, 0.5)
	if err != nil || e.Mass != nil ||
		!(squares(e.Models[graph.Family].RMSEQ) < squares(e.Models["constant_velocity"].RMSEQ)/9) {
		t.Errorf("%v, a dense mass matrix %v", err, e.Mass)
	}
}

// BenchmarkSites measures a learned ring on more and more sites: an acceleration, and the motion over a unit of time.
// The time a site must not grow with the sites.
func BenchmarkSites(b *testing.B) {
	s := quick()
	s.Model, s.Graph, s.Steps, s.Method = graph.Family, lagrange.Graph{Shape: graph.RingShape,
		TranslationInvariant: true}, 10, train.GaussNewton
	learned, err := lagrange.Fit(b.Context(), beads(6, 12, ringOf(6)), s)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1000, 10_000, 100_000, 1_000_000} {
		m, err := learned.OnSites(n)
		if err != nil {
			b.Fatal(err)
		}
		q, v := make([]float64, n), make([]float64, n)
		for i := range q {
			q[i] = r.NormFloat64()
		}
		a := make([]float64, n)
		b.Run(fmt.Sprintf("accel/%d", n), func(b *testing.B) {
			for b.Loop() {
				copy(a, m.Accel(q, v, nil))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/site")
		})
		var miss, size float64
		for i, x := range a {
			want := q[(i+1)%n] - 2*q[i] + q[(i+n-1)%n]
			miss, size = miss+(x-want)*(x-want), size+want*want
		}
		b.Run(fmt.Sprintf("rollout/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Rollout(b.Context(), q, v, nil, []float64{0, 1}, lagrange.RolloutOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/site")
			b.ReportMetric(math.Sqrt(miss/size), "error")
		})
	}
}

// judge wants a graph to predict a recording better than constant velocity and to keep its energy.
func judge(t *testing.T, m *lagrange.Model, set *data.Set) {
	t.Helper()
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	x, still := squares(e.Models[graph.Family].RMSEQ), squares(e.Models["constant_velocity"].RMSEQ)
	if !(x < still/9) || e.EnergyDrift == nil || !(*e.EnergyDrift < 1e-5) || e.Mass == nil {
		t.Errorf("%d sites: squared error %.3g, of constant velocity %.3g; drift of energy %v", set.D(), x, still,
			e.EnergyDrift)
	}
}

// Weights that differ on springs that differ are one density of sites and one of springs when it is said what they are,
// and none when not. A grid is its sites, and a box too.
func TestGraphAttributes(t *testing.T) {
	if testing.Short() {
		t.Skip("a training of seconds")
	}
	edges := [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 1}, {4, 3}}
	var names [][2]string
	for _, e := range edges {
		names = append(names, [2]string{fmt.Sprint("x", e[0]), fmt.Sprint("x", e[1])})
	}
	m, k := []float64{1, 2, 0.6, 1.5, 3}, []float64{1, 0.5, 2, 1.2, 1.6, 0.8}
	column := func(name string, x []float64) *model.Attributes {
		a := &model.Attributes{Names: []string{name}}
		for _, x := range x {
			a.Of = append(a.Of, []float64{x})
		}
		return a
	}
	set := weights(m, k, 8, edges)
	var miss [2]float64
	for i, g := range []lagrange.Graph{{}, {OfNodes: column("m", m), OfEdges: column("k", k)}} {
		s := quick()
		g.Shape, g.Edges, g.TranslationInvariant = graph.NetworkShape, names, true
		s.Model, s.Graph, s.Method, s.Steps, s.Batch, s.Hidden, s.Workers = graph.Family, g, train.GaussNewton, 15, 0,
			[]int{16}, 1
		net := fit(t, set, s)
		path := filepath.Join(t.TempDir(), "m")
		if err := net.Save(path); err != nil {
			t.Fatal(err)
		}
		net, err := lagrange.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		e, err := net.Evaluate(t.Context(), set, 0)
		if err != nil {
			t.Fatal(err)
		}
		miss[i] = squares(e.Models[graph.Family].RMSEQ) / squares(e.Models["constant_velocity"].RMSEQ)
	}
	if !(miss[1] < 0.01 && miss[0] > 20*miss[1]) {
		t.Errorf("squared errors, to those of constant velocity, without attributes %.3g, with them %.3g", miss[0],
			miss[1])
	}
}

// A grid of beads with springs along both axes is learned from its shape alone, and a larger one with it.
func TestGraphGrid(t *testing.T) {
	if testing.Short() {
		t.Skip("a training of seconds")
	}
	var edges [][2]int
	for i := range 6 { // rows of three, a ring each, and two rows
		edges = append(edges, [2]int{i, i/3*3 + (i+1)%3})
		if i < 3 {
			edges = append(edges, [2]int{i, i + 3})
		}
	}
	s := quick()
	s.Model, s.Graph = graph.Family, lagrange.Graph{Shape: graph.GridShape, Grid: []int{3, 2},
		Ends: []graph.Boundary{graph.Periodic, graph.Free}, TranslationInvariant: true}
	s.Method, s.Steps, s.Batch, s.Hidden = train.GaussNewton, 15, 0, []int{16}
	set := beads(6, 12, edges)
	m := fit(t, set, s)
	judge(t, m, set)
	if _, err := m.On(set); err == nil {
		t.Error("a grid without axes")
	}
	edges = nil
	for i := range 20 { // and four rows of five
		edges = append(edges, [2]int{i, i/5*5 + (i+1)%5})
		if i < 15 {
			edges = append(edges, [2]int{i, i + 5})
		}
	}
	set = beads(20, 3, edges)
	m, err := m.On(set, 5, 4)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, m, set)
}

// keepsMomentum wants the momentum of all to stay what it is on the way from q at rest.
func keepsMomentum(t *testing.T, m *lagrange.Model, q []float64) {
	t.Helper()
	d := len(q)
	w, err := m.Rollout(t.Context(), q, make([]float64, d), nil, []float64{0, 2}, lagrange.RolloutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var sum [2]float64
	for n := range sum {
		p, _ := m.Momentum(w.Q[n*d:(n+1)*d], w.V[n*d:(n+1)*d], nil)
		for _, x := range p {
			sum[n] += x
		}
	}
	if gain := sum[1] - sum[0]; math.Abs(gain) > 1e-6 {
		t.Errorf("the momentum of all changes by %g", gain)
	}
}

func squares(x []float64) (s float64) {
	for _, v := range x {
		s += v * v
	}
	return s
}

// What a graph cannot have is refused, and said.
func TestGraphRefuses(t *testing.T) {
	set := beads(6, 8, ringOf(6))
	driven, angle := *set, *set
	driven.Inputs = []string{"F"}
	driven.Trajectories = nil
	for _, w := range set.Trajectories {
		for i := range w.T {
			w.U = append(w.U, float64(i))
		}
		driven.Trajectories = append(driven.Trajectories, w)
	}
	angle.Coordinates = append([]data.Coordinate(nil), set.Coordinates...)
	angle.Coordinates[2].Period = 360
	for want, c := range map[string]struct {
		set    *data.Set
		change func(s *lagrange.Settings)
	}{
		"needs a topology":       {set, func(s *lagrange.Settings) { s.Graph.Shape = "" }},
		"no topology \"tree\"":   {set, func(s *lagrange.Settings) { s.Graph.Shape = "tree" }},
		"nodes of 4 coordinates": {set, func(s *lagrange.Settings) { s.Graph.Site = 4 }},
		"ring of 2 nodes":        {set, func(s *lagrange.Settings) { s.Graph.Site = 3 }},
		"no ignorable":           {set, func(s *lagrange.Settings) { s.Cyclic = []string{"x1"} }},
		"is for the model":       {set, func(s *lagrange.Settings) { s.Model = "lnn" }},
		"no coordinate \"y\"": {set, func(s *lagrange.Settings) {
			s.Graph.Shape, s.Graph.Edges = graph.NetworkShape, [][2]string{{"x1", "y"}}
		}},
		"joins the nodes 2 and 2": {set, func(s *lagrange.Settings) {
			s.Graph.Shape, s.Graph.Edges = graph.NetworkShape, [][2]string{{"x1", "x1"}}
		}},
		"network with 0 edges":    {set, func(s *lagrange.Settings) { s.Graph.Shape = graph.NetworkShape }},
		"1 known forces on 6":     {&driven, func(s *lagrange.Settings) {}},
		"both angles or both not": {&angle, func(s *lagrange.Settings) {}},
		"on 1 coordinates of a":   {set, func(s *lagrange.Settings) { s.Objective = lagrange.Torque }},
	} {
		s := quick()
		s.Model, s.Graph = graph.Family, lagrange.Graph{Shape: graph.RingShape}
		c.change(&s)
		if _, err := lagrange.Fit(t.Context(), c.set, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for i := range angle.Coordinates {
		angle.Coordinates[i].Period = 360
	}
	s := quick()
	s.Model, s.Graph = graph.Family, lagrange.Graph{Shape: graph.RingShape, TranslationInvariant: true}
	if _, err := lagrange.Fit(t.Context(), &angle, s); err == nil || !strings.Contains(err.Error(), "is an angle") {
		t.Errorf("differences of angles: %v", err)
	}
}
