package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What a friction includes is what a model keeps that takes it on and goes back.
func TestIncludes(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 11))
	for _, g := range Frictions() {
		spec := forceSpec(3, 2, g)
		spec.Family, spec.Hidden, spec.Activation = "lnn", []int{3}, "softplus"
		m, err := New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Theta {
			m.Theta[i] = r.NormFloat64()
		}
		for _, f := range Frictions() {
			there, err := m.Rubbing(f, 1)
			if err != nil {
				t.Fatal(err)
			}
			back, err := there.Rubbing(g, 1)
			if err != nil {
				t.Fatal(err)
			}
			if got, kept := f.Includes(g), slices.Equal(back.Theta, m.Theta); got != kept {
				t.Errorf("%q includes %q: %v; it keeps its parameters: %v", f, g, got, kept)
			}
		}
	}
}
