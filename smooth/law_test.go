package smooth

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/mech"
	"lagrange/ode"
)

// truth is a motion of one coordinate at given times.
type truth struct{ t, q, v, a []float64 }

// motions simulates a system from a start of its own; one truth for each coordinate.
func motions(t testing.TB, name string, seed uint64, times []float64) []truth {
	system, err := mech.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	d := system.Dim()
	x := make([]float64, 2*d)
	system.Start(rand.New(rand.NewPCG(seed, 1)), x[:d], x[d:])
	if name == "pendulum" {
		x[0], x[1] = 1.5, 0.3*float64(seed%5)
	}
	m, err := ode.Solve(t.Context(), func(_ float64, x, dx []float64) {
		copy(dx[:d], x[d:])
		system.Accel(x[:d], x[d:], dx[d:])
	}, x, times, ode.Options{Method: ode.Dop853, RTol: 1e-12, ATol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]truth, d)
	a := make([]float64, d)
	for n := range times {
		s := m.X[2*d*n:][:2*d]
		system.Accel(s[:d], s[d:], a)
		for k := range d {
			out[k].t = times
			out[k].q, out[k].v, out[k].a = append(out[k].q, s[k]), append(out[k].v, s[d+k]), append(out[k].a, a[k])
		}
	}
	return out
}

// every is n times dt apart.
func every(n int, dt float64) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = float64(i) * dt
	}
	return t
}

// noisy is x with noise.
func noisy(r *rand.Rand, x []float64, sigma float64) []float64 {
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] + sigma*r.NormFloat64()
	}
	return y
}

// tally counts errors by their deviations.
type tally struct{ n, one, two, ss, sd2, size float64 }

func (c *tally) add(x, sd, want []float64) {
	for i := range x {
		e := x[i] - want[i]
		c.n++
		c.ss += e * e
		c.size += want[i] * want[i]
		c.sd2 += sd[i] * sd[i]
		if math.Abs(e) < sd[i] {
			c.one++
		}
		if math.Abs(e) < 2*sd[i] {
			c.two++
		}
	}
}

// shares are those of errors within one and two deviations, and the root mean square of the errors by that of the
// deviations.
func (c *tally) shares() (one, two, ratio float64) {
	return c.one / c.n, c.two / c.n, math.Sqrt(c.ss / c.sd2)
}

// Of motions that are what the prior says, 68.3 and 95.4 % of the errors lie within one and two deviations, and σ
// within its limits in 95 %.
func TestDeviationsOfTheirOwnPrior(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const n, runs, sigma = 300, 60, 0.1
	for _, m := range []int{3, 5} {
		var c [3]tally
		r := rand.New(rand.NewPCG(3, uint64(m)))
		within := 0
		for range runs {
			f := newFilter(m, 0.4) // a step of 0.4/ω
			f.moved(0.4)
			var x vector
			var q, v, a []float64
			for range n {
				var w vector
				for i := range m {
					w[i] = r.NormFloat64()
				}
				var y vector
				for i := range m {
					for j := range m {
						if j >= i {
							y[i] += math.Pow(0.4, float64(j-i)) / factorial(j-i) * x[j]
						} else {
							y[i] += f.step.L[i][j] * w[j]
						}
					}
					y[i] += f.step.L[i][i] * w[i]
				}
				x = y
				q, v, a = append(q, sigma*x[0]), append(v, sigma*x[1]), append(a, sigma*x[2])
			}
			s := Series{T: every(n, 0.4), Q: noisy(r, q, sigma)}
			fit, err := Find(t.Context(), []Series{s})
			if err != nil {
				t.Fatal(err)
			}
			if fit.Q.Low < sigma && sigma < fit.Q.High {
				within++
			}
			y := fit.States(s, nil)
			c[0].add(y.Q, y.SdQ, q)
			c[1].add(y.V, y.SdV, v)
			c[2].add(y.A, y.SdA, a)
		}
		if within < runs*85/100 {
			t.Errorf("order %d: σ is within its limits in %d of %d", m, within, runs)
		}
		for k := range c {
			// Errors are correlated over about 4/(ω·step) = 10 rows: 60 × 30 are independent, so a share has a
			// deviation of 0.011.
			if one, two, _ := c[k].shares(); math.Abs(one-0.683) > 0.035 || math.Abs(two-0.954) > 0.025 {
				t.Errorf("order %d, derivative %d: %.3f and %.3f within one and two deviations", m, k, one, two)
			}
		}
	}
}

