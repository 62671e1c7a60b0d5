package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/mech"
	"lagrange/model"
)

// arm draws N states of a double pendulum with a motor in each joint, with the accelerations that random torques cause:
// τ = M (a − a₀), with M in closed form and a₀ Newton's acceleration without motors.
func arm(N int, seed uint64) (o *Torques[float64], tau []float64) {
	s, r := mech.Chain(2), rand.New(rand.NewPCG(seed, 1))
	o = &Torques[float64]{N: N, Penalty: L2, U: make([]float64, 2*N)}
	for range N {
		q, v, a := []float64{2 * math.Pi * r.Float64(), 2 * math.Pi * r.Float64()},
			[]float64{3 * r.NormFloat64(), 3 * r.NormFloat64()}, []float64{0, 0}
		s.Accel(q, v, a)
		d := []float64{10 * r.NormFloat64(), 10 * r.NormFloat64()}
		M := armMass(q)
		tau = append(tau, M[0]*d[0]+M[1]*d[1], M[2]*d[0]+M[3]*d[1])
		o.X = append(append(o.X, q...), v...)
		o.A = append(o.A, a[0]+d[0], a[1]+d[1])
	}
	return o, tau
}

func armMass(q []float64) [4]float64 {
	c := math.Cos(q[0] - q[1])
	return [4]float64{2, c, c, 1}
}

func armModel(t *testing.T, family string) *model.Model[float64] {
	t.Helper()
	m, err := model.New[float64](model.Spec{
		Family: family, Hidden: []int{24, 24}, Activation: "softplus", Kinetic: 1,
		Coordinates: []model.Coordinate{{Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 18},
			{Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 22}},
		Inputs: []model.Input{{Name: "τ1", Scale: 21}, {Name: "τ2", Scale: 12}},
	}, 4)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An arm learns its inverse dynamics, and with it a mass matrix that is the true one in its unit, and so its forward
// dynamics, which it was not shown.
func TestLearnsAnArm(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	m := armModel(t, "delan")
	unit, err := m.DirectActuators()
	if err != nil {
		t.Fatal(err)
	}
	learn, torques := arm(4000, 1)
	valid, held := arm(400, 2)
	for _, k := range []struct {
		o   *Torques[float64]
		tau []float64
	}{{learn, torques}, {valid, held}} {
		for _, x := range k.tau {
			k.o.Tau = append(k.o.Tau, unit*x)
		}
		k.o.Scale = []float64{21 * unit, 12 * unit}
	}
	l := &Loop[float64]{Model: m, Train: learn, Valid: valid, State: NewState(m),
		Settings: Settings{Steps: 10000, Batch: 64, Rate: 2e-2, Seed: 9, Workers: 1, Validate: 500}}
	s := run(t, l)
	torque := math.Sqrt(s.BestLoss / 2)
	tape, xdot := m.Tape(valid.N), make([]float64, 4*valid.N)
	tape.Field(valid.X, held, xdot)
	mass, _ := model.As[model.Mechanics[float64]](tape)
	var worst, miss, all float64
	for b := range valid.N {
		for i, M := range armMass(valid.X[4*b : 4*b+2]) {
			worst = max(worst, math.Abs(mass.Mass(b)[i]/unit-M))
		}
		for i := range 2 {
			a, e := valid.A[2*b+i], xdot[4*b+2+i]-valid.A[2*b+i]
			miss, all = miss+e*e, all+a*a
		}
	}
	t.Logf("torques %.4f, accelerations %.4f of their scale, largest error of an element of M %.4f", torque,
		math.Sqrt(miss/all), worst)
	if h := s.Health; h.Fallbacks != 0 || h.NonFinite != 0 || torque > 0.015 || worst > 0.02 || miss > 0.02*0.02*all {
		t.Error("not learned")
	}
}

// The gradient of the loss is that of central differences.
func TestTorqueGradient(t *testing.T) {
	for _, family := range []string{"lnn", "delan"} {
		m := armModel(t, family)
		if _, err := m.DirectActuators(); err != nil {
			t.Fatal(err)
		}
		o, tau := arm(7, 1)
		o.Tau, o.Scale = tau, []float64{21, 12}
		p, batch, dtheta := NewLoss(o, m, 7), upTo(7), make([]float64, len(m.Theta))
		loss := p.Of(batch, dtheta)
		if again := p.Of(batch, nil); again != loss {
			t.Errorf("%s: %v and %v", family, loss, again)
		}
		top, want := 0.0, make([]float64, len(dtheta))
		for i, was := range m.Theta {
			const h = 1e-5
			m.Theta[i] = was + h
			plus := p.Of(batch, nil)
			m.Theta[i] = was - h
			want[i] = (plus - p.Of(batch, nil)) / (2 * h)
			m.Theta[i], top = was, max(top, math.Abs(want[i]))
		}
		for i, g := range dtheta {
			if math.Abs(g-want[i]) > 1e-6*top {
				t.Fatalf("%s: gradient %d = %v, want %v (largest %v)", family, i, g, want[i], top)
			}
		}
		for _, g := range dtheta[len(dtheta)-6 : len(dtheta)-2] {
			if g != 0 {
				t.Errorf("%s: the gain of the motors is %v of the gradient", family, g)
			}
		}
	}
}
