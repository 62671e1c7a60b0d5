package relativity

import (
	"testing"

	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/model"
)

// The particle's figure shows velocities, whatever a model has beside q: of a free Lagrangian, and of a free
// Hamiltonian in which q̇ is E p/P².
func TestParticleFigureShowsVelocities(t *testing.T) {
	f := newFigures(nil)
	times := f.motion[0].X
	want := [][]float64{f.motion[0].Y}
	for _, canonical := range []bool{false, true} {
		m := Model{Network: bench.Network{Family: "lnn", Hidden: []int{2}}, title: "free", kinetic: 1, shrunk: 1}
		m.scale, m.speed, m.accel = 2, 3, 4
		v := fallSpeed
		if canonical {
			m.title, m.Family, m.Canonical = "free, of momenta", "hnn", true
			v = 2 * 4 * momentum(fallSpeed) / 9 // E = q ṗ
		}
		net, err := model.New[float64](m.Spec(), 1)
		if err != nil {
			t.Fatal(err)
		}
		clear(net.Theta)
		s := f.fall(t.Context(), m, net)
		f.motion = append(f.motion, s)
		y := make([]float64, len(times))
		for i := range y {
			y[i] = v
		}
		want = append(want, y)
	}
	p := benchtest.Drawn(t, f.all()["relativity"]).Panels[0]
	if p.XLabel != "t" || p.YLabel != "q̇" {
		t.Errorf("a panel of %q against %q", p.YLabel, p.XLabel)
	}
	for i, name := range []string{"true", "free", "free, of momenta"} {
		if err := p.Shows(i, name, times, want[i]); err != nil {
			t.Error(err)
		}
	}
}
