package explain

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"lagrange/invariant"
	"lagrange/mech"
)

// Count is what is conserved by a true field, from its states, its energy and its momenta.
type Count struct {
	System  string   `json:"system"`
	Known   int      `json:"known"` // independent quantities that there are among these states
	Found   []string `json:"found"`
	Drift   float64  `json:"drift"` // the largest along roll-outs, in units of the spread between states
	Seconds float64  `json:"seconds"`
}

// countStates are those that a field is looked at.
const countStates = 1200

// damping is that of the pendulum that conserves nothing.
const damping = 0.1

// damped is a pendulum whose energy is that of one that is not damped.
const damped = "damped pendulum"

// counts are systems and what they conserve. Two bodies move nearly in circles about a centre at rest, where states
// differ in four directions of eight: there energy, angular momentum and one component of the Laplace–Runge–Lenz vector
// are independent. Three bodies conserve, beside energy, momentum and angular momentum, that of the centre of mass.
var counts = []Count{
	{System: "spring", Known: 1}, {System: "pendulum", Known: 1}, {System: "double-pendulum", Known: 1},
	{System: "kepler", Known: 3}, {System: "two-body", Known: 3}, {System: "three-body", Known: 5},
	{System: "spherical-pendulum", Known: 2}, {System: "relativistic", Known: 1}, {System: "wave-8", Known: 2},
	{System: damped},
}

// counted looks for what a true field conserves.
func (c Count) counted(ctx context.Context, seed uint64) (Count, error) {
	begin, name := time.Now(), c.System
	if name == damped {
		name = "pendulum"
	}
	system, err := mech.Lookup(name)
	if err != nil {
		return c, err
	}
	d := system.Dim()
	of := invariant.System{
		Field: func(x, dx []float64) {
			copy(dx, x[d:])
			if system.Accel(x[:d], x[d:], dx[d:]); c.System == damped {
				dx[1] -= damping * x[1]
			}
		},
		Energy:   func(x []float64) float64 { return system.Energy(x[:d], x[d:]) },
		Momentum: func(x, p []float64) { system.Momentum(x[:d], x[d:], p) },
	}
	for _, k := range system.About().Coordinates {
		x := invariant.Coordinate{Name: k.Name, Velocity: k.VelocityName}
		if k.Angle {
			x.Period = 2 * math.Pi
		}
		of.Coordinates = append(of.Coordinates, x)
	}
	r, states := rand.New(rand.NewPCG(seed, 0xc0)), make([]float64, 2*d*countStates)
	for n := 0; n < len(states); n += 2 * d {
		if q, v := states[n:n+d], states[n+d:n+2*d]; name == "relativistic" {
			system.Start(r, q, v) // Sample comes within 1e-5 of the speed of light
		} else {
			system.Sample(r, q, v)
		}
	}
	found, err := invariant.Find(ctx, of, states)
	c.Found = []string{}
	for _, x := range found.Found {
		c.Found, c.Drift = append(c.Found, x.Name), max(c.Drift, x.Drift)
	}
	c.Seconds = time.Since(begin).Seconds()
	return c, err
}
