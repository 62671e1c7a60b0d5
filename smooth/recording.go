package smooth

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sort"
	"sync"

	"lagrange/data"
)

// Recording is a set with its states estimated. Deviations has their standard deviations in the places of q, v and a.
type Recording struct {
	Set        *data.Set
	Deviations []data.Trajectory
	Findings   []Finding // one for each coordinate
}

// Finding says what was found in one coordinate, in the units of its columns.
type Finding struct {
	Coordinate string        `json:"coordinate"`
	Order      int           `json:"order"`
	Cutoff     float64       `json:"cutoff"` // rad by unit of time
	Noise      []ColumnNoise `json:"noise"`
	Size       float64       `json:"size"`                     // root mean square of the motion about its mean
	Swing      float64       `json:"swing,omitempty"`          // period of its fastest part; 0 where nothing moves
	PerSwing   float64       `json:"rows_by_swing,omitzero"`   // rows in it
	Rate       float64       `json:"rate"`                     // rows by unit of time
	Scale      *Interval     `json:"velocity_scale,omitempty"` // of recorded velocities, where it is not 1,
	Lag        *Interval     `json:"velocity_lag,omitempty"`   // and how late they are
	Outliers   int           `json:"outliers,omitempty"`       // numbers left out
	Notes      []string      `json:"notes"`
}

// ColumnNoise is the noise of a column.
type ColumnNoise struct {
	Column string `json:"column"`
	Unit   string `json:"unit,omitempty"`
	Noise
}

// Set estimates the states of all trajectories of a set at their rows or, if dt > 0, every dt. Velocities and
// accelerations that are recorded are measurements more. Known forces are kept, those between rows by straight lines.
// The errors name the coordinate.
func Set(ctx context.Context, s *data.Set, dt float64) (*Recording, error) {
	d := s.D()
	r := &Recording{Set: columns(s), Findings: make([]Finding, d), Deviations: make([]data.Trajectory,
		len(s.Trajectories))}
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		times := grid(t, dt)
		n := len(times)
		r.Set.Trajectories = append(r.Set.Trajectories, data.Trajectory{ID: t.ID, File: t.File, Line: t.Line, T: times,
			Q: make([]float64, n*d), V: make([]float64, n*d), A: make([]float64, n*d), U: inputs(t, s.M(), times)})
		r.Deviations[i] = data.Trajectory{ID: t.ID, T: times, Q: make([]float64, n*d), V: make([]float64, n*d),
			A: make([]float64, n*d)}
	}
	errs := make([]error, d)
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for k := range d {
		wait.Go(func() {
			free <- struct{}{}
			errs[k] = r.coordinate(ctx, s, k)
			<-free
		})
	}
	wait.Wait()
	for k, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Coordinates[k].Name, err)
		}
	}
	return r, nil
}

// coordinate estimates coordinate k.
func (r *Recording) coordinate(ctx context.Context, s *data.Set, k int) error {
	d := s.D()
	series := make([]Series, len(s.Trajectories))
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		series[i] = Series{T: t.T, Q: column(t.Q, d, k), V: column(t.V, d, k), A: column(t.A, d, k)}
	}
	f, series, err := Robust(ctx, series)
	if err != nil {
		return err
	}
	for i := range series {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		to, sd := &r.Set.Trajectories[i], &r.Deviations[i]
		x := f.States(series[i], to.T)
		for n := range to.T {
			at := n*d + k
			to.Q[at], to.V[at], to.A[at] = x.Q[n], x.V[n], x.A[n]
			sd.Q[at], sd.V[at], sd.A[at] = x.SdQ[n], x.SdV[n], x.SdA[n]
		}
	}
	r.Findings[k] = f.finding(r.Set, k)
	return nil
}

// column is column k of a matrix of d columns; nil of nil.
func column(x []float64, d, k int) []float64 {
	if x == nil {
		return nil
	}
	y := make([]float64, len(x)/d)
	for n := range y {
		y[n] = x[n*d+k]
	}
	return y
}

// grid is the times from the first to the last row of a trajectory every dt, or those of its rows.
func grid(t *data.Trajectory, dt float64) []float64 {
	if dt <= 0 {
		return t.T
	}
	times := make([]float64, int(t.Duration()/dt+1e-9)+1)
	for n := range times {
		times[n] = t.T[0] + float64(n)*dt
	}
	return times
}

