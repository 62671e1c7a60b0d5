package planets

import (
	"math"
	"testing"

	"lagrange/ode"
)

// Motions of known GM and b, integrated in the plane, where the potential −GM/r − b/r³ pulls with GM/r³ + 3b/r⁵ times
// the place, give these numbers back: of each planet, and one GM for all where there is one. What comes after the ten
// years has no say.
func TestPlanetLaws(t *testing.T) {
	o, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	truth := [][]float64{{1.0001, 2e-5}, {0.9999, -1e-4}, {1.00005, 5e-5}, {1, 1e-4}}
	inPlane := func(theta func(i int) []float64) {
		for i := range o.names {
			x, GM, b := o.X[i], theta(i)[0], theta(i)[1]
			r, vr, w := x[0], x[2], x[3]
			s, c := math.Sincos(x[1])
			pull := func(_ float64, z, dz []float64) {
				r := math.Hypot(z[0], z[1])
				a := -GM/math.Pow(r, 3) - 3*b/math.Pow(r, 5)
				dz[0], dz[1], dz[2], dz[3] = z[2], z[3], a*z[0], a*z[1]
			}
			start := []float64{r * c, r * s, vr*c - r*w*s, vr*s + r*w*c}
			tight := ode.Options{Method: ode.Dop853, RTol: 1e-13, ATol: 1e-13}
			res, err := ode.Solve(t.Context(), pull, start, o.times[:o.early], tight)
			if err != nil {
				t.Fatal(err)
			}
			for n := range o.early {
				z := res.X[4*n:]
				x[4*n], x[4*n+1] = math.Hypot(z[0], z[1]), math.Atan2(z[1], z[0])
			}
			for n := 4 * o.early; n < len(x); n++ {
				x[n] = math.NaN()
			}
		}
	}
	inPlane(func(i int) []float64 { return truth[i] })
	found, err := o.law(t.Context(), allLaws[1])
	if err != nil {
		t.Fatal(err)
	}
	for i, θ := range found {
		if math.Abs(θ[0]-truth[i][0]) > 1e-8 || math.Abs(θ[1]-truth[i][1]) > 1e-8 {
			t.Errorf("%s: GM, b = %v, they are %v", o.names[i], θ, truth[i])
		}
	}
	inPlane(func(i int) []float64 { return []float64{truth[i][0], 0} })
	if found, err = o.law(t.Context(), allLaws[0]); err != nil {
		t.Fatal(err)
	}
	for i, θ := range found {
		if math.Abs(θ[0]-truth[i][0]) > 1e-10 {
			t.Errorf("%s: GM = %v, it is %v", o.names[i], θ, truth[i][0])
		}
	}
	inPlane(func(int) []float64 { return []float64{1.0003, 0} })
	if GM, err := o.kepler(t.Context()); err != nil || math.Abs(GM-1.0003) > 1e-10 {
		t.Errorf("GM = %v of all, it is 1.0003: %v", GM, err)
	}
}
