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
	return b.done()
}

// ReadFrom reads one recording; name stands for the file in messages and, without a trajectory column, for the
// trajectory.
func ReadFrom(r io.Reader, name string, o Options) (*Set, error) {
	b := &builder{o: o, ids: map[string]bool{}}
	if err := b.add(r, name, ""); err != nil {
		return nil, err
	}
	return b.done()
}

// builder gathers files into a set.
type builder struct {
	o   Options
	set *Set
	ids map[string]bool // of the files read so far
	stretched
	size     int64  // of the file being read, in bytes; 0 if it is not known
	timeUnit string // of the time column in the header of the first file
	untimed  bool   // no column holds the time: rows are counted
}

// done finishes the set, and gives it a column for times that were counted.
func (b *builder) done() (*Set, error) {
	if s := b.set; b.untimed {
		s.stepped = true
		s.Columns = append([]Column{{Name: s.Time, Unit: "s", Role: RoleTime, Why: "rows are counted (--dt)"}},
			s.Columns...)
	} else if counts(s.Time, b.timeUnit, b.o) {
		s.stepsAreTime()
	}
	b.stretched.note(b.set)
	return b.finish()
}

// stepsAreTime calls the column of steps what it has become, a time.
func (s *Set) stepsAreTime() {
	name := "t"
	for slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Name == name }) {
		name += "ime"
	}
	for j := range s.Columns {
		if c := &s.Columns[j]; c.Role == RoleTime {
			*c = Column{Name: name, Unit: "s", Role: RoleTime, Why: c.Name + " counts steps (--dt)"}
		}
	}
	s.Time, s.stepped = name, true
}

func (b *builder) file(path string) error {
	f, part, err := openFile(path)
	if err != nil {
		return &Error{File: path, Msg: cause(err)}
	}
	defer f.Close()
	b.size = 0
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		b.size = info.Size()
	}
	return b.add(f, path, part)
}

// openFile opens a file, or the one before a colon, of which a part is asked for: log.npz:run2.
func openFile(path string) (f *os.File, part string, err error) {
	if f, err = os.Open(path); err == nil {
		return f, "", nil
	}
	if at := strings.LastIndexByte(path, ':'); at > 0 && errors.Is(err, fs.ErrNotExist) {
		if f, e := os.Open(path[:at]); e == nil {
			return f, path[at+1:], nil
		}
	}
	return nil, "", err
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
func (b *builder) add(r io.Reader, name, part string) error {
	src, err := open(r, part, b.o)
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
		l, err = b.same(cols)
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
	s := &Set{Columns: cols, states: l.time < 0 && b.o.Step == 0, counted: l.counted}
	switch b.untimed = l.time < 0 && b.o.Step > 0; {
	case l.time >= 0:
		s.Time, b.timeUnit = cols[l.time].Name, cols[l.time].Unit
	case b.untimed:
		s.Time = "t"
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
		if p, unit := period(c.Unit); b.o.Angles == nil && (unit || angular(c.Name) && mayTurn(c.Unit)) {
			c.Period = p
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
func (b *builder) same(cols []Column) (layout, error) {
	s, o := b.set, b.o
	r := &resolver{cols: cols, given: map[int]string{}}
	for _, c := range cols {
		r.g = append(r.g, byName(c.Name))
	}
	l := layout{time: -1, trajectory: -1}
	for _, c := range s.Columns {
		unit := c.Unit
		if c.Role == RoleTime {
			unit = b.timeUnit
		}
		if c.Role == RoleIgnored {
			continue
		}
		if j := r.find(c.Name); j < 0 {
			return l, &Error{Msg: fmt.Sprintf("no column %q, which the first file has; there are %s: files read "+
				"together need the same columns", c.Name, r.all())}
		} else if cols[j].Unit != unit {
			return l, &Error{Column: c.Name, Msg: fmt.Sprintf("is in [%s], but in [%s] in the first file", cols[j].Unit,
				unit)}
		}
	}
	if !b.untimed && s.Time != "" {
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
