package model

import (
	"math"
	"slices"
	"testing"
)

// cart is a cart with a pole, two motors and all friction of the kind both.
func cart(t *testing.T) *Model[float64] {
	t.Helper()
	s := Spec{Family: "terms", Activation: "softplus", Friction: Both,
		Coordinates: []Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 2, Accel: 3},
			{Name: "a", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}},
		Inputs: []Input{{Name: "u", Scale: 2}, {Name: "p", Scale: 1}},
		Terms: [][]Term{{{Function: Cos, Of: []int{0, 1}}}, {{Function: One}}, {{Function: Cos, Of: []int{0, 1}}},
			{{Function: One}}}}
	n, err := Params(s)
	if err != nil {
		t.Fatal(err)
	}
	theta := []float64{2, 1.3, 0.4, 1}
	for k := len(theta); k < n; k++ {
		theta = append(theta, 0.1+0.02*float64(k))
	}
	m, err := With(s, theta)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What is absent is no force, moves in no training, and stays so; what is there is as it was.
func TestAbsent(t *testing.T) {
	m := cart(t)
	s, n := m.Spec, len(m.Theta)
	all := m.Spares() // the larger gain of each force is on a
	names := []string{"gain of u on x", "gain of p on x", "constant force on x", "constant force on a",
		"viscous friction between x and a"}
	for _, x := range all {
		if !slices.Contains(names, x.Name) {
			t.Errorf("%s can go", x.Name)
		}
	}
	if len(all) != len(names) {
		t.Fatalf("there are %v", all)
	}
	less := m.Lacking(all[1:3]).Lacking(all[4:])
	if len(less.Spec.Absent) != 3 || m.Spec.Absent != nil || len(less.Spares()) != 2 {
		t.Fatalf("absent are %v, of %v", less.Spec.Absent, m.Spec.Absent)
	}
	plain, err := With(s, less.Theta)
	if err != nil {
		t.Fatal(err)
	}
	slopes := func(m *Model[float64]) (dtheta, xdot []float64) {
		dtheta, xdot = make([]float64, n), make([]float64, 4)
		tape := m.Tape(1)
		tape.Field([]float64{0.3, 0.7, -0.4, 1.1}, []float64{0.5, -1}, xdot)
		tape.VJP([]float64{0, 0, 0.3, -0.7}, dtheta, make([]float64, 4), make([]float64, 2))
		return dtheta, xdot
	}
	got, a := slopes(less)
	want, b := slopes(plain)
	if !slices.Equal(a, b) {
		t.Errorf("the field is %g, and %g with parameters that are 0", a, b)
	}
	outer := less.Outer()
	for k := range n {
		gone := slices.ContainsFunc(slices.Concat(all[1:3], all[4:]), func(x Spare) bool { return x.At == k })
		if gone {
			want[k] = 0
		}
		if got[k] != want[k] || slices.Contains(outer, k) == gone {
			t.Errorf("parameter %d: slope %g, want %g; outer are %v", k, got[k], want[k], outer)
		}
	}
	if less.OffBounds(); less.Theta[all[4].At] != 0 {
		t.Error("what is absent is off its bound")
	}
	if _, _, err := less.Conservative(nil); err != nil {
		t.Error(err)
	}
	for _, k := range []int{-1, n - 4} {
		s.Absent = []int{k}
		if s.Check() == nil {
			t.Errorf("parameter %d of %d can be absent", k, n-4)
		}
	}
}

// A model with another friction has all that it had, and the rest as it begins.
func TestRubbing(t *testing.T) {
	s := Spec{Family: "terms", Activation: "softplus", Friction: Coulomb,
		Coordinates: []Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 2, Accel: 3}},
		Inputs:      []Input{{Name: "u", Scale: 2}},
		Terms:       [][]Term{{{Function: Power, Of: []int{1}}}, {{Function: One}}}}
	m, err := With(s, []float64{2, 1.3, 0.7, 0.1, 0.5, -3}) // gain, offset, dry friction and its width
	if err != nil {
		t.Fatal(err)
	}
	more, err := m.Rubbing(Both, 1)
	if err != nil || !slices.Equal(more.Theta, []float64{2, 1.3, 0.7, 0.1, firstSize, 0.5, -3}) {
		t.Fatal(more.Theta, err)
	}
	if less, err := more.Rubbing(Coulomb, 1); err != nil || !slices.Equal(less.Theta, m.Theta) {
		t.Error(less.Theta, err)
	}
	more.Theta[4] = 0.77 // viscous
	all, err := more.Rubbing(AllFriction, 1)
	if err != nil || all.Theta[4] != 0.77 {
		t.Error(all.Theta, err)
	}
	if back, err := all.Rubbing(Both, 1); err != nil || !slices.Equal(back.Theta, more.Theta) {
		t.Error(back.Theta, err)
	}
}

// The strongest gain is that of the force that moves most, in whatever unit what it moves is, as of a cart in pixels.
func TestStrongestGain(t *testing.T) {
	s := Spec{Family: "terms", Activation: "softplus", Inputs: []Input{{Name: "u", Scale: 2}, {Name: "p", Scale: 1}},
		Coordinates: []Coordinate{{Name: "x", Velocity: "v", Scale: 100, Speed: 100, Accel: 100},
			{Name: "a", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}},
		Terms: [][]Term{{{Function: Cos, Of: []int{0, 1}}}, {{Function: One}}, nil, {{Function: One}}}}
	m, err := With(s, []float64{1, 1, 1, -0.5, 0.3, 0.4, 0.1, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	gains := m.ForceCoefficients().Gains
	if size, i, j := m.StrongestGain(); size != -gains[0][0] || i != 0 || j != 0 {
		t.Errorf("the strongest is %g, of force %d on coordinate %d; gains are %g", size, j, i, gains)
	}
	s.Inputs = nil
	if m, err = With(s, []float64{1, 1, 1}); err != nil {
		t.Fatal(err)
	}
	if size, _, _ := m.StrongestGain(); size != 0 {
		t.Errorf("without known forces it is %g", size)
	}
}
