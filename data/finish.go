package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// finish does what needs all rows: angles, unwrapping, estimated velocities, columns that never change.
func (b *builder) finish() (*Set, error) {
	s := b.set
	if err := s.angles(b.o.Angles); err != nil {
		return nil, in(s.Trajectories[0].File, 1, err)
	}
	s.independent()
	s.name()
	s.convert()
	s.stillCounted()
	if !s.states {
		s.velocitiesTell(b.o.Angles == nil)
		if b.o.Angles == nil {
			s.turnsTell()
		}
		s.unwrap()
		s.breaks()
	}
	if b.o.Differentiate {
		s.differentiate()
	}
	if s.states && b.o.States {
		return s, nil
	}
	if err := s.constant(); err != nil {
		return nil, err
	}
	if b.o.Angles == nil && !s.states {
		s.turningBare()
	}
	return s, nil
}

// angles sets the period of the coordinates that the user calls angles, each by its name or as name:period, where the
// period is a number or a unit.
func (s *Set) angles(names []string) error {
next:
	for _, n := range names {
		n, turn, told := strings.Cut(n, ":")
		var all []string
		for i := range s.Coordinates {
			c := &s.Coordinates[i]
			if !strings.EqualFold(c.Name, strings.TrimSpace(n)) {
				all = append(all, c.Name)
				continue
			}
			if c.Period, _ = period(c.Unit); told {
				p, unit := period(turn)
				if x, err := strconv.ParseFloat(strings.TrimSpace(turn), 64); err == nil {
					p, unit = x, true
				}
				if c.Period = p; !unit || !(p > 0) || math.IsInf(p, 0) {
					return &Error{Msg: fmt.Sprintf("--angles %s:%s: want a period above 0, such as 360 or 4096, or a "+
						"unit", n, turn)}
				}
			}
			continue next
		}
		return &Error{Msg: fmt.Sprintf("no coordinate %q for --angles; there are %s", n, strings.Join(all, ", "))}
	}
	return nil
}

// counting is how many periods a recording spans whose turns are counted.
const counting = 1.2

// unwrap undoes jumps of nearly a full period between two rows, as recordings kept within (−π, π] have them.
func (s *Set) unwrap() {
	d := s.D()
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		for k, c := range s.Coordinates {
			if c.Period == 0 {
				continue
			}
			jumps, turns := t.turns(k, d, c.Period), 0.
			for i, j := range jumps {
				end := t.Len()
				if i+1 < len(jumps) {
					end = jumps[i+1].n
				}
				turns -= j.by
				for n := j.n; n < end; n++ {
					t.Q[n*d+k] += turns
				}
			}
			if len(jumps) > 0 {
				s.Notes = append(s.Notes, fmt.Sprintf("%s: trajectory %q: %s unwrapped at %s of nearly a full turn",
					t.File, t.ID, c.Name, count(len(jumps), "jump")))
			}
		}
	}
}

// turns finds steps Δq of coordinate k of d with 0.6 P < |Δq| < 1.4 P, which are taken for Δq ∓ P, unless the
// velocities say that it really was so large. Where turns are counted, steps from and to numbers that were not measured
// are none: 0, and what was held for three rows. There jumps are rare: many are the motion, in another unit.
func (t *Trajectory) turns(k, d int, P float64) (found []jump) {
	lo, hi := t.bounds(k, d)
	counted, held := hi-lo > counting*P, 1
	for n := 1; n < t.Len(); n++ {
		q, before := t.Q[n*d+k], t.Q[(n-1)*d+k]
		dq := q - before
		fault := counted && (held >= 3 || q == 0 || before == 0)
		if held++; dq != 0 {
			held = 1
		}
		turn := math.Copysign(P, dq)
		if r := math.Abs(dq) / P; !fault && r > 0.6 && r < 1.4 && !t.carries(n, d, k, dq, dq-turn) {
			found = append(found, jump{n, k, turn})
		}
	}
	if counted && 20*len(found) > t.Len() {
		return nil
	}
	return found
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
