package bench

import (
	"math"
	"testing"

	"lagrange/model"
	"lagrange/train"
)

// The head is named where there is a choice of one, the plain one too, and layers of one size by their number.
func TestTitles(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{Network{Name: "lnn", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}}.Title(),
			"lnn, quadratic head, 20×2"},
		{Network{Name: "lnn-plain", Family: "lnn", Head: "", Hidden: []int{160}}.Title(),
			"lnn-plain, plain head, 160×1"},
		{Network{Name: "hnn-canonical", Family: "hnn", Head: "", Hidden: []int{64, 32}}.Title(),
			"hnn-canonical, plain head, 64, 32"},
		{Network{Name: "baseline", Family: "nn", Head: "", Hidden: []int{24, 24, 24}}.Title(), "baseline, 24×3"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// Coordinates are scaled by means and deviations, worked out by hand for two coordinates of three states; weights count
// for accelerations alone, and an angle has the scale 1 about 0.
func TestScaled(t *testing.T) {
	o := &train.Accelerations[float64]{N: 3, Weight: []float64{1, 4, 1},
		X: []float64{1, 10, 3, 0, 2, 10, 0, 1, 6, 40, -6, -1}, A: []float64{1, 0, 2, 1, -1, 0}}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%s: %.15g, want %.15g", what, got, want)
		}
	}
	c := Scaled(o, 0)
	near("mean", c[0].Mean, 3)                               // of 1, 2, 6
	near("scale", c[0].Scale, math.Sqrt(14./3))              // 4 + 1 + 9
	near("speed", c[0].Speed, math.Sqrt(15))                 // 9 + 0 + 36
	near("acceleration", c[0].Accel, math.Sqrt(18./3))       // 1 + 4·4 + 1
	near("mean of the second", c[1].Mean, 20)                // of 10, 10, 40
	near("scale of the second", c[1].Scale, math.Sqrt(200))  // 100 + 100 + 400
	near("speed of the second", c[1].Speed, math.Sqrt(2./3)) // 0 + 1 + 1
	near("acceleration, too", c[1].Accel, math.Sqrt(4./3))   // 0 + 4·1 + 0
	o.Weight = nil
	near("without weights", Scaled(o, 0)[0].Accel, math.Sqrt2) // 1 + 4 + 1
	if a := Scaled(o, 6)[0]; a.Mean != 0 || a.Scale != 1 || a.Period != 6 || a.Speed != c[0].Speed {
		t.Errorf("an angle: %+v", a)
	}
}
