package modeltest

import (
	"testing"

	"lagrange/model"
)

// firstSlopes holds SlopesVJP against differences of g = (L_q + F, L_v) in θ.
func (s *suite) firstSlopes(t *testing.T) {
	tape := s.m.Tape(batch)
	k, ok := model.As[model.Slopes[float64]](tape)
	if !ok {
		t.Skip("a model without slopes")
	}
	vary, _ := model.As[model.Variation[float64]](tape)
	d, n := s.d, 2*s.d
	w, z, g := s.normal(batch*d), s.normal(batch*d), make([]float64, batch*n)
	dtheta, xdot := make([]float64, len(s.m.Theta)), make([]float64, len(s.x))
	tape.Field(s.x, s.u, xdot)
	k.SlopesVJP(w, z, dtheta)
	slopes(t, "∂(w·L_v + z·(L_q + F))/∂θ", s.m.Theta, dtheta, func() (y float64) {
		vary.Vary(s.x, s.u, g, nil)
		for b := range batch {
			for i := range d {
				y += z[b*d+i]*g[b*n+i] + w[b*d+i]*g[b*n+d+i]
			}
		}
		return
	})
	tape.Field(s.x, s.u, xdot)
	if n := testing.AllocsPerRun(5, func() { k.SlopesVJP(w, z, dtheta) }); n != 0 {
		t.Errorf("%v allocations in SlopesVJP", n)
	}
}

// dissipation holds the numbers in which friction is linear against the forces themselves.
func (s *suite) dissipation(t *testing.T) {
	f := model.DissipationOf(s.m.Spec, len(s.m.Theta))
	if f.Len() == 0 {
		t.Skip("a model without friction")
	}
	c := s.normal(f.Len())
	for i := range c {
		c[i] *= c[i]
	}
	for drop, any := f.Creates(c); any; drop, any = f.Creates(c) {
		for i := range c {
			if drop[i] {
				c[i] = 0
			}
		}
	}
	m := s.m.Copy()
	tape, n := m.Tape(batch), 2*s.d
	vary, ok := model.As[model.Variation[float64]](tape)
	if !ok {
		t.Skip("a model without a Lagrangian")
	}
	g, none := make([]float64, batch*n), make([]float64, batch*n)
	f.Set(m.Theta, make([]float64, f.Len()))
	vary.Vary(s.x, s.u, none, nil)
	f.Set(m.Theta, c)
	vary.Vary(s.x, s.u, g, nil)
	for b := range batch {
		z, row, y, size := s.normal(s.d), make([]float64, f.Len()), 0.0, 0.0
		f.Slopes(m.Theta, s.x[b*n+s.d:(b+1)*n], z, row)
		for i, x := range z {
			y += x * (g[b*n+i] - none[b*n+i])
			size += x * x * g[b*n+i] * g[b*n+i]
		}
		for i, x := range row {
			y -= x * c[i]
			size += x * x * c[i] * c[i]
		}
		if y*y > 1e-20*size {
			t.Errorf("sample %d: zᵀF differs by %v of %v", b, y, size)
		}
	}
}
