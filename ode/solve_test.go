package ode

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func starts(e ...float64) (x []float64) {
	for _, e := range e {
		x = append(x, orbit(0, e)...)
	}
	return x
}

func grid(t0, t1 float64, n int) []float64 {
	ts := make([]float64, n+1)
	for i := range ts {
		ts[i] = t0 + (t1-t0)*float64(i)/float64(n)
	}
	return ts
}

// With fixed steps a batch gives the bits of its members. With chosen steps it gives them when the members are equal,
// and when they are not, each member is about as accurate as alone, though one of them alone decides on the steps.
func TestBatchIsSingle(t *testing.T) {
	ts := grid(0, 6, 20)
	for _, m := range Methods() {
		es := []float64{0, 0.2, 0.4}
		if m.Adaptive() {
			es = []float64{0.4, 0.4, 0.4}
		}
		o := Options{Method: m, Dim: 4, Step: 0.01}
		batch := solve(t, kepler, starts(es...), ts, o)
		for b, e := range es {
			one := solve(t, kepler, starts(e), ts, o)
			for i := range ts {
				d := distance(batch.X[12*i+4*b:12*i+4*b+4], one.X[4*i:4*i+4])
				if d > 0 && m.Name != "midpoint" || d > 1e-13 {
					// midpoint iterates until the slowest member has converged
					t.Fatalf("%s: member %d differs by %g at t = %g", m.Name, b, d, ts[i])
				}
			}
		}
	}
	for _, m := range []Method{Dopri5, Dop853} {
		twice := solve(t, kepler, starts(0.4, 0.4), ts, Options{Method: m}) // the error norm is a mean over a state
		if once := solve(t, kepler, starts(0.4), ts, Options{Method: m}); distance(twice.X[8*20:],
			once.X[4*20:]) > 1e-13 || twice.Stats != once.Stats {
			t.Errorf("%s: a state of two equal orbits takes %+v, one %+v", m.Name, twice.Stats, once.Stats)
		}
		es, o := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0.7}, Options{Method: m, Dim: 4, RTol: 1e-7, ATol: 1e-7}
		batch, one := solve(t, kepler, starts(es...), ts, o), solve(t, kepler, starts(0.7), ts, o)
		for i, at := range ts {
			got := distance(batch.X[40*i+36:40*i+40], orbit(at, 0.7))
			if alone := distance(one.X[4*i:4*i+4], orbit(at, 0.7)); got > 2*alone+1e-7 {
				t.Errorf("%s: error %.1e in a batch of quiet orbits, %.1e alone", m.Name, got, alone)
			}
		}
	}
}

// There and back again: exact to round-off for the symmetric methods, to their error for the others.
func TestRoundTrip(t *testing.T) {
	for _, m := range Methods() {
		tol := map[int]float64{1: 10, 2: 0.01, 3: 1e-3}[m.Order]
		switch {
		case m.Name == "verlet" || m.Name == "midpoint":
			tol = 1e-12
		case m.Order >= 4:
			tol = 1e-6
		}
		o := Options{Method: m, Step: 0.01, Dim: 4}
		x0 := starts(0.3, 0.1)
		there := solve(t, kepler, x0, grid(0, 9, 30), o)
		back := solve(t, kepler, there.X[30*8:], grid(9, 0, 10), o)
		d := distance(back.X[10*8:], x0)
		if d > tol {
			t.Errorf("%s: round trip misses by %g", m.Name, d)
		}
		if m.Name == "euler" && d < 1e-3 {
			t.Errorf("euler comes back within %g: the test cannot fail", d)
		}
	}
}

// pendulum is q̇ = p, ṗ = −sin q: in (q, p) and (q, v) at once. H = ½p² − cos q.
func pendulum(_ float64, x, dx []float64) {
	for i := 0; i < len(x); i += 2 {
		dx[i], dx[i+1] = x[i+1], -math.Sin(x[i])
	}
}

