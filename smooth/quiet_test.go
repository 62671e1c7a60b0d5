package smooth

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The noise of velocities of a double pendulum that whips now and then is found, if too large rather than too small,
// though the likelihood takes a tenth of it for likelier; that of what is measured exactly, and of positions, is not
// touched.
func TestNoiseOfVelocitiesThatWhip(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const n, dt = 250, 0.02
	for _, sigma := range []float64{0, 0.01} {
		series := make([][]Series, 2)
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 4))
			for k, m := range motions(t, "double-pendulum", seed, every(n, dt)) {
				series[k] = append(series[k], Series{T: m.t, Q: noisy(r, m.q, sigma), V: noisy(r, m.v, sigma)})
			}
		}
		for k, s := range series {
			f, err := Find(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if sigma == 0 {
				if !(f.Q.Value < 1e-5 && f.V.Value < 1e-3) {
					t.Errorf("angle %d without noise: %+v, %+v", k+1, f.Q, f.V)
				}
				continue
			}
			if x := f.V.Value / sigma; !(x > 0.7 && x < 1.6) || f.V.High < f.V.Value {
				t.Errorf("angle %d, σ = %g: velocities have %+v", k+1, sigma, f.V)
			}
			if math.Abs(f.Q.Value/sigma-1) > 0.1 {
				t.Errorf("angle %d, σ = %g: positions have %+v", k+1, sigma, f.Q)
			}
		}
	}
}