// inputs are the m inputs of a trajectory at the given times, between rows by straight lines.
func inputs(t *data.Trajectory, m int, times []float64) []float64 {
	if m == 0 {
		return nil
	}
	u := make([]float64, len(times)*m)
	for n, at := range times {
		i := sort.SearchFloat64s(t.T, at)
		j := max(0, min(i, t.Len()-1)-1)
		i = min(i, t.Len()-1)
		w := 0.0 // the part of row j
		if t.T[i] > at && i > j {
			w = (t.T[i] - at) / (t.T[i] - t.T[j])
		}
		for k := range m {
			a, b := t.U[j*m+k], t.U[i*m+k]
			u[n*m+k] = b + w*(a-b)
		}
	}
	return u
}

// columns is a set without trajectories that has the columns of s, and those of velocities and accelerations where it
// has none.
func columns(s *data.Set) *data.Set {
	p := *s
	p.Trajectories, p.Notes = nil, nil
	p.Coordinates = append([]data.Coordinate(nil), s.Coordinates...)
	by := map[string][]data.Column{}
	for _, c := range s.Columns {
		by[c.Role] = append(by[c.Role], c)
	}
	if s.Columns == nil {
		by[data.RoleTime] = []data.Column{{Name: s.Time, Role: data.RoleTime}}
		if s.TrajectoryColumn != "" {
			by[data.RoleTrajectory] = []data.Column{{Name: s.TrajectoryColumn, Role: data.RoleTrajectory}}
		}
		for _, name := range s.Inputs {
			by[data.RoleU] = append(by[data.RoleU], data.Column{Name: name, Role: data.RoleU})
		}
	}
	taken := map[string]bool{}
	for _, c := range s.Columns {
		taken[c.Name] = c.Role != data.RoleIgnored
	}
	derivative := func(name, coordinate, unit, role, letter string) data.Column {
		if at := find(s.Columns, name); name != "" && at >= 0 {
			return s.Columns[at]
		}
		if name == "" {
			for name = letter + "_" + coordinate; taken[name]; {
				name += "_"
			}
		}
		return data.Column{Name: name, Unit: unit, Role: role}
	}
	var qs, vs, as []data.Column
	for k := range p.Coordinates {
		c := &p.Coordinates[k]
		q := data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ}
		if at := find(s.Columns, c.Name); at >= 0 {
			q = s.Columns[at]
		}
		v := derivative(c.Velocity, c.Name, over(c.Unit, s.TimeUnit(), ""), data.RoleV, "v")
		a := derivative(c.Acceleration, c.Name, over(c.Unit, s.TimeUnit(), "²"), data.RoleA, "a")
		c.Velocity, c.Acceleration = v.Name, a.Name
		qs, vs, as = append(qs, q), append(vs, v), append(as, a)
	}
	p.Columns = nil
	for _, cs := range [][]data.Column{by[data.RoleTrajectory], by[data.RoleTime], qs, vs, as, by[data.RoleU]} {
		p.Columns = append(p.Columns, cs...)
	}
	return &p
}

// find is the place of the column of that name that is used; −1 where there is none.
func find(columns []data.Column, name string) int {
	for i, c := range columns {
		if c.Name == name && c.Role != data.RoleIgnored {
			return i
		}
	}
	return -1
}

// over is the unit of a derivative.
func over(unit, time, power string) string {
	if unit == "" || time == "" {
		return ""
	}
	return unit + "/" + time + power
}

// finding tells what was found in coordinate k of a set.
func (f *Fit) finding(s *data.Set, k int) Finding {
	c := s.Coordinates[k]
	x := Finding{Coordinate: c.Name, Order: f.Order, Cutoff: f.Cutoff, Size: f.Size, Outliers: f.Outliers,
		Notes: f.Notes(c.Unit, s.TimeUnit()), Noise: []ColumnNoise{}}
	if f.Step > 0 {
		x.Rate = 1 / f.Step
	}
	if !math.IsInf(f.Swing, 1) {
		x.Swing, x.PerSwing = f.Swing, f.Swing*x.Rate
	}
	if f.Scale.Value > 0 {
		x.Scale, x.Lag = &f.Scale, &f.Lag
	}
	for i, n := range []Noise{f.Q, f.V, f.A} {
		if name := []string{c.Name, c.Velocity, c.Acceleration}[i]; i == 0 || n.Value > 0 {
			x.Noise = append(x.Noise, ColumnNoise{name, s.Columns[find(s.Columns, name)].Unit, n})
		}
	}
	return x
}
