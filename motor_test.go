package lagrange_test

import (
	"math"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// motorised is a pendulum with a motor, q̈ = 5 u − 20 sin q − k tanh(q̇/0.05), whose angle is read off in steps of
// 0.003 every 5 ms: it is at rest for a second and then swings ever higher for five.
func motorised(k float64) *data.Set {
	const dt, parts, rows, tick = 0.005, 20, 1201, 0.003
	w := data.Trajectory{ID: "a"}
	q, v := 0.0, 0.0
	for n := range rows {
		t := dt * float64(n)
		u := 0.0
		if t > 1 {
			u = 0.5*math.Sin(4.2*(t-1)) + 0.2*math.Sin(1.3*t*t)
		}
		w.T, w.Q, w.U = append(w.T, t), append(w.Q, tick*math.Round(q/tick)), append(w.U, u)
		for range parts {
			const h = dt / parts
			v += h * (5*u - 20*math.Sin(q) - k*math.Tanh(v/0.05))
			q += h * v
		}
	}
	return &data.Set{Time: "t", Coordinates: []data.Coordinate{{Name: "q", Period: 2 * math.Pi}},
		Inputs: []string{"u"}, Trajectories: []data.Trajectory{w}}
}

// Of six seconds, of which a quarter of a second at a time is held out, a motor's pendulum is found with its friction.
func TestShortRecordingOfAMotor(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	m, err := lagrange.Fit(t.Context(), motorised(0.8), lagrange.Settings{Seed: 1, Workers: 2, Horizon: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	f := m.Record.Formula
	if l := m.Record.Plan.Line("terms"); l.Choice != "of the simplest library" {
		t.Errorf("terms are %+v", l)
	}
	if f == nil || m.Spec().Family != "terms" || m.Spec().Friction != model.Both {
		t.Fatalf("found is %v with friction %q", f, m.Spec().Friction)
	}
	for _, x := range [][3]float64{{0.5, 1, 1}, {-1, 2, -0.5}, {0.2, -3, 0}} {
		got, want := m.Accel(x[:1], x[1:2], x[2:])[0], 5*x[2]-20*math.Sin(x[0])-0.8*math.Tanh(x[1]/0.05)
		if math.Abs(got-want) > 0.03*20 {
			t.Errorf("the acceleration at %v is %.3f, not %.3f", x, got, want)
		}
	}
}

// Of a recording that teaches nothing it is said why, and how to record what does.
func TestRecordingAtRest(t *testing.T) {
	set := motorised(0.8)
	w := &set.Trajectories[0]
	w.T, w.Q, w.U = w.T[:240], w.Q[:240], w.U[:240]
	for n := range w.Q {
		w.Q[n] += 0.003 * float64(n*n%7%2)
	}
	_, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Seed: 1, Workers: 2})
	if err == nil || !strings.Contains(err.Error(), "at rest") || !strings.Contains(err.Error(), "record ") {
		t.Errorf("said was %v", err)
	}
}
