package model_test

import (
	"math"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// A held input keeps its sample through an interval: each step is one under constant inputs. The other input still goes
// by a straight line.
func TestHeldInputs(t *testing.T) {
	g := newRolling(t, "lnn", 2, 2, ode.RK4.Tableau)
	s := g.m.Spec
	s.Inputs = append([]model.Input(nil), s.Inputs...)
	s.Inputs[0].Held = true
	held := model.NewRollout(s, g.m.Tape(g.B), ode.RK4.Tableau, g.B, g.steps)
	held.Run(g.x, g.h, g.u)
	x := g.x
	for k := range g.steps {
		u := append([]float64(nil), g.u[k*g.B*2:(k+2)*g.B*2]...)
		for b := range g.B {
			u[(g.B+b)*2] = u[b*2] // the first input, at the end of the interval
		}
		g.roll.Run(x, g.h[k*g.B:(k+1)*g.B], u)
		x = append([]float64(nil), g.roll.State(1)...)
		for i, want := range x {
			if got := held.State(k + 1)[i]; math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Fatalf("step %d: %g, under constant inputs %g", k, got, want)
			}
		}
	}
	u := make([]float64, 2)
	s.Between(0.25, []float64{1, 2}, []float64{5, 6}, u)
	if u[0] != 1 || u[1] != 3 {
		t.Fatalf("a quarter of the way from (1, 2) to (5, 6), the first held: %v, not [1 3]", u)
	}
}
