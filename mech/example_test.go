package mech_test

import (
	"fmt"

	"lagrange/mech"
)

func ExampleLookup() {
	s, err := mech.Lookup("pendulum")
	if err != nil {
		panic(err)
	}
	a := []float64{0}
	s.Accel([]float64{1}, []float64{0}, a)
	fmt.Printf("L = %s, a = %.4f rad/s²\n", s.About().Lagrangian, a[0])
	// Output: L = ½ m l² ω² + m g l cos θ, a = -8.2464 rad/s²
}