// Of motions of pendulums, σ is found within a few per cent, the errors of positions are as the deviations say, and
// those of velocities and accelerations are rather smaller: a pendulum moves more smoothly than white noise integrated
// three or four times. Where motions whip, the deviation, which is the same all along, is too large in between and too
// small there, so that the root mean squares agree less badly than the shares.
func TestDeviationsOfPendulums(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, name := range []string{"pendulum", "double-pendulum"} {
		for _, sigma := range []float64{0.01, 1e-3} {
			var c [3]tally
			r := rand.New(rand.NewPCG(7, 7))
			for seed := range uint64(6) {
				for _, x := range motions(t, name, seed+1, every(500, 0.01)) {
					s := Series{T: x.t, Q: noisy(r, x.q, sigma)}
					f, err := Find(t.Context(), []Series{s})
					if err != nil {
						t.Fatal(err)
					}
					if math.Abs(f.Q.Value/sigma-1) > 0.15 {
						// 3.2 % for the noise of 500 rows, twice that with the cut-off
						t.Errorf("%s %g: σ found as %g", name, sigma, f.Q.Value)
					}
					y := f.States(s, nil)
					c[0].add(y.Q, y.SdQ, x.q)
					c[1].add(y.V, y.SdV, x.v)
					c[2].add(y.A, y.SdA, x.a)
				}
			}
			for k, want := range [3]struct{ one, oneMost, two, ratio, ratioMost float64 }{
				{0.63, 0.74, 0.93, 0.9, 1.1}, {0.68, 0.86, 0.94, 0.7, 1.2}, {0.68, 1, 0.95, 0.3, 1.1},
			} {
				one, two, ratio := c[k].shares()
				t.Logf("%s %g, derivative %d: %.3f, %.3f, %.2f; errors are %.2g of it", name, sigma, k, one, two,
					ratio, math.Sqrt(c[k].ss/c[k].size))
				if one < want.one || one > want.oneMost || two < want.two || ratio < want.ratio ||
					ratio > want.ratioMost {
					t.Errorf("%s %g, derivative %d: %.3f and %.3f within one and two deviations, "+
						"rms of errors by that of deviations %.2f", name, sigma, k, one, two, ratio)
				}
			}
		}
	}
}

// With ever smaller noise the errors fall at least as σ^((2m−2k)/(2m+1)) for derivative k and order m = 3 [Stone1982],
// and not faster than σ.
func TestErrorsGrowWithNoise(t *testing.T) {
	x := motions(t, "pendulum", 3, every(500, 0.02))[0]
	var e [2][3]float64
	noise := [2]float64{0.1, 1e-4}
	for i, sigma := range noise {
		var c [3]tally
		r := rand.New(rand.NewPCG(5, 1))
		for range 4 {
			s := Series{T: x.t, Q: noisy(r, x.q, sigma)}
			f, err := Find(t.Context(), []Series{s})
			if err != nil {
				t.Fatal(err)
			}
			y := f.States(s, nil)
			c[0].add(y.Q, y.SdQ, x.q)
			c[1].add(y.V, y.SdV, x.v)
			c[2].add(y.A, y.SdA, x.a)
		}
		for k := range c {
			e[i][k] = math.Sqrt(c[k].ss / c[k].n)
		}
	}
	for k := range 3 {
		order := math.Log(e[0][k]/e[1][k]) / math.Log(noise[0]/noise[1])
		if least := float64(6-2*k) / 7; order < least || order > 1 {
			t.Errorf("derivative %d: errors go as σ^%.3f, want %.3f to 1", k, order, least)
		}
	}
}

// Other units and another beginning of time change numbers as they have to and nothing else.
func TestUnits(t *testing.T) {
	x := motions(t, "pendulum", 2, every(400, 0.02))[0]
	r := rand.New(rand.NewPCG(6, 1))
	s := Series{T: x.t, Q: noisy(r, x.q, 0.01), V: noisy(r, x.v, 0.1)}
	f, err := Find(t.Context(), []Series{s})
	if err != nil {
		t.Fatal(err)
	}
	want := f.States(s, nil)
	const q, tau, origin, shift = 180 / math.Pi, 1000, 7, 16384
	o := Series{T: make([]float64, 400), Q: make([]float64, 400), V: make([]float64, 400)}
	for i := range o.T {
		o.T[i], o.Q[i], o.V[i] = s.T[i]*tau+shift, s.Q[i]*q+origin, s.V[i]*q/tau
	}
	g, err := Find(t.Context(), []Series{o})
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, x, y float64) { // the simplex ends within 2e-3 of the maximum
		t.Helper()
		if math.Abs(x/y-1) > 4e-3 {
			t.Errorf("%s: %.9g, want %.9g", what, x, y)
		}
	}
	if f.Order != g.Order {
		t.Fatalf("order %d, then %d", f.Order, g.Order)
	}
	near("σ", g.Q.Value, q*f.Q.Value)
	near("σ of v", g.V.Value, q/tau*f.V.Value)
	near("cut-off", g.Cutoff, f.Cutoff/tau)
	near("swing", g.Swing, tau*f.Swing)
	near("size", g.Size, q*f.Size)
	got := g.States(o, nil)
	for i := range want.T {
		near("deviation of a", got.SdA[i]*tau*tau/q, want.SdA[i])
		if math.Abs((got.Q[i]-origin)/q-want.Q[i]) > 0.01*want.SdQ[i] ||
			math.Abs(got.A[i]*tau*tau/q-want.A[i]) > 0.01*want.SdA[i] {
			t.Fatalf("row %d: %g ≠ %g or %g ≠ %g", i, (got.Q[i]-origin)/q, want.Q[i], got.A[i]*tau*tau/q, want.A[i])
		}
	}
}

