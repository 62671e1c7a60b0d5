package explain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/experiment/known"
	"lagrange/fit"
	"lagrange/model"
)

// An anchor is a system of [Purnomo2023], in their protocol: starts as theirs, a hundred rows a second, but less of it.
type anchor struct {
	name, title string
	coordinates []data.Coordinate
	truth       []Term // of L
	known       string // the term whose coefficient they take for known
	accel       func(q, v, a []float64)
	start       func(r *rand.Rand, q, v []float64)
	published   []Published // of them, at the sigmas
	quick       bool
}

// Published is what the files of results beside their code say.
type Published struct {
	Error float64 `json:"error"` // largest of a coefficient, relative
	Wrong string  `json:"wrong,omitempty"`
}

const (
	motions   = 20  // of their 100
	duration  = 5.0 // seconds
	dt        = 0.01
	ofGravity = 9.81
)

// sigmas are the standard deviations of the noise that they publish.
var sigmas = []float64{0.02, 0.06, 0.1}

func angle(name string) data.Coordinate {
	return data.Coordinate{Name: name, Unit: "rad", Period: 2 * math.Pi, Velocity: "v_" + name}
}

// anchors are their four systems.
var anchors = []*anchor{
	{
		name: "pendulum", title: "Single pendulum", quick: true, coordinates: []data.Coordinate{angle("theta")},
		truth: []Term{{"cos(theta)", ofGravity}, {"v_theta^2", 0.5}}, known: "v_theta^2",
		accel: func(q, _, a []float64) { a[0] = -ofGravity * math.Sin(q[0]) },
		start: func(r *rand.Rand, q, v []float64) { // which stay below a full turn
			for q[0], v[0] = math.Pi, 0; v[0]*v[0]/2-math.Cos(q[0]) > 0.99; {
				q[0], v[0] = (2*r.Float64()-1)*math.Pi, (2*r.Float64()-1)*2.1
			}
		},
		published: []Published{{Error: 0.002}, {Error: 0.001}, {0.077, "2 spurious"}},
	},
	{
		name: "cart-pendulum", title: "Cart and pendulum", quick: true,
		coordinates: []data.Coordinate{angle("theta"), {Name: "x", Unit: "m", Velocity: "v_x"}},
		truth: []Term{{"cos(theta)", ofGravity / 2}, {"v_theta^2", 0.25}, {"cos(theta)*v_theta*v_x", 0.5},
			{"v_x^2", 0.75}},
		known: "v_theta^2",
		accel: func(q, v, a []float64) {
			sin, cos := math.Sincos(q[0])
			a[1] = 0.5 * sin * (v[0]*v[0] + ofGravity*cos) / (1 + 0.5*sin*sin)
			a[0] = -ofGravity*sin - cos*a[1]
		},
		start:     func(r *rand.Rand, q, _ []float64) { q[0] = (2*r.Float64() - 1) * math.Pi },
		published: []Published{{Error: 0.0044}, {0.43, "2 spurious"}, {0.48, "1 spurious"}},
	},
	{
		name: "double-pendulum", title: "Double pendulum",
		coordinates: []data.Coordinate{angle("theta1"), angle("theta2")},
		truth: []Term{{"cos(theta1)", 2 * ofGravity}, {"cos(theta2)", ofGravity}, {"v_theta1^2", 1},
			{"cos(theta1-theta2)*v_theta1*v_theta2", 1}, {"v_theta2^2", 0.5}},
		known: "v_theta1^2",
		accel: func(q, v, a []float64) {
			sin, cos := math.Sincos(q[0] - q[1])
			f := -sin*v[1]*v[1] - 2*ofGravity*math.Sin(q[0])
			h := sin*v[0]*v[0] - ofGravity*math.Sin(q[1])
			a[0] = (f - cos*h) / (2 - cos*cos)
			a[1] = h - cos*a[0]
		},
		start: func(r *rand.Rand, q, _ []float64) {
			q[0], q[1] = (2*r.Float64()-1)*math.Pi, (2*r.Float64()-1)*math.Pi
		},
		published: []Published{{Error: 0.0041}, {Error: 0.008}, {Error: 0.0134}},
	},
	{
		name: "spherical-pendulum", title: "Spherical pendulum",
		coordinates: []data.Coordinate{angle("theta"), angle("phi")},
		truth: []Term{{"cos(theta)", ofGravity}, {"v_theta^2", 0.5}, {"v_phi^2", 0.25},
			{"cos(2*theta)*v_phi^2", -0.25}},
		known: "v_theta^2",
		accel: func(q, v, a []float64) {
			sin, cos := math.Sincos(q[0])
			a[0] = sin*cos*v[1]*v[1] - ofGravity*sin
			a[1] = -2 * v[0] * v[1] * cos / sin
		},
		start: func(r *rand.Rand, q, v []float64) {
			q[0], v[1] = math.Pi/3+r.Float64()*math.Pi/6, math.Pi
		},
		published: []Published{{Error: 0.001}, {0.88, "2 spurious"}, {1.26, "3 spurious"}},
	},
}

