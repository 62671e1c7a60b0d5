package fit

import (
	"fmt"
	"math"
)

// unidentified names the numbers of a formula that the motion does not tell from 0.
func (f *problem) unidentified(r *Formula) (names []string) {
	doubt := func(value, sd float64, format string, of ...any) {
		if untold(value, sd) {
			names = append(names, fmt.Sprintf(format, of...))
		}
	}
	for _, c := range r.Terms {
		doubt(c.Value, c.SD, "%s of %s", c.Term, c.Of)
	}
	q := func(i int) string { return f.set.Coordinates[i].Name }
	for _, law := range []struct {
		name       string
		value, sds []float64
	}{
		{"dry friction", r.Dry, r.SD.Dry}, {"drag", r.Drag, r.SD.Drag},
		{"breakaway friction", r.Breakaway, r.SD.Breakaway}, {"Stribeck speed", r.Stribeck, r.SD.Stribeck},
	} {
		for i, x := range law.value {
			doubt(x, law.sds[i], "%s of %s", law.name, q(i))
		}
	}
	for i, row := range r.Viscous {
		for j, x := range row {
			doubt(x, r.SD.Viscous[i][j], "viscous friction of %s by %s", q(i), q(j))
		}
	}
	for k, x := range r.Between {
		doubt(x, r.SD.Between[k], "dry friction between angles %d", k+1)
	}
	for i, row := range r.Gains {
		for j, x := range row {
			doubt(x, r.SD.Gains[i][j], "gain of %s on %s", f.set.Forces()[j], q(i))
		}
	}
	return names
}

// untold says whether the motion does not tell y, of the deviation sd (0: not known), from 0.
func untold(y, sd float64) bool { return sd > 0 && sd >= math.Abs(y) }
