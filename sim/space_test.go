package sim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What the motors of an arm in space bring is what its energy gains, that of its masses, by where they are at times
// next to one another.
func TestSpatialTorquesBringTheEnergy(t *testing.T) {
	const h = 1e-4
	s := Arm{Joints: 5}.sines(rand.New(rand.NewPCG(1, 1)))
	where := func(q []float64) (all []vector) {
		f, o := frame{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, vector{}
		for k := range q {
			f = f.turned(2-k%2, q[k])
			for _, m := range masses {
				all = append(all, o.plus(1, f.point(m[0], m[1], m[2])))
			}
			o = o.plus(1, f.point(0, linkLength/10, linkLength))
		}
		return all
	}
	energy := func(at float64) (E float64) {
		q0, _, _ := positions(s, at-h)
		q1, _, _ := positions(s, at+h)
		q, v, _ := positions(s, at)
		x0, x1 := where(q0), where(q1)
		for i, x := range where(q) {
			w := x1[i].plus(-1, x0[i])
			E += linkMass * (w.dot(w)/(8*h*h) + gravity*x[2])
		}
		for _, w := range v {
			E += motorMass * w * w / 2
		}
		return E
	}
	for k := range 20 {
		at := 0.5 * float64(k)
		q, v, a := positions(s, at)
		power := 0.0
		for i, tau := range spatialTorques(q, v, a) {
			power += tau * v[i]
		}
		if want := (energy(at+h) - energy(at-h)) / (2 * h); math.Abs(power-want) > 1e-4*(1+math.Abs(want)) {
			t.Errorf("at %g s the motors bring %g W, the energy gains %g", at, power, want)
		}
	}
}
