package formula

import (
	"fmt"
	"math"
	"slices"

	"lagrange/model"
)

// legendre explains a Hamiltonian network by a Lagrangian: its states (q, p) become (q, v), and its accelerations are
// those along its motion,
//
//	v = ∂H/∂p,   a = dv/dt.
//
// A velocity has the name of the column that p was read from where that is the velocity, as far as it is learned.
func (t Task) legendre() (Task, error) {
	s := t.Of.Spec
	if s.Friction != "" && s.Friction != model.NoFriction || len(kept(s.Inputs, false)) > 0 {
		return t, fmt.Errorf("friction and known forces of a %s do not go over to a Lagrangian; a formula with them "+
			"is found of --model lnn", model.Title(s.Family))
	}
	d, u, tape := s.D(), t.inputs(s), t.Of.Tape(1)
	τ := math.Inf(1)
	for _, c := range s.Coordinates {
		τ = min(τ, c.Speed/c.Accel) // p over ṗ
	}
	xdot, near, dx := make([]float64, 2*d), make([]float64, 2*d), make([]float64, 2*d)
	var x, a []float64
	speed, accel, off := make([]float64, d), make([]float64, d), make([]float64, d)
	for n := 0; n < len(t.States); n += 2 * d {
		state := t.States[n : n+2*d]
		tape.Field(state, u, xdot)
		x = append(append(x, state[:d]...), xdot[:d]...)
		rate := make([]float64, d)
		for _, h := range []float64{step * τ, -step * τ} {
			for i, y := range state {
				near[i] = y + h*xdot[i]
			}
			tape.Field(near, u, dx)
			for i := range d {
				rate[i] += dx[i] / (2 * h)
			}
		}
		a = append(a, rate...)
		for i := range d {
			v, N := xdot[i], float64(len(t.States)/(2*d))
			speed[i], accel[i] = speed[i]+v*v/N, accel[i]+rate[i]*rate[i]/N
			off[i] += (v - state[d+i]) * (v - state[d+i]) / N
		}
	}
	t.States, t.accel, t.coordinates = x, a, slices.Clone(s.Coordinates)
	for i := range t.coordinates {
		c := &t.coordinates[i]
		if c.Speed, c.Accel = math.Sqrt(speed[i]), math.Sqrt(accel[i]); !(c.Speed > 0) || !(c.Accel > 0) {
			return t, fmt.Errorf("%s does not move by this %s", c.Name, model.Title(s.Family))
		}
		if math.Sqrt(off[i]) > alike*max(t.Error, 0.01)*c.Speed {
			c.Velocity = ""
		}
	}
	return t, nil
}

// step is that of differences along the motion, in units of its time.
const step = 1e-4
