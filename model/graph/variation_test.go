package graph

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// Vary gives the slopes of the whole Lagrangian, and second derivatives that are slopes of those; what is known of the
// last Field stays. The variational method then finds the motion that an explicit one does.
func TestVariation(t *testing.T) {
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			n, r := 2*e.m.Topology.D(), rand.New(rand.NewPCG(6, 6))
			tape := e.m.Tape(3)
			k, ok := model.As[model.Variation[float64]](tape)
			if !ok {
				t.Fatal("no variation")
			}
			x, y := normal(r, 2*n), make([]float64, n)
			for i := range x {
				x[i] *= 0.3
			}
			tape.Field(x[:n], nil, y)
			mech, _ := model.As[model.Mechanics[float64]](tape)
			g, H, E := make([]float64, 2*n), make([]float64, 2*n*n), mech.Energy(0)
			k.Vary(x, nil, g, H)
			if mech.Energy(0) != E {
				t.Error("Vary changes what is known of the last Field")
			}
			at := x[n:]
			for j := range n {
				to := make([]float64, n)
				to[j] = 1
				L := slope(func(h float64) []float64 { L, _ := e.whole(along(at, h, to)); return []float64{L} })[0]
				if math.Abs(L-g[n+j]) > 1e-7*(1+math.Abs(L)) {
					t.Errorf("g[%d] = %v, of the whole %v", j, g[n+j], L)
				}
				bent := slope(func(h float64) []float64 {
					w := make([]float64, n)
					k.Vary(along(at, h, to), nil, w, nil)
					return w
				})
				for i, h := range bent {
					if got := H[(n+i)*n+j]; math.Abs(got-h) > 1e-7*(1+math.Abs(h)) {
						t.Errorf("H[%d,%d] = %v, by differences %v", i, j, got, h)
					}
				}
			}
			field := func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }
			times := []float64{0, 0.5, 1}
			want, err := ode.Solve(context.Background(), field, x[:n], times, ode.Options{RTol: 1e-12, ATol: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			o := ode.Options{Method: ode.Variational(6), Step: 0.05, Variation: func(_, x, g, H []float64) {
				k.Vary(x, nil, g, H)
			}}
			got, err := ode.Solve(context.Background(), nil, x[:n], times, o)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range want.X {
				if math.Abs(got.X[i]-x) > 1e-7 {
					t.Errorf("number %d is %v, by an explicit method %v", i, got.X[i], x)
				}
			}
		})
	}
}
