package graph

import (
	"math"

	"lagrange/internal/lin"
)

// solver keeps the mass matrices of a batch and solves with them: as bands where the topology's order makes them narrow
// or there are few coordinates, else by conjugate gradients.
type solver struct {
	t      *Topology
	m      []float64     // values of the pattern, (B, elements)
	band   []*lin.Band   // one for each state; nil: iterate
	lu     []*lin.BandLU // of those whose M was not positive definite, made when it is first needed
	krylov *lin.Krylov
	how    []way
	y      []float64
}

// way says how M a = r was solved.
type way uint8

const (
	positive   way = iota // M is positive definite
	pivoted               // it is not: by the factor with pivots of its band
	indefinite            // by minimal residuals
	lost                  // not at all: solutions are NaN
)

// Bands up to this half-width, and of up to so many coordinates, are factorised.
const narrow, few = 64, 256

// rounds bounds the steps of an iteration.
func (s *solver) rounds() int { return min(4*s.t.D()+100, 5000) }

func newSolver(t *Topology, batch int) *solver {
	s := &solver{
		t: t, m: make([]float64, batch*len(t.m.Col)), how: make([]way, batch),
		krylov: lin.NewKrylov(t.m), y: make([]float64, t.D()),
	}
	if t.band <= narrow || t.D() <= few {
		for range batch {
			s.band = append(s.band, lin.NewBand(t.D(), t.band))
		}
	}
	return s
}

// mass returns the values of M of state b.
func (s *solver) mass(b int) []float64 { return s.m[b*len(s.t.m.Col) : (b+1)*len(s.t.m.Col)] }

// factor solves M x = r for state b and remembers how.
func (s *solver) factor(b int, r, x []float64) way {
	s.how[b] = positive
	if s.band != nil {
		f := s.band[b]
		clear(f.A)
		s.lower(b, f.Add)
		if !f.Factor() {
			s.how[b] = s.pivot(b)
		}
	}
	s.solve(b, r, x)
	return s.how[b]
}

// lower visits the elements of the lower half of M of state b in the order of the band.
func (s *solver) lower(b int, visit func(i, j int, x float64)) {
	p, m := s.t.m, s.mass(b)
	for i := range int32(p.N) {
		row := m[p.Row[i]:p.Row[i+1]]
		for k, j := range p.Of(i) {
			if s.t.place[j] <= s.t.place[i] {
				visit(int(s.t.place[i]), int(s.t.place[j]), row[k])
			}
		}
	}
}

// pivot factors an indefinite M of state b as a band; minimal residuals would take as many rounds as it has rows.
func (s *solver) pivot(b int) way {
	if s.lu == nil {
		s.lu = make([]*lin.BandLU, len(s.band))
	}
	if s.lu[b] == nil {
		s.lu[b] = lin.NewBandLU(s.t.D(), s.t.band)
	}
	s.lu[b].Clear()
	s.lower(b, s.lu[b].Add)
	if !s.lu[b].Factor() {
		return indefinite
	}
	return pivoted
}

// solve solves M x = r for state b, by whatever worked in factor or, where that fails, by what comes after it.
func (s *solver) solve(b int, r, x []float64) {
	switch {
	case s.how[b] == positive && s.band != nil:
		s.banded(s.band[b], r, x)
		return
	case s.how[b] == pivoted:
		s.banded(s.lu[b], r, x)
		return
	}
	if s.how[b] == positive && s.krylov.Conjugate(s.mass(b), r, x, s.rounds()) {
		return
	}
	if s.how[b] != lost && s.krylov.Minres(s.mass(b), r, x, s.rounds()) {
		s.how[b] = indefinite
		return
	}
	s.how[b] = lost
	for i := range x {
		x[i] = math.NaN()
	}
}

// banded solves by a factor in the order of the band.
func (s *solver) banded(f interface{ Solve(x []float64) }, r, x []float64) {
	for i, k := range s.t.place {
		s.y[k] = r[i]
	}
	f.Solve(s.y)
	for i, k := range s.t.place {
		x[i] = s.y[k]
	}
}
