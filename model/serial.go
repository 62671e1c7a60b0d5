package model

import "slices"

// SerialTerms is a library of an arm of joints in a row, each of which turns about an axis of whatever direction and
// place. By the composite-rigid-body algorithm (Featherstone, Rigid Body Dynamics Algorithms, 2008, section 6.2) the
// element of the mass matrix of joints k ≤ l is
//
//	M_kl = S_kᵀ X_{k+1} … X_l I_l S_l,  I_l = I⁰_l + X_{l+1} I_{l+1} X_{l+1}ᵀ,
//
// where S_l is the axis of joint l, I_l the inertia of all that it moves, and X_l takes forces from beyond joint l to
// before it, which is of the first degree in sin q_l and cos q_l. So M_kl does not depend on q_1 … q_k, is of the
// first degree in those of q_{k+1} … q_l, and of the second in those of the angles after. The heights of masses, and
// so the potential, are of the first degree in those of all angles. Coordinates that are no angles may stand before the
// angles, as those of a gantry do. Where they stand elsewhere, or there are fewer than two angles, it is nil. Each more
// angle makes it five times as long: 84 terms of three, 2013 of five, 49,374 of seven.
func (s Spec) SerialTerms() [][]Term {
	angles := 0
	for _, c := range s.Coordinates {
		switch {
		case c.Period > 0:
			angles++
		case angles > 0:
			return nil
		}
	}
	if angles < 2 {
		return nil
	}
	all := [][]Term{s.functions(s.polynomials(func(int) int { return 1 }))}
	for o := range triangle(s.D()) {
		l, k := MassElement(1 + o)
		terms := []Term{{Function: One}}
		for _, of := range s.polynomials(func(i int) int { return min(max(i-k, 0), 1) + min(max(i-l, 0), 1) }) {
			terms = append(terms, Term{Function: Sin, Of: of}, Term{Function: Cos, Of: of})
		}
		all = append(all, terms)
	}
	return all
}

// polynomials are combinations of angles whose sines and cosines span, with 1, the polynomials in the sine and cosine
// of each angle i of degree(i) at most: one of each combination and its opposite.
func (s Spec) polynomials(degree func(i int) int) (all [][]int) {
	none := make([]int, s.D())
	for i, c := range s.Coordinates {
		if c.Period == 0 || c.Cyclic {
			continue
		}
		most, before := degree(i), all
		for k := 1; k <= most; k++ {
			for _, sign := range []int{-1, 1} {
				for _, of := range before {
					all = append(all, with(of, i, sign*k))
				}
			}
			all = append(all, with(none, i, k))
		}
	}
	return all
}

// with is a copy of numbers of which number i is k.
func with(of []int, i, k int) []int {
	of = slices.Clone(of)
	of[i] = k
	return of
}
