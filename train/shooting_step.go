package train

import (
	"lagrange/internal/dense"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// cost is what is minimised, at starts x and θ.
func (s *shooter) cost(x []float64) float64 {
	inTurn(s.team, s.chunks, func(w int, chunk []int) { s.shots[w].cost(x, chunk) })
	sum := s.definite(false)
	for _, c := range s.costs {
		sum += c
	}
	return sum + s.pulled()
}

// definite is the part of the penalty of mass matrices; with slopes its rows are added to the equations of the workers.
func (s *shooter) definite(slopes bool) (sum float64) {
	if s.PositiveDefinite == nil {
		return 0
	}
	costs := make([]float64, s.team.Workers())
	s.team.Do(func(w int) {
		lo, hi := par.Span(s.PositiveDefinite.Len(), w, s.team.Workers())
		costs[w] = s.shots[w].definite(lo, hi, slopes)
	})
	for _, c := range costs {
		sum += c
	}
	return sum
}

// form sets the reduced rows of all segments at x and θ, and in G what does not depend on the starts.
func (s *shooter) form() {
	s.observe()
	s.definite(true)
	s.gather(s.G, nil)
	s.formPulls()
}

// observe sets the reduced rows of all segments, and the workers' G to what they say whatever the starts.
func (s *shooter) observe() {
	for _, w := range s.shots {
		clear(w.G)
	}
	inTurn(s.team, s.chunks, func(w int, chunk []int) { s.shots[w].form(s.x, chunk) })
}

// gather sets to to the sum of the workers' G, and of from where it is not nil.
func (s *shooter) gather(to, from []float64) {
	clear(to)
	if from != nil {
		copy(to, from)
	}
	for _, w := range s.shots {
		vec.Add(w.G, to)
	}
}

// eliminate sets trial to the equations of b with starts damped by λ.
func (s *shooter) eliminate(lambda float64) {
	s.team.Do(func(w int) {
		clear(s.shots[w].G)
		for c := w; c < len(s.chains); c += s.team.Workers() {
			s.shots[w].chain(s.reduced[s.chains[c][0]:s.chains[c][1]], lambda)
		}
	})
	s.gather(s.trial, s.G)
}

// step makes one step that lowers the cost, with as large a λ as that takes; taken is false where none does.
func (s *shooter) step(cost float64) (next float64, taken bool) {
	b, tryB := s.b(), make([]float64, len(s.Of))
	for try := range shootingTries {
		if s.solve() {
			for k, d := range s.db {
				tryB[k] = b[k] - d
			}
			s.set(tryB)
			s.backward(s.db, s.dx)
			for i, d := range s.dx {
				s.tryX[i] = s.x[i] - d
			}
			if next = s.cost(s.tryX); next < cost {
				s.x, s.tryX = s.tryX, s.x
				copy(s.spread, s.trialSpread)
				if try == 0 {
					s.lambda = max(s.lambda/20, leastLambda)
				}
				return next, true
			}
		}
		s.lambda *= 4
	}
	s.set(b)
	return cost, false
}

// solve sets δb for the present λ.
func (s *shooter) solve() bool {
	P := len(s.Of)
	s.eliminate(s.lambda)
	for i := range P {
		copy(s.F[i*P+i:(i+1)*P], s.trial[i*(P+1)+i:i*(P+1)+P])
		s.D[i], s.db[i] = s.trial[i*(P+1)+i], s.trial[i*(P+1)+P]
	}
	raise(s.D)
	for i, d := range s.D {
		s.F[i*P+i] += s.lambda * d
	}
	if !dense.FactorUpper(s.team, P, s.F) {
		return false
	}
	dense.SolveUpper(P, s.F, s.db)
	return vec.Finite(s.db)
}
