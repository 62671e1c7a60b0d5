package view

import (
	"math"

	"lagrange/data"
)

// About is what a page has to know before it draws anything.
type About struct {
	Title        string     `json:"title"`
	Coordinates  []Quantity `json:"coordinates"`
	D            int        `json:"d"`
	Inputs       []string   `json:"inputs,omitempty"`
	Time         string     `json:"time"` // its label
	TimeUnit     string     `json:"time_unit,omitempty"`
	Drawing      Drawing    `json:"drawing"`
	Models       []string   `json:"models,omitempty"`
	Truth        string     `json:"truth,omitempty"` // title of the built-in system
	Smoothed     bool       `json:"smoothed,omitempty"`
	Rows         int        `json:"rows,omitempty"`
	Trajectories []Stretch  `json:"trajectories,omitempty"`
	Start        Start      `json:"start"`
	Span         float64    `json:"span"` // of a roll-out from a start that was set by hand
}

// Quantity is a coordinate with its velocity, and how large they get.
type Quantity struct {
	Name         string  `json:"name"`
	Label        string  `json:"label"` // with its unit
	Velocity     string  `json:"velocity"`
	VelocityName string  `json:"velocity_name"`
	Period       float64 `json:"period,omitempty"`
	Size         float64 `json:"size"`
	Speed        float64 `json:"speed"`
	// of what the first model has learned from, its ends; nil: not known, or an angle
	LearnedQ Numbers `json:"learned_q,omitempty"`
	LearnedV Numbers `json:"learned_v,omitempty"`
}

// Stretch is a trajectory of the recording.
type Stretch struct {
	ID   string  `json:"id"`
	Rows int     `json:"rows"`
	From float64 `json:"from"`
	To   float64 `json:"to"`
	Span float64 `json:"span"` // of the part that is shown first
}

// Start is a state, and the inputs there, that a motion begins with.
type Start struct {
	Q Numbers `json:"q"`
	V Numbers `json:"v"`
	U Numbers `json:"u,omitempty"`
}

// mostCurves are the coordinates that are drawn as curves: more are not told apart.
const mostCurves = 6

// About describes the scene.
func (s *Scene) About() About {
	c := s.columns
	a := About{Title: s.title, D: c.D(), Inputs: c.Inputs, TimeUnit: c.TimeUnit(), Drawing: s.drawing,
		Time: label("time", c.TimeUnit()), Smoothed: s.smoothed, Start: s.start(), Span: 10}
	for _, m := range s.models {
		a.Models = append(a.Models, m.Name)
	}
	if s.truth != nil {
		a.Truth = s.truth.About().Title
	}
	size, speed := s.sizes()
	for k, x := range c.Coordinates {
		unit := c.TimeUnit()
		if x.Unit != "" && unit != "" {
			unit = x.Unit + "/" + unit
		} else {
			unit = ""
		}
		name := x.Velocity
		if name == "" {
			name = "velocity of " + x.Name
		}
		a.Coordinates = append(a.Coordinates, Quantity{Name: x.Name, Label: label(x.Name, x.Unit), VelocityName: name,
			Velocity: label(name, unit), Period: x.Period, Size: size[k], Speed: speed[k],
			LearnedQ: s.learned(data.RoleQ, x.Name, x.Period), LearnedV: s.learned(data.RoleV, x.Velocity, 0)})
	}
	if len(s.models) > 0 {
		a.Span = 10 * s.models[0].Model.Record.Horizon
	}
	if s.recorded == nil {
		return a
	}
	a.Rows = s.recorded.Rows()
	for i := range s.recorded.Trajectories {
		t := &s.recorded.Trajectories[i]
		if i == 0 {
			a.Span = t.Duration()
		}
		lo, hi := s.rows(i, t.T[0], 0)
		a.Trajectories = append(a.Trajectories, Stretch{t.ID, t.Len(), t.T[0], t.T[t.Len()-1], t.T[hi] - t.T[lo]})
	}
	a.Span = min(a.Span, a.Trajectories[0].Span)
	return a
}

// learned is the range of a column that the first model has learned from. Angles have none: they are the same
// place after each turn.
func (s *Scene) learned(role, name string, period float64) Numbers {
	if len(s.models) == 0 || period > 0 {
		return nil
	}
	for _, r := range s.models[0].Model.Record.Ranges {
		if r.Role == role && r.Name == name {
			return Numbers{r.Min, r.Max}
		}
	}
	return nil
}

// start is the first row of the recording or, without one, a state of the size of those learned from, at rest.
func (s *Scene) start() Start {
	d, m := s.columns.D(), s.columns.M()
	if s.states != nil {
		t := &s.states.Trajectories[0]
		return Start{t.Q[:d], t.V[:d], t.U[:m]}
	}
	size, _ := s.sizes()
	x := Start{make(Numbers, d), make(Numbers, d), make(Numbers, m)}
	spec := s.models[0].Model.Spec()
	for k, c := range spec.Coordinates {
		x.Q[k] = c.Mean + size[k]
		if c.Period > 0 {
			x.Q[k] = min(size[k], c.Period/4)
		}
	}
	for j, in := range spec.Inputs {
		if in.SystemParameter {
			x.U[j] = in.Mean
		}
	}
	return x
}

// sizes are typical deviations of coordinates, on the circle for angles, and typical speeds.
func (s *Scene) sizes() (size, speed []float64) {
	if s.states != nil {
		sc := s.states.Scales()
		size, speed = sc.Q, sc.V
	} else {
		for _, c := range s.models[0].Model.Spec().Coordinates {
			size, speed = append(size, c.Scale), append(speed, c.Speed)
		}
	}
	for k, c := range s.columns.Coordinates {
		if c.Period > 0 {
			size[k] = min(size[k], c.Period/math.Sqrt(12))
		}
	}
	return size, speed
}

func label(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " [" + unit + "]"
}

// trajectory is the one numbered i; ok is false where there is none.
func (s *Scene) trajectory(i int) (t *data.Trajectory, ok bool) {
	if s.states == nil || i < 0 || i >= len(s.states.Trajectories) {
		return nil, false
	}
	return &s.states.Trajectories[i], true
}
