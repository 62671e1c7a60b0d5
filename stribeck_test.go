package lagrange_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// sticking are swings q̈ = −9 sin q − 0.2 q̇ − (0.6 + more exp(−(q̇/0.5)²)) tanh(q̇/0.1) + u, which a slow force u,
// held from row to row, moves from rest to rest; the angle has noise.
func sticking(more float64) *data.Set {
	const dt, parts = 0.02, 20
	set := &data.Set{Time: "t", Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi}},
		Inputs: []string{"u"}}
	for i := range 9 {
		r := rand.New(rand.NewPCG(11, uint64(i)))
		q, v, w := 2*r.Float64()-1, 0.0, data.Trajectory{ID: string(rune('a' + i))}
		u := 0.0
		a := func(q, v float64) float64 {
			return u - 9*math.Sin(q) - 0.2*v - (0.6+more*math.Exp(-v*v/0.25))*math.Tanh(v/0.1)
		}
		for n := range 100 {
			u = 5 * math.Sin(0.06*float64(n)+float64(i))
			w.T, w.Q, w.U = append(w.T, dt*float64(n)), append(w.Q, q+0.001*r.NormFloat64()), append(w.U, u)
			for range parts { // the midpoint rule
				const h = dt / parts
				x, y := q+h/2*v, v+h/2*a(q, v)
				q, v = q+h*y, v+h*a(x, y)
			}
		}
		set.Trajectories = append(set.Trajectories, w)
	}
	return set
}

// Friction that is larger near rest is found, each of its numbers within four deviations; where dry friction is all
// there is, nothing more is chosen.
func TestBreakawayFriction(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for more, want := range map[float64]model.Friction{0: model.Both, 0.9: model.Stribeck} {
		m, err := lagrange.Fit(t.Context(), sticking(more), lagrange.Settings{Model: "terms", Seed: 1, Workers: 2,
			Terms: []string{"cos(q)", "v^2"}, Held: []string{"u"}})
		if err != nil {
			t.Fatal(err)
		}
		f := m.Record.Formula
		if got := m.Spec().Friction; got != want {
			t.Errorf("%v: %q was chosen: %s", more, got, f)
			continue
		}
		if more == 0 {
			continue
		}
		for _, x := range []struct {
			name          string
			want, got, sd float64
		}{
			{"dry", 0.6, f.Dry[0], f.SD.Dry[0]}, {"breakaway", more, f.Breakaway[0], f.SD.Breakaway[0]},
			{"speed", 0.5, f.Stribeck[0], f.SD.Stribeck[0]},
		} {
			if math.Abs(x.got-x.want) > 4*x.sd || !(x.sd < 0.1*x.want) {
				t.Errorf("%s: %s is %.4f ± %.4f, not %v", f, x.name, x.got, x.sd, x.want)
			}
		}
	}
}
