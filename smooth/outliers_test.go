package smooth

import (
	"math"
	"math/rand/v2"
	"testing"
)

// One number of a hundred is off by 50σ or by 15σ. All of these are found, noise and states are those of the recording
// without them, and the states at those rows are good, too.
func TestOutliersAreLeftOut(t *testing.T) {
	const sigma = 0.01
	for _, name := range []string{"pendulum", "double-pendulum"} {
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 7))
			m := motions(t, name, seed, every(1000, 0.02))[0]
			y := noisy(r, m.q, sigma)
			plain, err := Find(t.Context(), []Series{{T: m.t, Q: y}})
			if err != nil {
				t.Fatal(err)
			}
			spoilt := append([]float64(nil), y...)
			bad := map[int]bool{}
			for range 10 {
				i := r.IntN(len(y))
				bad[i], spoilt[i] = true, y[i]+sigma*float64(50-35*r.IntN(2))*float64(1-2*r.IntN(2))
			}
			f, clean, err := Robust(t.Context(), []Series{{T: m.t, Q: spoilt}})
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range clean[0].Q {
				if math.IsNaN(q) != bad[i] {
					t.Errorf("%s %d: row %d, an outlier: %v, left out: %v", name, seed, i, bad[i], math.IsNaN(q))
				}
			}
			if f.Outliers != len(bad) {
				t.Errorf("%s %d: %d of %d outliers", name, seed, f.Outliers, len(bad))
			}
			if ratio := f.Q.Value / plain.Q.Value; math.Abs(ratio-1) > 0.05 {
				t.Errorf("%s %d: noise of %g, without outliers %g", name, seed, f.Q.Value, plain.Q.Value)
			}
			var with, without tally
			x, w := f.States(clean[0], nil), plain.States(Series{T: m.t, Q: y}, nil)
			with.add(x.V, x.SdV, m.v)
			without.add(w.V, w.SdV, m.v)
			if !(with.ss < 1.2*without.ss) {
				t.Errorf("%s %d: velocities %g off, without outliers %g", name, seed, with.ss, without.ss)
			}
		}
	}
}

// Where there are none, nothing is left out: of noise, of exact positions, of velocities beside positions, and of a
// motion that is struck, whose kink no smooth motion follows.
func TestNothingElseIsLeftOut(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	m := motions(t, "double-pendulum", 4, every(1000, 0.02))[0]
	struck := make([]float64, len(m.t))
	for i, at := range m.t {
		struck[i] = math.Sin(2*at) + 3*max(0, at-10)
	}
	for name, s := range map[string]Series{
		"noise":      {Q: noisy(r, m.q, 0.03)},
		"exact":      {Q: m.q},
		"velocities": {Q: noisy(r, m.q, 0.01), V: noisy(r, m.v, 0.1)},
		"struck":     {Q: noisy(r, struck, 0.001)},
	} {
		s.T = m.t
		f, clean, err := Robust(t.Context(), []Series{s})
		if err != nil {
			t.Fatal(err)
		}
		if f.Outliers != 0 || measured(clean[0].Q) != len(s.T) {
			t.Errorf("%s: %d numbers are left out", name, f.Outliers)
		}
	}
}
