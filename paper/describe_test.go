package paper

import (
	"strings"
	"testing"

	"lagrange/model"
)

// The head is named where there is a choice of one, the plain one too, and layers of one size by their number.
func TestDescribed(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{described("lnn", "lnn", model.Quadratic, []int{20, 20}), "lnn, quadratic head, 20×2"},
		{described("lnn-plain", "lnn", "", []int{160}), "lnn-plain, plain head, 160×1"},
		{described("hnn-canonical", "hnn", "", []int{64, 32}), "hnn-canonical, plain head, 64, 32"},
		{described("baseline", "nn", "", []int{24, 24, 24}), "baseline, 24×3"},
		{pendulumModels[0].title(), "lnn, quadratic head, 20×2"},
		{pendulumModels[2].title(), "lnn-plain, plain head, 20×2"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// Networks and laws stand in one table, and where another one comes nearer than the Lagrangian network a note says so,
// and only there.
func TestPlanetRivals(t *testing.T) {
	names := []string{"a", "b"}
	r := PlanetReport{GM: 1, Draws: map[string]int{"lnn": 1, "nn": 2}, Models: map[string]map[string]float64{
		"lnn": {"a": 2e-5, "b": 2e-5}, "nn": {"a": 3e-5, "b": 0.5}, "kepler": {"a": 1, "b": 1},
		"kepler-each": {"a": 2.5e-5, "b": 1.5e-5}, "kepler-b": {"a": 4e-5, "b": 1e-5},
	}, Laws: map[string]map[string]Law{"kepler-b": {"a": {1.5, 2e-6}, "b": {1, 0}}}}
	tables := r.tables(names)
	for i, want := range []string{"2e-05 2e-05", "3e-05 0.5", "1 1", "2.5e-05 1.5e-05", "4e-05 1e-05"} {
		if got := strings.Join(tables[0].Rows[i][1:], " "); got != want {
			t.Errorf("%s: %s, want %s", tables[0].Rows[i][0], got, want)
		}
	}
	if laws := tables[2].Rows; len(laws) != 3 || laws[1][1] != "1.5000000" || laws[2][1] != "2e-06" {
		t.Errorf("%q", laws)
	}
	var losses []string
	for _, n := range r.notes(names, false) {
		if strings.Contains(n, "loses") {
			losses = append(losses, n)
		}
	}
	if n := r.notes(names, false)[0]; !strings.HasPrefix(n, "baseline network, 160×1: the best of 2 draws") {
		t.Errorf("%q", n)
	}
	if len(losses) != 1 || !strings.Contains(losses[0], "on b: potential") || !strings.Contains(losses[0], "1e-05 AU, the Lagrangian network by 2e-05") {
		t.Errorf("%q", losses)
	}
}
