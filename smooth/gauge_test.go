package smooth

import (
	"math"
	"math/rand/v2"
	"testing"
)

// gauged is a recording whose velocities are s q̇(t − τ), with noise.
func gauged(t *testing.T, seed uint64, n int, dt, s, tau, noise float64) (truth, Series) {
	r := rand.New(rand.NewPCG(seed, 9))
	m := motions(t, "double-pendulum", seed, every(n, dt))[0]
	times := every(n, dt)
	for i := range times {
		times[i] += 1 - tau
	}
	late := motions(t, "double-pendulum", seed, append([]float64{0}, times...))[0]
	there := every(n, dt)
	for i := range there {
		there[i]++
	}
	now := motions(t, "double-pendulum", seed, append([]float64{0}, there...))[0]
	m = truth{t: m.t, q: now.q[1:], v: now.v[1:], a: now.a[1:]}
	y := Series{T: m.t, Q: noisy(r, m.q, 0.002), V: noisy(r, late.v[1:], noise/s)}
	for i := range y.V {
		y.V[i] *= s
	}
	return m, y
}

// Velocities that are 5 % small, 8 ms late, both, or in other units are found to be so, the truth is within the limits
// of 95 % most of the time, and states are better than with the velocities as they stand.
func TestVelocitiesOffScaleAndLate(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	within, all := 0, 0
	for _, c := range []struct{ s, tau float64 }{{0.95, 0}, {1, 0.008}, {1.05, 0.012}, {180 / math.Pi, 0}} {
		for seed := range uint64(3) {
			m, y := gauged(t, seed, 1000, 0.01, c.s, c.tau, 0.02)
			f, err := Find(t.Context(), []Series{y})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(f.Scale.Value/c.s-1) > 0.01 || math.Abs(f.Lag.Value-c.tau) > 0.002 {
				t.Errorf("s = %g, τ = %g: found %+v, %+v", c.s, c.tau, f.Scale, f.Lag)
			}
			for i, x := range []Interval{f.Scale, f.Lag} {
				all++
				if want := [2]float64{c.s, c.tau}[i]; x.Low <= want && want <= x.High {
					within++
				}
			}
			var with, without tally
			x, q := f.States(y, nil), Series{T: y.T, Q: y.Q}
			alone, err := Find(t.Context(), []Series{q})
			if err != nil {
				t.Fatal(err)
			}
			with.add(x.V, x.SdV, m.v)
			a := alone.States(q, nil)
			without.add(a.V, a.SdV, m.v)
			if !(with.ss < without.ss) {
				t.Errorf("s = %g, τ = %g: velocities %g off, by positions alone %g", c.s, c.tau, with.ss, without.ss)
			}
		}
	}
	if within < all*3/4 {
		t.Errorf("%d of %d are within their limits", within, all)
	}
}

// Velocities that are what they should be are used as they stand.
func TestVelocitiesAsTheyStand(t *testing.T) {
	for seed := range uint64(4) {
		for _, noise := range []float64{0, 0.05} {
			for _, dt := range []float64{0.01, 0.04} {
				_, y := gauged(t, seed, 600, dt, 1, 0, noise)
				f, err := Find(t.Context(), []Series{y})
				if err != nil {
					t.Fatal(err)
				}
				if f.Scale.Value != 0 {
					t.Errorf("seed %d, noise %g, dt %g: scale %+v, lag %+v", seed, noise, dt, f.Scale, f.Lag)
				}
			}
		}
	}
}
