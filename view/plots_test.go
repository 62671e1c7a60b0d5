package view

import (
	"math"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/ode"
)

// damped is a recording of pendulums with viscous friction c, l = 1 and g = 9.8, sped up by a factor.
func damped(t *testing.T, c, speed float64) *data.Set {
	t.Helper()
	set := pendulums(t, 1, 0)
	for i := range set.Trajectories {
		w := &set.Trajectories[i]
		r, err := ode.Solve(t.Context(), func(_ float64, x, dx []float64) {
			dx[0], dx[1] = x[1], -9.8*math.Sin(x[0])-c*x[1]
		}, []float64{w.Q[0], w.V[0]}, w.T, ode.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range w.T {
			w.Q[n], w.V[n] = r.X[2*n], speed*r.X[2*n+1]
		}
		for n := range w.T {
			w.T[n] /= speed
		}
		w.A = nil
	}
	return set
}

// What a model without friction leaves over of a motion with it is −c v, in the units of the plot; and a motion that is
// not that of the built-in system is not taken for it.
func TestResiduals(t *testing.T) {
	const c = 0.3
	set := damped(t, c, 1)
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	plots, err := s.residuals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, speed := s.sizes()
	want := -c * speed[0] / set.Scales().A[0]
	var xx, xy float64
	p := plots[1].Series[0]
	for i := range p.X {
		xx, xy = xx+p.X[i]*p.X[i], xy+p.X[i]*p.Y[i]
	}
	// over a step of 0.02 the speed changes by some percent, and so does its mean
	if slope := xy / xx; math.Abs(slope-want) > 0.05*math.Abs(want) {
		t.Errorf("the slope against speed is %g, want %g", slope, want)
	}
	if len(plots[0].Series[0].X) != len(p.X) || len(p.X) < 1000 {
		t.Errorf("%d and %d points", len(plots[0].Series[0].X), len(p.X))
	}
	if y := truthOf(t.Context(), damped(t, 0, 1)); y == nil {
		t.Error("a pendulum is not taken for one")
	}
	if y := truthOf(t.Context(), damped(t, 0, 1.2)); y != nil {
		t.Errorf("a faster pendulum is taken for %s", y.Name())
	}
}

// The error of constant velocity grows as counted by hand, and so do the times until which it holds.
func TestHorizon(t *testing.T) {
	set := pendulums(t, 1, 0)
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: pendulum(t)}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	still := h.Of[len(h.Of)-1]
	spread := min(set.Scales().Q[0], 2*math.Pi/math.Sqrt(12))
	// two starts in each of the nine, two thirds of 151 rows long; a time between rows counts as the next
	const rows = 100
	first, holds := math.Inf(1), math.Inf(1)
	for i, at := range h.T {
		var errs []float64
		for j := range set.Trajectories {
			w := &set.Trajectories[j]
			for _, lo := range []int{0, w.Len() - rows} {
				n := int(math.Ceil(at/0.02 - 1e-9))
				e := w.Q[lo] + w.V[lo]*(w.T[lo+n]-w.T[lo]) - w.Q[lo+n]
				errs = append(errs, math.Abs(math.Remainder(e, 2*math.Pi))/spread)
			}
		}
		slices.Sort(errs)
		if x := errs[len(errs)/2]; math.Abs(x-still.Median[i]) > 1e-9 {
			t.Fatalf("after %g the median is %g, want %g", at, still.Median[i], x)
		}
		if x := errs[int(0.9*float64(len(errs)))]; math.Abs(x-still.Most[i]) > 1e-9 {
			t.Fatalf("after %g nine of ten lie below %g, want %g", at, still.Most[i], x)
		}
		if errs[len(errs)/2] > tenth {
			holds = min(holds, at)
		}
		if errs[len(errs)-1] > tenth {
			first = min(first, at)
		}
	}
	if still.Holds != holds || still.First != first || !(first <= holds) {
		t.Errorf("it holds until %g, the first until %g; want %g and %g", still.Holds, still.First, holds, first)
	}
	if h.Starts != 18 || !h.Own {
		t.Errorf("%d starts, own %v", h.Starts, h.Own)
	}
}
