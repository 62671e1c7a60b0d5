package model_test

import (
	"math"
	"testing"

	"lagrange/model"
)

// hamiltonian returns H and the field of a Hamiltonian network at a state, under inputs u.
func hamiltonian(t *testing.T, m *model.Model[float64], u []float64) func(x []float64) (H float64, xdot []float64) {
	t.Helper()
	tape := m.Tape(1)
	k, ok := model.As[model.Conserved[float64]](tape)
	if !ok {
		t.Fatal("a Hamiltonian network without an energy")
	}
	return func(x []float64) (float64, []float64) {
		xdot := make([]float64, len(x))
		tape.Field(x, u, xdot)
		return k.Energy(0), xdot
	}
}

// The energy is the Hamiltonian whose slopes are the field, q̇ = ∂H/∂p and ṗ = −∂H/∂q, in the same unit.
func TestHamiltonianEnergyHasTheUnitOfTheField(t *testing.T) {
	for _, head := range model.Heads() {
		s := spec("hnn", 2, 1, "")
		s.Head, s.Inputs[0].SystemParameter = head, true
		for i := range s.Coordinates { // a unit of the energy that is far from one
			s.Coordinates[i].Accel *= 7
		}
		m, _ := stirred(t, s, 9)
		at := hamiltonian(t, m, []float64{0.4})
		x := []float64{0.5, -0.2, 1.3, -0.8}
		_, xdot := at(x)
		for i := range x {
			const h = 1e-4
			H := func(d float64) float64 {
				y := append([]float64(nil), x...)
				y[i] += d
				H, _ := at(y)
				return H
			}
			coarse, fine := (H(2*h)-H(-2*h))/(4*h), (H(h)-H(-h))/(2*h)
			slope := fine + (fine-coarse)/3
			want := -xdot[(i+2)%4]
			if i >= 2 {
				want = xdot[i-2]
			}
			if math.Abs(slope-want) > 1e-8*(1+math.Abs(want)) {
				t.Errorf("%s: ∂H/∂x_%d = %.10g, and the field says %.10g", head, i, slope, want)
			}
		}
	}
}

// Without a net H = ½ E Σ (p/P)² with E the root mean square of q ṗ over the coordinates on which H may depend, in the
// units of the data, and of p² where there are none.
func TestHamiltonianUnit(t *testing.T) {
	for _, c := range []struct {
		cyclic []bool
		E      float64 // by hand: q ṗ = 2·4.5, 0.5·24; p² = 9, 4
	}{
		{[]bool{false, false}, math.Sqrt((81 + 144) / 2.)},
		{[]bool{false, true}, 9},
		{[]bool{true, true}, math.Sqrt((81 + 16) / 2.)},
	} {
		m, err := model.New[float64](model.Spec{
			Family: "hnn", Hidden: []int{3}, Activation: "softplus", Kinetic: 1,
			Coordinates: []model.Coordinate{
				{Scale: 2, Speed: 3, Accel: 4.5, Cyclic: c.cyclic[0]},
				{Scale: 0.5, Speed: 2, Accel: 24, Cyclic: c.cyclic[1]},
			},
		}, 1)
		if err != nil {
			t.Fatal(err)
		}
		clear(m.Theta)
		H, _ := hamiltonian(t, m, nil)([]float64{0.7, -4, 1.5, -1})
		if want := c.E / 2 * (0.25 + 0.25); math.Abs(H-want) > 1e-14*want { // p/P = ½, −½
			t.Errorf("ignorable %v: H = %v, want %v", c.cyclic, H, want)
		}
	}
}
