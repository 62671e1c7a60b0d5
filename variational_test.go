package lagrange_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/ode"
)

// A variational method finds the motions that an explicit one does, one by one and in sets, under forces that bend at
// every sample and with friction, and refuses a model without a Lagrangian.
func TestVariationalRollouts(t *testing.T) {
	damped := quick()
	damped.Friction = model.Both
	for i, c := range []struct {
		set  *data.Set
		s    lagrange.Settings
		d, f int
	}{{recording("double-pendulum", 9, 30, true, 0.05), quick(), 2, 0}, {driven(), damped, 1, 1}} {
		m, set := fit(t, c.set, c.s), many(20, c.d, c.f)
		want, err := m.RolloutSet(t.Context(), set, lagrange.RolloutOptions{Method: ode.Dop853, RTol: 1e-12,
			ATol: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range ode.Variationals() {
			o := lagrange.RolloutOptions{Method: method, Step: 0.02}
			out, err := m.RolloutSet(t.Context(), set, o)
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for k, w := range set.Trajectories {
				r, x := out.Trajectories[k], want.Trajectories[k]
				if r.ID != w.ID || r.Len() != w.Len() || len(r.U) != len(w.U) {
					t.Fatalf("%s: trajectory %q with %d rows", method.Name, r.ID, r.Len())
				}
				for n := range x.Q {
					worst = max(worst, math.Abs(r.Q[n]-x.Q[n])/(1+math.Abs(x.Q[n])),
						math.Abs(r.V[n]-x.V[n])/(1+math.Abs(x.V[n])))
				}
				if c.f > 0 {
					continue
				}
				one, err := m.Rollout(t.Context(), w.Q[:c.d], w.V[:c.d], nil, w.T, o)
				if err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprintf("%s, %s", method.Name, w.ID), one.Q, r.Q)
			}
			t.Logf("case %d, %s: %.1e", i, method.Name, worst)
			if tol := map[int]float64{2: 1e-2, 4: 1e-5, 6: 1e-7, 8: 1e-8}[method.Order]; worst > tol {
				t.Errorf("case %d, %s: motions differ by %.1e", i, method.Name, worst)
			}
		}
	}
	s := quick()
	s.Model = "nn"
	m := fit(t, recording("pendulum", 9, 30, true, 0.05), s)
	o := lagrange.RolloutOptions{Method: ode.Variational(4)}
	if _, err := m.Rollout(t.Context(), []float64{1}, []float64{0}, nil, []float64{0, 1}, o); err == nil ||
		!strings.Contains(err.Error(), "no Lagrangian") {
		t.Error(err)
	}
	if _, err := m.RolloutSet(t.Context(), many(3, 1, 0), o); err == nil || !strings.Contains(err.Error(),
		"no Lagrangian") {
		t.Error(err)
	}
}
