package formula

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lagrange/model"
)

// chained is a graph by its shape alone.
func chained(shape string, nodes, size int) model.Spec {
	s := model.Spec{Family: "graph", Activation: "tanh", Nodes: &model.Nodes{Size: size, Shape: shape}}
	for i := range nodes * size {
		s.Coordinates = append(s.Coordinates, model.Coordinate{Name: fmt.Sprintf("u%d", i+1),
			Velocity: fmt.Sprintf("v%d", i+1), Scale: 1, Speed: 1, Accel: 1})
	}
	return s
}

// Terms of a density are summed over all nodes, and over all neighbours: the last of a ring and the first, too.
func TestSites(t *testing.T) {
	x := []float64{1, 2, 4, 7, 0.1, 0.2, 0.3, 0.5}
	for shape, want := range map[string]map[string]float64{
		"ring":  {"Σ v^2": 0.39, "Σ u^3": 416, "Σ (u-u')^2": 1 + 4 + 9 + 36, "Σ v*v'": .02 + .06 + .15 + .05},
		"chain": {"Σ v^2": 0.39, "Σ u^3": 416, "Σ (u-u')^2": 1 + 4 + 9, "Σ v*v'": .02 + .06 + .15},
	} {
		s := chained(shape, 4, 1)
		k, labels, err := Task{Of: &model.Model[float64]{Spec: s}, States: x}.sites()
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, h := range k.Terms[0] {
			y, tested := want[labels[h.Text]]
			if !tested {
				continue
			}
			found++
			if got := s.Values(h, x)[0] * h.Size; math.Abs(got-y) > 1e-12 {
				t.Errorf("%s, %s: %g, not %g", shape, labels[h.Text], got, y)
			}
		}
		if found != len(want) {
			t.Errorf("%s: %q", shape, labels)
		}
	}
	for why, s := range map[string]model.Spec{"is a network": chained("network", 4, 1),
		"with 2 at": chained("ring", 4, 2), "these are 30": chained("ring", 30, 1)} {
		if _, _, err := (Task{Of: &model.Model[float64]{Spec: s}}).sites(); err == nil ||
			!strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", why, err)
		}
	}
	s := chained("ring", 4, 1)
	s.Friction = model.Viscous
	if _, _, err := (Task{Of: &model.Model[float64]{Spec: s}}).sites(); err == nil ||
		!strings.Contains(err.Error(), "without friction") {
		t.Error(err)
	}
}
