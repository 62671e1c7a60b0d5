package data

import (
	"fmt"
	"slices"
)

// stretchRows are those of a stretch of a recording that is too large to be held: some swings of any motion.
const stretchRows = 4096

// stretched keeps what is held of a recording to so many numbers. Once there are more, it is cut into stretches, whole
// trajectories where these are shorter, which are numbered from the beginning of the first file. Of every two one is
// kept, and of these again one of two each time that there are too many: what is left is spread evenly over all that
// was read, whatever is still to come, and is the same in each reading.
type stretched struct {
	numbers int   // held
	every   int   // of so many stretches one is kept; 0: all rows are
	next    int   // number of the current stretch
	of      []int // number of each trajectory of the set but the current one
}

// kept is called after each row.
func (g *gathering) kept() {
	h, most := &g.b.stretched, g.b.o.Most
	if h.numbers += g.width(); most == 0 {
		return
	}
	if h.every == 0 && h.numbers > most {
		h.every = 1
		whole := g.b.set.Trajectories
		g.b.set.Trajectories = nil
		for i := range whole {
			g.t, g.part = &whole[i], false
			g.cut(i+1 < len(whole))
		}
		g.resume(*g.t)
	}
	if h.every > 0 && g.t.Len() > stretchRows {
		g.aside()
		g.cut(false)
		g.resume(*g.t)
	}
	for h.every > 0 && h.numbers > most {
		g.halve()
	}
}

// width is how many numbers a row has.
func (g *gathering) width() int { return 1 + len(g.used) }

// aside takes the current trajectory, the last, out of the set.
func (g *gathering) aside() {
	s, current := g.b.set, *g.t
	s.Trajectories = s.Trajectories[:len(s.Trajectories)-1]
	g.t = &current
}

// resume makes a trajectory the current one, the last of the set.
func (g *gathering) resume(t Trajectory) {
	s := g.b.set
	s.Trajectories = append(s.Trajectories, t)
	g.t = &s.Trajectories[len(s.Trajectories)-1]
}

// cut moves the whole stretches of the current trajectory to the set, if they are to be kept, and leaves the rows
// behind them; all of it where it has ended.
func (g *gathering) cut(ended bool) {
	h, s, t := &g.b.stretched, g.b.set, *g.t
	d, m, lo := len(g.l.q), len(g.l.u), 0
	for lo < t.Len() && (ended || t.Len()-lo > stretchRows) {
		hi := min(t.Len(), lo+stretchRows)
		if h.next%h.every == 0 && hi-lo >= minRows {
			k := t.Slice(d, m, lo, hi).clone()
			if g.part || hi-lo < t.Len() {
				k.ID = fmt.Sprintf("%s, stretch %d", t.ID, h.next+1)
			}
			s.Trajectories, h.of = append(s.Trajectories, k), append(h.of, h.next)
		} else {
			h.numbers -= (hi - lo) * g.width()
		}
		h.next, lo = h.next+1, hi
	}
	*g.t = t.Slice(d, m, lo, t.Len()).clone()
	g.part = g.part || lo > 0
}

// ended puts the current trajectory with the others: the next one begins, or the file has ended.
func (g *gathering) ended() {
	if g.b.stretched.every > 0 && g.t != nil {
		g.aside()
		g.cut(true)
		g.t, g.part = nil, false
	}
}

// halve leaves out every other stretch.
func (g *gathering) halve() {
	h, s := &g.b.stretched, g.b.set
	current, kept, of := *g.t, []Trajectory(nil), []int(nil)
	h.every *= 2
	for i, k := range h.of {
		if t := s.Trajectories[i]; k%h.every == 0 {
			kept, of = append(kept, t), append(of, k)
		} else {
			h.numbers -= t.Len() * g.width()
		}
	}
	s.Trajectories, h.of = kept, of
	g.resume(current)
	if len(of) == 0 {
		g.b.o.Most *= 2 // a stretch is more than that
	}
}

// clone is a copy with memory of its own.
func (t Trajectory) clone() Trajectory {
	t.T, t.Q, t.V, t.A, t.U = slices.Clone(t.T), slices.Clone(t.Q), slices.Clone(t.V), slices.Clone(t.A),
		slices.Clone(t.U)
	return t
}

// note says what was left out.
func (h *stretched) note(s *Set) {
	if h.every > 1 {
		s.Notes = append(s.Notes, fmt.Sprintf("the recording is too large to be held: of %d stretches of up to %d "+
			"rows %d are kept, evenly over all of it", h.next, stretchRows, len(s.Trajectories)))
	}
}
