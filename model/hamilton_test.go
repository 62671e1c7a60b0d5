package model_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// jacobian returns ∂f/∂x (2d, 2d) of a model at one state, row by row, each by one VJP.
func jacobian(t *testing.T, m *model.Model[float64], x, u []float64) []float64 {
	t.Helper()
	n := len(x)
	tape, A, xdot := m.Tape(1), make([]float64, n*n), make([]float64, n)
	lambda, dtheta, du := make([]float64, n), make([]float64, len(m.Theta)), make([]float64, len(u))
	for i := range n {
		clear(lambda)
		lambda[i] = 1
		tape.Field(x, u, xdot)
		tape.VJP(lambda, dtheta, A[i*n:(i+1)*n], du)
	}
	return A
}

// stirred returns a model with parameters away from where they begin.
func stirred(t *testing.T, s model.Spec, seed uint64) (*model.Model[float64], *rand.Rand) {
	t.Helper()
	m, err := model.New[float64](s, seed)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 77))
	for i := range m.Theta {
		m.Theta[i] += 0.2 * r.NormFloat64()
	}
	return m, r
}

// The field of a Hamiltonian network is J∇H: its Jacobian A = J H″ has J A symmetric, whatever the parameters, and so
// no trace: it keeps volume. The plain network's has neither.
func TestHamiltonianFieldIsSymplectic(t *testing.T) {
	for _, family := range []string{"hnn", "nn"} {
		for _, d := range []int{1, 2, 3} {
			s := spec(family, d, 1, "")
			s.Inputs[0].SystemParameter = true
			m, r := stirred(t, s, 5)
			n := 2 * d
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			A := jacobian(t, m, x, []float64{0.3})
			JA, size, trace, skew := make([]float64, n*n), 0.0, 0.0, 0.0
			for i := range n {
				trace += A[i*n+i]
				for j := range n { // J = (0, 1; −1, 0)
					JA[i*n+j] = A[(i+d)%n*n+j]
					if i >= d {
						JA[i*n+j] *= -1
					}
					size = max(size, math.Abs(A[i*n+j]))
				}
			}
			for i := range n {
				for j := range n {
					skew = max(skew, math.Abs(JA[i*n+j]-JA[j*n+i]))
				}
			}
			if holds := math.Abs(trace) < 1e-13*size && skew < 1e-13*size; holds != (family == "hnn") {
				t.Errorf("%s d=%d: the trace is %.3g, J A is off symmetry by %.3g, elements to %.3g", family, d, trace,
					skew, size)
			}
		}
	}
}

// Along a tight roll-out H keeps its value, under a system parameter; with friction it falls, and never rises.
func TestHamiltonianEnergy(t *testing.T) {
	for _, friction := range []model.Friction{model.NoFriction, model.Both} {
		s := spec("hnn", 2, 1, friction)
		s.Inputs[0].SystemParameter = true
		m, _ := stirred(t, s, 6)
		tape, u := m.Tape(1), []float64{-0.6}
		k, ok := model.As[model.Conserved[float64]](tape)
		if !ok {
			t.Fatal("a Hamiltonian network without an energy")
		}
		if _, ok := model.As[model.Mechanics[float64]](tape); ok {
			t.Error("a Hamiltonian network has no Lagrangian")
		}
		var times []float64
		for i := range 41 {
			times = append(times, float64(i)/20)
		}
		path, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) { tape.Field(x, u, dx) },
			[]float64{0.4, -0.3, 1.1, -2}, times, ode.Options{Method: ode.Dop853, RTol: 1e-12, ATol: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		energy, xdot := []float64(nil), make([]float64, 4)
		for i := range times {
			tape.Field(path.X[4*i:4*i+4], u, xdot)
			energy = append(energy, k.Energy(0))
		}
		for i := range energy[1:] {
			dE := energy[i+1] - energy[i]
			if friction == model.NoFriction && math.Abs(dE) > 1e-9*(1+math.Abs(energy[0])) ||
				friction == model.Both && dE >= 0 {
				t.Fatalf("%s: H changes by %.3g from %.3g in step %d", friction, dE, energy[i], i)
			}
		}
	}
}

// The momentum of an ignorable coordinate stays; a new model moves with q̇ in proportion to p and hardly a force.
func TestHamiltonianStart(t *testing.T) {
	s := spec("hnn", 2, 0, "")
	s.Coordinates[1].Cyclic = true
	m, _ := stirred(t, s, 7)
	xdot := make([]float64, 4)
	m.Tape(1).Field([]float64{1, 2, 3, 4}, nil, xdot)
	if xdot[3] != 0 || xdot[2] == 0 {
		t.Errorf("ṗ = %v, the second coordinate is ignorable", xdot[2:])
	}
	s = model.Spec{Family: "hnn", Hidden: []int{8}, Activation: "softplus", Kinetic: 1,
		Coordinates: []model.Coordinate{{Scale: 2, Speed: 3, Accel: 4.5}}}
	young, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(young.Theta) // l = 0: H = ½ E (p/P)² with E = 2·4.5 and P = 3, so q̇ = p
	young.Tape(1).Field([]float64{0.7, 1.3}, nil, xdot[:2])
	if math.Abs(xdot[0]-1.3) > 1e-15 || xdot[1] != 0 {
		t.Errorf("(q̇, ṗ) = %v at p = 1.3 without a net", xdot[:2])
	}
}
