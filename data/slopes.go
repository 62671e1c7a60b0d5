package data

import (
	"math"
	"slices"
)

// slopes finds coordinates and velocities by the numbers alone, where names say nothing: one column is the slope of the
// other.
func (r *resolver) slopes(l *layout) {
	free, step := r.free(), 0.0
	for _, q := range free {
		for _, v := range free {
			if q == v || r.g[v].role != "" && r.g[v].role != RoleV || slices.Contains(l.q, v) {
				continue
			}
			if r.g[q].role == "" && (r.derives(q, v, l.time) || r.keepsStep(q, v, l.time, &step)) {
				r.g[q] = guess{role: RoleQ, why: r.cols[v].Name + " is its slope"}
				r.g[v] = guess{role: RoleV, of: key(r.cols[q].Name), why: "the slope of " + r.cols[q].Name}
			}
		}
	}
	l.q = r.recognised(RoleQ)
}

// integrals takes columns without a telling name, such as x beside v, theta and omega, for the coordinates whose slopes
// the velocities are that are left. One that is another once more, such as the filtered, has its coordinate.
func (r *resolver) integrals(l *layout) {
	_, left := r.pair(l.q, r.recognised(RoleV), l.time)
	for _, v := range left {
		if r.version(v) >= 0 {
			continue
		}
		for _, q := range r.free() {
			if r.g[q].role == "" && r.derives(q, v, l.time) {
				r.g[q] = guess{role: RoleQ, rest: key(r.cols[q].Name), why: r.cols[v].Name + " is its slope"}
				r.g[v].of = key(r.cols[q].Name)
				break
			}
		}
	}
	l.q = r.recognised(RoleQ)
}

// derives says whether column v is the slope of q by its numbers, over the time in its own unit or in seconds.
func (r *resolver) derives(q, v, time int) bool {
	agree, ratio := r.rows.slope(q, v, time)
	if agree < 0.99 {
		return false
	}
	seconds := 1.0
	if time >= 0 {
		if m, ok := measureOf(r.cols[time].Unit); ok && m.of != nil && m.of.quantity == ofTime {
			seconds = m.of.factor
		}
	}
	return math.Abs(ratio-1) < 0.05 || math.Abs(ratio*seconds-1) < 0.05
}

// keepsStep says whether column v is the slope of q over a time that counts steps whose length is not known: that of
// the other pairs, 0 for none yet.
func (r *resolver) keepsStep(q, v, time int, step *float64) bool {
	if time < 0 || r.g[time].role != roleIndex {
		return false
	}
	agree, ratio := r.rows.slope(q, v, time)
	if agree < 0.99 || *step > 0 && math.Abs(ratio / *step - 1) > 0.05 {
		return false
	}
	*step = ratio
	return true
}

// derivatives are columns without a telling name that are the slope of a coordinate for which no velocity is named.
func (r *resolver) derivatives(l *layout) (v []int) {
	m, _ := r.pair(l.q, r.recognised(RoleV), l.time)
	free := r.free()
	for i, q := range l.q {
		for _, j := range free {
			if m[i] >= 0 {
				break
			} else if slices.Contains(v, j) || r.g[j].role != "" {
				continue
			}
			if r.derives(q, j, l.time) {
				r.g[j] = guess{role: RoleV, of: key(r.cols[q].Name)}
				r.cols[j].Why = "the slope of " + r.cols[q].Name
				v = append(v, j)
				break
			}
		}
	}
	return v
}

// free are the columns of numbers whose names say no other role, and no flag either.
func (r *resolver) free() (at []int) {
	for j, g := range r.g {
		_, used := r.given[j]
		if !used && (g.role == "" || g.role == RoleV) && !g.aim && r.cols[j].Header != "" && r.rows.numeric(j) &&
			!r.rows.constant(j) {
			at = append(at, j)
		}
	}
	return at
}
