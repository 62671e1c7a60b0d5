package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// minRows is the least number of rows that say anything about motion: one second difference.
const minRows = 3

// Read reads one or several files with the same columns into one set. Each file holds one trajectory, or several told
// apart by a trajectory column; time steps may differ. Angles that wrap around are unwrapped and noted.
// A nil error means at least one coordinate, one trajectory, minRows rows in each, and finite numbers only.
func Read(paths []string, o Options) (*Set, error) {
	b := &builder{o: o, ids: map[string]bool{}}
	for i, path := range paths {
		if slices.Contains(paths[:i], path) {
			return nil, &Error{File: path, Msg: "named twice"}
		}
		if err := b.file(path); err != nil {
			return nil, err
		}
	}
	if len(paths) == 0 {
		return nil, &Error{File: "data", Msg: "no file named"}
	}
	return b.finish()
}

// ReadFrom reads one recording as CSV; name stands for the file in messages and, without a trajectory column, for the
// trajectory.
func ReadFrom(r io.Reader, name string, o Options) (*Set, error) {
	b := &builder{o: o, ids: map[string]bool{}}
	if err := b.add(r, name); err != nil {
		return nil, err
	}
	return b.finish()
}

// builder gathers files into a set.
type builder struct {
	o   Options
	set *Set
	ids map[string]bool // of the files read so far
}

func (b *builder) file(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return &Error{File: path, Msg: cause(err)}
	}
	defer f.Close()
	return b.add(f, path)
}

// cause is what went wrong, without the operation and the path that the error already names.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// add reads one file.
func (b *builder) add(r io.Reader, name string) error {
	src, err := newCSV(r)
	if err != nil {
		return in(name, 0, err)
	}
	cols, err := columns(src.header())
	if err == nil {
		err = withUnits(cols, b.o.Units)
	}
	if err != nil {
		return in(name, src.line(), err)
	}
	begun, rows := firstRows(src, len(cols))

	var l layout
	if b.set == nil {
		var notes []string
		if l, notes, err = resolve(cols, rows, b.o); err == nil {
			b.start(name, cols, l, append(src.notes(), notes...))
		}
	} else {
		l, err = b.set.same(cols, b.o)
	}
	if err != nil {
		return in(name, begun.line(), err)
	}
	return b.rows(begun, name, l)
}

// in puts the file, and the line unless known, into an error from below.
func in(file string, line int, err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.File = file
		if e.Line == 0 {
			e.Line = line
		}
	}
	return err
}

// start makes the set from the columns of the first file.
func (b *builder) start(name string, cols []Column, l layout, notes []string) {
	s := &Set{Columns: cols, states: l.time < 0, counted: l.counted}
	if l.time >= 0 {
		s.Time = cols[l.time].Name
	}
	if l.trajectory >= 0 {
		s.TrajectoryColumn = cols[l.trajectory].Name
	}
	for i, j := range l.q {
		c := Coordinate{Name: cols[j].Name, Unit: cols[j].Unit}
		if l.v != nil {
			c.Velocity = cols[l.v[i]].Name
		}
		if len(l.a) > 0 {
			c.Acceleration = cols[l.a[i]].Name
		}
		if p, unit := period(c.Unit); b.o.Angles == nil && (unit || angular(c.Name)) {
			c.Period = p // 0 of counts
		}
		s.Coordinates = append(s.Coordinates, c)
	}
	for _, j := range l.u {
		s.Inputs = append(s.Inputs, cols[j].Name)
	}
	s.SystemParameters = l.systemParams
	for _, n := range notes {
		s.Notes = append(s.Notes, name+": "+n)
	}
	b.set = s
}

// same finds the columns of a set already begun in another file, wherever they stand there.
func (s *Set) same(cols []Column, o Options) (layout, error) {
	r := &resolver{cols: cols, given: map[int]string{}}
	for _, c := range cols {
		r.g = append(r.g, byName(c.Name))
	}
	l := layout{trajectory: -1}
	for _, c := range s.Columns {
		if c.Role == RoleIgnored {
			continue
		}
		if j := r.find(c.Name); j < 0 {
			return l, &Error{Msg: fmt.Sprintf("no column %q, which the first file has; there are %s: files read "+
				"together need the same columns", c.Name, r.all())}
		} else if cols[j].Unit != c.Unit {
			return l, &Error{Column: c.Name, Msg: fmt.Sprintf("is in [%s], but in [%s] in the first file", cols[j].Unit,
				c.Unit)}
		}
	}
	if l.time = -1; s.Time != "" {
		l.time = r.find(s.Time)
	}
	if s.TrajectoryColumn != "" {
		l.trajectory = r.find(s.TrajectoryColumn)
	} else if at := r.recognised(RoleTrajectory); len(at) > 0 && !s.has(cols[at[0]].Name) {
		return l, &Error{Column: cols[at[0]].Name,
			Msg: "the first file has no such column: files read together need the same columns"}
	}
	for _, c := range s.Coordinates {
		l.q = append(l.q, r.find(c.Name))
		if c.Velocity != "" && !o.Differentiate {
			l.v = append(l.v, r.find(c.Velocity))
		}
		if c.Acceleration != "" {
			l.a = append(l.a, r.find(c.Acceleration))
		}
	}
	for _, f := range s.Inputs {
		l.u = append(l.u, r.find(f))
	}
	return l, nil
}

