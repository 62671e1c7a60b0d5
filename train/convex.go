package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
)

// ConvexOptions says how a convex initialisation is made. Zero values stand for the documented defaults.
type ConvexOptions struct {
	Rounds int // solutions of the least-squares problem with each ridge; default 12
	// least eigenvalue of M wanted, in units in which the mean of its diagonal is 1; default 0.03
	Floor float64
	// of the normal equations, in units of their mean diagonal element; default 1e-12, and to select by Selection 1e-8,
	// 1e-5, 1e-3 and 1e-1 too
	Ridges []float64
	// what solutions are selected by: held-out data, or the segments to be learned; default the samples used
	Selection Objective[float64]
	// at most so many are used; default what 2²⁴ numbers have room for, and fewer for nets whose gradients are long or
	// for many coordinates
	Samples int
	On      func(done, all int) // told after each solution, of at most so many; nil: nobody
	Seed    uint64              // of the choice of samples
	Workers int                 // cores; default all
}

// InitialGuess says what a convex initialisation did.
type InitialGuess struct {
	Before  float64   `json:"before"`        // mean loss of what solutions are selected by,
	After   float64   `json:"after"`         // and that after
	Eigen   float64   `json:"eigenvalue"`    // least of M over the samples after, in those units
	Floor   float64   `json:"floor"`         // that eigenvalues were held up to
	Unit    []float64 `json:"unit"`          // of v, in which the diagonal of M has the mean 1 over the samples (d)
	Ridge   float64   `json:"ridge"`         // of the solution kept
	Samples int       `json:"samples"`       // used
	Columns int       `json:"columns"`       // parameters that were solved for
	Rounds  int       `json:"rounds"`        // in all
	Cuts    int       `json:"cuts"`          // samples whose M had to be held up for the solution kept
	Done    bool      `json:"done"`          // false: the model is as it was, but where M was not positive definite
	Why     string    `json:"why,omitempty"` // if not done
}

func (c ConvexOptions) defaults(columns, d, params int) ConvexOptions {
	if c.Rounds == 0 {
		c.Rounds = 12
	}
	if c.Floor == 0 {
		c.Floor = 0.03
	}
	if c.Ridges == nil {
		if c.Ridges = []float64{1e-12}; c.Selection != nil {
			c.Ridges = []float64{1e-12, 1e-8, 1e-5, 1e-3, 1e-1}
		}
	}
	if c.Samples == 0 {
		c.Samples = max(1, 4*columns/d, min((1<<24)/(columns*d), (1<<31)/params, (1<<23)/(d*d*d)))
	}
	if c.Workers == 0 {
		c.Workers = par.Workers()
	}
	return c
}

// ConvexInitialisation sets the parameters w in which the force Q = M a + L_vq v − L_q − F(v, u) of a Lagrangian is
// linear (model.Linear) such that it is as good as 0 on given accelerations, with the others as they are: a
// least-squares problem without local minima (doc/theory.md, "Convex initialisation"). The rows of the samples, R =
// ∂Q/∂w, are weighted with D = M⁻¹ of the solution before, so that the error of the acceleration itself is what becomes
// small:
//
//	Σ |D (Q + R δw)|² + κ Σ (floor − uᵀM(w)u)₊² + ridge |δw|²,   mean tr M = d.
//
// The constraint fixes the scale of L, which the acceleration leaves open: without it L = 0 were best. The second sum
// keeps M positive definite: u is the eigenvector of an eigenvalue below the floor, and uᵀM(w)u is linear in w.
//
// The model is left at the solution with the least loss among those whose M is positive definite on all samples used,
// or, when none is better than what was there, as it was, but for smaller w where M was not positive definite:
// InitialGuess tells. The error is ctx's.
func ConvexInitialisation(ctx context.Context, m *model.Model[float64], o *Accelerations[float64],
	c ConvexOptions) (InitialGuess, error) {
	p, why := newConvexProblem(m, o, c)
	if why != "" {
		return InitialGuess{Why: why}, nil
	}
	defer p.team.Close()
	s := InitialGuess{Samples: len(p.samples), Columns: p.n}
	s.Before = p.selection(p.evaluate())
	p.calm()
	if s.After, s.Eigen = s.Before, p.eigen; s.Eigen <= 0 {
		s.After = math.Inf(1)
	}
	if s.Samples*p.d < p.n/4 {
		s.After, s.Why = s.Before, fmt.Sprintf("%d samples are too few for %d parameters", s.Samples, p.n)
		return s, nil
	}
	p.linearise()
	first := slices.Clone(m.Theta)
	kept := first
	for _, ridge := range p.c.Ridges {
		copy(m.Theta, first)
		if theta := p.floors(ctx, ridge, &s); theta != nil {
			kept = theta
		}
	}
	copy(m.Theta, kept)
	if !s.Done {
		s.After, s.Why = s.Before, fmt.Sprintf("none of %d solutions was better with a positive definite mass matrix",
			s.Rounds)
	}
	return s, ctx.Err()
}

