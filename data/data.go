// Package data takes recorded motion in and out: columns and their meaning, trajectories, splits, windows, a report.
//
// A recording is a table: a header, then one row per instant. Reading has two halves that do not know each other: a
// source (source.go; text.go for text) yields the header and rows with their line numbers, and the roles (roles.go) say
// which column is the time, which are the coordinates q, velocities v, accelerations a and known forces u. A new format
// is a new source, or a line in formats (format.go).
//
// Units are the user's own and are kept. Shapes: n rows, d coordinates, m forces; all slices are row-major.
package data

import (
	"fmt"
	"strings"
)

// Error is something wrong with a recording, told so that it can be mended: where, what, and the way out.
type Error struct {
	File   string // as given by the user
	Line   int    // 1-based line in the file; 0 when the whole file is meant
	Column string // name of the column; "" when the whole row is meant
	Msg    string
}

// Error gives file:line: column "name": message, leaving out what is not known.
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Column != "" {
		s += fmt.Sprintf(": column %q", e.Column)
	}
	return s + ": " + e.Msg
}

// The roles a column can have.
const (
	RoleTime       = "time"
	RoleTrajectory = "trajectory"
	RoleQ          = "q"
	RoleV          = "v"
	RoleA          = "a"
	RoleU          = "u"
	RoleIgnored    = "ignored"
)

// Column says what one column of the file was taken for, and why.
type Column struct {
	Name   string `json:"name"`             // without its unit
	Unit   string `json:"unit,omitempty"`   // from "name [unit]" or "name (unit)"
	Header string `json:"header,omitempty"` // as it stood in the file; "" means Name [Unit]
	Role   string `json:"role"`
	Why    string `json:"why"`
}

// label is the header cell that gives the column back.
func (c Column) label() string {
	switch {
	case c.Header != "":
		return c.Header
	case c.Unit != "":
		return c.Name + " [" + c.Unit + "]"
	}
	return c.Name
}

// Coordinate is one generalised coordinate as recorded.
type Coordinate struct {
	Name, Unit   string
	Period       float64 // 2π for an angle in rad, 360 in degrees, 0 when not periodic
	Velocity     string  // name of its velocity column; "" if absent
	Acceleration string  // name of its acceleration column; "" if absent
}

// Trajectory is one motion; rows in time order.
type Trajectory struct {
	ID   string
	File string // where it came from, and
	Line int    // the line of its first row, for messages
	T    []float64
	// (n, d); A nil when the recording has no accelerations, V when Options.Positions and no velocities
	Q, V, A []float64
	U       []float64 // (n, m); nil when m = 0
}

// Len is the number of rows n.
func (t *Trajectory) Len() int { return len(t.T) }

// Duration is the time from the first row to the last.
func (t *Trajectory) Duration() float64 {
	if len(t.T) == 0 {
		return 0
	}
	return t.T[len(t.T)-1] - t.T[0]
}

// Slice is the piece of rows lo ≤ i < hi, sharing memory with t; d and m are the widths of Q and U.
func (t *Trajectory) Slice(d, m, lo, hi int) Trajectory {
	p := *t
	p.T = t.T[lo:hi:hi]
	p.Q, p.V, p.A, p.U = rows(t.Q, d, lo, hi), rows(t.V, d, lo, hi), rows(t.A, d, lo, hi), rows(t.U, m, lo, hi)
	if t.Line > 0 {
		p.Line = t.Line + lo
	}
	return p
}

func rows(x []float64, w, lo, hi int) []float64 {
	if x == nil {
		return nil
	}
	return x[lo*w : hi*w : hi*w]
}

// Set is a number of trajectories of one system, all with the same columns.
type Set struct {
	Coordinates      []Coordinate
	Inputs           []string // names of the u columns: forces, then system parameters; length m
	SystemParameters int      // how many of them, the last ones, are system parameters
	Time             string   // name of the time column
	TrajectoryColumn string   // name of the column that tells trajectories apart; "" if none
	Columns          []Column // every column of the file; nil for a set made by a program
	Notes            []string // what was done or noticed while reading, in words
	// Delays are by how much later than recorded the inputs stand in U, see Delayed; nil: as recorded
	Delays       []float64
	Trajectories []Trajectory
	states       bool     // rows are independent of one another, see States
	counted      bool     // the time is a number of frames or steps
	stepped      bool     // Options.Step made the time, of steps or rows
	learned      []string // units that the numbers told, as Options.Units
}

// D is the number of coordinates d.
func (s *Set) D() int { return len(s.Coordinates) }

// M is the number of known inputs m, forces and system parameters together.
func (s *Set) M() int { return len(s.Inputs) }

// Forces are those of the inputs that are no system parameters.
func (s *Set) Forces() []string { return s.Inputs[:len(s.Inputs)-s.SystemParameters] }

// Rows is the number of rows of all trajectories together.
func (s *Set) Rows() int {
	n := 0
	for i := range s.Trajectories {
		n += s.Trajectories[i].Len()
	}
	return n
}

// HasAccelerations tells whether every trajectory carries recorded accelerations.
func (s *Set) HasAccelerations() bool {
	for i := range s.Trajectories {
		if s.Trajectories[i].A == nil {
			return false
		}
	}
	return len(s.Trajectories) > 0
}

// RecordedVelocities tells whether the velocities were read, not estimated from the coordinates, whose columns say so.
func (s *Set) RecordedVelocities() bool {
	for _, c := range s.Columns {
		if c.Role == RoleV && strings.HasPrefix(c.Why, estimated) {
			return false
		}
	}
	return len(s.Trajectories) > 0 && s.Trajectories[0].V != nil
}

// hasVelocities tells whether the velocities were read or estimated: only Options.Positions does without.
func (s *Set) hasVelocities() bool { return s.Trajectories[0].V != nil }

// States says that rows are states on their own, each with its acceleration, and no motion leads from one to the next.
func (s *Set) States() bool { return s.states }

// Counted says that the time is a number of frames or steps whose length is not known.
func (s *Set) Counted() bool { return s.counted }

// TimeUnit is the unit of the time column as written in the header; "" when none was given.
func (s *Set) TimeUnit() string { return s.unit(s.Time) }

func (s *Set) unit(name string) string {
	for _, c := range s.Columns {
		if c.Name == name && c.Role != RoleIgnored {
			return c.Unit
		}
	}
	return ""
}

// with is a set of the same columns with other trajectories.
func (s *Set) with(t []Trajectory) *Set {
	p := *s
	p.Trajectories = t
	return &p
}
