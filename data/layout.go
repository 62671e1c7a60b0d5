package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Layout says where the quantities of a set stood, so that another recording is read the same way. Which column tells
// trajectories apart is left to the header of that one, unless it was said how.
func (s *Set) Layout(read Options) Options {
	forces := s.Forces()
	o := Options{Time: s.Time, Trajectory: read.Trajectory, U: append([]string{}, forces...),
		SystemParameters: s.Inputs[len(forces):], Angles: []string{}, Differentiate: read.Differentiate}
	o.Positions, o.Columns, o.Strict = !s.hasVelocities(), read.Columns, read.Strict
	if s.stepped {
		if o.Time, o.Step = read.Time, read.Step; counts(read.Time, "", Options{Step: read.Step}) {
			o.Time = "" // is known by its name, and a column of times is better
		}
	}
	for _, u := range read.Units { // what is written may have another one, and says so
		name, unit, _ := strings.Cut(u, "=")
		o.Units = append(o.Units, strings.TrimSuffix(name, "?")+"?="+unit)
	}
	for _, u := range s.learned {
		if !slices.Contains(o.Units, u) {
			o.Units = append(o.Units, u)
		}
	}
	for _, c := range s.Coordinates {
		o.Q = append(o.Q, c.Name)
		if !read.Differentiate && s.hasVelocities() {
			o.V = append(o.V, c.Velocity)
		}
		if c.Period > 0 {
			angle := c.Name
			if p, _ := period(c.Unit); p != c.Period {
				angle += ":" + strconv.FormatFloat(c.Period, 'g', -1, 64)
			}
			o.Angles = append(o.Angles, angle)
		}
	}
	return o
}

// Fingerprint identifies the numbers of a recording: times, states, accelerations and forces.
func (s *Set) Fingerprint() string {
	h := sha256.New()
	for _, t := range s.Trajectories {
		for _, x := range [][]float64{t.T, t.Q, t.V, t.A, t.U} {
			binary.Write(h, binary.LittleEndian, int64(len(x))) // to memory: cannot fail
			binary.Write(h, binary.LittleEndian, x)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
