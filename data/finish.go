package data

import (
	"fmt"
	"math"
	"strings"
)

// finish does what needs all rows: angles, unwrapping, estimated velocities, columns that never change.
func (b *builder) finish() (*Set, error) {
	s := b.set
	if err := s.angles(b.o.Angles); err != nil {
		return nil, in(s.Trajectories[0].File, 1, err)
	}
	s.unwrap()
	if b.o.Differentiate {
		s.differentiate()
	}
	if err := s.constant(); err != nil {
		return nil, err
	}
	if b.o.Angles == nil {
		s.turningBare()
	}
	return s, nil
}

// angles sets the period of the coordinates that the user calls angles.
func (s *Set) angles(names []string) error {
next:
	for _, n := range names {
		var all []string
		for i := range s.Coordinates {
			c := &s.Coordinates[i]
			if strings.EqualFold(c.Name, strings.TrimSpace(n)) {
				c.Period, _ = period(c.Unit)
				continue next
			}
			all = append(all, c.Name)
		}
		return &Error{Msg: fmt.Sprintf("no coordinate %q for --angles; there are %s", n, strings.Join(all, ", "))}
	}
	return nil
}

// counting is how many periods a recording spans whose turns are counted.
const counting = 1.2

// span is from the least of coordinate k of d to the largest.
func (t *Trajectory) span(k, d int) float64 {
	least, most := t.Q[k], t.Q[k]
	for at := k; at < len(t.Q); at += d {
		least, most = min(least, t.Q[at]), max(most, t.Q[at])
	}
	return most - least
}

// unwrap undoes jumps of nearly a full period P between two rows, as recordings kept within (−π, π] have them:
// a step Δq with 0.6 P < |Δq| < 1.4 P is taken for Δq ∓ P, unless the velocities say that it really was so large. Where
// turns are counted, steps from and to numbers that were not measured are none: 0, and what was held for three rows.
func (s *Set) unwrap() {
	d := s.D()
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		for k, c := range s.Coordinates {
			p, turns, jumps := c.Period, 0., 0
			counted := t.span(k, d) > counting*p
			held := 1
			for n, before := 1, t.Q[k]; p > 0 && n < t.Len(); n++ {
				q := &t.Q[n*d+k]
				dq := *q - before
				fault := counted && (held >= 3 || *q == 0 || before == 0)
				if held++; dq != 0 {
					held = 1
				}
				before = *q
				r := math.Abs(dq) / p
				if !fault && r > 0.6 && r < 1.4 && !t.carries(n, d, k, dq, dq-math.Copysign(p, dq)) {
					turns -= math.Copysign(1, dq)
					jumps++
				}
				*q += turns * p
			}
			if jumps > 0 {
				s.Notes = append(s.Notes, fmt.Sprintf("%s: trajectory %q: %s unwrapped at %s of nearly a full turn",
					t.File, t.ID, c.Name, count(jumps, "jump")))
			}
		}
	}
}

// carries tells whether the velocities make the step dq of coordinate k into row n likelier than the step dw.
func (t *Trajectory) carries(n, d, k int, dq, dw float64) bool {
	if t.V == nil {
		return false
	}
	dp := (t.V[(n-1)*d+k] + t.V[n*d+k]) / 2 * (t.T[n] - t.T[n-1])
	return math.Abs(dq-dp) < math.Abs(dw-dp)
}

// constant refuses coordinates that never move and velocities that never change though their coordinate does;
// it notes inputs that are constant.
func (s *Set) constant() error {
	for k, c := range s.Coordinates {
		first := &s.Trajectories[0]
		if q, same := s.one(RoleQ, k); same {
			return &Error{File: first.File, Line: first.Line, Column: c.Name,
				Msg: fmt.Sprintf("never moves (%v in all of %s): leave it out with --q, or add a recording in "+
					"which it moves", q, count(s.Rows(), "row"))}
		}
		if v, same := s.one(RoleV, k); same && !s.uniform(k, v) {
			return &Error{File: first.File, Line: first.Line, Column: c.Velocity,
				Msg: fmt.Sprintf("always %v from here on while %s moves otherwise: name the true velocity with --v, "+
					"or have it estimated with --differentiate", v, c.Name)}
		}
	}
	for k, name := range s.Inputs {
		if u, same := s.one(RoleU, k); same {
			what := "force"
			if k >= len(s.Forces()) {
				what = "system parameter"
			}
			s.Notes = append(s.Notes, fmt.Sprintf("%s %s is always %v: its effect cannot be learned", what, name, u))
		}
	}
	return nil
}

// one tells whether column k of a role has one value x throughout.
func (s *Set) one(role string, k int) (x float64, same bool) {
	begun := false
	for i := range s.Trajectories {
		col, w := s.Trajectories[i].of(role, s.D(), s.M())
		for n := k; n < len(col); n += w {
			if begun && col[n] != x {
				return x, false
			}
			x, begun = col[n], true
		}
	}
	return x, begun
}

// of is the slice of a role and its width.
func (t *Trajectory) of(role string, d, m int) (x []float64, width int) {
	switch role {
	case RoleQ:
		return t.Q, d
	case RoleV:
		return t.V, d
	case RoleA:
		return t.A, d
	case RoleU:
		return t.U, m
	}
	return t.T, 1
}

// uniform tells whether coordinate k advances as the constant velocity v says, within one part in a hundred.
func (s *Set) uniform(k int, v float64) bool {
	d := s.D()
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		moved := t.Q[(t.Len()-1)*d+k] - t.Q[k]
		if should := v * t.Duration(); math.Abs(moved-should) > 0.01*math.Abs(should) {
			return false
		}
	}
	return true
}
