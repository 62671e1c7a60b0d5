package lagrange_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/ode"
)

// many are N trajectories of different lengths and time steps from different starts, with d coordinates and f forces
// that change from row to row: what a roll-out reads of a recording.
func many(N, d, f int) *data.Set {
	r, set := rand.New(rand.NewPCG(4, 2)), &data.Set{Time: "t"}
	for i := range N {
		t := data.Trajectory{ID: fmt.Sprint("run ", i)}
		for n := range 3 + i%8 {
			t.T = append(t.T, 0.1*float64(n)*(1+float64(i%3)))
			for range d {
				t.Q, t.V = append(t.Q, r.NormFloat64()), append(t.V, r.NormFloat64())
			}
			for range f {
				t.U = append(t.U, r.NormFloat64())
			}
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// Without forces every trajectory of a set is its own roll-out, whatever the method.
func TestRolloutSetIsRollouts(t *testing.T) {
	m, set := fit(t, recording("double-pendulum", 9, 30, true, 0.05), quick()), many(50, 2, 0)
	for _, method := range ode.Methods() {
		o := lagrange.RolloutOptions{Method: method, Step: 0.02}
		out, err := m.RolloutSet(t.Context(), set, o)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range set.Trajectories {
			one, err := m.Rollout(t.Context(), w.Q[:2], w.V[:2], nil, w.T, o)
			if err != nil {
				t.Fatal(err)
			}
			r := out.Trajectories[i]
			near(t, fmt.Sprintf("%s, %s: q", method.Name, w.ID), r.Q, one.Q)
			near(t, fmt.Sprintf("%s, %s: v", method.Name, w.ID), r.V, one.V)
		}
	}
}

// near holds numbers to rounding, which a dozen steps have let grow.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for n := range got {
		if !(math.Abs(got[n]-want[n]) <= 1e-11*(1+math.Abs(want[n]))) {
			t.Errorf("%s: number %d is %.17g, want %.17g", what, n, got[n], want[n])
		}
	}
}

// Under forces that bend at every sample each trajectory is a classical Runge–Kutta solution with u interpolated by
// hand.
func TestRolloutSetForces(t *testing.T) {
	m, set := fit(t, driven(), pushed()), many(50, 1, 1)
	o := lagrange.RolloutOptions{Method: ode.RK4}
	out, err := m.RolloutSet(t.Context(), set, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range set.Trajectories {
		q, v := w.Q[0], w.V[0]
		for n := 1; n < w.Len(); n++ {
			h, u0, u1 := w.T[n]-w.T[n-1], w.U[n-1], w.U[n]
			a := func(q, v, u float64) float64 { return m.Accel([]float64{q}, []float64{v}, []float64{u})[0] }
			v1, a1 := v, a(q, v, u0)
			v2, a2 := v+h/2*a1, a(q+h/2*v1, v+h/2*a1, (u0+u1)/2)
			v3, a3 := v+h/2*a2, a(q+h/2*v2, v+h/2*a2, (u0+u1)/2)
			v4, a4 := v+h*a3, a(q+h*v3, v+h*a3, u1)
			q, v = q+h/6*(v1+2*v2+2*v3+v4), v+h/6*(a1+2*a2+2*a3+a4)
			near(t, fmt.Sprintf("%s, row %d", w.ID, n), []float64{out.Trajectories[i].Q[n], out.Trajectories[i].V[n]},
				[]float64{q, v})
		}
	}
}

// The first trajectory in trouble names the error; all others are complete, and the same as without it.
func TestRolloutSetFailure(t *testing.T) {
	for _, f := range []int{0, 1} {
		m, set := fit(t, []*data.Set{recording("pendulum", 9, 30, true, 0.05), driven()}[f], quick()), many(50, 1, f)
		calm, err := m.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		set.Trajectories[31].V[0] = math.NaN()
		for _, also := range []string{"", ", first of 2 that failed"} {
			out, err := m.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
			var b *ode.Failure
			if first := set.Trajectories[31].ID; also != "" {
				first = set.Trajectories[12].ID
				if !strings.Contains(err.Error(), fmt.Sprintf("trajectory %q%s: ", first, also)) {
					t.Error(err)
				}
			} else if !strings.HasPrefix(err.Error(), fmt.Sprintf("trajectory %q: stopped", first)) {
				t.Error(err)
			}
			if !errors.As(err, &b) || len(out.Trajectories) != 50 {
				t.Fatalf("%d trajectories, %v", len(out.Trajectories), err)
			}
			for i, r := range out.Trajectories {
				if bad := i == 31 || i == 12 && also != ""; bad && r.Len() != 1 {
					t.Errorf("trajectory %d cannot have %d rows", i, r.Len())
				} else if want := calm.Trajectories[i]; !bad && (!same(r.Q, want.Q) && f > 0 ||
					len(r.Q) != len(want.Q)) {
					t.Errorf("trajectory %d suffers from another", i)
				} else if !bad {
					near(t, r.ID, r.Q, want.Q)
				}
			}
			set.Trajectories[12].Q[0] = math.Inf(1)
		}
	}
	m := fit(t, recording("pendulum", 9, 30, true, 0.05), quick())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out, err := m.RolloutSet(ctx, many(50, 1, 0), lagrange.RolloutOptions{}); !errors.Is(err, context.Canceled) ||
		out.Trajectories[49].Len() != 1 {
		t.Error(err)
	}
	if out, err := m.RolloutSet(t.Context(), many(0, 1, 0), lagrange.RolloutOptions{}); err != nil ||
		len(out.Trajectories) != 0 {
		t.Error(out, err)
	}
}

// The number of cores changes no bit of a roll-out, and the number of steps no allocation.
func TestRolloutSetCoresAndMemory(t *testing.T) {
	for _, f := range []int{0, 1} {
		m, set := fit(t, []*data.Set{recording("pendulum", 9, 30, true, 0.05), driven()}[f], quick()), many(100, 1, f)
		roll := func(step float64) *data.Set {
			out, err := m.RolloutSet(context.Background(), set, lagrange.RolloutOptions{Method: ode.RK4, Step: step})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		p := runtime.GOMAXPROCS(1)
		one := roll(0.1)
		few, more := testing.AllocsPerRun(3, func() { roll(0.1) }), testing.AllocsPerRun(3, func() { roll(0.01) })
		runtime.GOMAXPROCS(3)
		three := roll(0.1)
		runtime.GOMAXPROCS(p)
		for i := range one.Trajectories {
			if a, b := one.Trajectories[i], three.Trajectories[i]; !same(a.Q, b.Q) || !same(a.V, b.V) {
				t.Errorf("trajectory %d depends on the number of cores", i)
			}
		}
		if few != more {
			t.Errorf("%v allocations, %v with ten times the steps", few, more)
		}
	}
}

// BenchmarkRollouts measures free roll-outs of two seconds with 21 rows, by one set on all cores and one after the
// other.
func BenchmarkRollouts(b *testing.B) {
	for _, hidden := range [][]int{{64, 64}, {500, 500, 500, 500}} {
		s := quick()
		s.Hidden = hidden
		m, err := lagrange.Fit(b.Context(), recording("double-pendulum", 12, 30, true, 0.05), s)
		if err != nil {
			b.Fatal(err)
		}
		N := map[int]int{64: 1000, 500: 50}[hidden[0]]
		set := many(N, 2, 0)
		for i := range set.Trajectories {
			t := &set.Trajectories[i]
			t.T = t.T[:0]
			for n := range 21 {
				t.T = append(t.T, 0.1*float64(n))
			}
		}
		o := lagrange.RolloutOptions{RTol: 1e-6, ATol: 1e-6}
		name := fmt.Sprintf("net=%dx%d/trajectories=%d", hidden[0], len(hidden), N)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := m.RolloutSet(b.Context(), set, o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(N*b.N)/b.Elapsed().Seconds(), "trajectories/s")
		})
		b.Run(name+"/one-by-one", func(b *testing.B) {
			for b.Loop() {
				for _, t := range set.Trajectories {
					if _, err := m.Rollout(b.Context(), t.Q[:2], t.V[:2], nil, t.T, o); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(N*b.N)/b.Elapsed().Seconds(), "trajectories/s")
		})
	}
}
