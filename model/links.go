package model

import "slices"

// LinkTerms is a library of a chain of links in a plane. Coordinates are angles of the links, or of the joints from
// each link to the next, where the angle between two links is the sum of those of the joints between them. With the
// angles φ of the links, whatever their masses,
//
//	T = ½ Σ_ij φ̇_i φ̇_j (c_ij cos(φ_i − φ_j) + s_ij sin(φ_i − φ_j)),
//
// so that an element of the mass matrix has, with the constant, sine and cosine of the angle between its two links; of
// joints k ≤ l, where φ̇_i = Σ_k≤i q̇_k, of that between any links i ≥ k and j ≥ l. The potential has those of the
// angle of each link, and of the angle between any two. Other coordinates are as in the default library.
func (s Spec) LinkTerms(joints bool) [][]Term {
	between := s.between(joints)
	all := s.library(combinations(between))
	for o := range all[1:] {
		l, k := MassElement(1 + o)
		if s.Coordinates[l].Period == 0 || s.Coordinates[k].Period == 0 {
			continue
		}
		all[1+o] = s.mass(combinations(slices.DeleteFunc(slices.Clone(between), func(a linkAngle) bool {
			if joints {
				return a.i < k || a.j < l
			}
			return a.i != k || a.j != l
		})))
	}
	return all
}

// linkAngle is the angle from link i to a later link j, or, if i is −1, from what is at rest.
type linkAngle struct {
	i, j int
	of   []int // combination of the coordinates
}

func combinations(of []linkAngle) (all [][]int) {
	for _, a := range of {
		all = append(all, a.of)
	}
	return all
}

// between are all angles between links, but for those that change with an ignorable coordinate.
func (s Spec) between(joints bool) (all []linkAngle) {
	for j, c := range s.Coordinates {
		if c.Period == 0 || c.Cyclic {
			continue
		}
		sum := s.combined(j, 1)
		for i := j - 1; i >= 0; i-- {
			o := s.Coordinates[i]
			switch {
			case o.Period == 0: // no link
			case joints && sum != nil:
				all = append(all, linkAngle{i, j, slices.Clone(sum)})
				if sum[i] = 1; o.Cyclic {
					sum = nil
				}
			case !joints && !o.Cyclic:
				all = append(all, linkAngle{i, j, s.combined(i, 1, j, -1)})
			}
		}
		if sum != nil {
			all = append(all, linkAngle{-1, j, sum})
		}
	}
	return all
}
