package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/model"
	"lagrange/model/graph"
)

// damped is a ring of n sites on springs of the stiffness k, a system parameter, with the friction 0.4 v and known
// forces that bring 0.75 of themselves; its Spec, and N samples of it.
func damped(r *rand.Rand, n, N int) (model.Spec, *Accelerations[float64], error) {
	s := model.Spec{Family: graph.Family, Hidden: []int{16, 16}, Activation: "softplus", Kinetic: 1,
		Friction: model.Viscous, Nodes: &model.Nodes{Size: 1, Shape: string(graph.RingShape)}}
	for i := range n {
		s.Coordinates = append(s.Coordinates, model.Coordinate{Name: fmt.Sprint("q", i), Velocity: fmt.Sprint("v", i),
			Scale: 1, Speed: 1, Accel: 2.5})
		s.Inputs = append(s.Inputs, model.Input{Name: fmt.Sprint("u", i), Scale: 1})
	}
	s.Inputs = append(s.Inputs, model.Input{Name: "k", SystemParameter: true, Mean: 1, Scale: 0.3})
	o := &Accelerations[float64]{X: normals(r, N*2*n), U: normals(r, N*(n+1)), A: make([]float64, N*n), N: N,
		Penalty: L2}
	for i := range N {
		q, v, u, a := o.X[2*i*n:(2*i+1)*n], o.X[(2*i+1)*n:2*(i+1)*n], o.U[i*(n+1):(i+1)*(n+1)], o.A[i*n:(i+1)*n]
		k := 0.5 + r.Float64()
		u[n] = k
		for j := range n {
			a[j] = k*(q[(j+1)%n]-2*q[j]+q[(j+n-1)%n]) - 0.4*v[j] + 0.75*u[j]
		}
	}
	s, err := graph.Describe(s, true, o.X)
	return s, o, err
}

func normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// An initial guess and Gauss and Newton's steps learn a damped and driven ring of six sites, and the ring of sixty with
// it. A quotient of what is learned has a meaning: friction to mass.
func TestGraphGaussNewton(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	s, o, err := damped(r, 6, 600)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{})
	if err != nil || !guess.Done || !(guess.After < guess.Before/2) || !(guess.Eigen > 0) {
		t.Fatalf("%+v, %v", guess, err)
	}
	_, valid, err := damped(r, 6, 100)
	if err != nil {
		t.Fatal(err)
	}
	l := Loop[float64]{
		Model: m, Train: KeepPositiveDefinite(m, o, guess), Valid: valid, State: NewState(m),
		Settings: Settings{Method: GaussNewton, Steps: 12, Batch: 200, Seed: 1},
	}
	if err := l.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	copy(m.Theta, l.State.Best)
	sixty, try, err := damped(r, 60, 20)
	if err != nil {
		t.Fatal(err)
	}
	sixty.Nodes.Densities = slices.Clone(s.Nodes.Densities) // with the scales that were learned with
	many, err := model.With(sixty, m.Theta)
	if err != nil {
		t.Fatal(err)
	}
	miss := NewLoss[float64](try, many, try.N).Of(upTo(try.N), nil) / float64(try.N*60)
	t.Logf("loss %.3g before, %.3g after the initial guess, %.3g after training; on sixty sites %.3g", guess.Before,
		guess.After, l.State.BestLoss, miss*60)
	if !(l.State.BestLoss < guess.After/20) || !(math.Sqrt(miss) < 0.02) {
		t.Error("not learned")
	}
}

// More coordinates than a convex initialisation takes are left as they are.
func TestConvexInitialisationOfManySites(t *testing.T) {
	s, o, err := damped(rand.New(rand.NewPCG(2, 3)), MostCoordinates+1, 10)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{}); err != nil || guess.Done ||
		guess.Why != "65 coordinates are too many: at most 64" {
		t.Errorf("%+v, %v", guess, err)
	}
	if KeepPositiveDefinite(m, o, InitialGuess{}) != Objective[float64](o) {
		t.Error("eigenvalues of 65 coordinates")
	}
}

// Steps hold eigenvalues up as far as the initial guess did, which an arm of many joints lets sink lower.
func TestEigenvaluesAreHeldUpAsBefore(t *testing.T) {
	s, o, err := damped(rand.New(rand.NewPCG(2, 3)), 3, 10)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	for floor, want := range map[float64]float64{0: leastEigen, 0.03: leastEigen, 0.001: 0.001 / 3} {
		sum := KeepPositiveDefinite(m, o, InitialGuess{Done: true, Floor: floor}).(*WeightedSum[float64])
		if got := sum.Second.(*PositiveDefinite[float64]).Floor; math.Abs(got-want) > 1e-12 {
			t.Errorf("after a floor of %g: %g", floor, got)
		}
	}
}
