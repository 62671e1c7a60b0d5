package smooth

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sort"
	"sync"

	"lagrange/data"
)

// Recording is a set with its states estimated. Deviations has their standard deviations in the places of q, v and a.
type Recording struct {
	Set        *data.Set
	Measured   *data.Set // what was measured, without outliers, which are NaN
	Deviations []data.Trajectory
	Findings   []Finding // one for each coordinate
	fits       []*Fit
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
	Jitter     *Interval     `json:"time_jitter,omitempty"`    // standard deviation of the times, where it is seen
	Outliers   int           `json:"outliers,omitempty"`       // numbers left out
	Stale      int           `json:"stale,omitempty"`          // numbers that were not measured, see Fit
	Quantum    float64       `json:"quantum,omitempty"`        // step of the encoder, see Fit
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
	r := newRecording(s, dt)
	return r, r.each(ctx, func(k int, series []Series) (*Fit, []Series, error) { return Robust(ctx, series) })
}

// Like estimates the states of another set of the same columns at its rows, with the noise of r: where there are too
// few rows to find it, or none may be looked at. Outliers are left out.
func (r *Recording) Like(ctx context.Context, s *data.Set) (*Recording, error) {
	out := newRecording(s, 0)
	return out, out.each(ctx, func(k int, series []Series) (*Fit, []Series, error) {
		f := *r.fits[k]
		x := sift(series)
		x.repeats(&f)
		series, f.Stale = x.series, x.stale
		for _, x := range series {
			if n := measured(x.Q); n < f.Order {
				return nil, nil, fmt.Errorf("%w: %d in a trajectory; at least %d are needed", ErrFew, n, f.Order)
			}
		}
		o := outliers{series: series, far: make([][3][]int, len(series)), stay: make([][3][]int, len(series))}
		if !f.Rest && f.Q.Low > 0 && o.look(&f, series) {
			series = o.without()
		}
		return &f, series, nil
	})
}

// newRecording has room for the states of a set.
func newRecording(s *data.Set, dt float64) *Recording {
	d := s.D()
	r := &Recording{Set: columns(s), Findings: make([]Finding, d), fits: make([]*Fit, d)}
	measured := *s
	r.Measured, measured.Trajectories = &measured, nil
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		times := grid(t, dt)
		n := len(times)
		r.Set.Trajectories = append(r.Set.Trajectories, data.Trajectory{ID: t.ID, File: t.File, Line: t.Line, T: times,
			Q: make([]float64, n*d), V: make([]float64, n*d), A: make([]float64, n*d), U: inputs(t, s.M(), times)})
		r.Deviations = append(r.Deviations, data.Trajectory{ID: t.ID, T: times, Q: make([]float64, n*d),
			V: make([]float64, n*d), A: make([]float64, n*d)})
		clean := *t
		clean.Q, clean.V, clean.A = slices.Clone(t.Q), slices.Clone(t.V), slices.Clone(t.A)
		measured.Trajectories = append(measured.Trajectories, clean)
	}
	return r
}

// each estimates all coordinates, side by side, with the noise that find tells, and the series without what it leaves
// out.
func (r *Recording) each(ctx context.Context, find func(k int, series []Series) (*Fit, []Series, error)) error {
	errs := make([]error, r.Set.D())
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for k := range errs {
		wait.Go(func() {
			free <- struct{}{}
			errs[k] = r.coordinate(ctx, k, find)
			<-free
		})
	}
	wait.Wait()
	for k, err := range errs {
		if err != nil {
			return fmt.Errorf("%s: %w", r.Set.Coordinates[k].Name, err)
		}
	}
	return nil
}

// coordinate estimates coordinate k.
func (r *Recording) coordinate(
	ctx context.Context, k int, find func(k int, series []Series) (*Fit, []Series, error),
) error {
	d := r.Set.D()
	series := make([]Series, len(r.Measured.Trajectories))
	for i := range series {
		t := &r.Measured.Trajectories[i]
		series[i] = Series{T: t.T, Q: column(t.Q, d, k), V: column(t.V, d, k), A: column(t.A, d, k)}
	}
	f, series, err := find(k, series)
	if err != nil {
		return err
	}
	for i, s := range series {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		put(r.Measured.Trajectories[i].Q, s.Q, d, k)
		put(r.Measured.Trajectories[i].V, s.V, d, k)
		put(r.Measured.Trajectories[i].A, s.A, d, k)
		to, sd := &r.Set.Trajectories[i], &r.Deviations[i]
		x := f.States(s, to.T)
		put(to.Q, x.Q, d, k)
		put(to.V, x.V, d, k)
		put(to.A, x.A, d, k)
		put(sd.Q, x.SdQ, d, k)
		put(sd.V, x.SdV, d, k)
		put(sd.A, x.SdA, d, k)
	}
	r.fits[k] = f
	r.Findings[k] = f.finding(r.Set, k)
	return nil
}

// put sets column k of a matrix of d columns to y, if there is any.
func put(x, y []float64, d, k int) {
	for n, v := range y {
		x[n*d+k] = v
	}
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
		Stale: f.Stale, Quantum: f.Quantum,
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
	if f.Jitter.Value > 0 {
		x.Jitter = &f.Jitter
	}
	for i, n := range []Noise{f.Q, f.V, f.A} {
		if name := []string{c.Name, c.Velocity, c.Acceleration}[i]; i == 0 || n.Value > 0 {
			x.Noise = append(x.Noise, ColumnNoise{name, s.Columns[find(s.Columns, name)].Unit, n})
		}
	}
	return x
}
