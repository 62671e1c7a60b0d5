package paper

import (
	"testing"

	"lagrange/mech"
)

// The double pendulum's figure shows both angles over time, and the first velocity against the first angle.
func TestPendulumFigureShowsItsMotion(t *testing.T) {
	times := grid(2, 0.1)
	of := map[string][]float64{"true": wandering(times, 0), "lnn": wandering(times, 0.3)}
	f := &pendulumFigures{system: mech.Chain(2)}
	for _, name := range []string{"true", "lnn"} {
		f.add(name, times, of[name], 2)
	}
	panels := looked(t, f.figure()).Panels
	for i, s := range []shows{
		{x: "t [s]", y: "θ₁ [rad]", against: -1, column: 0},
		{x: "t [s]", y: "θ₂ [rad]", against: -1, column: 1},
		{x: "θ₁ [rad]", y: "ω₁ [rad/s]", against: 0, column: 2},
	} {
		s.of, s.in, s.times, s.panel, s.position = of, []string{"true", "lnn"}, times, panels[i], i
		s.check(t)
	}
}
