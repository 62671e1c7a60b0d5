package pendulum

import (
	"testing"

	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
)

// The double pendulum's figure shows both angles over time, and the first velocity against the first angle.
func TestPendulumFigureShowsItsMotion(t *testing.T) {
	times := bench.Grid(2, 0.1)
	of := map[string][]float64{"true": benchtest.Wandering(times, 0), "lnn": benchtest.Wandering(times, 0.3)}
	f := &figures{system: mech.Chain(2)}
	for _, name := range []string{"true", "lnn"} {
		f.add(name, times, of[name], 2)
	}
	panels := benchtest.Drawn(t, f.figure()).Panels
	for i, s := range []benchtest.Shows{
		{X: "t [s]", Y: "θ₁ [rad]", Against: -1, Column: 0},
		{X: "t [s]", Y: "θ₂ [rad]", Against: -1, Column: 1},
		{X: "θ₁ [rad]", Y: "ω₁ [rad/s]", Against: 0, Column: 2},
	} {
		s.Of, s.In, s.Times, s.Panel, s.Position = of, []string{"true", "lnn"}, times, panels[i], i
		s.Check(t)
	}
}
