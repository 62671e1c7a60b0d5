package view

import (
	"lagrange/data"
	"lagrange/internal/lin"
	"lagrange/model"
)

// Mass is the mass matrix of the first model along the path that it predicts.
type Mass struct {
	T     Numbers   `json:"t"`
	M     []Numbers `json:"m"` // row by row, each (d, d)
	Least Numbers   `json:"least"`
}

// mostMasses are the states of a path whose mass matrix is told, and mostMassive the coordinates up to which it is.
const mostMasses, mostMassive = 100, 4

// masses evaluates states of a path, in the units of coordinates and L; nil for a model without a Lagrangian.
func (s *Scene) masses(path data.Trajectory) (out *Mass) {
	t, q, v, u := path.T, path.Q, path.V, path.U
	if len(t) == 0 || s.columns.D() > mostMassive {
		return nil
	}
	m := s.models[0].Model.Members()[0]
	tape, d := m.Tape(1), m.D()
	k, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		return nil
	}
	out = &Mass{}
	x, xdot, w := make([]float64, 2*d), make([]float64, 2*d), make([]float64, d)
	e, f := make([]float64, d*d), m.M()
	for n := 0; n < len(t); n += (len(t)-1)/mostMasses + 1 {
		copy(x, q[n*d:(n+1)*d])
		copy(x[d:], v[n*d:(n+1)*d])
		tape.Field(x, u[n*f:(n+1)*f], xdot)
		M := append(Numbers(nil), k.Mass(0)...)
		out.T, out.M = append(out.T, t[n]), append(out.M, M)
		lin.Eigen(d, append([]float64(nil), M...), w, e)
		out.Least = append(out.Least, w[0])
	}
	return out
}
