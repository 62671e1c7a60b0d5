package data

import (
	"bufio"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"lagrange/data/array"
	"lagrange/internal/file"
)

// WriteCSV writes the set with the columns it was read with, those ignored left out, and with every digit of the
// numbers: reading it back gives the same set. Several trajectories without a trajectory column get one.
func (s *Set) WriteCSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	for j, c := range s.written() {
		if j > 0 {
			_ = b.WriteByte(',') // a write error stays in b until Flush
		}
		_, _ = b.WriteString(quote(c.label()))
	}
	_ = b.WriteByte('\n')
	if err := b.Flush(); err != nil {
		return err
	}
	return s.WriteRows(w)
}

// WriteRows is WriteCSV without the header, to go on after another set with the same columns.
func (s *Set) WriteRows(w io.Writer) error {
	cols, b := s.written(), bufio.NewWriter(w)
	at := make([]int, len(cols))
	for j, c := range cols {
		at[j] = s.place(c)
	}
	var line []byte
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		for n := range t.T {
			line = line[:0]
			for j, c := range cols {
				if j > 0 {
					line = append(line, ',')
				}
				if c.Role == RoleTrajectory {
					line = append(line, quote(t.ID)...)
					continue
				}
				x, w := t.of(c.Role, s.D(), s.M())
				line = strconv.AppendFloat(line, x[n*w+at[j]], 'g', -1, 64)
			}
			_, _ = b.Write(append(line, '\n'))
		}
	}
	return b.Flush()
}

// Save writes the set to a file, whole or not at all, in the format of its ending.
func (s *Set) Save(path string) error { return file.Write(path, s.Writer(path)) }

// Writer writes the set in the format of a file's ending: .npz, .parquet, or else CSV.
func (s *Set) Writer(path string) func(io.Writer) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npz":
		return func(w io.Writer) error { return array.WriteNPZ(w, s.arrays()) }
	case ".parquet":
		return func(w io.Writer) error { return array.WriteParquet(w, s.arrays()) }
	}
	return s.WriteCSV
}

// arrays are the columns that WriteCSV writes, each under its header cell.
func (s *Set) arrays() []array.Array {
	var all []array.Array
	for _, c := range s.written() {
		a, at := array.Array{Name: c.label(), Shape: []int{s.Rows()}}, s.place(c)
		for i := range s.Trajectories {
			t := &s.Trajectories[i]
			x, w := t.of(c.Role, s.D(), s.M())
			for n := range t.T {
				if c.Role == RoleTrajectory {
					a.Text = append(a.Text, t.ID)
				} else {
					a.Float = append(a.Float, x[n*w+at])
				}
			}
		}
		all = append(all, a)
	}
	return all
}

// written lists the columns to write: those used, in the order of the file, or in the order trajectory, t, q, v, a, u.
func (s *Set) written() []Column {
	var cols []Column
	for _, c := range s.Columns {
		if c.Role != RoleIgnored && (c.Role != RoleA || s.HasAccelerations()) {
			cols = append(cols, c)
		}
	}
	if s.TrajectoryColumn == "" && len(s.Trajectories) > 1 {
		cols = append([]Column{{Name: "trajectory", Role: RoleTrajectory}}, cols...)
	}
	if s.Columns != nil {
		return cols
	}
	if s.TrajectoryColumn != "" {
		cols = append(cols, Column{Name: s.TrajectoryColumn, Role: RoleTrajectory})
	}
	cols = append(cols, Column{Name: s.Time, Role: RoleTime})
	for _, c := range s.Coordinates {
		cols = append(cols, Column{Name: c.Name, Unit: c.Unit, Role: RoleQ})
	}
	for _, c := range s.Coordinates {
		cols = append(cols, Column{Name: c.Velocity, Role: RoleV})
	}
	for _, c := range s.Coordinates {
		if s.HasAccelerations() && c.Acceleration != "" {
			cols = append(cols, Column{Name: c.Acceleration, Role: RoleA})
		}
	}
	for _, f := range s.Inputs {
		cols = append(cols, Column{Name: f, Role: RoleU})
	}
	return cols
}

// place is the position of a column among those of its role.
func (s *Set) place(c Column) int {
	for k, f := range s.Inputs {
		if c.Role == RoleU && f == c.Name {
			return k
		}
	}
	for k, q := range s.Coordinates {
		if c.Role == RoleQ && q.Name == c.Name || c.Role == RoleV && q.Velocity == c.Name ||
			c.Role == RoleA && q.Acceleration == c.Name {
			return k
		}
	}
	return 0
}

// quote puts a cell into quotes where its text could be taken for something else.
func quote(cell string) string {
	if strings.ContainsAny(cell, ",;\t\"\n\r") || isComment([]byte(cell)) {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}
