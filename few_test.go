package lagrange

import (
	"math"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
)

// A model that is lost in few windows has learned something: the median one tells.
func TestFewWindows(t *testing.T) {
	net, err := model.New[float64](model.Spec{Family: "lnn", Hidden: []int{2}, Activation: "softplus",
		Head: model.Plain, Kinetic: 1,
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, set := &Model{net: net}, &data.Set{Coordinates: []data.Coordinate{{Name: "q"}},
		Trajectories: []data.Trajectory{{T: []float64{0, 1}, Q: []float64{0, 0}, V: []float64{0, 0}}}}
	for _, c := range []struct {
		median  float64
		serious bool
		says    string
	}{{1e-9, false, "few windows make that"}, {0.5, true, "next to nothing"}, {math.NaN(), true, "next to nothing"}} {
		found := m.verdict(set, Evaluation{HeldOut: true,
			Models: map[string]eval.Scores{"lnn": {RMSEQ: []float64{2}, MedianQ: []float64{c.median}},
				ConstantVelocity: {RMSEQ: []float64{1}, MedianQ: []float64{1}}}})
		if len(found) != 1 || found[0].Serious != c.serious || !strings.Contains(found[0].Do, c.says) {
			t.Errorf("%g: %+v", c.median, found)
		}
	}
}