// drift returns the mean of H − H₀ over the first and the last tenth of a run of n steps h, and the largest |H − H₀|.
func drift(t *testing.T, m Method, n int, h float64) (first, last, most float64) {
	r := solve(t, pendulum, []float64{2, 0}, grid(0, float64(n)*h, n), Options{Method: m})
	H := func(i int) float64 { return r.X[2*i+1]*r.X[2*i+1]/2 - math.Cos(r.X[2*i]) + math.Cos(2) }
	for i := range n / 10 {
		first, last = first+H(i), last+H(n-i)
	}
	for i := range n {
		most = max(most, math.Abs(H(i)))
	}
	return first / float64(n/10), last / float64(n/10), most
}

// The symplectic methods let the energy swing but not drift, over some 1,200 periods; RK4 at the same step loses energy
// steadily.
func TestEnergy(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n /= 10
	}
	for _, m := range []Method{Verlet, Midpoint} {
		first, last, most := drift(t, m, n, 0.1)
		tol := most * 9 / (0.1 * float64(n) / 10) // what a broken period can add to a mean over a tenth of the run
		if math.Abs(last-first) > tol || most > 5e-3 || most < 1e-5 {
			t.Errorf("%s: mean energy error %.2e → %.2e, largest %.2e", m.Name, first, last, most)
		}
	}
	if first, last, _ := drift(t, RK4, n, 0.1); math.Abs(last-first) < 1e-5 {
		t.Errorf("rk4: energy error %.2e → %.2e: the test cannot fail", first, last)
	}
}

// A step of a symplectic method preserves area: the Jacobian of the flow has determinant 1, by central differences.
func TestArea(t *testing.T) {
	det := func(m Method) float64 {
		var J [2][2]float64
		for j := range 2 {
			for _, sign := range []float64{-1, 1} {
				x := []float64{0.7, 0.9}
				x[j] += sign * 1e-4
				r := solve(t, pendulum, x, []float64{0, 1.5}, Options{Method: m, Step: 0.5})
				for i := range 2 {
					J[i][j] += sign * r.X[2+i] / 2e-4
				}
			}
		}
		return J[0][0]*J[1][1] - J[0][1]*J[1][0]
	}
	for _, m := range Methods() {
		d := math.Abs(det(m) - 1)
		if symplectic := m.Name == "verlet" || m.Name == "midpoint"; symplectic && d > 1e-7 {
			t.Errorf("%s: |det − 1| = %g", m.Name, d)
		} else if !symplectic && !m.Adaptive() && d < 1e-5 {
			t.Errorf("%s: |det − 1| = %g: the test cannot fail", m.Name, d)
		}
	}
}

// Friction makes the force of Verlet depend on v; the order stays 2. Witness: the damped oscillator, q = e^{−γt} cos
// ωt.
func TestVerletFriction(t *testing.T) {
	const γ = 0.3
	ω := math.Sqrt(1 - γ*γ)
	f := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0]-2*γ*x[1] }
	var err [2]float64
	for i, h := range []float64{0.02, 0.01} {
		r := solve(t, f, []float64{1, -γ}, []float64{0, 4}, Options{Method: Verlet, Step: h})
		err[i] = math.Abs(r.X[2] - math.Exp(-4*γ)*math.Cos(4*ω))
	}
	if order := math.Log2(err[0] / err[1]); math.Abs(order-2) > 0.1 {
		t.Errorf("order %.2f, errors %.2e", order, err)
	}
}

