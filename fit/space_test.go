package fit

import (
	"testing"

	"lagrange/model"
	"lagrange/sim"
)

// An arm whose axes are not parallel is a sum of terms that no chain in a plane has, and is found, with the friction
// that it has: from recorded accelerations to many digits, from positions with noise to some hundredths of the torques.
func TestArmInSpace(t *testing.T) {
	test := sim.Arm{Joints: 4, Space: true, Rows: 200, Trajectories: 4, Dt: 0.1, Seed: 2}
	for name, c := range map[string]struct {
		arm   sim.Arm
		found model.Friction
		most  float64
	}{
		"accelerations": {sim.Arm{Rows: 2400}, model.NoFriction, 1e-5},
		"friction":      {sim.Arm{Rows: 12000, Friction: 1}, model.Both, 1e-2},
		"noise":         {sim.Arm{Rows: 4800, Noise: 1e-4, Positions: true}, model.NoFriction, 0.04},
	} {
		if testing.Short() && c.arm.Rows > 2400 {
			continue
		}
		c.arm.Joints, c.arm.Space, c.arm.Trajectories, c.arm.Dt, c.arm.Seed = 4, true, 12, 0.01, 1
		r, err := Train(t.Context(), c.arm.Run(), Options{Model: "terms", Steps: 2, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := r.Networks[0]
		if l := n.Record.Plan.Line("friction"); l.Choice != string(c.found) {
			t.Errorf("%s: friction %+v", name, l)
		}
		test.Friction = c.arm.Friction
		off := offTorques(t, n.Net, test.Run())
		if !(off < c.most) {
			t.Errorf("%s: torques are off by %.2g of their size", name, off)
		}
	}
}