// raggedPendulums are three recordings with irregular times and a gap; velocities stand in every fifth row,
// accelerations in every tenth.
func raggedPendulums(t testing.TB, r *rand.Rand) (series []Series, truths []truth) {
	for seed := range uint64(3) {
		var times []float64
		for i, at := 0, 0.0; i < 500; i++ {
			at += 0.004 + 0.012*r.Float64()
			if i == 250 {
				at += 0.4
			}
			times = append(times, at)
		}
		x := motions(t, "pendulum", seed, times)[0]
		s := Series{T: x.t, Q: noisy(r, x.q, 0.01), V: noisy(r, x.v, 0.05), A: noisy(r, x.a, 0.5)}
		for i := range s.V {
			if i%5 != 0 {
				s.V[i] = math.NaN()
			}
			if i%10 != 2 {
				s.A[i] = math.NaN()
			}
		}
		series, truths = append(series, s), append(truths, x)
	}
	return series, truths
}

// Times may be irregular, rows missing for a while, velocities rarer than positions; recordings of one coordinate share
// its noise.
func TestRaggedRecordings(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	series, truths := raggedPendulums(t, r)
	f, err := Find(t.Context(), series)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		got        Noise
		want, most float64 // three deviations of a standard deviation found from so many numbers, twice
	}{{f.Q, 0.01, 6 / math.Sqrt(2*1500)}, {f.V, 0.05, 6 / math.Sqrt(2*300)}, {f.A, 0.5, 6 / math.Sqrt(2*150)}} {
		if math.Abs(c.got.Value/c.want-1) > c.most || c.got.Low > c.got.Value || c.got.High < c.got.Value {
			t.Errorf("noise found %.3g, want %.3g within %.2f", c.got, c.want, c.most)
		}
	}
	var c [3]tally
	for i, s := range series {
		y := f.States(s, nil)
		c[0].add(y.Q, y.SdQ, truths[i].q)
		c[1].add(y.V, y.SdV, truths[i].v)
		c[2].add(y.A, y.SdA, truths[i].a)
		if alone := f.States(Series{T: s.T, Q: s.Q}, nil); alone.SdV[100] < 1.2*y.SdV[100] ||
			alone.SdA[100] < 1.2*y.SdA[100] {
			t.Error("velocities and accelerations bring nothing")
		}
		in := f.States(s, []float64{s.T[125], s.T[249] + 0.2})
		if in.SdQ[1] < 2*in.SdQ[0] || in.SdV[1] < 1.5*in.SdV[0] {
			t.Errorf("deviations do not grow in a gap: %g, %g", in.SdQ, in.SdV)
		}
		gap := []float64{s.T[0], s.T[249] + 0.1, s.T[249] + 0.2, s.T[249] + 0.3}
		x := motions(t, "pendulum", uint64(i), gap)[0]
		in = f.States(s, gap[1:])
		for k := range in.Q {
			if math.Abs(in.Q[k]-x.q[k+1]) > 4*in.SdQ[k] || math.Abs(in.V[k]-x.v[k+1]) > 4*in.SdV[k] {
				t.Errorf("in a gap %g ± %g, %g ± %g, but %g, %g", in.Q[k], in.SdQ[k], in.V[k], in.SdV[k], x.q[k+1],
					x.v[k+1])
			}
		}
	}
	for k := range c {
		if one, two, _ := c[k].shares(); one < 0.6 || two < 0.92 {
			t.Errorf("derivative %d: %.3f and %.3f within one and two deviations", k, one, two)
		}
	}
}
