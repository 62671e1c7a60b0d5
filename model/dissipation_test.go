package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The force of friction is linear in its numbers c: zᵀF = Σ c_k ∂(zᵀF)/∂c_k, with the parameters that Set makes of
// them.
func TestDissipationIsItsForce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for _, friction := range Frictions() {
		for _, d := range []int{1, 2, 3} {
			s := forceSpec(d, 0, friction)
			_, theta := drawnForces(s, r)
			f := DissipationOf(s, len(theta))
			c := make([]float64, f.Len())
			for i := range c {
				c[i] = 1 + r.Float64()
			}
			if friction == Viscous || friction == Both || friction == Stribeck || friction == AllFriction {
				for i := range d {
					for j := range i {
						c[i*(i+1)/2+j] *= 0.1 // so that C has no negative eigenvalue
					}
				}
			}
			if _, any := f.Creates(c); any {
				t.Fatalf("%s d=%d: %v brings energy", friction, d, c)
			}
			f.Set(theta, c)
			v, z, row, F := draws(r, d, 1), draws(r, d, 1), make([]float64, f.Len()), make([]float64, d)
			f.Slopes(theta, v, z, row)
			for _, part := range newForces(s, theta, forcesAt) {
				part.add(v, nil, F)
			}
			want, got := 0.0, 0.0
			for i := range F {
				want += z[i] * F[i]
			}
			for k := range c {
				got += c[k] * row[k]
			}
			if math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("%s d=%d: zᵀF = %v, of the numbers %v", friction, d, want, got)
			}
		}
	}
}
