package smooth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/smooth"
)

// recorded is a recording of two coordinates as text: an angle kept within (−π, π], in which the noise makes jumps, and
// a length; a force; ids.
func recorded(header string) string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(1, 5))
	fmt.Fprintln(&b, header)
	for _, id := range []string{"a", "b"} {
		for i := range 300 {
			t := float64(i) * 0.02
			q := math.Remainder(3*t+0.5*math.Sin(2*t)+0.01*r.NormFloat64(), 2*math.Pi)
			x := math.Cos(3*t) + 0.02*r.NormFloat64()
			fmt.Fprintf(&b, "%s,%g,%.9g,%.9g,%g\n", id, t, q, x, t)
		}
	}
	return b.String()
}

// A recording of positions is read, its angle unwrapped; states are written and read again as they are.
func TestRecording(t *testing.T) {
	set, err := data.ReadFrom(strings.NewReader(recorded("trial,t [s],theta [rad],x [m],force [N]")), "r.csv",
		data.Options{Q: []string{"theta", "x"}, Positions: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, dt := range []float64{0, 0.005} {
		r, err := smooth.Set(t.Context(), set, dt)
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Findings[0].Noise[0]; math.Abs(n.Value/0.01-1) > 0.15 || n.Unit != "rad" || n.Column != "theta" {
			t.Errorf("noise of theta %+v", n)
		}
		if n := r.Findings[1].Noise[0]; math.Abs(n.Value/0.02-1) > 0.15 || n.Unit != "m" {
			t.Errorf("noise of x %+v", n)
		}
		var b bytes.Buffer
		if err := r.Set.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		if header, _, _ := strings.Cut(b.String(), "\n"); header != "trial,t [s],theta [rad],x [m],"+
			"v_theta [rad/s],v_x [m/s],a_theta [rad/s²],a_x [m/s²],force [N]" {
			t.Errorf("header %q", header)
		}
		again, err := data.ReadFrom(&b, "s.csv", data.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if again.D() != 2 || again.M() != 1 || !again.HasAccelerations() || len(again.Trajectories) != 2 {
			t.Fatalf("read again: %+v", again.Columns)
		}
		for i := range again.Trajectories {
			got, want, sd := &again.Trajectories[i], &r.Set.Trajectories[i], &r.Deviations[i]
			if dt > 0 && got.Len() != 1197 { // 0, 0.005 … 5.98
				t.Errorf("%d rows", got.Len())
			}
			for n, at := range got.T {
				if got.V[2*n+1] != want.V[2*n+1] || got.A[2*n] != want.A[2*n] || got.U[n] != want.U[n] {
					t.Fatal("other numbers are read again")
				}
				if math.Abs(got.U[n]-at) > 1e-9 {
					t.Fatalf("force %g at %g", got.U[n], at)
				}
				if e := math.Abs(got.Q[2*n] - 3*at - 0.5*math.Sin(2*at)); e > 5*sd.Q[2*n] {
					t.Fatalf("theta at %g is off by %g ± %g", at, e, sd.Q[2*n])
				}
				if e := math.Abs(got.V[2*n+1] + 3*math.Sin(3*at)); e > 5*sd.V[2*n+1] {
					t.Fatalf("v_x at %g is off by %g ± %g", at, e, sd.V[2*n+1])
				}
			}
		}
	}
}

// Positions are enough only where that is said; velocities of some coordinates are left out, and said to be.
func TestPositionsAlone(t *testing.T) {
	text := recorded("trial,t,theta,x,dtheta")
	if _, err := data.ReadFrom(strings.NewReader(recorded("trial,t,q1,q2,force")), "r.csv",
		data.Options{}); err == nil {
		t.Error("positions alone are read where velocities are wanted")
	}
	set, err := data.ReadFrom(strings.NewReader(text), "r.csv", data.Options{Q: []string{"theta", "x"},
		Positions: true})
	if err != nil {
		t.Fatal(err)
	}
	if set.Trajectories[0].V != nil || !strings.Contains(strings.Join(set.Notes, ";"),
		"velocities are not used (dtheta): x has none") {
		t.Errorf("notes %q", set.Notes)
	}
	set, err = data.ReadFrom(strings.NewReader(text), "r.csv", data.Options{Q: []string{"theta"}, Positions: true})
	if err != nil {
		t.Fatal(err)
	}
	if set.Trajectories[0].V == nil || set.Coordinates[0].Velocity != "dtheta" {
		t.Errorf("%+v", set.Coordinates)
	}
}

// A set made by a program has no columns; one that is interrupted ends with the error of its context, one with few rows
// with the coordinate.
func TestSet(t *testing.T) {
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "q"}}, Time: "t", Trajectories: []data.Trajectory{{ID: "1"}}}
	r := rand.New(rand.NewPCG(1, 6))
	add := func(n int) {
		w := &set.Trajectories[0]
		for range n {
			at := float64(len(w.T)) * 0.03
			w.T, w.Q = append(w.T, at), append(w.Q, math.Sin(2*at)+0.01*r.NormFloat64())
		}
	}
	add(8)
	if _, err := smooth.Set(t.Context(), set, 0); !errors.Is(err, smooth.ErrFew) || !strings.HasPrefix(err.Error(),
		"q: ") {
		t.Errorf("8 rows: %v", err)
	}
	add(300)
	done, stop := context.WithCancel(t.Context())
	stop()
	if _, err := smooth.Set(done, set, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	got, err := smooth.Set(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := got.Set.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if header, _, _ := strings.Cut(b.String(), "\n"); header != "t,q,v_q,a_q" {
		t.Errorf("header %q", header)
	}
}
