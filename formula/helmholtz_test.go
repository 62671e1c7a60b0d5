package formula

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/mech"
	"lagrange/model"
)

// Fields of known systems meet the conditions of Helmholtz; with viscous friction they do beside it, and its rates are
// found; a magnetic field has a Lagrangian, which is linear in v at rest; a force that turns with the place, or grows
// with the square of the speed, has none.
func TestHelmholtz(t *testing.T) {
	circle := func(x, dx []float64) { // an isotropic oscillator
		dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0], -x[1]
	}
	for _, c := range []struct {
		system               string
		with                 func(x, dx []float64)
		lagrangian, friction bool
		rates                []float64
		magnetic             float64
	}{
		{"pendulum", nil, true, true, []float64{0}, 0},
		{"double-pendulum", nil, true, true, []float64{0, 0}, 0},
		{"kepler", nil, true, true, []float64{0, 0}, 0},
		{"spherical-pendulum", nil, true, true, []float64{0, 0}, 0},
		{"pendulum", func(x, dx []float64) { dx[1] -= 0.3 * x[1] }, false, true, []float64{0.3}, 0},
		{"oscillator", nil, true, true, []float64{0, 0}, 0},
		{"oscillator", func(x, dx []float64) { dx[2], dx[3] = dx[2]-0.2*x[2], dx[3]-0.2*x[3] }, false, true,
			[]float64{0.2, 0.2}, 0},
		{"oscillator", func(x, dx []float64) { dx[2], dx[3] = dx[2]+0.5*x[3], dx[3]-0.5*x[2] }, true, true,
			[]float64{0, 0}, 0.1},
		{"oscillator", func(x, dx []float64) { dx[2], dx[3] = dx[2]+0.5*x[1], dx[3]-0.5*x[0] }, false, false, nil, 0},
		{"pendulum", func(x, dx []float64) { dx[1] -= 0.3 * x[1] * math.Abs(x[1]) }, false, false, nil, 0},
	} {
		field, states, cs := circle, drawn(300), []model.Coordinate{
			{Name: "x", Velocity: "vx", Scale: 1, Speed: 1, Accel: 1},
			{Name: "y", Velocity: "vy", Scale: 1, Speed: 1, Accel: 1}}
		if c.system != "oscillator" {
			field, states, cs = system(t, c.system)
		}
		r, err := Helmholtz(t.Context(), cs, func(x, dx []float64) {
			if field(x, dx); c.with != nil {
				c.with(x, dx)
			}
		}, states)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", c.system, r)
		if c.lagrangian != (r.Defect < 1e-4) || c.friction != (r.Friction < 1e-4) ||
			c.magnetic > 0 != (r.Magnetic > 1e-4) {
			t.Errorf("%s: %+v", c.system, r)
		}
		for i, want := range c.rates {
			if math.Abs(r.Rates[i]-want) > 1e-3 {
				t.Errorf("%s: rates %v, not %v", c.system, r.Rates, c.rates)
			}
		}
	}
}

// system is the field of a system, with states of it.
func system(t *testing.T, name string) (field func(x, dx []float64), states []float64, cs []model.Coordinate) {
	t.Helper()
	s, err := mech.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	d, r := s.Dim(), rand.New(rand.NewPCG(3, 1))
	for range 300 {
		x := make([]float64, 2*d)
		s.Sample(r, x[:d], x[d:])
		states = append(states, x...)
	}
	for _, a := range s.About().Coordinates {
		c := model.Coordinate{Name: a.Name, Velocity: a.VelocityName, Scale: 1, Speed: 1, Accel: 1}
		if a.Angle {
			c.Period = 2 * math.Pi
		}
		cs = append(cs, c)
	}
	return func(x, dx []float64) {
		copy(dx, x[d:])
		s.Accel(x[:d], x[d:], dx[d:])
	}, states, cs
}
