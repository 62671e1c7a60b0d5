package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rogpeppe/go-internal/testscript"

	"lagrange/data"
	"lagrange/ode"
)

// springs records masses of 1 on springs of the stiffness k, a condition, with friction and a motor at each: "springs
// ring 6 1 FILE", "springs grid 3 2 FILE", the grid with free ends.
func springs(ts *testscript.TestScript, _ bool, args []string) {
	var nx, ny int
	_, err := fmt.Sscan(args[1]+" "+args[2], &nx, &ny)
	ts.Check(err)
	n, near := nx*ny, make([][]int, nx*ny)
	join := func(i, j int) { near[i], near[j] = append(near[i], j), append(near[j], i) }
	for i := range n {
		switch {
		case i%nx+1 < nx:
			join(i, i+1)
		case args[0] == "ring":
			join(i, i+1-nx)
		}
		if i+nx < n {
			join(i, i+nx)
		}
	}
	set := &data.Set{Time: "t", TrajectoryColumn: "trajectory", SystemParameters: 1}
	for i := range n {
		set.Coordinates = append(set.Coordinates, data.Coordinate{Name: fmt.Sprint("q", i+1), Velocity: fmt.Sprint("v",
			i+1), Acceleration: fmt.Sprint("a", i+1)})
		set.Inputs = append(set.Inputs, fmt.Sprint("u", i+1))
	}
	set.Inputs = append(set.Inputs, "k")
	r := rand.New(rand.NewPCG(3, uint64(n)))
	for id := range 12 {
		t, err := swing(r, near, 0.5+r.Float64())
		ts.Check(err)
		t.ID = fmt.Sprint(id + 1)
		set.Trajectories = append(set.Trajectories, t)
	}
	ts.Check(set.Save(ts.MkAbs(args[3])))
}

// swing is one motion of masses that see their neighbours.
func swing(r *rand.Rand, near [][]int, k float64) (t data.Trajectory, err error) {
	n := len(near)
	x, w := make([]float64, 2*n), make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range w {
		w[i] = 1 + 3*r.Float64()
	}
	field := func(at float64, x, dx []float64) {
		copy(dx, x[n:])
		for i := range n {
			dx[n+i] = math.Sin(w[i]*at) - 0.3*x[n+i]
			for _, j := range near[i] {
				dx[n+i] += k * (x[j] - x[i])
			}
		}
	}
	for i := range 41 {
		t.T = append(t.T, 0.025*float64(i))
	}
	res, err := ode.Solve(context.Background(), field, x, t.T, ode.Options{})
	dx := make([]float64, 2*n)
	for s, at := range t.T {
		x := res.X[2*s*n : 2*(s+1)*n]
		field(at, x, dx)
		t.Q, t.V, t.A = append(t.Q, x[:n]...), append(t.V, x[n:]...), append(t.A, dx[n:]...)
		for i := range n {
			t.U = append(t.U, math.Sin(w[i]*at))
		}
		t.U = append(t.U, k)
	}
	return t, err
}
