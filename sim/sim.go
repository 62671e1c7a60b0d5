// Package sim makes recordings of true systems: what a model learns from, and is measured against, where the truth is
// known.
package sim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"lagrange/data"
	"lagrange/mech"
	"lagrange/ode"
)

// Simulation is a true system and what to record of it: trajectories at times 0, Dt, … Steps·Dt.
type Simulation struct {
	System        mech.System
	Trajectories  int
	Steps         int
	Dt            float64
	Seed          uint64
	Sampled       bool // starts from System.Sample, the states to train on, instead of System.Start
	Accelerations bool
	// standard deviation of what is added to every coordinate, velocity and acceleration, in its unit
	Noise float64
}

// Run integrates ẋ = (v, a(q, v)) by the method of order 8 with a relative tolerance of 1e-12. Trajectory i depends on
// the seed and i alone, so more trajectories do not change the first ones. With Noise independent normal numbers are
// added to what is recorded of the exact motion, which depend on the seed and i, too; times and system parameters stay
// exact.
func (s Simulation) Run(ctx context.Context) (*data.Set, error) {
	d := s.System.Dim()
	times := make([]float64, s.Steps+1)
	for n := range times {
		times[n] = float64(n) * s.Dt
	}
	set := s.columns()
	for i := range s.Trajectories {
		x, r := make([]float64, 2*d), rand.New(rand.NewPCG(s.Seed, uint64(i)))
		system, c := s.drawn(r)
		if s.Sampled {
			system.Sample(r, x[:d], x[d:])
		} else {
			system.Start(r, x[:d], x[d:])
		}
		field := func(_ float64, x, dx []float64) {
			copy(dx[:d], x[d:])
			system.Accel(x[:d], x[d:], dx[d:])
		}
		motion, err := ode.Solve(ctx, field, x, times, ode.Options{Method: ode.Dop853, RTol: 1e-12, ATol: 1e-12})
		if err != nil {
			return nil, fmt.Errorf("trajectory %d of %s: %w", i+1, s.System.Name(), err)
		}
		w := s.trajectory(system, c, strconv.Itoa(i+1), times, motion.X)
		for k, x := range [][]float64{w.Q, w.V, w.A} {
			s.disturb(x, rand.New(rand.NewPCG(s.Seed, uint64(k+1)<<32|uint64(i))))
		}
		set.Trajectories = append(set.Trajectories, w)
	}
	return set, nil
}

// disturb adds x ← x + σz, z ~ N(0, 1).
func (s Simulation) disturb(x []float64, r *rand.Rand) {
	if s.Noise == 0 {
		return
	}
	for i := range x {
		x[i] += s.Noise * r.NormFloat64()
	}
}

// drawn draws the system parameters of a trajectory, if the system has any: they stand in a column of their own.
func (s Simulation) drawn(r *rand.Rand) (_ mech.System, c []float64) {
	system, ok := s.System.(mech.Parametrised)
	if !ok {
		return s.System, nil
	}
	c = make([]float64, len(system.SystemParameters()))
	system.SampleParameters(r, c)
	return system.At(c), c
}

// trajectory takes states X, (len(t), 2d), apart, of a motion under the system parameters c.
func (s Simulation) trajectory(system mech.System, c []float64, id string, t, X []float64) data.Trajectory {
	d := s.System.Dim()
	w := data.Trajectory{ID: id, T: t}
	a := make([]float64, d)
	for n := range t {
		q, v := X[2*d*n:][:d], X[2*d*n+d:][:d]
		w.Q = append(w.Q, q...)
		w.V = append(w.V, v...)
		w.U = append(w.U, c...)
		if s.Accelerations {
			system.Accel(q, v, a)
			w.A = append(w.A, a...)
		}
	}
	return w
}

// columns is an empty set with the names and units of the system: trajectory (if several), t, q, v, a, system
// parameters.
func (s Simulation) columns() *data.Set {
	about := s.System.About()
	set := &data.Set{Time: "t"}
	if s.Trajectories > 1 {
		set.TrajectoryColumn = "trajectory"
		set.Columns = append(set.Columns, data.Column{Name: "trajectory", Role: data.RoleTrajectory})
	}
	set.Columns = append(set.Columns, data.Column{Name: "t", Unit: s.TimeUnit(), Role: data.RoleTime})
	var vs, as []data.Column
	for _, c := range about.Coordinates {
		q := data.Coordinate{Name: c.Name, Unit: c.Unit, Velocity: c.VelocityName}
		if c.Angle {
			q.Period = 2 * math.Pi
		}
		set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ})
		vs = append(vs, data.Column{Name: c.VelocityName, Unit: c.VelocityUnit, Role: data.RoleV})
		if s.Accelerations {
			q.Acceleration = c.Name + "_acc"
			as = append(as, data.Column{Name: q.Acceleration, Unit: square(c.VelocityUnit), Role: data.RoleA})
		}
		set.Coordinates = append(set.Coordinates, q)
	}
	set.Columns = append(append(set.Columns, vs...), as...)
	if system, ok := s.System.(mech.Parametrised); ok {
		for _, c := range system.SystemParameters() {
			set.Inputs, set.SystemParameters = append(set.Inputs, c.Name), set.SystemParameters+1
			set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleU})
		}
	}
	return set
}

// TimeUnit is the unit of the time, by the unit of a velocity: s for rad/s.
func (s Simulation) TimeUnit() string {
	_, unit, _ := strings.Cut(s.System.About().Coordinates[0].VelocityUnit, "/")
	return unit
}

// square is the unit of the derivative of a velocity: rad/s² for rad/s.
func square(unit string) string {
	if unit == "" {
		return ""
	}
	return unit + "²"
}
