package sim

import (
	"math"
	"testing"

	"lagrange/mech"
)

// The torques of an arm bring its motion about: in the angles of the links, dE/dt of the true energy, by differences
// along the motion, is the power Σ τᵢ q̇ᵢ of the joints. Velocities and accelerations are the slopes of the angles.
func TestArm(t *testing.T) {
	const h = 1e-4
	a := Arm{Joints: 7, Rows: 40, Trajectories: 2, Dt: h, Seed: 3}
	set := a.Run()
	if set.Rows() != a.Rows || len(set.Trajectories) != 2 || set.D() != 7 || set.M() != 7 {
		t.Fatalf("%d rows, %d trajectories, %d coordinates, %d forces", set.Rows(), len(set.Trajectories), set.D(),
			set.M())
	}
	energy := func(q, v []float64) float64 {
		theta, omega, sum := make([]float64, 7), make([]float64, 7), [2]float64{}
		for i := range q {
			sum[0], sum[1] = sum[0]+q[i], sum[1]+v[i]
			theta[i], omega[i] = sum[0], sum[1]
		}
		return mech.Chain(7).Energy(theta, omega)
	}
	for _, w := range set.Trajectories {
		row := func(x []float64, n int) []float64 { return x[7*n : 7*(n+1)] }
		for n := 1; n+1 < w.Len(); n++ {
			power, most := 0.0, 0.0
			for i, u := range row(w.U, n) {
				power += u * row(w.V, n)[i]
				most += math.Abs(u * row(w.V, n)[i])
				v := (row(w.Q, n+1)[i] - row(w.Q, n-1)[i]) / (2 * h)
				acc := (row(w.V, n+1)[i] - row(w.V, n-1)[i]) / (2 * h)
				if math.Abs(v-row(w.V, n)[i]) > 1e-6 || math.Abs(acc-row(w.A, n)[i]) > 1e-6 {
					t.Fatalf("row %d: slopes %g and %g, recorded %g and %g", n, v, acc, row(w.V, n)[i], row(w.A, n)[i])
				}
			}
			slope := (energy(row(w.Q, n+1), row(w.V, n+1)) - energy(row(w.Q, n-1), row(w.V, n-1))) / (2 * h)
			if math.Abs(slope-power) > 1e-6*most {
				t.Fatalf("row %d: the energy grows by %g, the power is %g", n, slope, power)
			}
		}
	}
}
