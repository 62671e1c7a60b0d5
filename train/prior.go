package train

import (
	"math"
	"slices"

	"lagrange/internal/dense"
	"lagrange/internal/vec"
)

// prior is what is believed of the weights of a net before the motion is seen: those of one output are drawn from one
// normal distribution about 0. Its width τ is what makes the motion likeliest, by the rule of [MacKay1992]
//
//	1/τ² ← γ/Σ b²,   γ = Σ (1 − C_ii/τ²),   C = (G + 1/τ²)⁻¹,
//
// where γ is how many of the weights the motion tells. An output that it does not ask for, such as a mass that is
// constant, so comes to vary by nothing. No motion tells L from cL: the mean mass is held.
type prior struct {
	group     []int     // of each b; −1: none
	precision []float64 // 1/τ² of each group
	mass      []float64 // ∂ log tr M/∂b in units of what that may change by (P); nil: no mass is among b
	b0        []float64 // where the mean mass is that which is held
}

const (
	meanMassHeld = 1e-3 // the part of the mean mass that it may change by
	// leastWidth is the least τ: a weight of that size moves nothing, where M is of order one
	leastWidth = 1e-4
	leastTold  = 0.5 // the least γ
	// how often the widths are found again at the same equations, at most; the change of log 1/τ² at which they have
	// settled; and what 1/τ² may change by from step to step, as the equations are those of b as it is
	priorRounds, priorSettled, mostNarrower = 30, 0.02, 1e3
)

func newPrior(alike []int) *prior {
	return &prior{group: alike, precision: make([]float64, 1+slices.Max(alike))}
}

// believe makes the prior of the first length, and has that of the others hold the mean mass as it is now.
func (s *shooter) believe() {
	if s.Alike == nil {
		return
	}
	if s.prior == nil {
		p := newPrior(s.Alike)
		count, squares := p.sums(s.b(), nil)
		for g := range p.precision {
			p.precision[g] = precision(count[g], squares[g])
		}
		s.prior = p
	}
	s.cost(s.x)
	s.prior.b0, s.prior.mass = s.b(), s.meanMass()
	for k := range s.prior.mass {
		s.prior.mass[k] *= massHeld / meanMassHeld
	}
}

// precision is 1/τ² of weights with a sum of squares, so many of which are told.
func precision(told, squares float64) float64 {
	return 1 / max(squares/max(told, leastTold), leastWidth*leastWidth)
}

// sums are, of each group, how many weights are told, given the parts c that the prior has in the certainty of each
// (nil: none), and the sum of their squares.
func (p *prior) sums(b, c []float64) (told, squares []float64) {
	told, squares = make([]float64, len(p.precision)), make([]float64, len(p.precision))
	for k, g := range p.group {
		if g < 0 {
			continue
		}
		squares[g] += b[k] * b[k]
		if told[g]++; c != nil {
			told[g] -= c[k]
		}
	}
	return told, squares
}

// of is 1/τ² of b_k, 0 where it is of no group.
func (p *prior) of(k int) float64 {
	if p == nil || p.group[k] < 0 {
		return 0
	}
	return p.precision[p.group[k]]
}

// pull is what draws b_k to a centre: a weight of a group to 0, others to where the length began.
func (s *shooter) pull(k int) (weight, centre float64) {
	if s.prior != nil && s.prior.group[k] >= 0 {
		return s.excess * s.prior.of(k), 0
	}
	return s.excess * s.Ridge / (s.Unit[k] * s.Unit[k]), s.b0[k]
}

// pulled is the cost of what draws the parameters, and of the mean mass.
func (s *shooter) pulled() (sum float64) {
	for k, b := range s.b() {
		weight, centre := s.pull(k)
		sum += weight * (b - centre) * (b - centre)
	}
	return sum + square(s.massOff())
}

// massOff is by how much the mean mass is off, in units of what it may be.
func (s *shooter) massOff() (off float64) {
	if s.prior != nil && s.prior.mass != nil {
		for k, b := range s.b() {
			off += s.prior.mass[k] * (b - s.prior.b0[k])
		}
	}
	return off
}

// formPulls adds the rows of pulled to G.
func (s *shooter) formPulls() {
	P := len(s.Of)
	for k, b := range s.b() {
		weight, centre := s.pull(k)
		s.G[k*(P+1)+k] += weight
		s.G[k*(P+1)+P] += weight * (b - centre)
	}
	if s.prior != nil && s.prior.mass != nil {
		gramUpper(append(slices.Clone(s.prior.mass), s.massOff()), 1, P+1, 0, P+1, s.G)
	}
}

// learnPrior sets the widths to those that are likeliest at the equations as they stand, with b where these are solved
// for each of them, and returns by how much the cost grows for b as it is. Widths that only followed b from step to
// step had not come to where they are likeliest when a length ended: of a double pendulum (σ = 0.01) the motion then
// told 65 weights, and it tells 42.
func (s *shooter) learnPrior() float64 {
	if s.prior == nil {
		return 0
	}
	P, p, b := len(s.Of), s.prior, s.b()
	s.eliminate(0)
	was, x, part, row := slices.Clone(p.precision), make([]float64, P), make([]float64, P), make([]float64, P)
	for range priorRounds {
		s.believed(was, b, x)
		if !dense.FactorUpper(s.team, P, s.F) {
			copy(p.precision, was)
			break
		}
		dense.SolveUpper(P, s.F, x)
		for k := range P {
			x[k], part[k] = b[k]-x[k], s.excess*p.of(k)*variance(P, s.F, k, row)
		}
		told, squares := p.sums(x, part)
		moved := 0.0
		for g, before := range p.precision {
			next := min(max(precision(told[g], squares[g]), was[g]/mostNarrower), was[g]*mostNarrower)
			p.precision[g], moved = next, max(moved, math.Abs(math.Log(next/before)))
		}
		if moved < priorSettled {
			break
		}
	}
	grown := 0.0
	for k, g := range p.group {
		if g >= 0 {
			more := s.excess * (p.precision[g] - was[g])
			s.G[k*(P+1)+k] += more
			s.G[k*(P+1)+P] += more * b[k]
			grown += more * b[k] * b[k]
		}
	}
	return grown
}

// believed sets F and x to the two sides of the equations of δb, with the precisions of now in place of those that are
// in trial.
func (s *shooter) believed(was, b, x []float64) {
	P := len(s.Of)
	for k, g := range s.prior.group {
		copy(s.F[k*P+k:(k+1)*P], s.trial[k*(P+1)+k:k*(P+1)+P])
		if x[k] = s.trial[k*(P+1)+P]; g >= 0 {
			more := s.excess * (s.prior.precision[g] - was[g])
			s.F[k*P+k] += more
			x[k] += more * b[k]
		}
	}
}

// variance is element k of the diagonal of (UᵀU)⁻¹, |U⁻ᵀe_k|². y has room for a row.
func variance(n int, U []float64, k int, y []float64) (v float64) {
	clear(y)
	y[k] = 1
	for j := k; j < n; j++ {
		y[j] /= U[j*n+j]
		v += y[j] * y[j]
		vec.Axpy(-y[j], U[j*n+j+1:(j+1)*n], y[j+1:n])
	}
	return v
}

func square(x float64) float64 { return x * x }
