package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// springAccelerations draws N states of a spring of mass and stiffness 1, for which p = q̇ is the canonical momentum.
func springAccelerations(N int, seed uint64) *Accelerations[float64] {
	r := rand.New(rand.NewPCG(seed, 2))
	o := &Accelerations[float64]{N: N, Penalty: L2}
	for range N {
		q, v := 2*r.Float64()-1, 2*r.Float64()-1
		o.X, o.A = append(o.X, q, v), append(o.A, -q)
	}
	return o
}

// springWindows records N motions of the spring, q = A cos(t + φ), over rows of 0.1 s, in windows of the given steps.
func springWindows(N, rows, steps int, seed uint64) *Segments[float64] {
	r := rand.New(rand.NewPCG(seed, 3))
	o := &Segments[float64]{Steps: steps, Penalty: L2}
	for range N {
		A, phi := 0.2+r.Float64(), 2*math.Pi*r.Float64()
		for n := range rows {
			if n+steps < rows {
				o.First = append(o.First, len(o.H))
			}
			s, c := math.Sincos(float64(n)/10 + phi)
			o.X, o.H = append(o.X, A*c, -A*s), append(o.H, 0.1)
		}
	}
	return o
}

// trained fits a small model of the spring.
func trained(t *testing.T, family string, steps int, learn, valid Objective[float64]) *model.Model[float64] {
	t.Helper()
	m, err := model.New[float64](model.Spec{
		Family: family, Hidden: []int{16, 16}, Activation: "softplus", Kinetic: 1,
		Coordinates: []model.Coordinate{{Scale: 0.58, Speed: 0.58, Accel: 0.58}},
	}, 4)
	if err != nil {
		t.Fatal(err)
	}
	l := Loop[float64]{Model: m, Train: learn, Valid: valid, State: NewState(m),
		Settings: Settings{Steps: steps, Batch: 64, Rate: 1e-2, Seed: 2, Workers: 1}}
	if err := l.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return m
}

// springErrors rolls a model out for 60 s from (0.8, 0) and returns the greatest error of the true energy ½(q² + v²)
// and that of the state in the first 10 s.
func springErrors(t *testing.T, m *model.Model[float64]) (energy, state float64) {
	t.Helper()
	tape := m.Tape(1)
	var times []float64
	for i := range 601 {
		times = append(times, float64(i)/10)
	}
	r, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) },
		[]float64{0.8, 0}, times, ode.Options{Method: ode.Dop853, RTol: 1e-10, ATol: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range times {
		q, v := r.X[2*i], r.X[2*i+1]
		s, c := math.Sincos(at)
		energy = max(energy, math.Abs((q*q+v*v-0.64)/2))
		if at <= 10 {
			state = max(state, math.Hypot(q-0.8*c, v+0.8*s))
		}
	}
	return energy, state
}

// On accelerations a Hamiltonian network learns the spring, and over ten periods it keeps the true energy where the
// plain network lets it drift.
func TestHamiltonianLearnsASpring(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a second")
	}
	learn, valid := springAccelerations(500, 1), springAccelerations(100, 2)
	E, x := springErrors(t, trained(t, "hnn", 4000, learn, valid))
	plain, y := springErrors(t, trained(t, "nn", 4000, learn, valid))
	t.Logf("energy to %.2g and state to %.2g; of the plain network %.2g and %.2g", E, x, plain, y)
	if !(E < 2e-3 && x < 2e-2) || !(E < plain) {
		t.Errorf("energy to %.2g and state to %.2g; of the plain network %.2g and %.2g", E, x, plain, y)
	}
}

// From windows of the motion alone, of one step and of several, a Neural ODE and a Hamiltonian network learn it too.
func TestLearnASpringFromWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	for _, c := range []struct {
		family string
		steps  int
	}{{"node", 1}, {"node", 8}, {"hnn", 1}, {"hnn", 8}} {
		m := trained(t, c.family, 1500, springWindows(20, 30, c.steps, 1), springWindows(5, 30, c.steps, 2))
		E, x := springErrors(t, m)
		t.Logf("%s, windows of %d: energy to %.2g, state to %.2g", c.family, c.steps, E, x)
		if !(x < 0.05) {
			t.Errorf("%s, windows of %d: energy to %.2g, state to %.2g", c.family, c.steps, E, x)
		}
	}
}

// With a true momentum only the data differ: of a mass that grows with its place, H = p²/(2m) + ½ q² and m = 1 + q²/2,
// the states (q, p) and their derivatives are learned, and H with them up to a constant.
func TestHamiltonianOnCanonicalMomentum(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a second")
	}
	draw := func(N int, seed uint64) (o *Accelerations[float64], H []float64) {
		r := rand.New(rand.NewPCG(seed, 4))
		o = &Accelerations[float64]{N: N, Penalty: L2}
		for range N {
			q, p := 2*r.Float64()-1, 2*r.Float64()-1
			m := 1 + q*q/2
			o.X, o.Qdot, o.A = append(o.X, q, p), append(o.Qdot, p/m), append(o.A, p*p*q/(2*m*m)-q)
			H = append(H, p*p/(2*m)+q*q/2)
		}
		return o, H
	}
	learn, _ := draw(500, 1)
	valid, H := draw(100, 2)
	m := trained(t, "hnn", 3000, learn, valid)
	tape, xdot := m.Tape(100), make([]float64, 200)
	tape.Field(valid.X, nil, xdot)
	k, _ := model.As[model.Conserved[float64]](tape)
	worst, lo, hi := 0.0, math.Inf(1), math.Inf(-1)
	for i, h := range H {
		worst = max(worst, math.Abs(xdot[2*i]-valid.Qdot[i]), math.Abs(xdot[2*i+1]-valid.A[i]))
		lo, hi = min(lo, k.Energy(i)-h), max(hi, k.Energy(i)-h)
	}
	t.Logf("(q̇, ṗ) to %.2g, H to %.2g beside a constant", worst, hi-lo)
	if !(worst < 0.05 && hi-lo < 0.02) {
		t.Errorf("(q̇, ṗ) to %.2g, H to %.2g beside a constant", worst, hi-lo)
	}
}
