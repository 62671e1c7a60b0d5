package smooth

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// twoSines is a motion with a fastest period of 0.776.
func twoSines(t float64) float64 { return math.Sin(3*t) + 0.3*math.Cos(8.1*t) }

// sampled is n rows of a motion, dt apart, with noise.
func sampled(n int, dt, sigma float64, motion func(float64) float64) Series {
	r := rand.New(rand.NewPCG(1, 2))
	s := Series{T: every(n, dt)}
	for _, t := range s.T {
		s.Q = append(s.Q, motion(t)+sigma*r.NormFloat64())
	}
	return s
}

// finite fails on a number that is none.
func finite(t *testing.T, x States) {
	t.Helper()
	for _, y := range [][]float64{x.Q, x.V, x.A, x.SdQ, x.SdV, x.SdA} {
		for i, z := range y {
			if math.IsNaN(z) || math.IsInf(z, 0) {
				t.Fatalf("row %d: %v", i, z)
			}
		}
	}
}

// What a user has to know is said, and no number is ever not finite.
func TestWords(t *testing.T) {
	still := func(float64) float64 { return -2 }
	for _, c := range []struct {
		name, want string // "" for nothing to say
		s          Series
		least      float64 // limits of σ
		most       float64
	}{
		{"plain", "", sampled(600, 0.05, 0.01, twoSines), 0.009, 0.011},
		{"at rest", "never moves", sampled(50, 0.1, 0, still), 0, 0},
		{"at rest with noise", "larger than the motion", sampled(500, 0.1, 0.3, still), 0.27, 0.33},
		{"noise larger than motion", "larger than the motion", sampled(500, 0.02, 3, twoSines), 2.7, 3.3},
		{"exact", "no noise found: it is below", sampled(600, 0.02, 0, twoSines), 0, 1e-8},
		{"exact, uniform", "no noise found: it is below", sampled(100, 0.5, 0,
			func(t float64) float64 { return 2*t - 7 }), 0, 2e-14},
		{"exact, a parabola", "no noise found: it is below", sampled(100, 0.5, 0,
			func(t float64) float64 { return t * t }), 0, 1e-12},
		{"too slow", "cannot be told from motion", sampled(600, 0.2, 0.01, twoSines), 0.01, 0.05},
		{"nearly too slow", "are not white", sampled(600, 0.1, 0.01, twoSines), 0.003, 0.02},
		{"few rows in a swing", "rows in a period", sampled(600, 0.1, 0.1, twoSines), 0.09, 0.11},
		{"aliased", "too far apart", sampled(600, 0.3, 0.01, twoSines), 0.5, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Find(t.Context(), []Series{c.s})
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Join(f.Notes("m", "s"), "; ")
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
			if !(f.Q.Value >= c.least && f.Q.Value <= c.most) {
				t.Errorf("σ = %.3g, want %.3g to %.3g", f.Q.Value, c.least, c.most)
			}
			finite(t, f.States(c.s, nil))
			finite(t, f.States(c.s, []float64{-1, 0.01, c.s.T[len(c.s.T)-1] + 1}))
		})
	}
}

// At the rate that is said to do, or at the one that is said then, noise is found.
func TestWantedRateDoes(t *testing.T) {
	for _, dt := range []float64{0.1, 0.15, 0.2} {
		for _, sigma := range []float64{0.01, 0.1} {
			h, said := dt, []string{""}
			var f *Fit
			for range 3 {
				var err error
				if f, err = Find(t.Context(), []Series{sampled(1000, h, sigma, twoSines)}); err != nil {
					t.Fatal(err)
				}
				if said = f.Notes("", ""); len(said) == 0 {
					break
				}
				h = 1 / f.Wanted()
			}
			if len(said) > 0 || math.Abs(f.Q.Value/sigma-1) > 0.1 {
				t.Errorf("every %g and then every %g: σ of %g is found as %g, and said %q", dt, h, sigma, f.Q.Value,
					said)
			}
		}
	}
}

// A motion that whips now and then hides noise from the likelihood, but what is said to be the most is not less than
// there is.
func TestNoiseHiddenByWhips(t *testing.T) {
	const sigma = 1e-4
	r := rand.New(rand.NewPCG(7, 7))
	hidden := 0
	for seed := range uint64(4) {
		for _, x := range motions(t, "double-pendulum", seed+1, every(500, 0.02)) {
			s := Series{T: x.t, Q: noisy(r, x.q, sigma)}
			f, err := Find(t.Context(), []Series{s})
			if err != nil {
				t.Fatal(err)
			}
			if f.Q.Low > 0 {
				continue
			}
			hidden++
			y := f.States(s, nil)
			var c tally
			c.add(y.Q, y.SdQ, x.q)
			if one, _, _ := c.shares(); f.Q.High < 0.8*sigma || f.Q.High > 4*sigma || one < 0.55 {
				t.Errorf("σ ≤ %g, and %.2f of the errors within one deviation", f.Q.High, one)
			}
		}
	}
	if hidden < 4 {
		t.Errorf("noise is hidden in %d of 8", hidden)
	}
}

// Too few rows are an error; pieces of few rows do, if there are enough of them.
func TestFewRows(t *testing.T) {
	for _, n := range []int{0, 1, 3, 12} {
		if _, err := Find(t.Context(), []Series{sampled(n, 0.05, 0.01, twoSines)}); !errors.Is(err, ErrFew) {
			t.Errorf("%d rows: %v", n, err)
		}
	}
	whole := sampled(1000, 0.05, 0.01, twoSines)
	var pieces []Series
	for i := 0; i < 1000; i += 5 {
		pieces = append(pieces, whole.slice(i, i+5))
	}
	f, err := Find(t.Context(), pieces)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(f.Q.Value/0.01-1) > 0.2 { // 200 pieces with two rows more than fix a parabola: 5 % for the noise alone
		t.Errorf("σ = %g", f.Q.Value)
	}
	for _, p := range pieces {
		finite(t, f.States(p, nil))
	}
	if _, err := Find(t.Context(), append(pieces, whole.slice(0, 2))); !errors.Is(err, ErrFew) {
		t.Errorf("a piece of two rows: %v", err)
	}
}

