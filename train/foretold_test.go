package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
)

// Deviations are those by which what is learned from many recordings differs, of noise of which each number foretells
// the next one as of noise of which none does.
func TestForetold(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	m, err := model.With(model.Spec{Family: "terms", Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 6}},
		Terms:       [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}}, []float64{2, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	const sigma, recordings = 0.02, 25
	for _, rho := range []float64{0, 0.8} {
		z, plain := 0.0, 0.0
		for seed := range uint64(recordings) {
			all, truth := motions(m, 5, 161, sigma, 0.01, false, 3)
			r := rand.New(rand.NewPCG(seed, 8))
			for i, x := range truth {
				e := r.NormFloat64()
				for k := 0; k < len(x); k += 2 {
					all.Of[i].Y[k] = x[k] + sigma*e
					e = rho*e + math.Sqrt(1-rho*rho)*r.NormFloat64()
				}
			}
			o := &Identification{Learn: &Measured{D: 1, Of: all.Of[:4]}, Held: &Measured{D: 1, Of: all.Of[4:]},
				Swing: 3, Penalty: L2, Workers: 1}
			x, err := o.shoot(t.Context(), Identified{Model: m.Copy()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			off := x.Model.Theta[0]/x.Model.Theta[1]/4 - 1
			sd := x.Shot.Deviations()[0] / x.Model.Theta[0]
			z += off * off / (sd * sd) / recordings
			plain += off * off / (sd * sd) * x.Shot.Foretold / recordings
		}
		t.Logf("%g: the mean square of z is %.2f, and %.2f as if no residual foretold another", rho, z, plain)
		if !(z > 0.4 && z < 2.2) || rho == 0 && math.Abs(plain/z-1) > 0.1 || rho > 0 && plain < 3*z {
			t.Errorf("%g: the mean square of z is %g, and %g as if no residual foretold another", rho, z, plain)
		}
	}
}
