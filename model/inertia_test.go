package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/lin"
	"lagrange/nn"
	"lagrange/nn/parttest"
)

func TestInertiaHead(t *testing.T) {
	for d := 1; d <= 4; d++ {
		r := rand.New(rand.NewPCG(uint64(d), 3))
		s := make([]float64, d)
		for i := range s {
			s[i] = 0.6 + float64(i)
		}
		columns := 2*d + 1 // and a system parameter
		parttest.Check(t, r, nil, draws(r, 3*(triangle(d)+1+columns), 1),
			func(_ []float64, batch, k int) nn.Part[float64] {
				return newInertiaHead(s, 0.7, columns, batch, k)
			})
	}
}

// delanSpec is a model of two angles and lengths, unevenly scaled, with one force for each and a system parameter
// between them.
func delanSpec() Spec {
	s := forceSpec(2, 3, Both)
	s.Family, s.Hidden, s.Activation = "delan", []int{8, 8}, "softplus"
	s.Coordinates[0].Period = 2 * pi
	s.Inputs[1].SystemParameter = true
	return s
}

// The mass matrix starts near the identity, in units of the speeds, and is positive definite and solved without the
// pseudo-inverse whatever the parameters are.
func TestInertiaIsPositiveDefinite(t *testing.T) {
	s := delanSpec()
	m, err := New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	const B = 20
	d, r, tape := s.D(), rand.New(rand.NewPCG(2, 2)), m.Tape(B)
	k, _ := As[Mechanics[float64]](tape)
	x, u, xdot := draws(r, B*2*d, 2), draws(r, B*s.M(), 1), make([]float64, B*2*d)
	tape.Field(x, u, xdot)
	for b := range B {
		for i, M := range k.Mass(b) {
			want := 0.0
			if i%(d+1) == 0 {
				want = 1
			}
			if M *= s.Coordinates[i/d].Speed * s.Coordinates[i%d].Speed; math.Abs(M-want) > 0.9 {
				t.Errorf("element %d of M begins as %v", i, M)
			}
		}
	}
	for _, size := range []float64{0.1, 1, 3} {
		for range 30 {
			copy(m.Theta, draws(r, len(m.Theta), size))
			tape.Field(x, u, xdot)
			for b := range B {
				w, e := make([]float64, d), make([]float64, d*d)
				S := append([]float64(nil), k.Mass(b)...)
				for i := range S {
					S[i] *= s.Coordinates[i/d].Speed * s.Coordinates[i%d].Speed
				}
				lin.Eigen(d, S, w, e)
				if lo, hi := min(w[0], w[1]), max(w[0], w[1]); lo < inertiaFloor-1e-12*hi {
					t.Fatalf("parameters of size %v: eigenvalues %v of M", size, w)
				}
			}
		}
	}
	if h := tape.Health(); h.Fallbacks != 0 || h.NonFinite != 0 || h.Solves != 91*B {
		t.Errorf("%+v", *h)
	}
}

// The forces that the motors have to give for an acceleration give that acceleration; a coordinate on which no motor
// acts is left as near to it as the others allow.
func TestMotors(t *testing.T) {
	for _, family := range []string{"lnn", "delan"} {
		s := delanSpec()
		s.Family, s.Kinetic = family, 1
		m, err := New[float64](s, 1)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(3, 2))
		for i := range m.Theta {
			m.Theta[i] += 0.3 * r.NormFloat64()
		}
		tape := m.Tape(1)
		k, ok := As[InverseDynamics[float64]](tape)
		if !ok {
			t.Fatal("no inverse dynamics")
		}
		for range 20 {
			x, u, a, Q, xdot := draws(r, 4, 1), draws(r, 3, 1), draws(r, 2, 1), make([]float64, 2), make([]float64, 4)
			k.Force(x[:2], x[2:], u, a, Q)
			tau := k.Motors(Q)
			u[0] += tau[0]
			u[2] += tau[1]
			tape.Field(x, u, xdot)
			for i := range a {
				if math.Abs(xdot[2+i]-a[i]) > 1e-8*(1+math.Abs(a[i])) {
					t.Errorf("%s: a[%d] = %v with the forces for %v", family, i, xdot[2+i], a[i])
				}
			}
		}
	}
	f := &actuators[float64]{theta: []float64{2, 0, 0, 0}, E: 3, vs: []float64{1, 2}, us: []float64{0.5}, in: []int{0}}
	if tau := f.motors([]float64{4, 7}); math.Abs(tau[0]-4/3.0/2*0.5) > 1e-12 {
		t.Errorf("one motor: %v", tau)
	}
}

// Direct actuators: force j alone on coordinate j, in one unit.
func TestDirectActuators(t *testing.T) {
	s := delanSpec()
	m, err := New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.Theta, draws(rand.New(rand.NewPCG(7, 7)), len(m.Theta), 1))
	unit, err := m.DirectActuators()
	if err != nil {
		t.Fatal(err)
	}
	k, _ := As[InverseDynamics[float64]](m.Tape(1))
	force := func(u []float64) []float64 {
		Q := make([]float64, 2)
		k.Force([]float64{0.3, 0.4}, []float64{1, -1}, u, []float64{0, 0}, Q)
		return Q
	}
	Q0, Q1 := force([]float64{0, 0.7, 0}), force([]float64{2, 0.7, -3})
	for i, u := range []float64{2, -3} {
		if got := Q0[i] - Q1[i]; math.Abs(got-unit*u) > 1e-12 {
			t.Errorf("force %v brings %v, the unit is %v", u, got, unit)
		}
	}
	s.Inputs = s.Inputs[:2]
	if m, err = New[float64](s, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := m.DirectActuators(); err == nil {
		t.Error("one force on two coordinates")
	}
	s.Family = "nn"
	if m, err = New[float64](s, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := m.DirectActuators(); err == nil {
		t.Error("a network without a Lagrangian")
	}
}

// A model of a coordinate on which nothing depends has a net without inputs: a constant mass.
func TestInertiaOfACyclicCoordinate(t *testing.T) {
	s := Spec{Family: "delan", Hidden: []int{4}, Activation: "tanh",
		Coordinates: []Coordinate{{Scale: 1, Speed: 2, Accel: 3, Cyclic: true}}}
	m, err := New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	tape, xdot := m.Tape(2), make([]float64, 4)
	tape.Field([]float64{1, 2, -3, 4}, nil, xdot)
	tape.VJP([]float64{1, 1, 1, 1}, make([]float64, len(m.Theta)), make([]float64, 4), nil)
	if xdot[0] != 2 || xdot[1] != 0 || xdot[2] != 4 || xdot[3] != 0 {
		t.Errorf("a free body: %v", xdot)
	}
}
