package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
)

// A quadratic head of many coordinates, as it is drawn, has a mass matrix that is positive definite at 99 of 100
// states, so that first steps do not go through pseudo-inverses.
func TestDrawnPositiveDefinite(t *testing.T) {
	for _, d := range []int{7, 14, 30} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("d=%d/seed=%d", d, seed), func(t *testing.T) {
				const B = 128
				spec := model.Spec{Family: "lnn", Hidden: []int{20, 20}, Activation: "softplus", Head: model.Quadratic,
					Kinetic: 1}
				for range d {
					spec.Coordinates = append(spec.Coordinates,
						model.Coordinate{Period: 2 * math.Pi, Scale: 1, Speed: 6, Accel: 50})
				}
				m, err := model.New[float64](spec, seed)
				if err != nil {
					t.Fatal(err)
				}
				r, x, xdot := rand.New(rand.NewPCG(seed, 1)), make([]float64, 2*d*B), make([]float64, 2*d*B)
				for i := range x {
					if x[i] = 2 * math.Pi * r.Float64(); i%(2*d) >= d {
						x[i] = 20*r.Float64() - 10
					}
				}
				tape := m.Tape(B)
				tape.Field(x, nil, xdot)
				if h := tape.Health(); h.Solves != B || h.Fallbacks > B/100 || h.NonFinite > 0 {
					t.Errorf("%d of %d by the pseudo-inverse, %d not finite", h.Fallbacks, h.Solves, h.NonFinite)
				}
			})
		}
	}
}