// A long gap, times that nearly repeat and large numbers do no harm.
func TestHarshRecordings(t *testing.T) {
	const offset, gap = 1e6, 1e5
	r := rand.New(rand.NewPCG(4, 2))
	var s Series
	var want []float64
	for i := range 600 {
		at := float64(i) * 0.05
		if i%50 == 49 {
			at = float64(i-1)*0.05 + 1e-9
		}
		want = append(want, offset+twoSines(at))
		s.Q = append(s.Q, want[i]+0.01*r.NormFloat64())
		if i >= 300 {
			at += gap
		}
		s.T = append(s.T, at)
	}
	f, err := Find(t.Context(), []Series{s})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(f.Q.Value/0.01-1) > 0.1 {
		t.Errorf("σ = %g", f.Q.Value)
	}
	x := f.States(s, nil)
	finite(t, x)
	finite(t, f.States(s, []float64{s.T[299] + 10, s.T[299] + gap/2}))
	var c tally
	c.add(x.Q, x.SdQ, want)
	if one, two, ratio := c.shares(); one < 0.6 || two < 0.92 || ratio > 1.2 {
		t.Errorf("%.3f and %.3f within one and two deviations, ratio %.2f", one, two, ratio)
	}
}

// More times wanted, before, between and after the rows, change nothing at the others, whichever steps are kept
// together on the way back.
func TestTimesWanted(t *testing.T) {
	s := sampled(2*block+7, 0.05, 0.01, twoSines)
	f := &Fit{Order: 4, Cutoff: 15, Step: 0.05, Q: Noise{Value: 0.01}}
	want := f.States(s, nil)
	var times []float64
	for i := -100; i < 3*len(s.T)+100; i++ {
		times = append(times, float64(i)*0.05/3)
	}
	for i := range s.T {
		times[100+3*i] = s.T[i]
	}
	got := f.States(s, times)
	for i := range s.T {
		j := 100 + 3*i
		for k, c := range [6][2]float64{{got.Q[j], want.Q[i]}, {got.V[j], want.V[i]}, {got.A[j], want.A[i]},
			{got.SdQ[j], want.SdQ[i]}, {got.SdV[j], want.SdV[i]}, {got.SdA[j], want.SdA[i]}} {
			if math.Abs(c[0]-c[1]) > 1e-8*(math.Abs(c[1])+0.01) {
				t.Fatalf("row %d, number %d: %.12g and %.12g", i, k, c[0], c[1])
			}
		}
	}
}

// The period of the fastest part of the motion is told, be it fast for a while only, and what is left of noise where it
// rests is not taken for it.
func TestSwing(t *testing.T) {
	for _, c := range []struct {
		name        string
		motion      func(float64) float64
		least, most float64
	}{
		{"a sine", func(t float64) float64 { return 2 * math.Sin(8.1*t) }, 0.95 * 2 * math.Pi / 8.1,
			1.02 * 2 * math.Pi / 8.1},
		{"ever faster, up to a frequency of 9", func(t float64) float64 { return math.Sin(3*t + 0.15*t*t) },
			0.9 * 2 * math.Pi / 9, 1.1 * 2 * math.Pi / 9},
		{"at rest after ten", func(t float64) float64 { return math.Sin(3*t) * math.Exp(-math.Pow(max(t-10, 0), 2)) },
			0.7 * 2 * math.Pi / 3, 1.02 * 2 * math.Pi / 3},
	} {
		f, err := Find(t.Context(), []Series{sampled(2000, 0.01, 1e-2, c.motion)})
		if err != nil {
			t.Fatal(err)
		}
		if f.Swing < c.least || f.Swing > c.most {
			t.Errorf("%s: period %.4g, want %.4g to %.4g", c.name, f.Swing, c.least, c.most)
		}
	}
}

// Rounding is noise of its own: where all else is exact the likelihood is finite, and σ that of rounding.
func TestLikelihoodOfNoErrors(t *testing.T) {
	l, err := newLikelihood([]Series{sampled(50, 0.1, 0, func(float64) float64 { return 3 })})
	if err != nil {
		t.Fatal(err)
	}
	l.ctx, l.use, l.orders = t.Context(), [3]bool{true}, []int{3}
	l.choose(100)
	if v := l.at(3, point{}); math.IsInf(v.minus2, 0) || math.IsNaN(v.minus2) ||
		math.Abs(v.sigma/(3*0x1p-53/math.Sqrt(3))-1) > 1e-9 {
		t.Errorf("%+v", v)
	}
}

// Noise of velocities that is not told from none is the largest that is likely: it covers that of their last digit.
func TestVelocitiesWithoutNoise(t *testing.T) {
	const digit = 1e-9
	s := sampled(400, 0.05, 0, twoSines)
	for _, t := range s.T {
		s.V = append(s.V, math.Round((3*math.Cos(3*t)-0.3*8.1*math.Sin(8.1*t))/digit)*digit)
	}
	f, err := Find(t.Context(), []Series{s})
	if err != nil {
		t.Fatal(err)
	}
	if f.V.Low != 0 || f.V.High != f.V.Value || f.V.High < digit/math.Sqrt(12) || f.V.High > 1e-5 {
		t.Errorf("noise of velocities %+v", f.V)
	}
	finite(t, f.States(s, nil))
}
