package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

// A run whose plan changed under way is repeated, to the last bit, by the changes that it noted; its rate comes down to
// the end all the same.
func TestChanges(t *testing.T) {
	l := newLoop(t, 40)
	l.Replan = func(s *State[float64]) int { return map[int]int{5: 60, 20: 31}[s.Step] }
	was := run(t, l)
	if want := []Change{{5, 60}, {20, 31}}; !slices.Equal(l.Settings.Changes, want) || was.Step != 31 {
		t.Fatalf("%d steps, %v", was.Step, l.Settings.Changes)
	}
	again := newLoop(t, 40)
	again.Settings.Changes = l.Settings.Changes
	if s := run(t, again); !sameBits(s, was) {
		t.Error("the repeated run differs")
	}
	plain := newLoop(t, 31)
	if s := run(t, plain); sameBits(s, was) {
		t.Error("the changes changed nothing")
	}
	x := 0.0
	for step := 1; step <= 31; step++ {
		next := l.Settings.progress(step)
		if !(next > x) {
			t.Errorf("after step %d %g of the run is done, after the one before %g", step, next, x)
		}
		x = next
	}
	// x(5) = 5/40; x(20) = x(5) + (1 − x(5))·15/55; x(21) = x(20) + (1 − x(20))/11
	x5, x20 := 5./40, 0.
	x20 = x5 + (1-x5)*15/55
	for step, want := range map[int]float64{5: x5, 20: x20, 21: x20 + (1-x20)/11, 31: 1} {
		if got := l.Settings.progress(step); math.Abs(got-want) > 1e-15 {
			t.Errorf("x(%d) = %g, want %g", step, got, want)
		}
	}
}

// Where there are many samples to validate with, they take at most a fifth of the time of the steps, counted in
// samples, and are taken evenly.
func TestChecks(t *testing.T) {
	const cheaper = 3.0
	for _, n := range []int{10, 300, 100_000} {
		for _, steps := range []int{1, 90, 5000} {
			for _, batch := range []int{32, 800} {
				s := Settings{Method: Adam, Steps: steps, Batch: batch}
				s.validate(n, cheaper)
				if s.Checks > n || s.Checks < min(n, checked) || s.Validate < 1 {
					t.Errorf("%d steps of %d: %d of %d samples every %d steps", steps, batch, s.Checks, n, s.Validate)
				}
				if share := float64(s.Checks) / (cheaper * float64(s.Validate*batch)); n > checked &&
					share > fifth*1.1 {
					t.Errorf("%d steps of %d: %d of %d samples every %d steps take %.2f of the time", steps, batch,
						s.Checks, n, s.Validate, share)
				}
			}
		}
	}
	l := newLoop(t, 1)
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	defer l.release()
	sum, n := 0.0, l.Valid.Len()
	l.Settings.Checks = n / 3
	for i := range n / 3 {
		sum += NewLoss(l.Valid, l.Model, 1).Of([]int{i * n / (n / 3)}, nil)
	}
	if got, want := l.checks(), sum/float64(n/3); math.Abs(got-want) > 1e-12*want {
		t.Errorf("%g over the samples, want %g", got, want)
	}
}

func TestCalibrate(t *testing.T) {
	l := newLoop(t, 1)
	was := slices.Clone(l.Model.Theta)
	n, err := Calibrate(context.Background(), l.Model, l.Train, l.Valid, l.Settings, 200*time.Millisecond)
	if err != nil || n < 10 {
		t.Errorf("%d steps, %v", n, err)
	}
	if !slices.Equal(was, l.Model.Theta) {
		t.Error("the model was changed")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Calibrate(ctx, l.Model, l.Train, l.Valid, l.Settings, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
