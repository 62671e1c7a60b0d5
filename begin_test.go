package lagrange_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
)

// observed is a recording with noise on its positions, and without velocities, as if they had been estimated.
func observed(t *testing.T, set *data.Set, sigma float64, seed uint64) *data.Set {
	t.Helper()
	r, out := rand.New(rand.NewPCG(seed, 1)), *set
	out.Trajectories, out.Columns = nil, nil
	for _, c := range set.Coordinates {
		out.Columns = append(out.Columns, data.Column{Name: c.Name, Unit: c.Unit, Role: data.RoleQ},
			data.Column{Name: c.Velocity, Role: data.RoleV, Why: "estimated from " + c.Name})
	}
	for _, from := range set.Trajectories {
		from.Q, from.A = append([]float64(nil), from.Q...), nil
		for i := range from.Q {
			from.Q[i] += sigma * r.NormFloat64()
		}
		from.V = append([]float64(nil), from.V...)
		for i := range from.V {
			from.V[i] += 20 * sigma * r.NormFloat64()
		}
		out.Trajectories = append(out.Trajectories, from)
	}
	return &out
}

// truth is a model that is as good as the true pendulum.
func truth(t *testing.T, name string) *lagrange.Model {
	t.Helper()
	s := quick()
	s.Model, s.Hidden, s.Method, s.Steps = "terms", nil, "", 2
	return fit(t, recording(name, 12, 60, true, 0.02), s)
}

// From filtered starts a true model is as far off as the noise and the unknown start say, from smoothed ones nearer;
// the recorded state with a noisy velocity is worse.
func TestStarts(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	const sigma = 0.005
	m := truth(t, "double-pendulum")
	set := observed(t, recording("double-pendulum", 10, 150, false, 0.02), sigma, 3)
	all := map[lagrange.Start]lagrange.Evaluation{}
	for _, start := range lagrange.Starts() {
		e, err := m.EvaluateFrom(t.Context(), set, 0.3, start)
		if err != nil {
			t.Fatal(start, err)
		}
		all[start] = e
	}
	recorded, filtered, smoothed := all["recorded"].Models["terms"], all["filtered"], all["smoothed"]
	for i := range 2 {
		f, s := filtered.Models["terms"].MedianQ[i], smoothed.Models["terms"].MedianQ[i]
		if !(s < f && f < recorded.MedianQ[i]/2) {
			t.Errorf("coordinate %d: smoothed %.3g, filtered %.3g, recorded %.3g", i, s, f, recorded.MedianQ[i])
		}
		if n := filtered.Estimated.Noise[i]; math.Abs(n/sigma-1) > 0.1 {
			t.Errorf("coordinate %d: noise %.3g", i, n)
		}
		// what is left of the error without the noise of what is predicted is about what the unknown start leaves
		left := math.Sqrt(max(0, f*f-sigma*sigma))
		if floor := filtered.Estimated.Floor.MedianQ[i]; !(left < 2.5*floor && left > floor/2.5) {
			t.Errorf("coordinate %d: the unknown start leaves %.3g, and %.3g are left", i, floor, left)
		}
	}
	if filtered.Windows >= smoothed.Windows || filtered.Estimated.Rows < 10 || smoothed.Estimated.Rows != 1 {
		t.Errorf("%d windows filtered, %d smoothed", filtered.Windows, smoothed.Windows)
	}
	_, unknown := m.EvaluateFrom(t.Context(), set, 0.3, "guessed")
	_, early := m.EvaluateFrom(t.Context(), set, 2.9, lagrange.Filtered)
	for want, err := range map[string]error{"guessed": unknown, "--start": early} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want a word about %s", err, want)
		}
	}
}

