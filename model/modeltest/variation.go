package modeltest

import (
	"math"
	"testing"

	"lagrange/model"
)

// variation: the accelerations obey d/dt L_v = L_q + F, by derivatives of g = (L_q + F, L_v) that are those of central
// differences; L_v is the momentum, and what of L_q + F is no force is the slope of L.
func (s *suite) variation(t *testing.T) {
	tape := s.m.Tape(batch)
	k, ok := model.As[model.Variation[float64]](tape)
	if !ok {
		t.Skip("a model without a Lagrangian")
	}
	mech, _ := model.As[model.Mechanics[float64]](tape)
	d, n := s.d, 2*s.d
	xdot := make([]float64, batch*n)
	tape.Field(s.x, s.u, xdot)
	x, g, H := append([]float64(nil), s.x...), make([]float64, batch*n), make([]float64, batch*n*n)
	k.Vary(x, s.u, g, H)
	for b := range batch {
		for i, p := range mech.Momentum(b) {
			if got := g[b*n+d+i]; math.Abs(got-p) > 1e-12*(1+math.Abs(p)) {
				t.Errorf("sample %d: L_v[%d] = %v, momentum %v", b, i, got, p)
			}
			pdot, top := 0.0, math.Abs(g[b*n+i])
			for j, x := range xdot[b*n : (b+1)*n] {
				h := H[(b*n+d+i)*n+j]
				pdot, top = pdot+h*x, top+math.Abs(h*x)
			}
			if math.Abs(pdot-g[b*n+i]) > 1e-9*top {
				t.Errorf("sample %d: d/dt L_v[%d] = %v, L_q + F = %v", b, i, pdot, g[b*n+i])
			}
		}
	}
	weights, by, first := s.normal(batch*n), make([]float64, batch*n), make([]float64, batch*n)
	for i, w := range weights {
		for j := range n {
			by[i/n*n+j] += w * H[i*n+j]
		}
	}
	slopes(t, "∂g/∂x", x, by, func() (y float64) {
		k.Vary(x, s.u, first, nil)
		for i, w := range weights {
			y += w * first[i]
		}
		return y
	})
	if k.Vary(x, s.u, first, nil); math.Abs(first[0]-g[0]) > 1e-12*(1+math.Abs(g[0])) {
		t.Errorf("L_q is %v alone, %v with second derivatives", first[0], g[0])
	}
	if n := testing.AllocsPerRun(5, func() { k.Vary(x, s.u, g, H); k.Vary(x, s.u, g, nil) }); n != 0 {
		t.Errorf("%v allocations in Vary", n)
	}
}
