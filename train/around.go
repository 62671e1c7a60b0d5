package train

import (
	"math/rand/v2"

	"lagrange/model"
)

const (
	aroundStates = 400  // at which mass matrices are kept positive definite, half of them beside the data
	aroundMargin = 0.1  // how far beside: so much of the scales, and
	aroundSD     = 3    // so many of the smoother's deviations
	aroundFloor  = 0.05 // least eigenvalue, of the mean one
)

// Around returns the penalty of mass matrices that are not positive definite where the motion is and a little around
// it, where roll-outs of a model that is not yet the best may go. It is nil for a model without a mass matrix, and for
// one of many coordinates. The mean mass is that of the model now.
func (o *Measured) Around(m *model.Model[float64], seed uint64) *PositiveDefinite[float64] {
	tape := m.Tape(1)
	mass, ok := model.As[model.Mechanics[float64]](tape)
	if _, also := model.As[model.Inertia[float64]](tape); !ok || !also || o.D > MostCoordinates {
		return nil
	}
	r, n, rows := rand.New(rand.NewPCG(seed, 0xa0)), 2*o.D, 0
	for _, e := range o.Of {
		rows += len(e.T)
	}
	p := &PositiveDefinite[float64]{}
	scale := make([]float64, n)
	for j, c := range m.Spec.Coordinates {
		p.Unit = append(p.Unit, c.Speed)
		scale[j], scale[o.D+j] = c.Scale, c.Speed
	}
	trace, xdot := 0.0, make([]float64, n)
	every, at := 1+rows/(aroundStates/2), 0
	for _, e := range o.Of {
		for ; at < len(e.T); at += every {
			x, u := e.state(at), e.U[at*o.M:(at+1)*o.M]
			tape.Field(x, u, xdot)
			for j, s := range p.Unit {
				trace += mass.Mass(0)[j*o.D+j] * s * s / float64(o.D)
			}
			p.X, p.U, p.N = append(p.X, x...), append(p.U, u...), p.N+2
			for j, y := range x {
				p.X = append(p.X, y+r.NormFloat64()*(aroundMargin*scale[j]+aroundSD*e.SD[at*n+j]))
			}
			p.U = append(p.U, u...)
		}
		at -= len(e.T)
	}
	p.Floor = aroundFloor * trace / float64(p.N/2)
	return p
}