// rows appends the rows of one file to the set.
func (b *builder) rows(src source, name string, l layout) error {
	var (
		s     = b.set
		first = len(s.Trajectories)
		ends  = map[string]int{} // last line of every trajectory of this file
		t     *Trajectory
		last  int
	)
	for {
		if err := src.next(); err == io.EOF {
			break
		} else if err != nil {
			return in(name, 0, err)
		}
		id, line := stem(name), src.line()
		if l.trajectory >= 0 {
			var err error
			if id, err = src.text(l.trajectory); err != nil {
				return &Error{name, line, s.TrajectoryColumn, err.Error()}
			}
		}
		if t == nil || id != t.ID {
			if end, seen := ends[id]; seen {
				return &Error{name, line, s.TrajectoryColumn,
					fmt.Sprintf("trajectory %q comes back after it ended on line %d: its rows must stand together", id,
						end)}
			}
			s.Trajectories = append(s.Trajectories, Trajectory{ID: id, File: name, Line: line})
			t = &s.Trajectories[len(s.Trajectories)-1]
		}
		if err := s.row(t, src, l); err != nil {
			err.File, err.Line = name, line
			return err
		}
		if n := t.Len(); n > 1 && t.T[n-1] <= t.T[n-2] && l.trajectory < 0 && t.beginsAgain() {
			t = s.restart(t, line)
		} else if n > 1 && t.T[n-1] <= t.T[n-2] {
			return &Error{name, line, s.Time, backwards(t.T[n-2], t.T[n-1], last)}
		}
		ends[id], last = line, line
	}
	if len(s.Trajectories) == first {
		return &Error{name, src.line(), "", "only a header, no rows"}
	}
	for i := first; i < len(s.Trajectories); i++ {
		t := &s.Trajectories[i]
		if t.Len() < minRows {
			return &Error{name, t.Line, "", fmt.Sprintf("trajectory %q has %s: at least %d are needed", t.ID,
				count(t.Len(), "row"), minRows)}
		}
	}
	s.number(first, name)
	b.rename(s.Trajectories[first:], name)
	return nil
}

// row appends one row to a trajectory.
func (s *Set) row(t *Trajectory, src source, l layout) *Error {
	var bad *Error
	cell := func(j int) float64 {
		x, err := src.number(j)
		if err != nil && bad == nil {
			h, _ := split(src.header()[j])
			bad = &Error{Column: h, Msg: err.Error()}
		}
		return x
	}
	if l.time < 0 {
		t.T = append(t.T, float64(len(t.T)))
	} else {
		t.T = append(t.T, cell(l.time))
	}
	for _, p := range []struct {
		to   *[]float64
		from []int
	}{{&t.Q, l.q}, {&t.V, l.v}, {&t.A, l.a}, {&t.U, l.u}} {
		for _, j := range p.from {
			*p.to = append(*p.to, cell(j))
		}
	}
	return bad
}

// backwards words a time that does not advance.
func backwards(before, now float64, line int) string {
	if now == before {
		return fmt.Sprintf("time %v repeats (line %d): rows must advance in time", now, line)
	}
	return fmt.Sprintf("time goes back from %v (line %d) to %v: rows must advance in time; several trajectories in "+
		"one file need a trajectory column", before, line, now)
}

// stem is a file's name without folder and ending: the id of its only trajectory.
func stem(name string) string {
	if s := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)); s != "" {
		return s
	}
	return name
}

// rename makes the ids of one file's trajectories differ from those of the files before, by naming the file.
func (b *builder) rename(ts []Trajectory, name string) {
	clash := func(prefix string) bool {
		for i := range ts {
			if b.ids[prefix+ts[i].ID] {
				return true
			}
		}
		return false
	}
	prefix := ""
	for _, p := range []string{"", stem(name) + "/", name + "/"} {
		if prefix = p; !clash(p) {
			break
		}
	}
	for i := range ts {
		ts[i].ID = prefix + ts[i].ID
		b.ids[ts[i].ID] = true
	}
}
