package ode_test

import (
	"context"
	"fmt"

	"lagrange/ode"
)

// A circle in two quarters: ẋ = y, ẏ = −x.
func ExampleSolve() {
	circle := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }
	r, err := ode.Solve(context.Background(), circle, []float64{0, 1},
		[]float64{0, 1.5707963267948966, 3.141592653589793}, ode.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.6f %.6f\n", r.X[2], r.X[5])
	// Output: 1.000000 -1.000000
}

// A quarter of a turn at three speeds, ẋ = ωy, ẏ = −ωx, each with steps of its own.
func ExampleTogether() {
	circles := func(int) ode.Batch {
		return func(who []int, _, x, dx []float64) {
			for b, i := range who {
				ω := float64(i + 1)
				dx[2*b], dx[2*b+1] = ω*x[2*b+1], -ω*x[2*b]
			}
		}
	}
	ends := make([]float64, 3)
	ode.Together(3, 2, 32, circles, func(i int, f ode.Field) {
		r, err := ode.Solve(context.Background(), f, []float64{0, 1}, []float64{0, 1.5707963267948966 / float64(i+1)},
			ode.Options{})
		if err != nil {
			panic(err)
		}
		ends[i] = r.X[2]
	})
	fmt.Printf("%.6f\n", ends)
	// Output: [1.000000 1.000000 1.000000]
}
