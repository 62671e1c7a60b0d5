package lagrange

import (
	"math"
	"testing"

	"lagrange/data"
	"lagrange/filter"
	"lagrange/model"
)

// The floor of a pendulum near rest is that of an oscillator: a start uncertain by √p and
// √r in angle and velocity makes the angle uncertain by √(p cos² ωt + r sin² ωt / ω²).
func TestFloor(t *testing.T) {
	c := model.Coordinate{Name: "q", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}
	spec := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{c},
		Terms: [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}}
	const w, p, r, step, rows = 3., 1e-4, 9e-3, 0.02, 30
	net, err := model.With(spec, []float64{w * w, 1})
	if err != nil {
		t.Fatal(err)
	}
	o := observation{m: &Model{net: net}, noise: filter.Noise{Step: 0.005}}
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "q"}}}
	var motion data.Trajectory
	want := 0.0
	for k := range rows + 1 {
		motion.T = append(motion.T, step*float64(k))
		if s, c := math.Sincos(w * step * float64(k)); k > 0 {
			want += (p*c*c + r*s*s/(w*w)) / rows
		}
	}
	set.Trajectories = []data.Trajectory{motion, motion}
	start := estimate{x: []float64{0, 0}, P: []float64{p, 0, 0, r}}
	f := o.floor(set, []estimate{start, start})
	for _, got := range []float64{f.RMSEQ[0], f.MedianQ[0]} {
		if math.Abs(got/math.Sqrt(want)-1) > 1e-6 {
			t.Errorf("floor %v, want %v", got, math.Sqrt(want))
		}
	}
}
