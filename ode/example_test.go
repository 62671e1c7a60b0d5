package ode_test

import (
	"context"
	"fmt"

	"lagrange/ode"
)

// A circle in two quarters: ẋ = y, ẏ = −x.
func ExampleSolve() {
	circle := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }
	r, err := ode.Solve(context.Background(), circle, []float64{0, 1}, []float64{0, 1.5707963267948966, 3.141592653589793}, ode.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.6f %.6f\n", r.X[2], r.X[5])
	// Output: 1.000000 -1.000000
}
