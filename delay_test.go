package lagrange_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange"
	"lagrange/data"
)

// late is a recording of a pendulum, q̈ = −9.81 sin q − 0.2 q̇ + z(t − delay): its angle with noise, and u every 10 ms,
// which a drive follows with a time constant, lag·ż + z = u.
func late(delay, lag float64) *data.Set {
	const dt, parts, rows = 0.01, 4, 150
	set := &data.Set{Time: "t", Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi}},
		Inputs: []string{"u"}}
	for i := range 9 {
		r := rand.New(rand.NewPCG(17, uint64(i)))
		q, v, w := 4*r.Float64()-2, 4*r.Float64()-2, data.Trajectory{ID: string(rune('a' + i))}
		var A, W, P [3]float64
		for k := range A {
			A[k], W[k], P[k] = 0.5+1.5*r.Float64(), 2+10*r.Float64(), 6*r.Float64()
		}
		u := func(t float64) (u float64) {
			for k := range A {
				u += A[k] * math.Sin(W[k]*t+P[k])
			}
			return u
		}
		z := func(t float64) (z float64) {
			for k := range A {
				z += A[k] * math.Sin(W[k]*t+P[k]-math.Atan(W[k]*lag)) / math.Hypot(1, W[k]*lag)
			}
			return z
		}
		a := func(q, v, t float64) float64 { return -9.81*math.Sin(q) - 0.2*v + z(t-delay) }
		for n := range rows {
			t := dt * float64(n)
			w.T, w.Q, w.U = append(w.T, t), append(w.Q, q+0.002*r.NormFloat64()), append(w.U, u(t))
			for p := range parts { // the midpoint rule
				const h = dt / parts
				at := t + h*float64(p)
				x, y := q+h/2*v, v+h/2*a(q, v, at)
				q, v = q+h*y, v+h*a(x, y, at+h/2)
			}
		}
		set.Trajectories = append(set.Trajectories, w)
	}
	return set
}

// A drive that is late is found to be, within three deviations; the model then predicts under the forces as they were
// recorded. Of one that is not nothing is chosen. One that follows with a time constant τ is as good as late by that
// time: 1/(1 + iωτ) and exp(−iωτ) differ by (ωτ)²/2, here by a hundredth of the fastest force at most.
func TestDelayOfForces(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, c := range []struct{ delay, lag float64 }{{}, {delay: 0.012}, {lag: 0.012}} {
		set, want := late(c.delay, c.lag), c.delay+c.lag
		m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "terms", Seed: 1, Workers: 2,
			Terms: []string{"cos(q)", "v^2"}})
		if err != nil {
			t.Fatal(err)
		}
		got, l := m.Spec().Inputs[0].Delay, m.Record.Formula.Delay
		if l == nil || l.Value != got || math.Abs(got-want) > 3*l.SD || !(l.SD < 0.001) || want == 0 && got != 0 {
			t.Fatalf("a delay of %v is found as %v: %+v", want, got, l)
		}
		e, err := m.EvaluateFrom(t.Context(), set, 0, lagrange.Smoothed)
		if err != nil {
			t.Fatal(err)
		}
		if off := e.Models["terms"].RMSEQ[0]; off > 0.003 {
			t.Errorf("a delay of %v: predictions are off by %v", want, off)
		}
	}
}
