package model

import (
	"fmt"
	"slices"
)

// DefaultTerms is a library for all of L, in the order of Spec.Terms: sines and cosines of each angle, of its double,
// and of sums and differences of two angles, and each other coordinate with its square; in the mass matrix the
// constant, too. Ignorable coordinates are in none.
func (s Spec) DefaultTerms() [][]Term { return s.library(s.harmonics(2)) }

// FinerTerms is the default library with the third and the fourth harmonic of each angle, too: those of an encoder that
// is a little off, of a belt, of magnets.
func (s Spec) FinerTerms() [][]Term { return s.library(s.harmonics(4)) }

// Count is how many terms there are in a library, one coefficient each.
func Count(terms [][]Term) (n int) {
	for _, ts := range terms {
		n += len(ts)
	}
	return n
}

// combined is what a term is of: pairs of a coordinate and its number.
func (s Spec) combined(k ...int) []int {
	of := make([]int, s.D())
	for i := 0; i < len(k); i += 2 {
		of[k[i]] += k[i+1]
	}
	return of
}

// harmonics are so many of each angle, and sums and differences of two angles.
func (s Spec) harmonics(most int) (of [][]int) {
	for i, c := range s.Coordinates {
		if c.Period == 0 || c.Cyclic {
			continue
		}
		for k := range most {
			of = append(of, s.combined(i, 1+k))
		}
		for j := range i {
			if o := s.Coordinates[j]; o.Period > 0 && !o.Cyclic {
				of = append(of, s.combined(j, 1, i, -1), s.combined(j, 1, i, 1))
			}
		}
	}
	return of
}

// library has sines and cosines of combinations of angles, and powers of the other coordinates, in the potential and,
// with the constant, in each element of the mass matrix.
func (s Spec) library(of [][]int) [][]Term {
	all, mass := [][]Term{s.functions(of)}, s.mass(of)
	for range triangle(s.D()) {
		all = append(all, mass)
	}
	return all
}

// mass are the terms of an element of the mass matrix.
func (s Spec) mass(of [][]int) []Term { return append([]Term{{Function: One}}, s.functions(of)...) }

// functions are sines and cosines of combinations of angles, and powers of the other coordinates.
func (s Spec) functions(of [][]int) (terms []Term) {
	for _, k := range of {
		terms = append(terms, Term{Function: Sin, Of: k}, Term{Function: Cos, Of: k})
	}
	for i, c := range s.Coordinates {
		if c.Period == 0 && !c.Cyclic {
			terms = append(terms, Term{Function: Power, Of: s.combined(i, 1)},
				Term{Function: Power, Of: s.combined(i, 2)})
		}
	}
	return terms
}

// CoupledTerms is the simplest library with the squared difference of any two coordinates that are no angles: of
// springs between bodies, which have a mass each, or, coupled, of small oscillations with any constant mass matrix. Of
// these more than one L gives the same motion.
func (s Spec) CoupledTerms(coupled bool) [][]Term {
	all := s.SimplestTerms()
	for o := range all[1:] {
		if i, j := MassElement(1 + o); i != j && !coupled {
			all[1+o] = nil
		}
	}
	for i, c := range s.Coordinates {
		for _, o := range s.Coordinates[:i] {
			if c.Period == 0 && o.Period == 0 {
				all[0] = s.withFormula(all[0], fmt.Sprintf("(%s-%s)^2", o.Name, c.Name))
			}
		}
	}
	return all
}

// InverseTerms is the default library with 1/q and 1/q² of the named coordinates, such as distances from a centre.
func (s Spec) InverseTerms(of []string) [][]Term {
	all := s.DefaultTerms()
	for i, c := range s.Coordinates {
		if slices.Contains(of, c.Name) && c.Period == 0 && !c.Cyclic {
			all[0] = append(all[0], Term{Function: Power, Of: s.combined(i, -1)},
				Term{Function: Power, Of: s.combined(i, -2)})
		}
	}
	return all
}

// withFormula adds a formula to terms, if it tells anything of motion.
func (s Spec) withFormula(to []Term, text string) []Term {
	if t, err := s.FormulaTerm(text); err == nil {
		return append(to, t)
	}
	return to
}

// SimplestTerms is the library of constant masses, in a potential of sine and cosine of each angle and of each other
// coordinate with its square.
func (s Spec) SimplestTerms() [][]Term {
	all := s.DefaultTerms()
	all[0] = slices.DeleteFunc(all[0], func(t Term) bool {
		size := 0
		for _, k := range t.Of {
			size += max(k, -k)
		}
		return t.Function != Power && size > 1
	})
	for o := 1; o < len(all); o++ {
		all[o] = []Term{{Function: One}}
	}
	return all
}
