package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"lagrange/data"
	"lagrange/mech"
)

// Arm is a planar arm of equal links, mech.Chain, or one in space, with a motor at each joint. Each joint follows a sum
// of sines, and the torques are those that the true equations of motion ask for.
type Arm struct {
	Joints       int
	Space        bool // axes of joints are upright and level in turn, see spatialTorques
	Rows         int  // of all trajectories together
	Trajectories int  // each of other sines
	Dt           float64
	Seed         uint64
	Digits       int // of each number, 0: all
	// dry friction of each joint, in N m, beside viscous one of half as much, in N m s/rad
	Friction float64
	// standard deviation of noise on the angles, and ten times as much a second on the velocities; with it no
	// accelerations are recorded
	Noise     float64
	Positions bool // nor velocities
}

// slow is the speed, in rad/s, below which dry friction is less than all of it.
const slow = 0.02

// sine is one of those that a joint follows: size·sin(ω t + phase).
type sine struct{ size, omega, phase float64 }

// sines are those of every joint: five for each, of up to half a turn a second.
func (a Arm) sines(r *rand.Rand) [][]sine {
	all := make([][]sine, a.Joints)
	for i := range all {
		for range 5 {
			all[i] = append(all[i], sine{0.3 + 0.4*r.Float64(), 0.3 + 2.9*r.Float64(), 2 * math.Pi * r.Float64()})
		}
	}
	return all
}

// Run writes the motion: the angle q, its velocity and acceleration, and the torque u of each joint, where the angle is
// that between two links.
func (a Arm) Run() *data.Set {
	set := a.columns()
	noise := rand.New(rand.NewPCG(a.Seed, 1<<63))
	for k := range a.Trajectories {
		s := a.sines(rand.New(rand.NewPCG(a.Seed, uint64(k))))
		t := data.Trajectory{ID: strconv.Itoa(k + 1)}
		for n := range a.Rows*(k+1)/a.Trajectories - a.Rows*k/a.Trajectories {
			at := a.rounded(float64(n) * a.Dt)
			q, v, acc := positions(s, float64(n)*a.Dt)
			tau := a.torques(q, v, acc)
			t.T = append(t.T, at)
			for i := range q {
				tau[i] += a.Friction * (v[i]/2 + math.Tanh(v[i]/slow))
				if a.Noise > 0 {
					q[i] += a.Noise * noise.NormFloat64()
					v[i] += 10 * a.Noise * noise.NormFloat64()
				}
				t.Q, t.U = append(t.Q, a.rounded(q[i])), append(t.U, a.rounded(tau[i]))
				if !a.Positions {
					t.V = append(t.V, a.rounded(v[i]))
				}
				if a.accelerations() {
					t.A = append(t.A, a.rounded(acc[i]))
				}
			}
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// accelerations says whether they are recorded.
func (a Arm) accelerations() bool { return !a.Positions && a.Noise == 0 }

// columns are those that are recorded, without rows.
func (a Arm) columns() *data.Set {
	set := &data.Set{Time: "t", TrajectoryColumn: "trajectory"}
	set.Columns = []data.Column{{Name: "trajectory", Role: data.RoleTrajectory},
		{Name: "t", Unit: "s", Role: data.RoleTime}}
	kinds := []struct{ name, unit, role string }{{"q", "rad", data.RoleQ}, {"v", "rad/s", data.RoleV},
		{"a", "rad/s²", data.RoleA}, {"u", "N m", data.RoleU}}
	for k, c := range kinds {
		if k == 1 && a.Positions || k == 2 && !a.accelerations() {
			continue
		}
		for i := range a.Joints {
			set.Columns = append(set.Columns, data.Column{Name: fmt.Sprint(c.name, i+1), Unit: c.unit, Role: c.role})
		}
	}
	for i := range a.Joints {
		k := strconv.Itoa(i + 1)
		c := data.Coordinate{Name: "q" + k, Unit: "rad", Period: 2 * math.Pi}
		if !a.Positions {
			c.Velocity = "v" + k
		}
		if a.accelerations() {
			c.Acceleration = "a" + k
		}
		set.Coordinates = append(set.Coordinates, c)
		set.Inputs = append(set.Inputs, "u"+k)
	}
	return set
}

// rounded is x to so many digits.
func (a Arm) rounded(x float64) float64 {
	if a.Digits == 0 {
		return x
	}
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', a.Digits, 64), 64)
	return y
}

// positions are the angles of the joints at a time, with their derivatives.
func positions(s [][]sine, t float64) (q, v, a []float64) {
	q, v, a = make([]float64, len(s)), make([]float64, len(s)), make([]float64, len(s))
	for i := range s {
		for _, k := range s[i] {
			sin, cos := math.Sincos(k.omega*t + k.phase)
			q[i] += k.size * sin
			v[i] += k.size * k.omega * cos
			a[i] -= k.size * k.omega * k.omega * sin
		}
	}
	return q, v, a
}

// torques are those of the joints.
func (a Arm) torques(q, v, acc []float64) []float64 {
	if a.Space {
		return spatialTorques(q, v, acc)
	}
	return planarTorques(q, v, acc)
}

// planarTorques are those of a planar arm. With θᵢ = Σⱼ≤ᵢ qⱼ the angles of the links and θ̈⁰ their free
// motion the forces on them are Q = M(θ̈ − θ̈⁰), and the torque of a joint moves all links behind it:
// τⱼ = Σᵢ≥ⱼ Qᵢ. M x is the momentum at the velocity x.
func planarTorques(q, v, a []float64) (tau []float64) {
	links, d := mech.Chain(len(q)), len(q)
	theta, omega, x, Q := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
	alpha := 0.0
	for i := range q {
		theta[i], omega[i] = q[i], v[i]
		if i > 0 {
			theta[i], omega[i] = theta[i-1]+q[i], omega[i-1]+v[i]
		}
	}
	links.Accel(theta, omega, x)
	for i := range x {
		alpha += a[i]
		x[i] = alpha - x[i]
	}
	links.Momentum(theta, x, Q)
	for i := d - 2; i >= 0; i-- {
		Q[i] += Q[i+1]
	}
	return Q
}
