package noise

import (
	"fmt"
	"math"
	"math/rand/v2"

	"lagrange/data"
)

// motion is one recording: positions and forces, row by row, and what no measurement sees.
type motion struct {
	Y []float64 // (rows, d) measured
	X []float64 // (rows, 2d) true states
	U []float64 // (rows, m), held until the next row
}

// motions draws n of them of a duration T, with noise of the given standard deviation on the positions.
func (s *system) motions(r *rand.Rand, n int, T, sigma float64) (ms []motion) {
	d, m, rows := s.d(), s.m(), int(T/s.dt+0.5)+1
	for range n {
		w := motion{X: make([]float64, 2*d), U: make([]float64, rows*m)}
		s.start(r, w.X[:d], w.X[d:2*d])
		s.push(r, w.U)
		e := s.equations()
		e.Steps = 4
		w.X = e.Roll(s.p, w.X[:2*d], s.times(rows), w.U)
		for k := range rows {
			for i := range d {
				w.Y = append(w.Y, w.X[k*2*d+i]+sigma*r.NormFloat64())
			}
		}
		ms = append(ms, w)
	}
	return ms
}

// push is the sum of four sines of frequencies between 0.5 and 6 rad/s.
func (s *system) push(r *rand.Rand, u []float64) {
	if s.m() == 0 {
		return
	}
	for range 4 {
		w, phase := 0.5+5.5*r.Float64(), 2*math.Pi*r.Float64()
		for k := range u {
			u[k] += 1.5 * math.Sin(w*float64(k)*s.dt+phase)
		}
	}
}

// set is the motions as a recording: measured positions alone, or true states.
func (s *system) set(ms []motion, exact bool) *data.Set {
	d := s.d()
	set := &data.Set{Time: "t", TrajectoryColumn: "trajectory", Coordinates: s.coordinates, Inputs: s.forces}
	set.Columns = []data.Column{
		{Name: "trajectory", Role: data.RoleTrajectory},
		{Name: "t", Unit: "s", Role: data.RoleTime},
	}
	for _, c := range s.coordinates {
		set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ})
	}
	for _, c := range s.coordinates {
		if exact {
			set.Columns = append(set.Columns, data.Column{Name: c.Velocity, Unit: c.Unit + "/s", Role: data.RoleV})
		}
	}
	for _, name := range s.forces {
		set.Columns = append(set.Columns, data.Column{Name: name, Unit: "N", Role: data.RoleU})
	}
	for i, w := range ms {
		t := data.Trajectory{ID: fmt.Sprint(i), U: w.U}
		if s.m() == 0 {
			t.U = nil
		}
		t.T = s.times(len(w.Y) / d)
		for k := range t.T {
			if exact {
				t.Q, t.V = append(t.Q, w.X[k*2*d:k*2*d+d]...), append(t.V, w.X[k*2*d+d:(k+1)*2*d]...)
			}
		}
		if !exact {
			t.Q = w.Y
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}
