// Arm writes the motion of an arm, in a plane or in space, with the torques of its joints as CSV, a test of growth in
// rows:
//
//	go run ./bench/arm -joints 7 -rows 600000 > arm.csv
package main

import (
	"flag"
	"log"
	"os"

	"lagrange/sim"
)

func main() {
	var a sim.Arm
	flag.IntVar(&a.Joints, "joints", 7, "of the arm")
	flag.BoolVar(&a.Space, "space", false, "axes of joints are upright and level in turn, not all level and parallel")
	flag.IntVar(&a.Rows, "rows", 600_000, "to write, of all trajectories together")
	flag.IntVar(&a.Trajectories, "trajectories", 20, "each of another motion")
	flag.Float64Var(&a.Dt, "dt", 0.01, "seconds from row to row")
	flag.Uint64Var(&a.Seed, "seed", 1, "of the motion")
	flag.IntVar(&a.Digits, "digits", 10, "of each number")
	flag.Float64Var(&a.Friction, "friction", 0, "of each joint, dry in N m, and half of it viscous in N m s/rad")
	flag.Float64Var(&a.Noise, "noise", 0, "standard deviation on angles in rad; then no accelerations are written")
	flag.BoolVar(&a.Positions, "positions", false, "and torques alone are written")
	flag.Parse()
	if err := a.Run().WriteCSV(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
