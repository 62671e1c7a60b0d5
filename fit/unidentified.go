package fit

import (
	"fmt"
	"math"

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
	for i, x := range r.values()[:len(all)] {
		if untold(*x, sds[i]) {
			names, at = append(names, all[i]), append(at, i)
		}
	}
	return names, at
}

// untold says whether the motion does not tell y, of the deviation sd (0: not known), from 0.
func untold(y, sd float64) bool { return sd > 0 && sd >= math.Abs(y) }
