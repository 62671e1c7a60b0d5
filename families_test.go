package lagrange_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// Every family learns a spring from a recording, with and without accelerations, better than constant velocity; is
// saved and read back; and says whether it has an energy. A Neural ODE learns from windows even where accelerations are
// recorded.
func TestFamiliesFit(t *testing.T) {
	for _, accelerations := range []bool{true, false} {
		set := recording("spring", 12, 60, accelerations, 0.05)
		for _, family := range []string{"lnn", "nn", "hnn", "node"} {
			s := quick()
			s.Model, s.Steps, s.Rate, s.Window, s.Batch = family, 300, 1e-2, 4, 32
			m := fit(t, set, s)
			want := lagrange.Windows
			if accelerations && family != "node" {
				want = lagrange.Accelerations
			}
			if m.Record.Objective != want {
				t.Errorf("%s learned from %s, want %s", family, m.Record.Objective, want)
			}
			e, err := m.Evaluate(t.Context(), set, 0)
			if err != nil {
				t.Fatal(err)
			}
			if x, still := e.Models[family].RMSEQ[0], e.Models["constant_velocity"].RMSEQ[0]; !(x < still/2) {
				t.Errorf("%s, accelerations %v: error %.3g, of constant velocity %.3g", family, accelerations, x, still)
			}
			conserves := slices.Contains([]string{"lnn", "hnn"}, family)
			if _, ok := m.Energy([]float64{0.3}, []float64{0.1}, nil); ok != conserves ||
				(e.EnergyDrift != nil) != conserves {
				t.Errorf("%s: an energy: %v, its drift measured: %v", family, ok, e.EnergyDrift != nil)
			}
			if conserves && !(*e.EnergyDrift < 1e-6) {
				t.Errorf("%s: its own energy drifts by %.2g", family, *e.EnergyDrift)
			}
			path := filepath.Join(t.TempDir(), "m")
			if err := m.Save(path); err != nil {
				t.Fatal(err)
			}
			back, err := lagrange.Load(path)
			if err != nil || !same(m.Theta(), back.Theta()) || model.Title(back.Spec().Family) == "" {
				t.Errorf("%s reads back with %v", family, err)
			}
		}
	}
}

// springs of unit mass swing with the stiffness of each trajectory in a column of its own.
func springs(accelerations bool) *data.Set {
	set := &data.Set{Time: "t", Inputs: []string{"k"}, SystemParameters: 1, Coordinates: []data.Coordinate{{Name: "x",
		Velocity: "v"}}}
	for i := range 12 {
		k := 1 + 0.25*float64(i)
		w, a := math.Sqrt(k), 0.5+0.1*float64(i%5)
		var t data.Trajectory
		for n := range 60 {
			s, c := math.Sincos(w*0.05*float64(n) + float64(i))
			t.T, t.U = append(t.T, 0.05*float64(n)), append(t.U, k)
			t.Q, t.V = append(t.Q, a*c), append(t.V, -a*w*s)
			if accelerations {
				t.A = append(t.A, -a*k*c)
			}
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// A condition does not change along a motion, so the learned energy of a model that has one does not either, at that
// condition; under a force it may, and nothing is said.
func TestEnergyDriftUnderConditions(t *testing.T) {
	set, s := springs(true), quick()
	s.Steps, s.Rate = 200, 1e-2
	m := fit(t, set, s)
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil || e.EnergyDrift == nil || !(*e.EnergyDrift < 1e-6) {
		t.Fatalf("%+v, %v", e, err)
	}
	k, q, v := set.Trajectories[0].U[:1], []float64{0.5}, []float64{0.2}
	soft, _ := m.Energy(q, v, k)
	if stiff, _ := m.Energy(q, v, []float64{3 * k[0]}); math.Abs(soft-stiff) < 1e-3 {
		t.Errorf("the learned energy is %v, whatever the stiffness: the test cannot fail", soft)
	}
	set.SystemParameters = 0
	if e, err = fit(t, set, s).Evaluate(t.Context(), set, 0); err != nil || e.EnergyDrift != nil {
		t.Errorf("under a force: %+v, %v", e, err)
	}
}
