package smooth

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Runs of a held value, and zeros in place of numbers, are found as such, of noisy and of exact positions and of those
// of an encoder: noise is that without them, and states are as near as their deviations say.
func TestStaleNumbersAreGaps(t *testing.T) {
	const sigma, step = 1e-3, 2 * math.Pi / 4096
	m := motions(t, "double-pendulum", 1, every(1000, 0.01))[0]
	r := rand.New(rand.NewPCG(4, 9))
	for name, y := range map[string][]float64{
		"noisy": noisy(r, m.q, sigma), "exact": m.q, "encoder": quantised(m.q, step),
	} {
		plain, err := Find(t.Context(), []Series{{T: m.t, Q: y}})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"held", "zeros"} {
			spoilt, bad := slices.Clone(y), 0
			for at := 40; at < 950; at += 90 {
				for i := at; i < at+20; i++ {
					switch {
					case kind == "held":
						spoilt[i] = y[at-1]
					case i%7 < 2:
						spoilt[i] = 0
					default:
						continue
					}
					bad++
				}
			}
			f, clean, err := Robust(t.Context(), []Series{{T: m.t, Q: spoilt}})
			if err != nil {
				t.Fatal(err)
			}
			// a motion that comes back hides that it was held, and an encoder passes 0 now and then
			if f.Stale < bad*8/10 || f.Stale > bad+3 {
				t.Errorf("%s, %s: %d of %d", name, kind, f.Stale, bad)
			}
			if by := f.Q.Value / plain.Q.Value; f.Q.Low > 0 && math.Abs(by-1) > 0.15 {
				t.Errorf("%s, %s: noise of %g, of %g without them", name, kind, f.Q.Value, plain.Q.Value)
			}
			x := f.States(clean[0], nil)
			var q tally
			q.add(x.Q, x.SdQ, m.q)
			if _, two, ratio := q.shares(); ratio > 1.6 || name == "noisy" && two < 0.9 {
				t.Errorf("%s, %s: off by %.2f deviations, %.2f within two", name, kind, ratio, two)
			}
		}
	}
}

// What repeats a number because it rests, or is 0 because it passes there, was measured.
func TestRestIsMeasured(t *testing.T) {
	at := every(600, 0.01)
	var released, struck, passing []float64
	for i, t := range at {
		s := max(0, t-2)
		released = append(released, math.Cos(3*s))
		struck = append(struck, 2*s)
		passing = append(passing, float64(i-300)*0.01)
	}
	for name, y := range map[string][]float64{
		"released": released, "struck": struck, "passing": passing, "encoder": quantised(released, 0.02),
		"rest": make([]float64, 600),
	} {
		if rows := stale(y, quantum([]Series{{T: at, Q: y}}), false); len(rows) > 0 {
			t.Errorf("%s: rows %v were not measured", name, rows)
		}
	}
	if rows := stale(append(make([]float64, 50), 3, 3, 3.1, 3, 2.9), 0, true); len(rows) > 0 {
		t.Errorf("a velocity of 0 until something is struck: rows %v were not measured", rows)
	}
}
