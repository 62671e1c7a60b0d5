package view

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange"
	"lagrange/data"
)

// Plot is curves or points over one axis.
type Plot struct {
	Name   string   `json:"name"` // a word, for links and files
	Title  string   `json:"title"`
	Says   string   `json:"says"` // what to look for
	X      string   `json:"x"`    // labels
	Y      string   `json:"y"`
	LogX   bool     `json:"log_x,omitempty"`
	Log    bool     `json:"log,omitempty"`    // of y
	Points bool     `json:"points,omitempty"` // no lines
	Series []Series `json:"series"`
	// Beyond are spans of x in which the recording is outside of what the first model has learned from.
	Beyond []Numbers `json:"beyond,omitempty"`
}

// Series is one curve, or one cloud of points. What is not a number breaks a curve.
type Series struct {
	Name string  `json:"name"`
	Kind string  `json:"kind,omitempty"` // as of a Path; empty: one of many equals
	Dash bool    `json:"dash,omitempty"`
	X    Numbers `json:"x"`
	Y    Numbers `json:"y"`
}

// Recording is a trajectory as it was recorded, whole, and thinned so that it looks the same.
func (s *Scene) Recording(i int) (Plot, error) {
	t, ok := s.trajectory(i)
	if !ok {
		return Plot{}, fmt.Errorf("there is no trajectory %d", i+1)
	}
	const spans = 1000
	p := Plot{Name: "recording", Title: "The whole recording, trajectory " + t.ID, Y: "coordinates",
		X: label("time", s.columns.TimeUnit()), Beyond: s.beyond(t)}
	for k, q := range columns(t.Q, s.columns.D(), mostCurves) {
		c := s.columns.Coordinates[k]
		x, y := Thinned(t.T, q, spans)
		p.Series = append(p.Series, Series{Name: label(c.Name, c.Unit), X: x, Y: y})
	}
	return p, nil
}

// beyond are the spans of time in which a trajectory is outside of what the first model has learned from.
func (s *Scene) beyond(t *data.Trajectory) (spans []Numbers) {
	if len(s.models) == 0 {
		return nil
	}
	for _, x := range s.models[0].Model.Outside(s.columns, t) {
		spans = append(spans, x[:])
	}
	return spans
}

// Plots are errors of the models on the recording, and what the mass matrix of the first is there.
func (s *Scene) Plots(ctx context.Context) (plots []Plot, err error) {
	if s.recorded == nil || len(s.models) == 0 {
		return nil, nil
	}
	h, err := s.horizon(ctx)
	if err != nil {
		return nil, err
	}
	plots = append(plots, h.plot(s))
	plots = append(plots, h.foretold(s)...)
	residuals, err := s.residuals(ctx)
	if err != nil {
		return nil, err
	}
	plots = append(plots, residuals...)
	for _, f := range []func() (Plot, bool){s.mass, s.ellipses} {
		if p, ok := f(); ok {
			plots = append(plots, p)
		}
	}
	return plots, nil
}

// sampled are some rows of a recording, each with the one after it, as trajectories of two rows: at most so many,
// evenly.
func (s *Scene) sampled(most int) *data.Set {
	d, m := s.columns.D(), s.columns.M()
	every := s.states.Rows()/most + 1
	out := *s.states
	out.Trajectories = nil
	for i := range s.states.Trajectories {
		t := &s.states.Trajectories[i]
		gaps := t.Gaps()
		for n := 0; n+1 < t.Len(); n += every {
			if !gaps.Before(n + 1) {
				out.Trajectories = append(out.Trajectories, t.Slice(d, m, n, n+2))
			}
		}
	}
	return &out
}

// residuals are by how much the recorded velocities change faster, from one row to the next, than the first model
// predicts: (v_{n+1} − v̂_{n+1})/(t_{n+1} − t_n), in units of the typical acceleration of the recording.
func (s *Scene) residuals(ctx context.Context) ([]Plot, error) {
	pairs, d := s.sampled(3000), s.columns.D()
	next, err := s.models[0].Model.RolloutSet(ctx, pairs, lagrange.RolloutOptions{RTol: tolerance, ATol: tolerance})
	if next == nil || ctx.Err() != nil {
		return nil, err
	}
	a := s.states.Scales().A
	const says = "Accelerations that are left over, divided by typical ones, should look like noise without a " +
		"shape. "
	overTime := Plot{Name: "residuals", Title: "What the model does not explain, over time", X: label("time",
		s.columns.TimeUnit()), Y: "left over / typical", Points: true,
		Says: says + "A stretch that stands out is one where a force acted that was not recorded."}
	overSpeed := Plot{Name: "friction", Title: "What the model does not explain, against speed",
		X: "speed / typical", Y: overTime.Y, Points: true,
		Says: says + "A slope is friction that the model lacks; a step at rest is dry friction."}
	_, speed := s.sizes()
	for k, c := range s.columns.Coordinates[:min(d, mostCurves)] {
		t, v := Series{Name: c.Name}, Series{Name: c.Name}
		for i := range pairs.Trajectories {
			x, y := &pairs.Trajectories[i], &next.Trajectories[i]
			if y.Len() < 2 {
				continue
			}
			r := (x.V[d+k] - y.V[d+k]) / (x.T[1] - x.T[0]) / a[k]
			t.X, t.Y = append(t.X, x.T[0]), append(t.Y, r)
			v.X, v.Y = append(v.X, x.V[k]/speed[k]), append(v.Y, r)
		}
		overTime.Series, overSpeed.Series = append(overTime.Series, t), append(overSpeed.Series, v)
	}
	return []Plot{overTime, overSpeed}, nil
}

// quantile of numbers, the smallest at 0, by the next one.
func quantile(x []float64, p float64) float64 {
	x = slices.Clone(x)
	slices.SortFunc(x, func(a, b float64) int { // what is not a number is large
		switch {
		case math.IsNaN(a):
			return 1
		case math.IsNaN(b):
			return -1
		}
		return cmp.Compare(a, b)
	})
	return x[min(len(x)-1, int(p*float64(len(x))))]
}
