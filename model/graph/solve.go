package graph

import (
	"math"

	"lagrange/internal/lin"
)

// solver keeps the mass matrices of a batch and solves with them: as bands where the topology's order makes them narrow
// or there are few coordinates, else by conjugate gradients.
type solver struct {
	t      *Topology
	m      []float64   // values of the pattern, (B, elements)
	band   []*lin.Band // one for each state; nil: iterate
	krylov *lin.Krylov
	how    []way
	y      []float64
}

// way says how M a = r was solved.
type way uint8

const (
	positive   way = iota // M is positive definite
	indefinite            // it is not: by minimal residuals
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
		f, p, m := s.band[b], s.t.m, s.mass(b)
		clear(f.A)
		for i := range int32(p.N) {
			row := m[p.Row[i]:p.Row[i+1]]
			for k, j := range p.Of(i) {
				if s.t.place[j] <= s.t.place[i] {
					f.Add(int(s.t.place[i]), int(s.t.place[j]), row[k])
				}
			}
		}
		if !f.Factor() {
			s.how[b] = indefinite
		}
	}
	s.solve(b, r, x)
	return s.how[b]
}

// solve solves M x = r for state b, by whatever worked in factor or, where that fails, by what comes after it.
func (s *solver) solve(b int, r, x []float64) {
	if s.how[b] == positive && s.band != nil {
		for i, k := range s.t.place {
			s.y[k] = r[i]
		}
		s.band[b].Solve(s.y)
		for i, k := range s.t.place {
			x[i] = s.y[k]
		}
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
