package lagrange_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// rubbing is a recording of a pendulum with friction γ, released at angles, with or without accelerations.
func rubbing(t *testing.T, gamma float64, accelerations bool, angles ...float64) *data.Set {
	t.Helper()
	b := &strings.Builder{}
	b.WriteString("run,t,theta [rad],omega [rad/s]")
	if accelerations {
		b.WriteString(",alpha [rad/s^2]")
	}
	b.WriteByte('\n')
	for i, q := range angles {
		v := 0.0
		for n := range 300 {
			a := func() float64 { return -9.81*math.Sin(q) - gamma*v }
			fmt.Fprintf(b, "%d,%v,%v,%v", i, 0.02*float64(n), q, v)
			if accelerations {
				fmt.Fprintf(b, ",%v", a())
			}
			b.WriteByte('\n')
			for range 100 {
				v += 2e-4 * a()
				q += 2e-4 * v
			}
		}
	}
	s, err := data.ReadFrom(strings.NewReader(b.String()), "m.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func kindsOf(found []data.Finding) (kinds []string) {
	for _, f := range found {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// spanned counts the spans of time in which a recording is outside of what a model has learned from, and their rows.
func spanned(m *lagrange.Model, set *data.Set) (spans, rows int) {
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		for _, span := range m.Outside(set, t) {
			spans++
			for _, at := range t.T {
				if at >= span[0] && at <= span[1] {
					rows++
				}
			}
		}
	}
	return spans, rows
}

// beyond counts by hand the rows of a recording outside of the ranges of another, and how often it goes there.
func beyond(learned, set *data.Set) (rows, runs int) {
	lo, hi := [2]float64{}, [2]float64{} // of q and v
	for _, k := range learned.Trajectories {
		for n := range k.T {
			for i, x := range []float64{k.Q[n], k.V[n]} {
				lo[i], hi[i] = min(lo[i], x), max(hi[i], x)
			}
		}
	}
	for _, k := range set.Trajectories {
		was := false
		for n := range k.T {
			is := false
			for i, x := range []float64{k.Q[n], k.V[n]} {
				is = is || max(lo[i]-x, x-hi[i]) > 0.02*(hi[i]-lo[i])
			}
			if is {
				rows++
			}
			if is && !was {
				runs++
			}
			was = is
		}
	}
	return rows, runs
}

// turned is a recording of an angle a turn on, or back in its first trajectory.
func turned(set *data.Set) *data.Set {
	out := *set
	out.Trajectories = slices.Clone(set.Trajectories)
	for i := range out.Trajectories {
		k := &out.Trajectories[i]
		k.Q = slices.Clone(k.Q)
		for n := range k.Q {
			k.Q[n] += 2 * math.Pi * float64(2*i-1)
		}
	}
	return &out
}

// What lies outside of what a model has learned from is counted, and of the recording itself nothing does.
func TestOutside(t *testing.T) {
	small, large := rubbing(t, 0, true, 0.3, 0.5), rubbing(t, 0, true, 0.4, 1)
	m, err := lagrange.Fit(context.Background(), small, lagrange.Settings{Model: "terms", Steps: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	split, err := small.Split(m.Record.Horizon, true)
	if err != nil {
		t.Fatal(err)
	}
	out, runs := beyond(split.Train, large)
	e, err := m.Evaluate(context.Background(), large, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(e.Findings, func(f data.Finding) bool { return f.Kind == data.KindOutside })
	if at < 0 || !e.Findings[at].Serious || !strings.HasPrefix(e.Findings[at].Says,
		fmt.Sprintf("%.3g %% of the rows lie outside", 100*float64(out)/600)) {
		t.Errorf("%d of 600 rows are outside: %v", out, e.Findings)
	}
	if spans, in := spanned(m, large); spans != runs || in != out || runs == 0 {
		t.Errorf("%d rows lie within %d spans of time, want %d within %d", in, spans, out, runs)
	}
	if spans, _ := spanned(m, turned(small)); spans != 0 {
		t.Errorf("%d spans after a turn", spans)
	}
	near := rubbing(t, 0, true, 0.505, 0.3) // within 2 % of the range
	if e, err = m.Evaluate(context.Background(), near, 0); err != nil || len(e.Findings) != 0 {
		t.Errorf("a little more: %v, %v", e.Findings, err)
	}
	if e, err = m.Evaluate(context.Background(), small, 0); err != nil || len(e.Findings) != 0 {
		t.Errorf("of the recording itself: %v, %v", e.Findings, err)
	}
	if got, want := e.Accelerations["terms"][0], e.Accelerations[lagrange.NoAcceleration][0]; !(got < 1e-6*want) ||
		!(want > 1) {
		t.Errorf("errors of accelerations %g of %g", got, want)
	}
}

// A model without friction of a motion that loses energy says so, one of a motion that does not, or with friction, does
// not; and one that is no better than constant velocity says that, with its number.
func TestVerdict(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		gamma    float64
		friction model.Friction
		want     bool
	}{{0.3, model.NoFriction, true}, {0.3, model.Viscous, false}, {0, model.NoFriction, false}} {
		s := rubbing(t, c.gamma, true, 0.8, 1.2)
		m, err := lagrange.Fit(ctx, s, lagrange.Settings{Model: "terms", Friction: c.friction, Steps: 3, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Evaluate(ctx, s, 0)
		if got := slices.Contains(kindsOf(e.Findings), data.KindEnergy); err != nil || got != c.want {
			t.Errorf("friction %g, model %q: energy lost %v, want %v: %v, %v", c.gamma, c.friction, got, c.want,
				e.Findings, err)
		}
	}
	s := rubbing(t, 0, false, 0.8, 1.2)
	for _, steps := range []int{1, 200} {
		m, err := lagrange.Fit(ctx, s, lagrange.Settings{Model: "nn", Method: "adam", Steps: steps, Rate: 0.02,
			Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Evaluate(ctx, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		by := e.Models["nn"].RMSEQ[0] / e.Models[lagrange.ConstantVelocity].RMSEQ[0]
		at := slices.IndexFunc(e.Findings, func(f data.Finding) bool { return f.Kind == data.KindLoses })
		if (at >= 0) != (by >= 1) {
			t.Errorf("%d steps: %.3g times the error of constant velocity, findings %v", steps, by, e.Findings)
		}
		if at >= 0 && !strings.Contains(e.Findings[at].Says, fmt.Sprintf("%.3g times its error", by)) {
			t.Errorf("%v, want %.3g", e.Findings[at], by)
		}
		if steps == 1 && by < 1 {
			t.Errorf("one step has learned: %g", by)
		}
	}
}

// Where a model predicts nothing, here motion upside down, coordinates are named that may be angles, which nothing
// tells.
func TestMayBeAngles(t *testing.T) {
	ctx := context.Background()
	for _, told := range []bool{false, true} {
		s := rubbing(t, 0, true, 2, 2.5)
		if !told {
			s.Coordinates[0].Period, s.Coordinates[0].Unit = 0, ""
		}
		m, err := lagrange.Fit(ctx, s, lagrange.Settings{Model: "nn", Steps: 20, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range s.Trajectories {
			for n := range w.Q {
				w.Q[n], w.V[n], w.A[n] = math.Pi-w.Q[n], -w.V[n], -w.A[n]
			}
		}
		e, err := m.Evaluate(ctx, s, 0)
		at := slices.IndexFunc(e.Findings, func(f data.Finding) bool { return f.Kind == data.KindLoses })
		if err != nil || at < 0 {
			t.Fatalf("no warning: %v, %v", e.Findings, err)
		}
		if got := strings.Contains(e.Findings[at].Do, "--angles theta if"); got == told {
			t.Errorf("an angle by its unit %v: %s", told, e.Findings[at].Do)
		}
	}
}

// Forces of given motion are measured where they were learned from: against the same by hand.
func TestTorques(t *testing.T) {
	ctx := context.Background()
	s := rubbing(t, 0, true, 0.8, 1.2)
	s.Inputs = []string{"tau"}
	for i := range s.Trajectories {
		k := &s.Trajectories[i]
		for n := range k.T {
			k.U = append(k.U, 0.5*k.A[n]+3*math.Sin(k.Q[n]))
		}
	}
	m, err := lagrange.Fit(ctx, s, lagrange.Settings{Model: "delan", Objective: lagrange.Torque, Steps: 300, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Evaluate(ctx, s, 0)
	if err != nil {
		t.Fatal(err)
	}
	split, err := s.Split(m.Record.Horizon, true)
	if err != nil {
		t.Fatal(err)
	}
	sum, n, mean, sq := 0.0, 0.0, 0.0, 0.0
	for _, k := range split.Test.Trajectories {
		for i := range k.T {
			tau, _ := m.Force(k.Q[i:i+1], k.V[i:i+1], k.A[i:i+1], nil)
			sum, n = sum+(tau[0]-k.U[i])*(tau[0]-k.U[i]), n+1
			mean, sq = mean+k.U[i], sq+k.U[i]*k.U[i]
		}
	}
	want, spread := math.Sqrt(sum/n), math.Sqrt(sq/n-mean*mean/n/n)
	if got := e.Torques["delan"][0]; math.Abs(got/want-1) > 1e-9 ||
		math.Abs(e.Torques[lagrange.ForceSpread][0]/spread-1) > 1e-9 {
		t.Errorf("errors %v, want %g of %g", e.Torques, want, spread)
	}
}
