package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/data"
)

// csvOf writes columns under a header with full precision.
func csvOf(header string, cols ...[]float64) string {
	b := &strings.Builder{}
	fmt.Fprintln(b, header)
	for n := range cols[0] {
		for j := range cols {
			fmt.Fprintf(b, "%v%s", cols[j][n], map[bool]string{true: "\n", false: ","}[j == len(cols)-1])
		}
	}
	return b.String()
}

func read(t *testing.T, text string, o data.Options) *data.Set {
	t.Helper()
	s, err := data.ReadFrom(strings.NewReader(text), "motion.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func apply(f func(float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = f(x[i])
	}
	return y
}

// Estimated velocities are exact for cubics on uneven steps, ends included, and for parabolas on three rows;
// for a sine they converge with the third power of the step, as a cubic's slope must.
func TestDifferentiate(t *testing.T) {
	for n := 3; n < 40; n++ {
		c := 1.
		if n == 3 {
			c = 0
		}
		q := func(t float64) float64 { return 2 - t + 3*t*t + c*t*t*t }
		v := func(t float64) float64 { return -1 + 6*t + 3*c*t*t }
		ts := uneven(n, 0.1, uint64(n))
		s := read(t, csvOf("t,q", ts, apply(q, ts)), data.Options{Differentiate: true})
		for i, got := range s.Trajectories[0].V {
			if want := v(ts[i]); math.Abs(got-want) > 1e-11*(1+math.Abs(want)+math.Abs(q(ts[i]))/0.1) {
				t.Errorf("n = %d, row %d: %v, want %v", n, i, got, want)
			}
		}
	}
	worst := func(n int) (e float64) {
		ts := grid(n+1, 1/float64(n))
		s := read(t, csvOf("t,q", ts, apply(math.Sin, ts)), data.Options{Differentiate: true})
		for i, v := range s.Trajectories[0].V {
			e = max(e, math.Abs(v-math.Cos(ts[i])))
		}
		return e
	}
	if order := math.Log2(worst(100) / worst(200)); math.Abs(order-3) > 0.1 {
		t.Errorf("order %.3f, want 3", order)
	}
}

// Accelerations come from velocities as velocities from positions: exactly where these are cubics, in each coordinate
// by itself.
func TestAccelerations(t *testing.T) {
	p := data.Trajectory{}
	var want []float64
	for n := range 20 {
		x := 0.1*float64(n) + 0.01*math.Sin(float64(n))
		p.T, p.Q = append(p.T, x), append(p.Q, 0, 0)
		p.V = append(p.V, 1+x*(2-x*(3-x)), 5-x*x)
		want = append(want, 2-x*(6-3*x), -2*x)
	}
	as, _ := p.Accelerations(2)
	for i, a := range as {
		if math.Abs(a-want[i]) > 1e-10 {
			t.Errorf("number %d: %v, want %v", i, a, want[i])
		}
	}
}

// A recording kept within (−π, π], or (−180, 180], reads as the motion it was; one that truly moves fast is left alone.
func TestUnwrap(t *testing.T) {
	ts := grid(63, 0.16)
	q := func(t float64) float64 { return 9 * math.Sin(t) } // up to 1.44 rad a row
	v := func(t float64) float64 { return 9 * math.Cos(t) }
	for _, c := range []struct {
		unit   string
		period float64
		o      data.Options
	}{{"rad", 2 * math.Pi, data.Options{}}, {"deg", 360, data.Options{}},
		{"rad", 2 * math.Pi, data.Options{Differentiate: true}}} {
		f := c.period / (2 * math.Pi)
		wrapped := apply(func(t float64) float64 { return f * math.Remainder(q(t), 2*math.Pi) }, ts)
		s := read(t, csvOf(fmt.Sprintf("t,theta [%s],omega", c.unit), ts, wrapped, apply(func(t float64) float64 {
			return f * v(t)
		}, ts)), c.o)
		for n, got := range s.Trajectories[0].Q {
			if want := f * q(ts[n]); math.Abs(got-want) > 1e-12*c.period {
				t.Fatalf("%s, row %d: %v, want %v", c.unit, n, got, want)
			}
		}
		if !strings.Contains(strings.Join(s.Notes, "\n"), "theta unwrapped at 7 jumps") {
			t.Errorf("notes: %q", s.Notes)
		}
	}
	fast := grid(50, 1)
	qs := apply(func(t float64) float64 { return 5*t + 0.01*t*t }, fast) // 5 rad a row and more, as the velocity says
	s := read(t, csvOf("t,theta,omega", fast, qs, apply(func(t float64) float64 { return 5 + 0.02*t }, fast)),
		data.Options{})
	if got := s.Trajectories[0].Q[49]; got != qs[49] || len(s.Notes) != 0 {
		t.Errorf("a fast turn was unwrapped to %v from %v: %q", got, qs[49], s.Notes)
	}
}

