package lagrange

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/mech"
	"lagrange/sim"
)

// Motions from many states, in blocks, are those that a recording with these first rows has; blocks come in order, no
// larger than one, and an error of who takes them ends all.
func TestRolloutStarts(t *testing.T) {
	set := simulated(t)
	m, err := Fit(t.Context(), set, Settings{Steps: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	d, N, times := m.D(), blockStarts+10, []float64{0, 0.01, 0.02}
	starts, all := *m.Columns(), *m.Columns()
	w := data.Trajectory{}
	for k := range N {
		q, v := make([]float64, d), make([]float64, d)
		for i := range q {
			q[i], v[i] = float64(k%97)/50+float64(i), float64(k%31)/10-1
		}
		w.T, w.Q, w.V = append(w.T, float64(k)), append(w.Q, q...), append(w.V, v...)
		if k >= blockStarts-8 { // the last of one block and those of the next
			all.Trajectories = append(all.Trajectories, data.Trajectory{ID: strconv.Itoa(k + 1), T: times,
				Q: slices.Repeat(q, 3), V: slices.Repeat(v, 3)})
		}
	}
	starts.Trajectories = []data.Trajectory{w}
	want, err := m.RolloutSet(t.Context(), &all, RolloutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []data.Trajectory
	if err := m.RolloutStarts(t.Context(), &starts, times, RolloutOptions{}, func(b *data.Set) error {
		if len(b.Trajectories) > blockStarts {
			t.Errorf("a block of %d", len(b.Trajectories))
		}
		got = append(got, b.Trajectories...)
		return nil
	}); err != nil || len(got) != N {
		t.Fatal(len(got), err)
	}
	for i, b := range want.Trajectories {
		a := got[blockStarts-8+i]
		same := func(x, y float64) int {
			if abs(x-y) < 1e-12 {
				return 0
			}
			return 1
		}
		if a.ID != b.ID || slices.CompareFunc(a.Q, b.Q, same) != 0 || slices.CompareFunc(a.V, b.V, same) != 0 {
			t.Errorf("trajectory %s: %v, of a recording %v", a.ID, a.Q, b.Q)
		}
	}
	full := errors.New("the disk is full")
	if err := m.RolloutStarts(context.Background(), &starts, times, RolloutOptions{}, func(*data.Set) error {
		return full
	}); !errors.Is(err, full) {
		t.Error(err)
	}
	starts.Coordinates = starts.Coordinates[:1]
	if err := m.RolloutStarts(t.Context(), &starts, times, RolloutOptions{}, nil); err == nil ||
		!strings.Contains(err.Error(), "coordinates") {
		t.Error(err)
	}
}

// simulated is a short recording of a double pendulum.
func simulated(t *testing.T) *data.Set {
	t.Helper()
	set, err := sim.Simulation{System: mech.Chain(2), Trajectories: 10, Steps: 40, Dt: 0.05, Seed: 1,
		Accelerations: true}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set
}
