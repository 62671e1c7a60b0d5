package data

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gathering appends the rows of one file to a set.
type gathering struct {
	b     *builder
	src   source
	name  string // of the file
	l     layout
	clock clock
	used  []int          // columns of q, v, a and u
	row   []float64      // their numbers in the current row
	ends  map[string]int // last line of every trajectory of this file
	t     *Trajectory
	last  int  // line of the last row kept
	part  bool // stretches of the current trajectory are no longer with it

	blank, again, twice tally
	words               tally
	restarted           tally
	why                 string // of the first blank: its column and what is there
}

// rows appends the rows of one file to the set.
func (b *builder) rows(src source, name string, l layout) error {
	s, first := b.set, len(b.set.Trajectories)
	g := &gathering{b: b, src: src, name: name, l: l, ends: map[string]int{},
		used: slices.Concat(l.q, l.v, l.a, l.u), clock: b.clock(src, l)}
	g.row = make([]float64, len(g.used))
	n := 0
	for {
		if err := src.next(); err == io.EOF {
			break
		} else if err != nil {
			return in(name, 0, err)
		}
		if err := g.add(); err != nil {
			return err
		}
		if n++; n == 4096 {
			g.grow(n)
		}
	}
	g.ended()
	notes := g.notes()
	if g.b.every > 0 { // those of earlier files may be fewer
		first = slices.IndexFunc(s.Trajectories, func(t Trajectory) bool { return t.File == name })
	}
	if first < 0 {
		return nil
	}
	if len(s.Trajectories) == first {
		if len(notes) > 0 {
			return &Error{name, 0, "", "no row is left: " + strings.Join(notes, "; ")}
		}
		return &Error{name, src.line(), "", "only a header, no rows"}
	}
	for i := first; i < len(s.Trajectories); i++ {
		t := &s.Trajectories[i]
		if t.Len() < minRows && !(s.states && b.o.States) {
			text := fmt.Sprintf("trajectory %q has %s: at least %d are needed", t.ID, count(t.Len(), "row"), minRows)
			return &Error{name, t.Line, "", strings.Join(append([]string{text}, notes...), "; ")}
		}
	}
	for _, n := range notes {
		s.Notes = append(s.Notes, name+": "+n)
	}
	b.rename(s.Trajectories[first:], name)
	return b.timed(&g.clock, name, first == 0)
}

// clock reads the times of a file.
func (b *builder) clock(src source, l layout) clock {
	_, nano := fraction(src.header(), l.time)
	c := clock{src: src, at: l.time, date: -1, nano: nano, step: b.o.Step, unit: b.timeUnit}
	if c.unit == "" { // t_ns, stamp_ms
		_, c.unit, _ = cutLast(b.set.Time, "_")
		if !slices.Contains([]string{"s", "ms", "us", "ns"}, c.unit) {
			c.unit = ""
		}
	}
	if l.time < 0 && c.step == 0 {
		c.step = 1 // states have no time: they are counted
	} else if !b.untimed && !counts(b.set.Time, b.timeUnit, b.o) {
		c.step = 0 // the column holds the time
	}
	return c
}

// cutLast cuts a text at the last separator.
func cutLast(text, sep string) (before, after string, found bool) {
	if at := strings.LastIndex(text, sep); at >= 0 {
		return text[:at], text[at+len(sep):], true
	}
	return text, "", false
}

// timed sets the unit of the times of the first file; others have to have the same.
func (b *builder) timed(c *clock, name string, begins bool) error {
	notes, unit := c.notes(b.set.Time)
	for _, n := range notes {
		b.set.Notes = append(b.set.Notes, name+": "+n)
	}
	if unit == "" {
		unit = b.timeUnit
	}
	if !begins {
		if now := b.set.TimeUnit(); now != unit && !b.untimed {
			return &Error{name, 0, b.set.Time, fmt.Sprintf("is in [%s], but in [%s] in the first file", unit, now)}
		}
		return nil
	}
	for j := range b.set.Columns {
		if col := &b.set.Columns[j]; col.Role == RoleTime && unit != col.Unit {
			col.Unit, col.Header = unit, ""
		}
	}
	return nil
}