// A recording begins at an estimate: smoothed at its first row, filtered where enough was seen, and else is what it
// was.
func TestBegun(t *testing.T) {
	m := truth(t, "pendulum")
	clean := recording("pendulum", 10, 80, false, 0.02)
	set := observed(t, clean, 0.005, 4)
	for start, first := range map[lagrange.Start]int{lagrange.Recorded: 0, lagrange.Smoothed: 0,
		lagrange.Filtered: 11} {
		b, err := m.Begun(t.Context(), set, start)
		if err != nil {
			t.Fatal(err)
		}
		q, v := 0.0, 0.0
		for i, k := range b.Trajectories {
			from := clean.Trajectories[i]
			if k.T[0] != from.T[first] || k.Len() != from.Len()-first || len(k.V) != k.Len() {
				t.Fatalf("%s: %d rows from %v", start, k.Len(), k.T[0])
			}
			q += math.Pow(k.Q[0]-from.Q[first], 2) / 10
			v += math.Pow(k.V[0]-from.V[first], 2) / 10
			if k.Q[1] != set.Trajectories[i].Q[first+1] {
				t.Errorf("%s: a row that is no start has changed", start)
			}
		}
		if exact := start != lagrange.Recorded; exact != (math.Sqrt(q) < 0.004 && math.Sqrt(v) < 0.05) {
			t.Errorf("%s: starts are off by %.2g rad and %.2g rad/s", start, math.Sqrt(q), math.Sqrt(v))
		}
	}
}

// Up to 32 coordinates motions of positions alone begin at filtered states where nothing was asked for, and beyond at
// those of a smoother, since a filter takes too long.
func TestStartOfManyCoordinates(t *testing.T) {
	m := &lagrange.Model{}
	for d, want := range map[int]lagrange.Start{2: lagrange.Filtered, 32: lagrange.Filtered, 33: lagrange.Recorded} {
		set := &data.Set{Coordinates: make([]data.Coordinate, d)}
		if got, err := m.StartOf(t.Context(), set); err != nil || got != want {
			t.Errorf("%d coordinates: %s, %v; want %s", d, got, err, want)
		}
	}
}

// States smoothed through the model lie about the true ones as their deviations say, at the rows and between them;
// those without a model are further off.
func TestSmoothThroughModel(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	m := truth(t, "pendulum")
	fine := recording("pendulum", 40, 80, true, 0.01)
	clean := *fine
	clean.Trajectories = nil
	for _, f := range fine.Trajectories {
		t := data.Trajectory{ID: f.ID}
		for k := 0; k < f.Len(); k += 2 {
			t.T, t.Q, t.V = append(t.T, f.T[k]), append(t.Q, f.Q[k]), append(t.V, f.V[k])
		}
		clean.Trajectories = append(clean.Trajectories, t)
	}
	set := observed(t, &clean, 0.01, 5)
	for _, dt := range []float64{0, 0.01} {
		r, err := m.Smooth(t.Context(), set, dt)
		if err != nil {
			t.Fatal(err)
		}
		n, within, v := 0.0, [3]float64{}, 0.0
		for i, to := range r.Set.Trajectories {
			from, sd := fine.Trajectories[i], r.Deviations[i]
			step := (from.Len() - 1) / (to.Len() - 1)
			for k := 0; k < to.Len(); k += 15 {
				n++
				at := k * step
				off := [3]float64{to.Q[k] - from.Q[at], to.V[k] - from.V[at], to.A[k] - from.A[at]}
				for j, one := range []float64{sd.Q[k], sd.V[k], sd.A[k]} {
					if math.Abs(off[j]) < one {
						within[j]++
					}
				}
				v += off[1] * off[1]
			}
		}
		for j, w := range within {
			if w /= n; !(w > 0.45 && w < 0.9) {
				t.Errorf("dt %v: %.2f of what %v lie within one deviation", dt, w, "qva"[j:j+1])
			}
		}
		if v = math.Sqrt(v / n); !(v < 0.02) {
			t.Errorf("dt %v: velocities are off by %.2g", dt, v)
		}
	}
}
