package smooth

import (
	"math"
	"math/rand/v2"
	"testing"
)

// quantised is x in steps.
func quantised(x []float64, step float64) (y []float64) {
	for _, q := range x {
		y = append(y, step*math.Round(q/step))
	}
	return y
}

// The step of an encoder is found, fine or so coarse that many rows repeat a count; the noise is that of numbers that
// are uniform within a step, and states are as near as their deviations say. In noise a step is not seen.
func TestEncoders(t *testing.T) {
	const n = 4000
	slow, fast := truth{t: every(n, 0.001)}, motions(t, "double-pendulum", 2, every(1000, 0.01))[0]
	const a, w = 0.3, math.Pi
	for _, at := range slow.t {
		slow.q, slow.v = append(slow.q, a*math.Cos(w*at)), append(slow.v, -a*w*math.Sin(w*at))
	}
	for name, m := range map[string]truth{"slow": slow, "fast": fast} {
		for _, counts := range []float64{4096, 1024, 256} {
			step := 2 * math.Pi / counts
			s := Series{T: m.t, Q: quantised(m.q, step)}
			f, clean, err := Robust(t.Context(), []Series{s})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(f.Quantum/step-1) > 1e-9 {
				t.Errorf("%s, %g counts: a step of %g, not %g", name, counts, f.Quantum, step)
			}
			if by := f.Q.Value / (step / math.Sqrt(12)); by < 0.8 || by > 1.1 {
				t.Errorf("%s, %g counts: noise of %.3g of a step by √12", name, counts, by)
			}
			if f.Outliers > 0 || f.Stale > 0 || f.Jitter.Value > 0 {
				t.Errorf("%s, %g counts: %d outliers, %d stale, jitter %v", name, counts, f.Outliers, f.Stale, f.Jitter)
			}
			x := f.States(clean[0], m.t)
			var v tally
			v.add(x.V, x.SdV, m.v)
			if _, _, ratio := v.shares(); ratio > 1.5 {
				t.Errorf("%s, %g counts: velocities are off by %.2f deviations", name, counts, ratio)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 9))
	if f, err := Find(t.Context(), []Series{{T: fast.t, Q: quantised(noisy(r, fast.q, 0.01), 1e-3)}}); err != nil ||
		f.Quantum != 0 {
		t.Errorf("a step of %v in noise of ten, %v", f.Quantum, err)
	}
}