// add appends the current row, or leaves it out.
func (g *gathering) add() error {
	s, line := g.b.set, g.src.line()
	id := ""
	if g.l.trajectory >= 0 {
		var err error
		if id, err = g.src.text(g.l.trajectory); err != nil {
			return g.bad(g.l.trajectory, err)
		}
	} else if g.t == nil {
		id = stem(g.name)
	} else {
		id = g.t.ID
	}
	if g.t != nil && id != g.t.ID {
		g.clock.row = 0
	}
	t, err := g.clock.read()
	if err != nil && g.t != nil && !g.b.o.Strict && g.remark() {
		g.words.add(line)
		return nil
	} else if err != nil {
		return g.bad(max(g.clock.at, 0), err)
	}
	for i, j := range g.used {
		if g.row[i], err = g.src.number(j); err != nil {
			return g.bad(j, err)
		}
	}
	if g.t == nil || id != g.t.ID {
		if g.t != nil {
			g.ends[g.t.ID] = g.last
		}
		if end, seen := g.ends[id]; seen {
			return &Error{g.name, line, s.TrajectoryColumn,
				fmt.Sprintf("trajectory %q comes back after it ended on line %d: its rows must stand together", id,
					end)}
		}
		g.begin(id, line)
	} else if before := g.t.T[g.t.Len()-1]; t <= before {
		if !g.restarts(t) {
			return g.late(before, t)
		}
		g.begin(fmt.Sprintf("%s-%d", stem(g.name), g.restarted.n+1), line)
	}
	g.t.append(t, g.row, g.l)
	g.last = line
	g.kept()
	return nil
}

// remark says whether the current row has a word instead of a time: Mean,0.1,0.2.
func (g *gathering) remark() bool {
	text, err := g.src.text(max(g.clock.at, 0))
	first, _ := utf8.DecodeRuneInString(text)
	return err == nil && unicode.IsLetter(first) && !isMissing([]byte(text))
}

// begin begins a trajectory.
func (g *gathering) begin(id string, line int) {
	g.ended()
	g.resume(Trajectory{ID: id, File: g.name, Line: line})
}

// restarts says whether a time that goes back begins a motion of its own: no column tells trajectories apart, and the
// time goes back to where it began, or before.
func (g *gathering) restarts(t float64) bool {
	n := g.t.Len()
	if g.l.trajectory >= 0 || g.b.o.Strict || n < minRows || t > g.t.T[0]+(g.t.T[1]-g.t.T[0])/2 {
		return false
	}
	g.restarted.add(g.src.line())
	return true
}

// append adds a row: its time and the numbers of q, v, a and u.
func (t *Trajectory) append(at float64, row []float64, l layout) {
	t.T = append(t.T, at)
	q, v, a := len(l.q), len(l.q)+len(l.v), len(l.q)+len(l.v)+len(l.a)
	t.Q, t.V, t.A, t.U = append(t.Q, row[:q]...), append(t.V, row[q:v]...), append(t.A, row[v:a]...),
		append(t.U, row[a:]...)
}

// bad leaves out a row in which a cell is missing; anything else wrong with a cell of column j is an error.
func (g *gathering) bad(j int, err error) error {
	name, _ := split(g.src.header()[j])
	var none missing
	switch is := errors.As(err, &none); {
	case !is:
		return &Error{g.name, g.src.line(), name, err.Error()}
	case g.b.o.Strict:
		return &Error{g.name, g.src.line(), name, err.Error() + ": leave the row out, or read without --strict"}
	}
	if g.blank.add(g.src.line()); g.blank.n == 1 {
		g.why = fmt.Sprintf("%s in column %q", none, name)
	}
	if g.b.set.states && g.clock.at < 0 {
		g.clock.row-- // states are counted as they are kept
	}
	if g.t == nil {
		g.clock.begun = false // the first row is the first that is kept
	}
	return nil
}