// calm halves the linear parameters as often as it takes to make M positive definite, if that leads there: what is left
// without them is the fixed kinetic energy of the head.
func (p *convexProblem) calm() {
	first := slices.Clone(p.m.Theta)
	for range 10 {
		if p.eigen >= p.c.Floor {
			return
		}
		for _, at := range p.at {
			p.m.Theta[at] /= 2
		}
		p.evaluate()
	}
	copy(p.m.Theta, first)
	p.evaluate()
}

// lowFloor is the lower floor, as a part of the one that is wanted.
const lowFloor = 1.0 / 30

// floors are rounds with the floor that is wanted and, where mass matrices had to be held up to it, with a lower one:
// eigenvalues of an arm of many joints span orders of magnitude. Of the smoothed motion of seven, the least of which is
// 0.002, what was left of the loss without acceleration was 0.9 % with a floor of 0.03, and 0.019 % with the lower one.
// That has to leave less than half, since the higher one keeps more away from poles beside the data.
func (p *convexProblem) floors(ctx context.Context, ridge float64, s *InitialGuess) (kept []float64) {
	floor, first := p.c.Floor, slices.Clone(p.m.Theta)
	p.restart()
	kept = p.rounds(ctx, ridge, s)
	if s.Done && (kept == nil || s.Eigen >= floor) {
		return kept
	}
	low := *s
	low.After /= 2
	p.c.Floor *= lowFloor
	copy(p.m.Theta, first)
	p.restart()
	lower := p.rounds(ctx, ridge, &low)
	if p.c.Floor, s.Rounds = floor, low.Rounds; lower != nil {
		*s, kept = low, lower
	}
	return kept
}

// rounds solves, weights and solves again, and returns the parameters of the best solution, if one is better than what
// s knows of.
func (p *convexProblem) rounds(ctx context.Context, ridge float64, s *InitialGuess) (kept []float64) {
	last := math.Inf(1)
	for round := 1; round <= p.c.Rounds && ctx.Err() == nil && p.solve(ridge); round++ {
		s.Rounds++
		if p.c.On != nil {
			p.c.On(s.Rounds, max(s.Rounds, p.c.Rounds*len(p.c.Ridges)))
		}
		loss := p.evaluate()
		if !vec.IsFinite(loss) {
			break
		}
		if round <= 3 { // in other units its eigenvalues are others
			if p.scale() {
				p.level()
			} else {
				loss = p.evaluate()
			}
		}
		if p.eigen > 0 {
			if chosen := p.selection(loss); chosen < s.After {
				s.After, s.Ridge, s.Eigen, s.Floor, s.Cuts, s.Unit, s.Done = chosen, ridge, p.eigen, p.c.Floor,
					len(p.low), slices.Clone(p.unit), true
				kept = slices.Clone(p.m.Theta)
			}
			if round > 3 && math.Abs(last/loss-1) < 1e-3 && p.eigen > p.c.Floor/2 {
				break
			}
		}
		last = loss
		p.kappa *= 3
	}
	return kept
}

// selection is the loss by which solutions are selected, given that of the samples.
func (p *convexProblem) selection(loss float64) float64 {
	o := p.c.Selection
	if o == nil {
		return loss
	}
	sums := make([]float64, p.team.Workers())
	p.team.Do(func(w int) {
		lo, hi := par.Span(o.Len(), w, len(sums))
		sums[w] = NewLoss(o, p.m, p.chunk).sum(lo, hi, each)
	})
	loss = 0
	for _, x := range sums {
		loss += x
	}
	return loss / float64(o.Len())
}
