// Lagrange learns the Lagrangian of a mechanical system from motion data and uses it: simulate, inspect, train,
// evaluate, roll out, draw.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