// late leaves out a row whose time is that of the row before; a time that goes back is an error.
func (g *gathering) late(before, now float64) error {
	line := g.src.line()
	if now < before || g.b.o.Strict {
		return &Error{g.name, line, g.b.set.Time, backwards(before, now, g.last)}
	}
	n, from := g.t.Len()-1, 0
	same := true
	for _, p := range []struct {
		x     []float64
		width int
	}{{g.t.Q, len(g.l.q)}, {g.t.V, len(g.l.v)}, {g.t.A, len(g.l.a)}, {g.t.U, len(g.l.u)}} {
		same = same && slices.Equal(p.x[n*p.width:], g.row[from:from+p.width])
		from += p.width
	}
	if same {
		g.again.add(line)
	} else {
		g.twice.add(line)
	}
	return nil
}

// notes says what the source noticed, and what was left out.
func (g *gathering) notes() []string {
	said := g.src.notes()
	said = append(said, g.blank.note("row", g.why)...)
	said = append(said, g.words.note("row", "a word instead of a time, as before a sum")...)
	said = append(said, g.again.note("row", "the row before once more")...)
	said = append(said, g.twice.note("row", "other numbers at the time of the row before")...)
	if n := g.restarted.n; n > 0 {
		said = append(said, fmt.Sprintf("the time begins anew %s, first on line %d: %d trajectories", count(n, "time"),
			g.restarted.first, n+1))
	}
	return said
}

// grow makes room for all rows of a file in one trajectory, as many as its size lets expect after n of them.
func (g *gathering) grow(n int) {
	src := g.src
	if b, ok := src.(*begun); ok {
		src = b.source
	}
	text, ok := src.(*textSource)
	if !ok || g.b.size == 0 || text.bytes == 0 || len(g.ends) > 0 {
		return
	}
	more := int(1.02*float64(n)*float64(g.b.size)/float64(text.bytes)) - n
	if g.b.o.Most > 0 {
		more = min(more, g.b.o.Most/g.width()-n)
	}
	if more <= 0 {
		return
	}
	t := g.t
	t.T = slices.Grow(t.T, more)
	t.Q, t.V = slices.Grow(t.Q, more*len(g.l.q)), slices.Grow(t.V, more*len(g.l.v))
	t.A, t.U = slices.Grow(t.A, more*len(g.l.a)), slices.Grow(t.U, more*len(g.l.u))
}

// backwards words a time that does not advance.
func backwards(before, now float64, line int) string {
	if now == before {
		return fmt.Sprintf("time %v repeats (line %d): rows must advance in time", now, line)
	}
	return fmt.Sprintf("time goes back from %v (line %d) to %v: rows must advance in time; several trajectories in "+
		"one file need a trajectory column", before, line, now)
}

// stepWords name columns that count steps where --dt gives these a length, beside the words of keywords.
var stepWords = []string{"time_step", "row", "rows", "iteration", "iter", "n", "k"}

// isStep says whether a column counts steps by its name.
func isStep(name string) bool {
	return byName(name).role == roleIndex || slices.Contains(stepWords, strings.ToLower(name))
}

// counts says whether a column of the time counts steps of Options.Step: by its name, or because it was named; not if
// it has a unit of time.
func counts(name, unit string, o Options) bool {
	if slices.ContainsFunc(epochs, func(e epoch) bool { return unitOf(unit) == unitOf(e.name) }) {
		return false
	}
	return o.Step > 0 && (o.Time != "" || isStep(name))
}

// steps is the time column where Options.Step is given: that of --time, or one that counts steps; −1 where none does
// and rows are counted. A column that holds the time stays what it is.
func (r *resolver) steps(time int, o Options) int {
	if o.Step == 0 || o.Time != "" {
		return time
	}
	if time >= 0 && !counts(r.cols[time].Name, r.cols[time].Unit, o) {
		r.notes = append(r.notes, fmt.Sprintf("--dt is not used: %s is the time", r.cols[time].Name))
		return time
	}
	for j, c := range r.cols {
		if _, used := r.given[j]; !used && isStep(c.Name) {
			r.cols[j].Why = "it counts steps (--dt)"
			return j
		}
	}
	return -1
}
