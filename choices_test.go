package lagrange_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// kicked are swings q̈ = −9 sin q − c q̇ + u of a pendulum: its angle with noise, and the force, held from row to row.
func kicked(c float64) *data.Set { return detained(c) }

// detained is kicked by harmonics k of q, too: q̈ = −9 sin q − c q̇ − Σ 4 sin kq + u.
func detained(c float64, harmonics ...float64) *data.Set {
	const dt, parts, rows = 0.05, 10, 140
	set := &data.Set{Time: "t", Coordinates: []data.Coordinate{{Name: "q", Period: 2 * math.Pi}}, Inputs: []string{"u"}}
	for i := range 9 {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		pull := func(q float64) float64 {
			a := -9 * math.Sin(q)
			for _, k := range harmonics {
				a -= 4 * math.Sin(k*q)
			}
			return a
		}
		q, v, w := 2*r.Float64()-1, r.NormFloat64(), data.Trajectory{ID: string(rune('a' + i))}
		for n := range rows {
			u := 3 * math.Sin(0.2*float64(n)+float64(i))
			w.T, w.Q, w.U = append(w.T, dt*float64(n)), append(w.Q, q+0.003*r.NormFloat64()), append(w.U, u)
			for range parts { // leapfrog, whose damping is exact to second order
				const h = dt / parts
				v += h / 2 * (u + pull(q) - c*v)
				q += h * v
				v = (v + h/2*(u+pull(q))) / (1 + h/2*c)
			}
		}
		set.Trajectories = append(set.Trajectories, w)
	}
	return set
}

// Of positions alone friction is what the motion asks for, none where there is none, and forces that were held are
// found to be; the accelerations are then right to a hundredth.
func TestFrictionAndForcesAreChosen(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for c, want := range map[float64]model.Friction{0: model.NoFriction, 0.3: model.Viscous} {
		m, err := lagrange.Fit(t.Context(), kicked(c), lagrange.Settings{Model: "terms", Seed: 1, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		s := m.Spec()
		if s.Friction != want || !s.Inputs[0].Held {
			t.Errorf("friction %v: %q was chosen, and forces held is %v", c, s.Friction, s.Inputs[0].Held)
		}
		readOff(t, m, c)
		for _, x := range [][3]float64{{0.5, 1, 2}, {-1, 2, -1}, {0.2, -3, 0}} {
			got, true_ := m.Accel(x[:1], x[1:2], x[2:])[0], -9*math.Sin(x[0])-c*x[1]+x[2]
			if math.Abs(got-true_) > 0.01*9 {
				t.Errorf("friction %v: the acceleration at %v is %.3f, not %.3f", c, x, got, true_)
			}
		}
	}
}

// Where the default library leaves more than the noise the finer one is tried, and taken where the motion asks for it.
func TestFinerLibraryIsChosen(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for want, harmonics := range map[string][]float64{"of the default library": {2}, "of the finer library": {2, 4}} {
		m, err := lagrange.Fit(t.Context(), detained(0.3, harmonics...), lagrange.Settings{Model: "terms",
			Friction: model.Viscous, Seed: 1, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if l := m.Record.Plan.Line("terms"); l.Choice != want {
			t.Errorf("of harmonics %v: %+v", harmonics, l)
		}
		for _, x := range [][3]float64{{0.5, 1, 2}, {-0.8, 2, -1}, {0.2, -3, 0}} {
			true_ := -9*math.Sin(x[0]) - 0.3*x[1] + x[2]
			for _, k := range harmonics {
				true_ -= 4 * math.Sin(k*x[0])
			}
			if got := m.Accel(x[:1], x[1:2], x[2:])[0]; math.Abs(got-true_) > 0.01*9 {
				t.Errorf("of harmonics %v the acceleration at %v is %.3f, not %.3f", harmonics, x, got, true_)
			}
		}
	}
}

// readOff holds the formula of a model against L = ½ v² + 9 cos q, in the unit of its force.
func readOff(t *testing.T, m *lagrange.Model, c float64) {
	t.Helper()
	f := m.Record.Formula
	if len(f.Terms) != 2 || f.Terms[0].Term != "cos(q)" || f.Terms[1].Of != "M q q" || f.Gains[0][0] != 1 {
		t.Fatalf("found is %s", f)
	}
	for i, want := range []float64{9, 1} {
		got, sd := f.Terms[i].Value, f.Terms[i].SD
		if math.Abs(got-want) > 0.01*want || math.Abs(got-want) > 4*sd || !(sd < 0.01*want) {
			t.Errorf("%s: %s is %.4f ± %.4f, not %g", f, f.Terms[i].Term, got, sd, want)
		}
	}
	if c > 0 && math.Abs(f.Viscous[0][0]-c) > 0.02*c || c == 0 && f.Viscous != nil {
		t.Errorf("%s: friction is not %g", f, c)
	}
	if f.SD == nil || f.SD.Gains[0][0] != 0 {
		t.Fatalf("%s: the unit has a deviation, or nothing has: %+v", f, f.SD)
	}
	if c > 0 && (math.Abs(f.Viscous[0][0]-c) > 4*f.SD.Viscous[0][0] || f.SD.Viscous[0][0] > 0.02*c) {
		t.Errorf("%s: friction is not %g within its deviation", f, c)
	}
}

// What was asked for is not chosen otherwise.
func TestFrictionAsAsked(t *testing.T) {
	set := kicked(0.3)
	set.Trajectories = set.Trajectories[:9]
	m, err := lagrange.Fit(t.Context(), set, lagrange.Settings{Model: "terms", Friction: model.NoFriction,
		Held: []string{}, Seed: 1, Workers: 2, Steps: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Spec(); s.Friction != model.NoFriction || s.Inputs[0].Held {
		t.Errorf("friction %q, held %v", s.Friction, s.Inputs[0].Held)
	}
}
