package modeltest

import (
	"math"
	"testing"

	"lagrange/model"
)

// inverseDynamics: no force is missing where the field is the acceleration, and M δ is where it is δ more; the derivatives of the
// force are those of central differences.
func (s *suite) inverseDynamics(t *testing.T) {
	tape := s.m.Tape(batch)
	k, ok := model.As[model.InverseDynamics[float64]](tape)
	if !ok {
		t.Skip("a model without a Lagrangian")
	}
	mass, n := func() model.Mechanics[float64] { k, _ := model.As[model.Mechanics[float64]](tape); return k }(), batch*s.d
	q, v, delta := make([]float64, n), make([]float64, n), s.normal(n)
	a, Q := make([]float64, n), make([]float64, n)
	for b, xdot := 0, s.field(s.x, s.u); b < batch; b++ {
		at := 2 * b * s.d
		copy(q[b*s.d:(b+1)*s.d], s.x[at:])
		copy(v[b*s.d:(b+1)*s.d], s.x[at+s.d:])
		copy(a[b*s.d:(b+1)*s.d], xdot[at+s.d:])
	}
	k.Force(q, v, s.u, along(a, 1, delta), Q)
	for b := range batch {
		M := mass.Mass(b)
		for i := range s.d {
			want, top := 0.0, 0.0
			for j := range s.d {
				w := M[i*s.d+j]
				want += w * delta[b*s.d+j]
				top += math.Abs(w) * (math.Abs(delta[b*s.d+j]) + math.Abs(a[b*s.d+j]))
			}
			if math.Abs(Q[b*s.d+i]-want) > 1e-9*top {
				t.Errorf("sample %d: Q[%d] = %v, want %v", b, i, Q[b*s.d+i], want)
			}
		}
	}
	lambda := s.normal(n)
	dtheta, dq, dv, du := make([]float64, len(s.m.Theta)), make([]float64, n), make([]float64, n), make([]float64, len(s.u))
	k.ForceVJP(lambda, dtheta, dq, dv, du)
	acc := along(a, 1, delta)
	for _, c := range []struct {
		name   string
		at, by []float64
	}{{"∂Q/∂θ", s.m.Theta, dtheta}, {"∂Q/∂q", q, dq}, {"∂Q/∂v", v, dv}, {"∂Q/∂u", s.u, du}} {
		slopes(t, c.name, c.at, c.by, func() (y float64) {
			k.Force(q, v, s.u, acc, Q)
			for j, x := range Q {
				y += lambda[j] * x
			}
			return
		})
	}
	if n := testing.AllocsPerRun(5, func() { k.Force(q, v, s.u, acc, Q); k.ForceVJP(lambda, dtheta, dq, dv, du) }); n != 0 {
		t.Errorf("%v allocations in Force and ForceVJP", n)
	}
}
