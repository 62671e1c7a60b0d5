package recorded

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/experiment/known"
)

// lagged are forces u behind a drive that follows them with the time constant τ, τ ż + z = u, straight lines between
// rows.
func lagged(times, u []float64, tau float64) []float64 {
	z := slices.Clone(u)
	for n := 1; n < len(u) && tau > 0; n++ {
		h := times[n] - times[n-1]
		slope := (u[n] - u[n-1]) / h
		z[n] = u[n] - slope*tau + (z[n-1]-u[n-1]+slope*tau)*math.Exp(-h/tau)
	}
	return z
}

// missing is a textbook's pendulum with a motor and one number q more, or behind a lag.
type missing struct {
	name  string
	lag   float64
	start float64
	accel func(q, v, u []float64, more float64, p, a []float64)
}

// lacks are what the textbook's pendulum with a motor may lack.
func lacks() []missing {
	load := func(q, v, u []float64, more float64, p, a []float64) {
		motor.Accel(q, v, u, p, a)
		a[0] -= more * math.Abs(u[0]) * math.Tanh(v[0]/0.1)
	}
	all := []missing{
		{name: "scale of the position", start: 1, accel: func(q, v, u []float64, more float64, p, a []float64) {
			motor.Accel([]float64{more * q[0]}, v, u, p, a)
		}},
		{name: "zero of the position", accel: func(q, v, u []float64, more float64, p, a []float64) {
			motor.Accel([]float64{q[0] + more}, v, u, p, a)
		}},
		{name: "friction by the load", accel: load},
	}
	for _, tau := range []float64{0.002, 0.005, 0.01, 0.02} {
		all = append(all, missing{name: fmt.Sprintf("lag of %g s", tau), lag: tau})
	}
	return all
}

// left are the root mean squares that equations with a lag leave of what they are fitted to, and of motion held out.
func (r *recording) left(ctx context.Context, t *testing.T, set *data.Set, lag float64, p []float64) (fit,
	held float64) {
	t.Helper()
	behind := *set
	behind.Trajectories = slices.Clone(set.Trajectories)
	for i := range behind.Trajectories {
		w := &behind.Trajectories[i]
		w.U = lagged(w.T, w.U, lag)
	}
	split, err := behind.Split(r.horizon, true)
	if err != nil {
		t.Fatal(err)
	}
	var segments []*known.Segment
	for _, T := range []float64{r.horizon / 2, r.horizon} {
		segments = r.Cut(recordingsOf(split.Train), T, segments)
		if fit, err = r.Fit(ctx, segments, p); err != nil {
			t.Fatal(err)
		}
	}
	fixed := r.Equations
	fixed.Accel = func(q, v, u, _, a []float64) { r.Accel(q, v, u, p, a) }
	held, err = fixed.Fit(ctx, fixed.Cut(recordingsOf(split.Valid), r.horizon, nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	return math.Sqrt(fit / float64(split.Train.Rows())), math.Sqrt(held / float64(split.Valid.Rows()))
}

// Nothing that the drive or the sensor might have has all three recordings of the motor predict held-out motion better:
// no lag of the drive, no scale or zero of the sensor, no friction by the load. A lag of 10 ms leaves more of what is
// fitted in each.
func TestNothingIsMissing(t *testing.T) {
	folder := recordingsFolder(t)
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	better := map[string]int{}
	for _, r := range recordings[:3] {
		set, err := r.open(folder, r.file)
		if err != nil {
			t.Fatal(err)
		}
		was, wasHeld := r.left(t.Context(), t, set, 0, slices.Clone(r.p))
		t.Logf("%s: %.5f rad fitted, %.5f held out", r.name, was, wasHeld)
		for _, x := range lacks() {
			with, p, said := r, slices.Clone(r.p), ""
			if x.accel != nil {
				p = append(p, x.start)
				n := len(r.p)
				with.Accel = func(q, v, u, p, a []float64) { x.accel(q, v, u, p[n], p[:n], a) }
			}
			now, held := with.left(t.Context(), t, set, x.lag, p)
			if x.accel != nil {
				said = fmt.Sprintf(" %.3g", p[len(p)-1])
			}
			t.Logf("  with %s%s: %.5f, %.5f", x.name, said, now, held)
			if held < wasHeld {
				better[x.name]++
			}
			if x.lag == 0.01 && !(now > was) {
				t.Errorf("%s: a lag of 10 ms leaves %g, none %g", r.name, now, was)
			}
		}
	}
	for name, n := range better {
		if n == 3 {
			t.Errorf("all recordings are predicted better with %s", name)
		}
	}
}
