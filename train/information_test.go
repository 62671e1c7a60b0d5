package train

import (
	"math"
	"testing"

	"lagrange/model"
)

// What was measured says, and what draws the parameters beside it, are the inverse of the covariance together.
func TestInformationIsThatOfTheCovariance(t *testing.T) {
	m := dampedPendulum(t)
	o, _ := motions(m, 4, 61, 0.01, 0.05, false, 20)
	shot := shoot(t, m, o, L2)
	loss, last := 0.0, shot.Lengths[len(shot.Lengths)-1]
	if loss = math.Max(1, last.Loss); !last.Kept {
		t.Fatal("the last length was not kept")
	}
	of := m.Outer()
	unit, P := m.Units(of), len(of)
	for i := range P {
		for j := range P {
			sum := 0.0 // of G C, which is the unit matrix
			for k := range P {
				G := loss * (shot.Information[i*P+k] + shot.Mass[i]*shot.Mass[k])
				if i == k {
					G += 1e-3 / (unit[i] * unit[i]) // the ridge of shoot
				}
				sum += G * shot.Covariance[k*P+j] / loss
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(sum-want) > 0.02 {
				t.Errorf("element %d, %d of G C is %.4f", i, j, sum)
			}
		}
	}
}

// Friction that is 0 is known as well as friction that is hardly more: its parameter has no slope there.
func TestInformationOfNoFriction(t *testing.T) {
	of := func(c float64) (sd float64) {
		m := dampedPendulum(t)
		m.Theta[2] = c
		o, _ := motions(m, 3, 61, 0.01, 0.05, false, 20)
		s := readied(t, &Shooting{Model: m, Measured: o, Of: m.Outer(), Unit: m.Units(m.Outer()), Ridge: 1e-3,
			PositiveDefinite: o.Around(m, 1), Penalty: L2, Duration: 1, Workers: 1})
		G := s.information()
		if m.Theta[2] != c {
			t.Fatal("the model was changed")
		}
		off := m.Copy()
		off.OffBounds()
		return 2 * off.Theta[2] / math.Sqrt(G[len(G)-1]) // of c²
	}
	none, some := of(0), of(0.1)
	if !(none > 0.7*some && none < 1.4*some) {
		t.Errorf("no friction is known to ± %.3g, some to ± %.3g", none, some)
	}
	m := dampedPendulum(t)
	m.Theta[2] = -0.5
	if m.OffBounds(); m.Theta[2] != -0.5 || m.Spec.Friction != model.Viscous {
		t.Error("friction that is not 0 was changed")
	}
}
