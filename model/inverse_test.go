package model

import (
	"math/rand/v2"
	"testing"

	"lagrange/nn"
	"lagrange/nn/parttest"
)

// Inverse powers obey the rules of a part, away from 0.
func TestInverse(t *testing.T) {
	for name, kind := range map[string]kind{"1/x": inverse, "1/x²": inverseSquare} {
		t.Run(name, func(t *testing.T) {
			columns := []column{{kind: kind, scale: 1.7}}
			r := rand.New(rand.NewPCG(4, 4))
			x := draws(r, 3, 1)
			for i := range x {
				x[i] = 1 + x[i]*x[i]
			}
			parttest.Check(t, r, nil, x, func(_ []float64, batch, _ int) nn.Part[float64] {
				return newFeatures[float64](columns, batch)
			})
			parttest.CheckDual(t, r, nil, x, func(_ []float64, batch int) nn.Part[float64] {
				return newFeatures[float64](columns, batch)
			})
		})
	}
}