// Noises of a recording: theirs is the same number in all columns of a row, velocities too; then one of its own in
// each; and that on positions alone, without velocities.
const (
	shared    = "one for all columns"
	own       = "one for each column"
	positions = "positions alone"
)

var noises = []string{shared, own, positions}

// Anchor is what is found in a recording of one of their systems.
type Anchor struct {
	System string  `json:"system"`
	Noise  string  `json:"noise"`
	Sigma  float64 `json:"sigma"`
	Formula
	Published Published `json:"published"`
	Seconds   float64   `json:"seconds"`
}

// recording draws one of so many motions, with the given noise.
func (s *anchor) recording(motions int, noise string, sigma float64, seed uint64) *data.Set {
	d, rows := len(s.coordinates), int(math.Round(duration/dt))
	r, e := rand.New(rand.NewPCG(seed, 0xa0)), s.equations()
	set := &data.Set{Time: "t", TrajectoryColumn: "trajectory", Coordinates: slices.Clone(s.coordinates)}
	set.Columns = []data.Column{{Name: "trajectory", Role: data.RoleTrajectory}, {Name: "t", Unit: "s",
		Role: data.RoleTime}}
	for _, c := range s.coordinates {
		set.Columns = append(set.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ})
	}
	for _, c := range s.coordinates {
		if noise != positions {
			set.Columns = append(set.Columns, data.Column{Name: c.Velocity, Unit: c.Unit + "/s", Role: data.RoleV})
		}
	}
	for i := range motions {
		x, t := make([]float64, 2*d), data.Trajectory{ID: fmt.Sprint(i)}
		s.start(r, x[:d], x[d:])
		for k := range rows {
			t.T = append(t.T, float64(k)*dt)
		}
		for X := e.Roll(nil, x, t.T, nil); len(X) > 0; X = X[2*d:] {
			n := r.NormFloat64()
			for j, y := range X[:2*d] {
				if noise != shared {
					n = r.NormFloat64()
				}
				if j < d {
					t.Q = append(t.Q, y+sigma*n)
				} else if noise != positions {
					t.V = append(t.V, y+sigma*n)
				}
			}
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// equations are those of the system.
func (s *anchor) equations() *known.Equations {
	return &known.Equations{D: len(s.coordinates), Steps: 4,
		Accel: func(q, v, _, _, a []float64) { s.accel(q, v, a) }}
}

// found is what is learned from a recording of which nothing is said but its columns and, as in their libraries, that
// there is no friction. A training that fails is a result.
func (s *anchor) found(ctx context.Context, noise string, sigma float64, o fit.Options) (a Anchor, err error) {
	a = Anchor{System: s.name, Noise: noise, Sigma: sigma, Published: s.published[slices.Index(sigmas, sigma)]}
	begin := time.Now()
	o.Friction = model.NoFriction
	m, err := lagrange.Fit(ctx, s.recording(motions, noise, sigma, o.Seed), o)
	switch {
	case ctx.Err() != nil:
		return a, ctx.Err()
	case err != nil:
		a.Failed, err = err.Error(), nil
	default:
		a.Formula, _, err = truth{s.truth, s.known}.of(ctx, m, nil)
	}
	a.Seconds = time.Since(begin).Seconds()
	return a, err
}
