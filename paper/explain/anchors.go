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
	truth       []Term                     // of L
	known       string                     // the term whose coefficient they take for known
	accel       func(q, v, c, a []float64) // with coefficients c in place of those of truth
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
		accel: func(q, _, c, a []float64) { a[0] = -c[0] * math.Sin(q[0]) / (2 * c[1]) },
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
		accel: func(q, v, c, a []float64) {
			sin, cos := math.Sincos(q[0])
			solve(2*c[1], c[2]*cos, 2*c[3], -c[0]*sin, c[2]*sin*v[0]*v[0], a)
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
		accel: func(q, v, c, a []float64) {
			sin, cos := math.Sincos(q[0] - q[1])
			solve(2*c[2], c[3]*cos, 2*c[4], -c[3]*sin*v[1]*v[1]-c[0]*math.Sin(q[0]),
				c[3]*sin*v[0]*v[0]-c[1]*math.Sin(q[1]), a)
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
		accel: func(q, v, c, a []float64) {
			sin, cos := math.Sincos(2 * q[0])
			a[0] = -(c[0]*math.Sin(q[0]) + 2*c[3]*sin*v[1]*v[1]) / (2 * c[1])
			a[1] = 2 * c[3] * sin * v[0] * v[1] / (c[2] + c[3]*cos)
		},
		start: func(r *rand.Rand, q, v []float64) {
			q[0], v[1] = math.Pi/3+r.Float64()*math.Pi/6, math.Pi
		},
		published: []Published{{Error: 0.001}, {0.88, "2 spurious"}, {1.26, "3 spurious"}},
	},
}

// solve sets a to the solution of (m11 m12; m12 m22) a = f.
func solve(m11, m12, m22, f1, f2 float64, a []float64) {
	det := m11*m22 - m12*m12
	a[0], a[1] = (m22*f1-m12*f2)/det, (m11*f2-m12*f1)/det
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
	Limit     float64   `json:"limit"` // the largest deviation of a coefficient, relative, if all else were known
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
		for X := e.Roll(s.coefficients(), x, t.T, nil); len(X) > 0; X = X[2*d:] {
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

// equations are those of the system, with its coefficients for parameters.
func (s *anchor) equations() *known.Equations {
	return &known.Equations{D: len(s.coordinates), Steps: 4,
		Accel: func(q, v, _, c, a []float64) { s.accel(q, v, c, a) }}
}

// coefficients are the true ones.
func (s *anchor) coefficients() (c []float64) {
	for _, x := range s.truth {
		c = append(c, x.Value)
	}
	return c
}

// found is what is learned from a recording of which nothing is said but its columns and, as in their libraries, that
// there is no friction. A training that fails is a result.
func (s *anchor) found(ctx context.Context, noise string, sigma float64, o fit.Options) (a Anchor, err error) {
	a = Anchor{System: s.name, Noise: noise, Sigma: sigma, Published: s.published[slices.Index(sigmas, sigma)]}
	begin := time.Now()
	a.Limit = s.bound(noise, sigma, s.recording(motions, own, 0, o.Seed))
	o.Friction, o.Apart = model.NoFriction, true // the truth tests
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
