package lagrange_test

import (
	"path/filepath"
	"slices"
	"testing"

	"lagrange"
	"lagrange/model"
)

// Every family learns a spring from a recording, with and without accelerations, better than constant velocity; is saved and
// read back; and says whether it has an energy. A Neural ODE learns from windows even where accelerations are recorded.
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
			if _, ok := m.Energy([]float64{0.3}, []float64{0.1}, nil); ok != conserves || (e.EnergyDrift != nil) != conserves {
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
