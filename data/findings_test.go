package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/data"
)

// kinds are those of the findings about a recording, serious ones with a !.
func kinds(s *data.Set) string {
	var k []string
	for _, f := range s.Findings() {
		if f.Says == "" || f.Sure == "" {
			k = append(k, "(empty)")
		}
		k = append(k, f.Kind+map[bool]string{true: "!"}[f.Serious])
	}
	return strings.Join(k, ", ")
}

// pendulum swings from an angle with friction γ, by small steps: n rows at steps of dt.
func pendulum(n int, dt, angle, gamma float64) (t, q, v []float64) {
	x, w := angle, 0.0
	for i := range n {
		t, q, v = append(t, float64(i)*dt), append(q, x), append(v, w)
		for range 100 {
			h := dt / 100
			w += h * (-9.81*math.Sin(x) - gamma*w)
			x += h * w
		}
	}
	return t, q, v
}

// Each fault is found by its kind, and a clean recording has none.
func TestFindings(t *testing.T) {
	ts, q, v := pendulum(400, 0.02, 1.2, 0)
	_, damped, slow := pendulum(400, 0.02, 1.2, 0.2)
	noise := rand.New(rand.NewPCG(3, 1))
	scaled := func(x []float64, f float64) []float64 { return apply(func(x float64) float64 { return f * x }, x) }
	backward := []float64{v[0]}
	for n := 1; n < len(q); n++ {
		backward = append(backward, (q[n]-q[n-1])/0.02)
	}
	wrong := append([]float64{}, q...)
	wrong[200] += 3
	noisy := apply(func(x float64) float64 { return x + 0.35*noise.NormFloat64() }, q)
	twin := apply(func(x float64) float64 { return x + 1e-4*noise.NormFloat64() }, q)
	still := apply(func(x float64) float64 { return math.Round(2 * x) }, q)
	other := apply(func(t float64) float64 { return 0.5 * math.Sin(1.3*t) }, ts)
	speed := apply(func(t float64) float64 { return 0.65 * math.Cos(1.3*t) }, ts)
	coarse := apply(func(x float64) float64 { return math.Round(x*50) / 50 }, q)
	for _, c := range []struct {
		name, text string
		o          data.Options
		want       string
	}{
		{"clean", csvOf("t,theta,omega", ts, q, v), data.Options{}, ""},
		{"noise", csvOf("t,theta,omega", ts, noisy, v), data.Options{}, ""},
		{"degrees beside radians", csvOf("t,theta,omega", ts, q, scaled(v, 180/math.Pi)), data.Options{}, "units!"},
		{"milliseconds", csvOf("t,theta,omega", scaled(ts, 1001.3), q, v), data.Options{}, "units!"},
		{"nanoseconds", csvOf("t,theta,omega", scaled(ts, 1.0001e9), q, v), data.Options{}, "units!"},
		{"minutes", csvOf("t,theta,omega", scaled(ts, 1./60), q, v), data.Options{}, "units!"},
		{"counts", csvOf("t,theta,omega", ts, q, scaled(v, 212.7)), data.Options{}, "units!"},
		{"the other sign", csvOf("t,theta,omega", ts, q, scaled(v, -1)), data.Options{}, "units!"},
		{"another column", csvOf("t,theta,omega", ts, q, speed), data.Options{}, "velocity!"},
		{"backward differences", csvOf("t,theta,omega", ts, q, backward), data.Options{}, "lag"},
		{"friction", csvOf("t,theta,omega", ts, damped, slow), data.Options{}, "energy lost!"},
		{"one wrong row", csvOf("t,theta,omega", ts, wrong, v), data.Options{}, "outliers!"},
		{"measured twice", csvOf("t,theta1,theta2,omega1,omega2", ts, q, twin, v, v), data.Options{},
			"twins!"},
		{"hardly moves", csvOf("t,theta1,theta2,omega1,omega2", ts, q, still, v, speed), data.Options{},
			"velocity!, locked!, coarse"},
		{"side by side", csvOf("t,x1,x2,v1,v2", ts, other, q, speed, v), data.Options{}, "side by side"},
		{"coarse", csvOf("t,theta,omega", ts, coarse, v), data.Options{}, "coarse"},
		{"few", csvOf("t,theta,omega", ts[:40], q[:40], v[:40]), data.Options{}, "few rows"},
		{"driven", csvOf("t,theta,omega,u", ts, q, v, speed), data.Options{}, "actuators"},
		{"commands", csvOf("t,theta,omega,u", ts, q, v, apply(func(x float64) float64 { return math.Round(x) }, speed)),
			data.Options{}, "actuators, held"},
	} {
		if got := kinds(read(t, c.text, c.o)); got != c.want {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
	s := read(t, csvOf("t,theta,omega", ts, q, backward), data.Options{})
	if f := s.Findings(); len(f) != 1 || !strings.Contains(f[0].Says, "lags behind the slope of theta by 0.5 time "+
		"steps") {
		t.Errorf("lag: %v", f)
	}
}

// The way out of a wrong unit is a flag that mends it.
func TestUnitsMend(t *testing.T) {
	ts, q, v := pendulum(400, 0.02, 1.2, 0)
	for want, f := range map[string][2]float64{ // of t and of v
		"theta=rad,omega=deg/s": {1, 180 / math.Pi}, "t=ms": {1000.4, 1}, "t=min": {1. / 60, 1},
		"theta=rad,omega=rpm": {1, 30 / math.Pi}, "theta=rad,omega=rev/s": {1, 0.5 / math.Pi},
	} {
		scale := func(x []float64, f float64) []float64 { return apply(func(x float64) float64 { return f * x }, x) }
		text := csvOf("t,theta,omega", scale(ts, f[0]), q, scale(v, f[1]))
		found := read(t, text, data.Options{}).Findings()
		if len(found) == 0 || !strings.HasPrefix(found[0].Do, "--units "+want) {
			t.Errorf("%s: %v", want, found)
			continue
		}
		s := read(t, text, data.Options{Units: strings.Split(want, ",")})
		if a := data.Inspect(s).Agree[0]; math.Abs(a.Ratio-1) > 0.02 {
			t.Errorf("--units %s: ratio %v, %v", want, a.Ratio, s.Notes)
		}
	}
	for _, u := range []string{"theta", "theta=furlong", "phi=rad"} {
		if _, err := data.ReadFrom(strings.NewReader(csvOf("t,theta,omega", ts, q, v)), "m.csv",
			data.Options{Units: []string{u}}); err == nil || !strings.Contains(err.Error(), "--units") {
			t.Errorf("--units %s: %v", u, err)
		}
	}
}

// Motions that stand below one another become motions of their own: where the time begins again, and where q jumps
// and v
// does not explain it. Nothing else is split, and every row stays what it was.
func TestMotionsApart(t *testing.T) {
	a := [2][]float64{}
	ts, q, v := pendulum(200, 0.02, 1.2, 0)
	_, a[0], a[1] = pendulum(200, 0.02, -2, 0)
	again := csvOf("t,theta,omega", append(append([]float64{}, ts...), ts...), append(append([]float64{}, q...),
		a[0]...),
		append(append([]float64{}, v...), a[1]...))
	on := append([]float64{}, ts...)
	for _, x := range ts {
		on = append(on, 4+x)
	}
	glued := csvOf("t,theta,omega", on, append(append([]float64{}, q...), a[0]...), append(append([]float64{}, v...),
		a[1]...))
	for name, c := range map[string]struct{ text, note string }{
		"time begins again": {again, "motion.csv: the time begins anew 1 time, first on line 202: 2 trajectories"},
		"jump": {glued, `trajectory "motion" is split into 2: theta jumps where omega does not explain ` +
			`it, first at t = 4`},
	} {
		s := read(t, c.text, data.Options{})
		if len(s.Trajectories) != 2 || s.Trajectories[0].Len() != 200 || s.Trajectories[1].Len() != 200 {
			t.Errorf("%s: %d trajectories", name, len(s.Trajectories))
			continue
		}
		if s.Trajectories[0].ID == s.Trajectories[1].ID || s.Trajectories[1].Q[0] != -2 {
			t.Errorf("%s: %q, %q", name, s.Trajectories[0].ID, s.Trajectories[1].ID)
		}
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
	if s := read(t, csvOf("t,theta,omega", ts, q, v), data.Options{}); len(s.Trajectories) != 1 || len(s.Notes) != 0 {
		t.Errorf("a whole motion is split: %v", s.Notes)
	}
}

// A coordinate that no name makes an angle, but that jumps by 2π, by 360 or by the counts of a turn, is unwrapped.
func TestWrappedWithoutName(t *testing.T) {
	ts, q, v := pendulum(500, 0.02, 3, 0)
	for n := range q { // goes round
		q[n] += 5 * ts[n]
		v[n] += 5
	}
	for _, P := range []float64{2 * math.Pi, 360, 4096, 2400} {
		f := P / (2 * math.Pi)
		wrapped := apply(func(x float64) float64 { return f * math.Remainder(x, 2*math.Pi) }, q)
		speed := apply(func(x float64) float64 { return f * x }, v)
		s := read(t, csvOf("t,pos,vel", ts, wrapped, speed), data.Options{})
		if c := s.Coordinates[0]; c.Period != P || len(s.Trajectories) != 1 {
			t.Errorf("period %g: %g, %d trajectories, %v", P, c.Period, len(s.Trajectories), s.Notes)
			continue
		}
		for n, x := range s.Trajectories[0].Q {
			if math.Abs(x-f*q[n]-s.Trajectories[0].Q[0]+f*q[0]) > 1e-9*P {
				t.Fatalf("period %g, row %d: %g, want %g", P, n, x, f*q[n])
			}
		}
		if s = read(t, csvOf("t,pos,vel", ts, wrapped, speed), s.Layout(data.Options{})); s.Coordinates[0].Period != P {
			t.Errorf("another recording of period %g is read with %g", P, s.Coordinates[0].Period)
		}
	}
	for angle, want := range map[string]string{"pos:360": "", "pos:0": "want a period", "pos:x": "want a period",
		"pos:deg": ""} {
		s, err := data.ReadFrom(strings.NewReader(csvOf("t,pos,vel", ts, q, v)), "m.csv",
			data.Options{Angles: []string{angle}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) ||
			err == nil && s.Coordinates[0].Period != 360 {
			t.Errorf("--angles %s: %v", angle, err)
		}
	}
}

// states are rows on their own, as text: q1, q2, their velocities and accelerations, drawn at random.
func states(header string, time bool, n int) (text string, q []float64) {
	r, b := rand.New(rand.NewPCG(5, 5)), &strings.Builder{}
	fmt.Fprintln(b, header)
	for i := range n {
		if time {
			fmt.Fprintf(b, "%d,", i)
		}
		x := []float64{2 * math.Pi * r.Float64(), 2 * math.Pi * r.Float64(), 20*r.Float64() - 10, 20*r.Float64() - 10}
		q = append(q, x[:2]...)
		fmt.Fprintf(b, "%v,%v,%v,%v,%v,%v\n", x[0], x[1], x[2], x[3], -math.Sin(x[0]), -2*math.Sin(x[1]))
	}
	return b.String(), q
}

// Rows with accelerations are states on their own where there is no time, and where they do not follow from one
// another;
// no number of them is changed, and what is held out of them is drawn at random, each row once.
func TestStates(t *testing.T) {
	for _, c := range []struct {
		header string
		time   bool
	}{{"q1,q2,qd1,qd2,qdd1,qdd2", false}, {"t,theta1,theta2,omega1,omega2,alpha1,alpha2", true}} {
		text, q := states(c.header, c.time, 300)
		s := read(t, text, data.Options{})
		if !s.States() || !s.HasAccelerations() || s.D() != 2 {
			t.Fatalf("%s: no states: %v", c.header, s.Notes)
		}
		for i, x := range s.Trajectories[0].Q {
			if x != q[i] {
				t.Fatalf("%s: number %d is %v, want %v", c.header, i, x, q[i])
			}
		}
		sp, err := s.Split(1, true)
		if err != nil {
			t.Fatal(err)
		}
		seen, order := map[float64]int{}, 0
		for k, part := range []*data.Set{sp.Train, sp.Valid, sp.Test} {
			n := part.Rows()
			if want := []int{167, 33, 100}[k]; n != want || !part.States() || len(part.Windows(1, 0)) != 0 {
				t.Errorf("%s: part %d has %d rows, want %d", c.header, k, n, want)
			}
			tr := part.Trajectories[0]
			for i := range n {
				seen[tr.Q[2*i]]++
				if tr.A[2*i] != -math.Sin(tr.Q[2*i]) {
					t.Errorf("%s: a row was taken apart", c.header)
				}
				if k == 2 && i > 0 && tr.Q[2*i] == q[2*(3*i+2)] {
					order++
				}
			}
		}
		if len(seen) != 300 || order > 20 {
			t.Errorf("%s: %d rows, %d of them not at random", c.header, len(seen), order)
		}
	}
	ts, q, v := pendulum(300, 0.02, 1, 0)
	a := apply(func(x float64) float64 { return -9.81 * math.Sin(x) }, q)
	if s := read(t, csvOf("t,theta,omega,alpha", ts, q, v, a), data.Options{}); s.States() {
		t.Error("a motion is taken for states on their own")
	}
}

// A short recording is split by every horizon below a fifth of it, rounded to rows or not, and what an error says to
// use
// does work.
func TestSplitShort(t *testing.T) {
	for n := 30; n <= 100; n += 7 {
		s := recording(grid(n, 0.1))
		total := s.Trajectories[0].Duration()
		for h := 0.1; h < total; h += 0.0137 {
			_, err := s.Split(h, true)
			if err == nil {
				continue
			}
			if h < total/5.5 {
				t.Errorf("%d rows, horizon %g: %v", n, h, err)
			}
			_, rest, ok := strings.Cut(err.Error(), "use a horizon of ")
			var told float64
			if _, e := fmt.Sscanf(rest, "%g", &told); !ok || e != nil {
				t.Fatalf("%d rows, horizon %g: %v", n, h, err)
			}
			if _, err := s.Split(told, true); err != nil || told >= h {
				t.Errorf("%d rows, horizon %g: told %g, which fails: %v", n, h, told, err)
			}
		}
	}
}

// A column that calls itself an acceleration, and not of what, is one of a coordinate if it is the slope of its
// velocity.
func TestStrangeAccelerations(t *testing.T) {
	ts, q, v := pendulum(200, 0.02, 1.2, 0)
	a, other := make([]float64, len(q)), make([]float64, len(q))
	for i := range q {
		a[i], other[i] = -9.81*math.Sin(q[i]), math.Cos(37*ts[i])
	}
	s := read(t, csvOf("time,angle_velocity,angle,motor_acc", ts, v, q, a), data.Options{})
	if !s.HasAccelerations() {
		t.Errorf("no accelerations: %v", s.Notes)
	}
	s = read(t, csvOf("time,angle_velocity,angle,motor_acc", ts, v, q, other), data.Options{})
	if notes := strings.Join(s.Notes, "\n"); s.HasAccelerations() || !strings.Contains(notes,
		"motor_acc is not the slope of angle_velocity") {
		t.Errorf("accelerations of another thing are used: %s", notes)
	}
}
