package train

import (
	"math"
	"slices"

	"lagrange/internal/dense"
	"lagrange/internal/vec"
	"lagrange/model"
)

// covariance is G⁻¹, with free starts, where the fit has ended, times the mean loss where that is above the noise.
//
// No motion tells L and the forces Q from cL and cQ. Deviations are those beside a mean mass tr M that is held.
func (s *shooter) covariance() []float64 {
	P := len(s.Of)
	s.cost(s.x)
	copy(s.spread, s.trialSpread)
	loss := max(1, s.loss())
	s.form()
	s.eliminate(0)
	for i := range P {
		copy(s.F[i*P+i:(i+1)*P], s.trial[i*(P+1)+i:i*(P+1)+P])
	}
	if mass := s.meanMass(); mass != nil {
		gramUpper(mass, 1, P, 0, P, s.F)
	}
	C := make([]float64, P*P)
	known := dense.FactorUpper(s.team, P, s.F)
	for i := range P {
		row := C[i*P : (i+1)*P]
		if row[i] = loss; !known {
			row[i] = math.Inf(1)
			continue
		}
		dense.SolveUpper(P, s.F, row)
	}
	if known {
		s.ofWeights(C)
	}
	return C
}

// ofWeights makes a covariance along the axes that of the weights, U C Uᵀ.
func (s *shooter) ofWeights(C []float64) {
	P := len(s.Of)
	column, y := make([]float64, P), make([]float64, P)
	for i := range P {
		s.axes.back(C[i*P:(i+1)*P], y)
	}
	for j := range P {
		for i := range P {
			column[i] = C[i*P+j]
		}
		s.axes.back(column, y)
		for i, x := range column {
			C[i*P+j] = x
		}
	}
}

// information is what was measured says of b (P, P), with free starts: G without what draws b, and without the penalty,
// over what is left where that is more than the noise. Friction of 0 has the slope of one that is hardly more.
func (s *shooter) information() []float64 {
	was := slices.Clone(s.Model.Theta)
	defer copy(s.Model.Theta, was)
	s.Model.OffBounds()
	G, loss := s.observed(), max(1, s.loss())
	for i := range G {
		G[i] /= loss
	}
	return G
}

// observed is G (P, P) of what was measured alone, with free starts.
func (s *shooter) observed() []float64 {
	P := len(s.Of)
	s.observe()
	s.gather(s.G, nil)
	s.eliminate(0)
	G := make([]float64, P*P)
	for i := range P {
		for j := i; j < P; j++ {
			G[i*P+j], G[j*P+i] = s.trial[i*(P+1)+j], s.trial[i*(P+1)+j]
		}
	}
	return G
}

// massHeld is how well the mean mass is held, relative to it.
const massHeld = 1e-6

// meanMass is the derivative with respect to b of log tr M, M in units of v and averaged over where segments begin, in
// units of massHeld; nil where nothing is scaled: without a mass matrix, or where it is not among b.
func (s *shooter) meanMass() []float64 {
	w, n, d := s.shots[0], 2*s.Measured.D, s.Measured.D
	mass, ok := model.As[model.Mechanics[float64]](w.tape)
	inertia, also := model.As[model.Inertia[float64]](w.tape)
	if !ok || !also {
		return nil
	}
	all, trace := make([]float64, len(s.Model.Theta)), 0.0
	xdot, direction := make([]float64, n), make([]float64, d)
	for i, a := range s.segments {
		from := &s.Measured.Of[a.Of]
		w.tape.Field(s.x[i*n:(i+1)*n], from.U[a.First*s.Measured.M:(a.First+1)*s.Measured.M], xdot)
		for j, c := range s.Model.Spec.Coordinates {
			clear(direction)
			direction[j] = c.Speed
			inertia.MassVJP(direction, all)
			trace += mass.Mass(0)[j*d+j] * c.Speed * c.Speed
		}
	}
	row := make([]float64, len(s.Of))
	for k, at := range s.Of {
		row[k] = all[at] / (trace * massHeld)
	}
	s.axes.turn(row, make([]float64, len(row)))
	if !vec.Finite(row) || vec.Norm(row) == 0 {
		return nil
	}
	return row
}
