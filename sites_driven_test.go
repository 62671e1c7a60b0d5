package lagrange_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/ode"
)

// drivenBeads are masses of 1 on a ring of springs k, a condition that differs from one trajectory to the next, each
// with the friction 0.4 v and a motor that swings and pulls with three quarters of what it is told.
func drivenBeads(n, trajectories int) *data.Set {
	set := &data.Set{Time: "t", SystemParameters: 1}
	for i := range n {
		set.Coordinates = append(set.Coordinates, data.Coordinate{Name: fmt.Sprint("x", i), Velocity: fmt.Sprint("v",
			i)})
		set.Inputs = append(set.Inputs, fmt.Sprint("u", i))
	}
	set.Inputs = append(set.Inputs, "k")
	r := rand.New(rand.NewPCG(8, uint64(n)))
	for id := range trajectories {
		t, x, k := data.Trajectory{ID: fmt.Sprint(id)}, make([]float64, 2*n), 0.5+r.Float64()
		w, phase := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], x[n+i], w[i], phase[i] = r.NormFloat64(), r.NormFloat64(), 1+3*r.Float64(), 6*r.Float64()
		}
		u := func(at float64, i int) float64 { return 2 * math.Sin(w[i]*at+phase[i]) }
		field := func(at float64, x, dx []float64) {
			copy(dx, x[n:])
			for i := range n {
				dx[n+i] = k*(x[(i+1)%n]-2*x[i]+x[(i+n-1)%n]) - 0.4*x[n+i] + 0.75*u(at, i)
			}
		}
		for i := range 31 {
			t.T = append(t.T, 0.05*float64(i))
		}
		res, err := ode.Solve(context.Background(), field, x, t.T, ode.Options{})
		if err != nil {
			panic(err)
		}
		dx := make([]float64, 2*n)
		for s, at := range t.T {
			x := res.X[2*s*n : 2*(s+1)*n]
			field(at, x, dx)
			t.Q, t.V, t.A = append(t.Q, x[:n]...), append(t.V, x[n:]...), append(t.A, dx[n:]...)
			for i := range n {
				t.U = append(t.U, u(at, i))
			}
			t.U = append(t.U, k)
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// A ring with motors, friction and a stiffness that is known is learned on six sites, forward or by inverse dynamics,
// saved, and then runs on thirty: it predicts their motion, and tells which motors moved them.
func TestGraphDriven(t *testing.T) {
	six, thirty := drivenBeads(6, 12), drivenBeads(30, 3)
	for _, objective := range []string{lagrange.Accelerations, lagrange.Torque} {
		t.Run(objective, func(t *testing.T) {
			s := quick()
			s.Model, s.Graph, s.Steps, s.Rate, s.Batch, s.Hidden = graph.Family, lagrange.Graph{Shape: graph.RingShape,
				TranslationInvariant: true}, 800, 1e-2, 16, []int{24}
			s.Friction, s.Objective = model.Viscous, objective
			m := fit(t, six, s)
			path := filepath.Join(t.TempDir(), "m")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			m, err := lagrange.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			predicts(t, m, six)
			if m, err = m.On(thirty); err != nil {
				t.Fatal(err)
			}
			predicts(t, m, thirty)
			agrees(t, m, thirty.Trajectories[0])
		})
	}
}

// predicts wants errors of motions a fifth of those of constant velocity, and motors within a fifth of their size.
func predicts(t *testing.T, m *lagrange.Model, set *data.Set) {
	t.Helper()
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	if x, still := squares(e.Models[graph.Family].RMSEQ),
		squares(e.Models["constant_velocity"].RMSEQ); !(x < still/25) {
		t.Errorf("%d sites: squared error %.3g, of constant velocity %.3g", set.D(), x, still)
	}
	var miss, size float64
	n, w := set.D(), set.Trajectories[1]
	for i := range w.T {
		told := w.U[i*(n+1) : (i+1)*(n+1)]
		tau, _ := m.Force(w.Q[i*n:(i+1)*n], w.V[i*n:(i+1)*n], w.A[i*n:(i+1)*n], append(make([]float64, n), told[n]))
		for j, u := range told[:n] {
			miss, size = miss+(tau[j]-u)*(tau[j]-u), size+u*u
		}
	}
	if !(miss < size/25) {
		t.Errorf("%d sites: error of the motors %.3g of their size", n, math.Sqrt(miss/size))
	}
}

// agrees wants a variational method to find the motion that an explicit one does, with forces and friction.
func agrees(t *testing.T, m *lagrange.Model, w data.Trajectory) {
	t.Helper()
	n := m.D()
	var q [2][]float64
	for i, o := range []lagrange.RolloutOptions{{}, {Method: ode.Variational(6), Step: 0.05}} {
		path, err := m.Rollout(t.Context(), w.Q[:n], w.V[:n], w.U[:n+1], []float64{0, 1}, o)
		if err != nil {
			t.Fatal(err)
		}
		q[i] = path.Q[n:]
	}
	for i, x := range q[0] {
		if math.Abs(x-q[1][i]) > 1e-7 {
			t.Fatalf("coordinate %d is %v, by a variational method %v", i, x, q[1][i])
		}
	}
}

// A recording whose inputs are not those of the graph is refused.
func TestGraphOnOtherInputs(t *testing.T) {
	six, thirty := drivenBeads(6, 6), drivenBeads(30, 1)
	s := quick()
	s.Model, s.Graph = graph.Family, lagrange.Graph{Shape: graph.RingShape}
	m := fit(t, six, s)
	for want, spoil := range map[string]func(s *data.Set){
		"the system parameters []": func(s *data.Set) { s.SystemParameters = 0 },
		"30 known forces on":       func(s *data.Set) { s.Coordinates = s.Coordinates[:29] },
	} {
		set := *thirty
		spoil(&set)
		if _, err := m.On(&set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
