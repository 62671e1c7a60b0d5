package fit

import (
	"fmt"
	"math"
	"slices"

	"lagrange/model"
)

// names are those of the coefficients and forces of a formula, in the order of values.
func (f *problem) names(r *Formula) (names []string) {
	name := func(format string, of ...any) { names = append(names, fmt.Sprintf(format, of...)) }
	for _, c := range r.Terms {
		if c.Term == model.One {
			name("%s", c.Of)
			continue
		}
		name("%s of %s", c.Term, c.Of)
	}
	q := func(i int) string { return f.set.Coordinates[i].Name }
	for i, row := range r.Viscous {
		for j := range row {
			name("viscous friction of %s by %s", q(i), q(j))
		}
	}
	for _, law := range []struct {
		name string
		of   []float64
	}{{"dry friction", r.Dry}, {"drag", r.Drag}} {
		for i := range law.of {
			name("%s of %s", law.name, q(i))
		}
	}
	for k := range r.Between {
		name("dry friction between angles %d", k+1)
	}
	for i := range r.Breakaway {
		name("breakaway friction of %s", q(i))
	}
	for i := range r.Stribeck {
		name("Stribeck speed of %s", q(i))
	}
	for i, row := range r.Gains {
		for j := range row {
			name("gain of %s on %s", f.set.Forces()[j], q(i))
		}
	}
	return names
}

// unidentified names the numbers of a formula that the motion does not tell from 0, and their places in values.
func (f *problem) unidentified(r *Formula) (names []string, at []int) {
	all := f.names(r)
	sds := make([]float64, 0, len(all))
	for _, c := range r.Terms {
		sds = append(sds, c.SD)
	}
	for _, x := range r.SD.values() {
		sds = append(sds, *x)
	}
	matters := make([]float64, len(all))
	if r.Matters != nil {
		for k, x := range (&Formula{ForceCoefficients: *r.Matters}).values() {
			matters[len(r.Terms)+k] = *x
		}
	}
	for i, x := range r.values()[:len(all)] {
		if untold(*x, sds[i], matters[i]) {
			names, at = append(names, all[i]), append(at, i)
		}
	}
	return names, at
}

// untold says whether the motion does not tell y, of the deviation sd (0: not known), from 0, nor from what would
// matter: where sd is less than that y is none, and well known.
func untold(y, sd, matters float64) bool { return sd > 0 && sd >= math.Abs(y) && !(sd < matters) }

// whatMatters is the part of the size of accelerations that a force has to make to matter; not tuned.
const whatMatters = 0.01

// mattering sets Matters: with the mean mass M and the scales s of velocities, A of accelerations and σ of known forces
// a force matters if it is whatMatters of M A, dry friction at any speed, others at v = s or u = σ. A Stribeck speed
// does as it is.
func (f *problem) mattering(m *model.Model[float64], r *Formula) {
	mass, s := f.masses(m), m.Spec.Coordinates
	if mass == nil {
		return
	}
	c, unit := m.ForceCoefficients(), f.unit(m)
	size := make([]float64, len(s))
	for i, x := range s {
		size[i] = whatMatters * mass[i] * x.Accel / unit
	}
	for i, row := range c.Viscous {
		for j := range row {
			row[j] = size[i] / s[j].Speed
		}
	}
	forces := slices.DeleteFunc(slices.Clone(m.Spec.Inputs), func(u model.Input) bool { return u.SystemParameter })
	for i, row := range c.Gains {
		for j := range row {
			row[j] = size[i] / forces[j].Scale
		}
	}
	copy(c.Dry, size)
	copy(c.Breakaway, size)
	clear(c.Stribeck)
	for i := range c.Drag {
		c.Drag[i] = size[i] / (s[i].Speed * s[i].Speed)
	}
	for k := range c.Between {
		c.Between[k] = slices.Min(size)
	}
	r.Matters = &c
}
