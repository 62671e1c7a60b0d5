package main

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

// simulation is what to simulate: trajectories of a system at times 0, dt, … steps·dt.
type simulation struct {
	system        mech.System
	trajectories  int
	steps         int
	dt            float64
	seed          uint64
	spread        bool // starts from System.Sample, the states to train on, instead of System.Start
	accelerations bool
}

// run integrates ẋ = (v, a(q, v)) by the method of order 8 with a relative tolerance of 1e-12. Trajectory i depends on the seed and i
// alone, so more trajectories do not change the first ones.
func (s simulation) run(ctx context.Context) (*data.Set, error) {
	d := s.system.Dim()
	times := make([]float64, s.steps+1)
	for n := range times {
		times[n] = float64(n) * s.dt
	}
	set := s.columns()
	for i := range s.trajectories {
		x, r := make([]float64, 2*d), rand.New(rand.NewPCG(s.seed, uint64(i)))
		system, c := s.conditioned(r)
		if s.spread {
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
			return nil, fmt.Errorf("trajectory %d of %s: %w", i+1, s.system.Name(), err)
		}
		set.Trajectories = append(set.Trajectories, s.trajectory(system, c, strconv.Itoa(i+1), times, motion.X))
	}
	return set, nil
}

// conditioned draws the conditions of a trajectory, if the system has any: they stand in a column of their own.
func (s simulation) conditioned(r *rand.Rand) (_ mech.System, c []float64) {
	system, ok := s.system.(mech.Conditioned)
	if !ok {
		return s.system, nil
	}
	c = make([]float64, len(system.Conditions()))
	system.SampleConditions(r, c)
	return system.At(c), c
}

// trajectory takes states X, (len(t), 2d), apart, of a motion under the conditions c.
func (s simulation) trajectory(system mech.System, c []float64, id string, t, X []float64) data.Trajectory {
	d := s.system.Dim()
	w := data.Trajectory{ID: id, T: t}
	a := make([]float64, d)
	for n := range t {
		q, v := X[2*d*n:][:d], X[2*d*n+d:][:d]
		w.Q = append(w.Q, q...)
		w.V = append(w.V, v...)
		w.U = append(w.U, c...)
		if s.accelerations {
			system.Accel(q, v, a)
			w.A = append(w.A, a...)
		}
	}
	return w
}

// columns is an empty set with the names and units of the system: trajectory (if several), t, q, v, a, conditions.
func (s simulation) columns() *data.Set {
	about := s.system.About()
	set := &data.Set{Time: "t"}
	if s.trajectories > 1 {
		set.TrajectoryColumn = "trajectory"
		set.Columns = append(set.Columns, data.Column{Name: "trajectory", Role: data.RoleTrajectory})
	}
	set.Columns = append(set.Columns, data.Column{Name: "t", Unit: timeUnit(s.system), Role: data.RoleTime})
	var vs, as []data.Column
	for _, c := range about.Coordinates {
		q := data.Coordinate{Name: c.Name, Unit: c.Unit, Velocity: c.VelocityName}
		if c.Angle {
			q.Period = 2 * math.Pi
		}
		set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ})
		vs = append(vs, data.Column{Name: c.VelocityName, Unit: c.VelocityUnit, Role: data.RoleV})
		if s.accelerations {
			q.Acceleration = c.Name + "_acc"
			as = append(as, data.Column{Name: q.Acceleration, Unit: square(c.VelocityUnit), Role: data.RoleA})
		}
		set.Coordinates = append(set.Coordinates, q)
	}
	set.Columns = append(append(set.Columns, vs...), as...)
	if system, ok := s.system.(mech.Conditioned); ok {
		for _, c := range system.Conditions() {
			set.Inputs, set.Conditions = append(set.Inputs, c.Name), set.Conditions+1
			set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleU})
		}
	}
	return set
}

// timeUnit is the unit of the time, by the unit of a velocity: s for rad/s.
func timeUnit(s mech.System) string {
	_, unit, _ := strings.Cut(s.About().Coordinates[0].VelocityUnit, "/")
	return unit
}

// square is the unit of the derivative of a velocity: rad/s² for rad/s.
func square(unit string) string {
	if unit == "" {
		return ""
	}
	return unit + "²"
}
