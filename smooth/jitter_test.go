package smooth

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// shaken is the noisy position at times that are τ off, of which the recording does not know; with velocities if
// wanted.
func shaken(t *testing.T, name string, seed uint64, sigma, tau float64, velocities bool) (Series, truth) {
	const n, dt = 1000, 0.02
	r := rand.New(rand.NewPCG(seed, 11))
	times := every(n, dt)
	for i := range times {
		times[i] += dt + tau*r.NormFloat64()
	}
	wrong := motions(t, name, seed, append([]float64{0}, times...))[0]
	s := Series{T: every(n, dt), Q: noisy(r, wrong.q[1:], sigma)}
	if velocities {
		s.V = noisy(r, wrong.v[1:], 5*sigma)
	}
	right := motions(t, name, seed, append([]float64{0}, every(n+1, dt)[1:]...))[0]
	return s, truth{s.T, right.q[1:], right.v[1:], right.a[1:]}
}

// Of times that are off by τ the likelihood finds τ beside σ, and none where there is none. Deviations of states then
// hold where the motion is slow and where it is fast.
func TestJitter(t *testing.T) {
	for _, name := range []string{"pendulum", "double-pendulum"} {
		for _, tau := range []float64{0, 1e-3, 3e-3} {
			for _, velocities := range []bool{false, true} {
				if velocities != (tau == 1e-3) || testing.Short() && name != "pendulum" {
					continue
				}
				const sigma = 1e-3
				s, m := shaken(t, name, 3, sigma, tau, velocities)
				f, _, err := Robust(t.Context(), []Series{s})
				if err != nil {
					t.Fatal(err)
				}
				if tau == 0 {
					if f.Jitter.Value != 0 {
						t.Errorf("%s: jitter of %+v where there is none", name, f.Jitter)
					}
					continue
				}
				if j := f.Jitter; math.Abs(j.Value/tau-1) > 0.1 || !(j.Low < j.Value && j.Value < j.High) {
					t.Errorf("%s, velocities %v: jitter of %+v for %g", name, velocities, j, tau)
				}
				if n := f.Q; math.Abs(n.Value/sigma-1) > 0.25 {
					t.Errorf("%s, velocities %v, jitter %g: noise of %+v for %g", name, velocities, tau, n, sigma)
				}
				if notes := strings.Join(f.Notes("rad", "s"), "; "); !strings.Contains(notes, "times jitter by") {
					t.Errorf("%s: notes %q", name, notes)
				}
				x := f.States(s, nil)
				var c [2]tally // slow and fast
				for i, v := range m.v {
					k := 0
					if math.Abs(v) > f.rates[0] {
						k = 1
					}
					c[k].add(x.Q[i:i+1], x.SdQ[i:i+1], m.q[i:i+1])
				}
				for k := range c {
					if _, two, ratio := c[k].shares(); two < 0.85 || ratio > 1.4 || ratio < 0.7 {
						t.Errorf("%s, velocities %v, jitter %g, fast %d: %.2f within two deviations, ratio %.2f",
							name, velocities, tau, k, two, ratio)
					}
				}
			}
		}
	}
}