// A uniform motion has a constant velocity rightly; a constant force is noted.
func TestConstants(t *testing.T) {
	ts := grid(5, 0.1)
	s := read(t, csvOf("t,q,v,u", ts, apply(func(t float64) float64 { return 3*t + 1 }, ts), []float64{3, 3, 3, 3, 3},
		[]float64{2, 2, 2, 2, 2}), data.Options{})
	if want := "[force u is always 2: its effect cannot be learned]"; fmt.Sprint(s.Notes) != want {
		t.Errorf("notes %v", s.Notes)
	}
}

// Inspect finds what was put into a recording: steps, gap, jitter, ranges, wrong units, a wrong column.
func TestInspect(t *testing.T) {
	ts := uneven(1001, 0.01, 1)
	for n := 502; n < len(ts); n++ {
		ts[n] += 1
	}
	q := apply(func(t float64) float64 { return 2 * t }, ts)
	for n := 502; n < len(q); n++ {
		q[n] += 3 // what went on during the gap is not known
	}
	v := apply(func(t float64) float64 { return 2 + 1e-3*math.Sin(50*t) }, ts)
	deg := apply(func(t float64) float64 { return t * 180 / math.Pi }, v)
	noise := rand.New(rand.NewPCG(2, 0))
	wrong := apply(func(float64) float64 { return noise.NormFloat64() }, v)
	s := read(t, csvOf("t [s],theta,position,q3,omega,vel,v3,torque", ts, q, q, q, v, deg, wrong, v), data.Options{})
	r := data.Inspect(s)
	if r.Rows != 1001 || len(r.Gaps) != 1 || math.Abs(r.Gaps[0].Step-1.01) > 0.006 || r.Gaps[0].Time != ts[501] {
		t.Errorf("%d rows, gaps %+v", r.Rows, r.Gaps)
	}
	if j := r.Step.Jitter; math.Abs(j-1/math.Sqrt(12)) > 0.02 { // of the uniform distribution of width 1
		t.Errorf("jitter %v", j)
	}
	if x := r.Ranges[0]; x.Name != "theta" || x.Min != q[0] || x.Max != q[1000] {
		t.Errorf("range %+v", x)
	}
	if a := r.Agree; a[0].Discrepancy > 1e-3 || math.Abs(a[1].Ratio-180/math.Pi) > 0.1 || a[2].Discrepancy < 0.5 {
		t.Errorf("agreement %+v", a)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1001 rows in 1 trajectory\n", "time step [s]\n", "gap of 1.0", "--cyclic theta", "--angles position",
		"--friction both",
		"--units position=rad,vel=deg/s\n      vel goes 57 times too fast for position",
		"v3 is not the derivative of q3",
		"  omega           v          by its name; goes with theta by name\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, text.String())
		}
	}
	_, advice, _ := strings.Cut(text.String(), "to try\n")
	for line := range strings.SplitSeq(advice, "\n") {
		if len(line) > 80 {
			t.Errorf("advice of %d letters: %s", len(line), line)
		}
	}
}

// A time far from 0 is told with the digits of its steps.
func TestReportFarFromZero(t *testing.T) {
	rows := "86400123.40,0,1\n86400123.41,0.01,1.1\n86400123.42,0.021,1\n86400123.52,0.13,1\n"
	s := read(t, "t,q,v\n"+rows, data.Options{})
	r, text := data.Inspect(s), &strings.Builder{}
	if err := r.WriteText(text); err != nil || !strings.Contains(text.String(), "86400123.40") ||
		!strings.Contains(text.String(), "after t = 86400123.42 in") {
		t.Errorf("%v\n%s", err, text)
	}
}

// Of a clean recording, at uneven times, accelerations are those of a polynomial of high degree, also at the ends; a
// noisy one is smoothed.
func TestAccelerationsOfCleanMotion(t *testing.T) {
	worst := func(noise float64) (e float64) {
		r, p := rand.New(rand.NewPCG(1, 2)), data.Trajectory{}
		for n := range 60 {
			x := 0.1*float64(n) + 0.02*math.Sin(3*float64(n))
			p.T, p.Q, p.V = append(p.T, x), append(p.Q, 50+math.Sin(x)+noise*r.NormFloat64()),
				append(p.V, math.Cos(x)+noise*r.NormFloat64())
		}
		as, clean := p.Accelerations(1)
		if clean != (noise == 0) {
			t.Errorf("noise %g: clean %v", noise, clean)
		}
		for i, a := range as {
			e = max(e, math.Abs(a+math.Sin(p.T[i])))
		}
		return e
	}
	if e := worst(0); e > 1e-8 {
		t.Errorf("clean: %g", e)
	}
	if e := worst(0.01); e > 0.4 { // some 0.01/0.1 by the smoother, ten times that by the polynomial
		t.Errorf("noisy: %g", e)
	}
}
