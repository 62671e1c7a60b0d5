package model_test

import (
	"math"
	"runtime"
	"testing"

	"lagrange/model"
)

// The memory of a tape grows with its batch and no faster.
func TestTapeMemoryIsLinear(t *testing.T) {
	for _, family := range model.Families() {
		c := model.Coordinate{Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}
		m, err := model.New[float64](complete(model.Spec{
			Family: family, Coordinates: []model.Coordinate{c, c}, Hidden: []int{100, 50}, Activation: "softplus",
			Kinetic: 4,
		}), 1)
		if err != nil {
			t.Fatal(err)
		}
		size := func(batch int) float64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			tape := m.Tape(batch)
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(tape)
			return float64(after.TotalAlloc - before.TotalAlloc)
		}
		first := size(400)
		for _, k := range []int{2, 8} {
			if got := size(400 * k); got > 1.05*float64(k)*first {
				t.Errorf("%s: a tape of %d states takes %.0f bytes, one of 400 takes %.0f", family, 400*k, got, first)
			}
		}
	}
}
