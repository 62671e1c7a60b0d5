package lagrange_test

import (
	"testing"

	"lagrange"
	"lagrange/data"
)

// A roll-out under a held force is one of a recording whose every interval has that force at both ends.
func TestRolloutUnderHeldForce(t *testing.T) {
	set := driven()
	s := pushed()
	s.Held = set.Inputs
	m, err := lagrange.Fit(t.Context(), set, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Held = nil
	straight, err := lagrange.Fit(t.Context(), set, s)
	if err != nil {
		t.Fatal(err)
	}
	if m.Spec().Inputs[0].Held == straight.Spec().Inputs[0].Held {
		t.Fatal("the model does not keep how its force goes between rows")
	}
	w := set.Trajectories[0].Slice(set.D(), set.M(), 0, 6)
	for k := range w.U {
		w.U[k] = float64(k * k) // constant in driven
	}
	one := &data.Set{Time: "t", Trajectories: []data.Trajectory{w}}
	out, err := m.RolloutSet(t.Context(), one, lagrange.RolloutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d, q, v := set.D(), w.Q[:set.D()], w.V[:set.D()]
	for k := range w.Len() - 1 {
		step, err := m.Rollout(t.Context(), q, v, w.U[k*set.M():(k+1)*set.M()], w.T[k:k+2], lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		q, v = step.Q[d:], step.V[d:]
		near(t, "q under a constant force", out.Trajectories[0].Q[(k+1)*d:(k+2)*d], q)
		near(t, "v under a constant force", out.Trajectories[0].V[(k+1)*d:(k+2)*d], v)
	}
	s.Held = []string{"no such force"}
	if _, err := lagrange.Fit(t.Context(), set, s); err == nil {
		t.Fatal("a force that is not there was held")
	}
}
