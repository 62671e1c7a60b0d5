package lagrange_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
)

// arm is a recording of a double pendulum with a motor in each joint at random states, with the accelerations that
// random torques cause: τ = M (a − a₀), a₀ those without motors.
func arm() *data.Set {
	set := recording("double-pendulum", 1, 1, true, 0.1)
	set.Inputs, set.Trajectories = []string{"tau1", "tau2"}, nil
	system, r := mech.Chain(2), rand.New(rand.NewPCG(5, 1))
	for range 20 {
		var t data.Trajectory
		for n := range 60 {
			q, v, a := []float64{6 * r.Float64(), 6 * r.Float64()}, []float64{2 * r.NormFloat64(), 2 * r.NormFloat64()},
				[]float64{0, 0}
			system.Accel(q, v, a)
			x, y, c := 8*r.NormFloat64(), 8*r.NormFloat64(), math.Cos(q[0]-q[1])
			t.T, t.Q, t.V = append(t.T, float64(n)/10), append(t.Q, q...), append(t.V, v...)
			t.A, t.U = append(t.A, a[0]+x, a[1]+y), append(t.U, 2*x+c*y, c*x+y)
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// A model that learned from torques gives torques, in the unit of the recording, and with them the accelerations.
func TestForce(t *testing.T) {
	set := arm()
	m := fit(t, set, lagrange.Settings{Model: "delan", Objective: lagrange.Torque, Hidden: []int{16, 16}, Steps: 1500,
		Batch: 64, Rate: 2e-2, Seed: 3, Workers: 2})
	if m.Record.Objective != lagrange.Torque || m.Record.Window != 0 {
		t.Errorf("%+v", m.Record)
	}
	var miss, all float64
	for n := range 60 {
		k := set.Trajectories[3]
		q, v, a, want := k.Q[2*n:2*n+2], k.V[2*n:2*n+2], k.A[2*n:2*n+2], k.U[2*n:2*n+2]
		tau, ok := m.Force(q, v, a, nil)
		if !ok {
			t.Fatal("no inverse dynamics")
		}
		for i, x := range m.Accel(q, v, tau) {
			if math.Abs(x-a[i]) > 1e-9*(1+math.Abs(a[i])) {
				t.Fatalf("a[%d] = %v with the forces for %v", i, x, a[i])
			}
		}
		rest, _ := m.Force(q, v, a, want)
		for i := range tau {
			if math.Abs(rest[i]-(tau[i]-want[i])) > 1e-9*(1+math.Abs(tau[i])) {
				t.Fatalf("beside u = %v there have to be %v, without %v", want, rest, tau)
			}
			miss, all = miss+(tau[i]-want[i])*(tau[i]-want[i]), all+want[i]*want[i]
		}
	}
	t.Logf("torques missed by %.4f", math.Sqrt(miss/all))
	if miss > 0.1*0.1*all {
		t.Error("not learned")
	}
}

// In another unit of force nothing is learned differently.
func TestTorqueUnits(t *testing.T) {
	s, set, milli := quick(), arm(), arm()
	s.Model, s.Objective = "delan", lagrange.Torque
	for _, k := range milli.Trajectories {
		for i := range k.U {
			k.U[i] *= 1000
		}
	}
	a, b := fit(t, set, s), fit(t, milli, s)
	if x, y := a.Record.Validation, b.Record.Validation; math.Abs(x-y) > 1e-9*x {
		t.Errorf("validation %v, and %v in another unit", x, y)
	}
	q, v, acc := []float64{1, 2}, []float64{3, -4}, []float64{5, 6}
	x, _ := a.Force(q, v, acc, nil)
	y, _ := b.Force(q, v, acc, nil)
	for i := range x {
		if math.Abs(1000*x[i]-y[i]) > 1e-8*math.Abs(y[i]) {
			t.Errorf("torques %v and %v", x, y)
		}
	}
}

func TestForceOfOtherModels(t *testing.T) {
	set := recording("double-pendulum", 12, 40, true, 0.05)
	q, v, a := set.Trajectories[0].Q[:2], set.Trajectories[0].V[:2], []float64{1, -2}
	for _, family := range model.Families() {
		s := quick()
		if s.Model = family; family == graph.Family {
			continue // it takes no forces
		} else if model.FamilyOf(family).Netless {
			s.Hidden = nil
		}
		m := fit(t, set, s)
		Q, ok := m.Force(q, v, a, nil)
		if want := family == "lnn" || family == "delan" || family == "terms"; ok != want || ok != (Q != nil) {
			t.Errorf("%s: %v, %v", family, Q, ok)
		}
	}
}

func TestObjectives(t *testing.T) {
	still := arm()
	for i := range still.Trajectories {
		clear(still.Trajectories[i].U)
	}
	for _, c := range []struct {
		set              *data.Set
		model, objective string
		want             string // of the record, or in the error
	}{
		{arm(), "lnn", "", "accelerations"},
		{arm(), "lnn", "windows", "windows"},
		{arm(), "lnn", "torque", "torque"},
		{driven(), "delan", "", "windows"},
		{driven(), "delan", "torque", "has no accelerations"},
		{arm(), "nn", "torque", "no inverse dynamics"},
		{recording("double-pendulum", 12, 40, true, 0.05), "lnn", "torque", "0 forces on 2 coordinates"},
		{still, "lnn", "torque", "no force acts"},
		{arm(), "lnn", "power", "no objective"},
	} {
		s := quick()
		s.Model, s.Objective = c.model, c.objective
		got := ""
		if m, err := lagrange.Fit(t.Context(), c.set, s); err != nil {
			got = err.Error()
		} else {
			got = m.Record.Objective
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s by %q: %q, want %q", c.model, c.objective, got, c.want)
		}
	}
}