func TestStats(t *testing.T) {
	for _, m := range Methods() {
		calls := 0
		f := func(t float64, x, dx []float64) { calls++; kepler(t, x, dx) }
		e := 0.2
		if m.Adaptive() {
			e = 0.8
		}
		r := solve(t, f, orbit(0, e), []float64{0, 7}, Options{Method: m, Step: 0.1, RTol: 1e-8, ATol: 1e-8})
		n, bad := r.Stats.Steps, r.Stats.Rejected
		want, known := map[string]int{
			"verlet": 71, "midpoint": calls, "dopri5": 1 + 6*(n+bad), "dop853": 1 + 12*n + 11*bad,
		}[m.Name]
		if !known {
			want = 70 * len(m.Tableau.B)
		}
		if r.Stats.Evals != calls || calls != want {
			t.Errorf("%s: %+v, %d calls, want %d", m.Name, r.Stats, calls, want)
		}
		if m.Adaptive() == (bad == 0) || !m.Adaptive() && n != 70 {
			t.Errorf("%s: %+v", m.Name, r.Stats)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, m := range Methods() {
		ctx, cancel := context.WithCancel(context.Background())
		f := func(t float64, x, dx []float64) {
			if kepler(t, x, dx); t > 5 {
				cancel()
			}
		}
		r, err := Solve(ctx, f, orbit(0, 0.2), grid(0, 100, 1000), Options{Method: m, Step: 0.05})
		if !errors.Is(err, context.Canceled) || r.N < 45 || r.N > 80 || math.IsNaN(r.X[4*r.N-1]) ||
			!math.IsNaN(r.X[4*r.N]) {
			t.Errorf("%s: %d rows, %v", m.Name, r.N, err)
		}
	}
}

// ẋ = x² from 1 is 1/(1 − t): the adaptive methods stop at the pole of the numerical solution, within the tolerance of
// t = 1, the fixed steps where the numbers end. What came before is reported.
func TestPole(t *testing.T) {
	square := func(_ float64, x, dx []float64) {
		for i, x := range x {
			dx[i] = x * x
		}
	}
	ts := []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.9, 2}
	for _, m := range Methods() {
		if m.pairs {
			continue
		}
		r, err := Solve(context.Background(), square, []float64{0.1, 1}, ts, Options{Method: m, Step: 0.01, Dim: 1})
		var b *Failure
		if !errors.As(err, &b) {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		t.Logf("%s: %v, pole − time %.3g", m.Name, b, 1-b.Time)
		if r.N != 10 || b.Row != 1 || b.Of != 2 || !strings.Contains(err.Error(), "state 2 of 2") {
			t.Errorf("%s: %d rows, %+v", m.Name, r.N, b)
		}
		tol := 0.5
		if m.Adaptive() {
			tol = 1e-8
		}
		if math.Abs(b.Time-1) > tol {
			t.Errorf("%s: stopped at %.12g", m.Name, b.Time)
		}
		for i, at := range ts[:10] {
			if want := 1 / (1 - at); math.Abs(r.X[2*i+1]-want) > tol*want {
				t.Errorf("%s: x(%.1f) = %g, want %g", m.Name, at, r.X[2*i+1], want)
			}
		}
		if !math.IsNaN(r.X[2*10]) || !math.IsNaN(r.X[len(r.X)-1]) {
			t.Errorf("%s: rows not reached are not NaN", m.Name)
		}
	}
}

// A field that ends at x = 1 is followed up to there: ẍ = √(1−x) has v² = 1 + 4/3 (1 − (1−x)^{3/2}), so the time is ∫₀¹
// dx/v.
func TestWall(t *testing.T) {
	f := func(_ float64, x, dx []float64) {
		for i := 0; i < len(x); i += 2 {
			dx[i], dx[i+1] = x[i+1], math.Sqrt(1-x[i])
		}
	}
	wall := 0.
	for i := range 10_000 {
		u := (float64(i) + 0.5) / 10_000 // 1 − x
		wall += 1e-4 / math.Sqrt(1+4./3*(1-u*math.Sqrt(u)))
	}
	for _, m := range Methods() {
		_, err := Solve(context.Background(), f, []float64{-1, 1, 0, 1, -2, 1}, []float64{0, 3},
			Options{Method: m, Step: 1e-3, Dim: 2})
		tol := 2e-3
		if m.Adaptive() {
			tol = 1e-6
		}
		var b *Failure
		if !errors.As(err, &b) || math.Abs(b.Time-wall) > tol || b.Row != 1 {
			t.Errorf("%s: %v, want %.7f", m.Name, err, wall)
		}
	}
}

// A failure says its kind.
func TestFailures(t *testing.T) {
	stiff := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -1e6*x[0] }
	for _, x := range []struct {
		what string
		x0   []float64
		ts   []float64
		o    Options
		kind Kind
	}{
		{"the start", []float64{math.NaN(), 0}, []float64{0, 1}, Options{}, NotFinite},
		{"converge", []float64{1, 0}, []float64{0, 10}, Options{Method: Midpoint, Step: 1}, NoConvergence},
		{"number of steps", []float64{1, 0}, []float64{0, 10}, Options{MaxSteps: 100}, TooManySteps},
		{"underflows", []float64{1, 0}, []float64{1e9, 1e9 + 1}, Options{Method: RK4, Step: 1e-9}, StepUnderflow},
	} {
		r, err := Solve(context.Background(), stiff, x.x0, x.ts, x.o)
		var b *Failure
		if !errors.As(err, &b) || !strings.Contains(err.Error(), x.what) || b.Kind != x.kind || r.N != 1 {
			t.Errorf("%s: %v, %d rows", x.what, err, r.N)
		}
	}
}

// Midpoint accepts the floor of a field that is only known in single precision.
func TestMidpointSinglePrecision(t *testing.T) {
	f := func(t float64, x, dx []float64) {
		kepler(t, x, dx)
		for i := range dx {
			dx[i] = float64(float32(dx[i]+3*x[i])) - 3*float64(float32(x[i]))
		}
	}
	r := solve(t, f, orbit(0, 0.2), []float64{0, 5}, Options{Method: Midpoint, Step: 1e-3})
	if d := distance(r.X[4:], orbit(5, 0.2)); d > 1e-4 {
		t.Errorf("error %g", d)
	}
}

// Tolerances below round-off are asking for what there is, not for a failure.
func TestTightTolerance(t *testing.T) {
	for _, m := range []Method{Dopri5, Dop853} {
		r := solve(t, kepler, orbit(0, 0.1), []float64{0, 1}, Options{Method: m, RTol: 1e-20, ATol: 1e-20})
		if d := distance(r.X[4:], orbit(1, 0.1)); d > 1e-13 || r.Stats.Steps > 5000 {
			t.Errorf("%s: error %g, %+v", m.Name, d, r.Stats)
		}
	}
}

func TestMisusePanics(t *testing.T) {
	for _, x := range []struct {
		ts []float64
		o  Options
	}{
		{nil, Options{}},
		{[]float64{0, 1, 1}, Options{}},
		{[]float64{0, 1, 0.5}, Options{}},
		{[]float64{0, math.NaN()}, Options{}},
		{[]float64{0, 1}, Options{Dim: 2}},
		{[]float64{0, 1}, Options{RTol: -1}},
		{[]float64{0, 1}, Options{Method: Verlet}},
	} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.HasPrefix(s, "ode: ") {
					t.Errorf("times %v, %+v: recovered %q", x.ts, x.o, s)
				}
			}()
			_, err := Solve(context.Background(), pendulum, []float64{0, 0, 0}, x.ts, x.o)
			t.Errorf("no panic: %v", err)
		}()
	}
}

// Allocations are those of the start, whatever the number of steps.
func TestAllocations(t *testing.T) {
	x0 := starts(0.3, 0.5)
	for _, m := range Methods() {
		count := func(end float64) float64 {
			ts := grid(0, end, 50)
			return testing.AllocsPerRun(3, func() {
				if _, err := Solve(context.Background(), kepler, x0, ts,
					Options{Method: m, Step: 0.01, Dim: 4}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := count(1), count(40); long != short || long > 12 {
			t.Errorf("%s: %v allocations for t = 1, %v for t = 40", m.Name, short, long)
		}
	}
}
