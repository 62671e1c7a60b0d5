package data

import (
	"fmt"
	"slices"
	"strings"
)

// agrees is the correlation of the way of a coordinate with that of a velocity from which on the numbers decide what
// names leave open, and alike that of two columns of the same quantity.
const agrees, alike = 0.9, 0.995

// coordinates finds q and v and pairs them.
func (r *resolver) coordinates(l *layout, o Options) error {
	if o.Q == nil {
		if o.Positions && len(r.recognised(RoleV)) == 0 {
			r.places()
		}
		switch l.q = r.recognised(RoleQ); {
		case o.V != nil:
		case len(l.q) == 0:
			r.slopes(l)
		default:
			r.integrals(l)
		}
	}
	if len(l.q) == 0 {
		return &Error{Msg: fmt.Sprintf("no coordinate among %s: name it with --q (recognised are q…, pos…, theta…, "+
			"angle…, phi…, and a column x beside its velocity v_x, dx or x_dot)%s", r.all(), r.sines())}
	}
	if o.Q == nil {
		l.q = r.unlike(l.q)
	}
	if o.Differentiate {
		for _, j := range r.recognised(RoleV) {
			r.cols[j].Why = "velocities are estimated instead (--differentiate)"
		}
		return nil
	}
	if o.V == nil {
		l.v = append(r.recognised(RoleV), r.derivatives(l)...)
	}
	if o.Positions && (len(l.v) == 0 || o.V == nil && !r.velocities(l)) {
		l.v = nil
		return nil
	}
	if len(l.v) == 0 {
		return &Error{Msg: fmt.Sprintf("no velocity column for %s among %s: name it with --v, or have velocities "+
			"estimated with --differentiate%s", r.names(l.q), r.all(), r.momenta())}
	}
	if o.Q != nil && o.V != nil {
		return r.inOrder(l.q, l.v)
	}
	return r.paired(l, o)
}

// paired pairs coordinates and velocities of which not both were named by flags.
func (r *resolver) paired(l *layout, o Options) error {
	m, left := r.pair(l.q, l.v, l.time)
	var q, v []int
	for i, j := range m {
		if j >= 0 {
			q, v = append(q, l.q[i]), append(v, j)
		}
	}
	switch {
	case len(q) == len(l.q) && (len(left) == 0 || o.Q != nil || r.spare(left)): // the user chose some coordinates
		for _, j := range left {
			r.cols[j].Why = "no coordinate among --q belongs to it"
			if o.Q == nil {
				r.cols[j].Why = "no coordinate belongs to it"
			}
		}
	case o.V != nil && len(left) == 0: // the user chose some of the velocities
		for i, j := range m {
			if j < 0 {
				r.cols[l.q[i]].Why = "no velocity among --v belongs to it"
			}
		}
	default:
		return r.inOrder(l.q, l.v)
	}
	l.q, l.v = q, v
	return nil
}

// spare says whether velocities that are left are versions of ones that are taken, or derivatives of other columns.
func (r *resolver) spare(left []int) bool {
	return !slices.ContainsFunc(left, func(j int) bool { return r.version(j) < 0 })
}

// sines is what to do with columns of sines and cosines.
func (r *resolver) sines() string {
	var at []int
	for j := range r.cols {
		if slices.ContainsFunc(wordsOf(r.cols[j].Name), func(x string) bool { return has(sines, x) }) {
			at = append(at, j)
		}
	}
	if len(at) == 0 {
		return ""
	}
	return fmt.Sprintf("; of the angle behind %s write the angle itself, as atan2 of sine and cosine", r.names(at))
}

// momenta is what to do with columns of momenta.
func (r *resolver) momenta() string {
	at := []int{}
	for j, g := range r.g {
		if g.role == roleMomentum {
			at = append(at, j)
		}
	}
	if len(at) == 0 {
		return ""
	}
	return fmt.Sprintf(". %s is a momentum by its name, not a velocity: --v %s takes it as p of a Hamiltonian network "+
		"(train --model hnn --objective windows)", r.names(at), strings.ReplaceAll(r.names(at), ", ", ","))
}

// places takes columns such as x, y2, r or Bob X for coordinates, in a recording without velocities.
func (r *resolver) places() {
	for j := range r.g {
		w, _ := unitSuffix(wordsOf(r.cols[j].Name))
		last := slices.IndexFunc(w, func(x string) bool { return x == "x" || x == "y" || x == "z" })
		named := place.MatchString(key(r.cols[j].Name)) || last == len(w)-1 && last > 0
		if r.g[j].role == "" && !r.g[j].aim && named {
			r.g[j] = guess{role: RoleQ, why: "a place by its name, and there are no velocities"}
		}
	}
}

// velocities finds v, one for each coordinate, or says that there is none for some.
func (r *resolver) velocities(l *layout) bool {
	match, left := r.pair(l.q, l.v, l.time)
	if j := slices.Index(match, -1); j >= 0 {
		r.notes = append(r.notes, fmt.Sprintf("velocities are not used (%s): %s has none; name coordinates that "+
			"have with --q",
			r.names(l.v), r.cols[l.q[j]].Name))
		for _, j := range l.v {
			r.cols[j].Why = "not every coordinate has a velocity column"
		}
		return false
	}
	for _, j := range left {
		r.cols[j].Why = "no coordinate belongs to it"
	}
	return true
}

// pair gives every q its derivative, -1 for none: first one that is named after it, then one with the same ending, of
// an angle that of one, then that whose numbers agree best with its slope, then, if as many are left on both sides, in
// order.
func (r *resolver) pair(q, x []int, time int) (match, left []int) {
	match = make([]int, len(q))
	taken := map[int]bool{}
	try := func(why string, fits func(q, x int) bool) {
		for i := range q {
			for _, j := range x {
				if match[i] < 0 && !taken[j] && fits(q[i], j) {
					match[i], taken[j] = j, true
					r.say(q[i], j, why)
				}
			}
		}
	}
	for i := range match {
		match[i] = -1
	}
	try("by name", func(q, x int) bool { return r.g[x].of != "" && r.g[x].of == key(r.cols[q].Name) })
	ending := func(q, x int) bool { return r.g[q].role == RoleQ && r.g[x].rest == r.g[q].rest }
	try("by name", func(q, x int) bool { return ending(q, x) && r.turns(q) && r.turns(x) })
	try("by name", func(q, x int) bool { return ending(q, x) && !r.apart(q, x) })
	r.bySlope(q, x, time, match, taken)
	if len(q) == len(x) {
		try("by order", func(int, int) bool { return true })
	}
	for _, j := range x {
		if !taken[j] {
			left = append(left, j)
		}
	}
	return match, left
}

// turns says whether column j is of an angle, by its unit or else by its name.
func (r *resolver) turns(j int) bool {
	m, _ := measureOf(r.cols[j].Unit)
	return m.of != nil && m.of.quantity == ofAngle || m.of == nil && r.g[j].angle
}

// apart says whether the units of two columns are of an angle and of a length.
func (r *resolver) apart(i, j int) bool {
	a, _ := measureOf(r.cols[i].Unit)
	b, _ := measureOf(r.cols[j].Unit)
	return a.of != nil && b.of != nil && (a.of.quantity == ofAngle && b.of.quantity == ofLength ||
		a.of.quantity == ofLength && b.of.quantity == ofAngle)
}

func (r *resolver) say(q, x int, why string) {
	goes := fmt.Sprintf("; goes with %s %s", r.cols[q].Name, why)
	if _, flag := r.given[x]; !flag && r.g[x].why != "named after "+r.cols[q].Name && !strings.Contains(r.cols[x].Why,
		goes) {
		r.cols[x].Why += goes
	}
}

// bySlope pairs what names leave by the numbers, best agreement first.
func (r *resolver) bySlope(q, x []int, time int, match []int, taken map[int]bool) {
	for {
		best, i, j := agrees, -1, -1
		for a := range q {
			for _, b := range x {
				if match[a] >= 0 || taken[b] || r.g[b].role == RoleA || !r.rows.numeric(q[a]) || !r.rows.numeric(b) {
					continue
				}
				if c, ratio := r.rows.slope(q[a], b, time); c > best && ratio > 0 {
					best, i, j = c, a, b
				}
			}
		}
		if i < 0 {
			return
		}
		match[i], taken[j] = j, true
		r.say(q[i], j, "by its slope")
	}
}

// version is the place of a word such as meas or filt of a name in the list of versions; -1 where there is none.
func (r *resolver) version(j int) int {
	for _, w := range wordsOf(r.cols[j].Name) {
		if v, is := versions[w]; is {
			return v
		}
	}
	return -1
}

// unversioned is the key of a name without its version.
func (r *resolver) unversioned(j int) string { return r.unnamed(j, versions) }

// unnamed is the key of a name without the words of some lists.
func (r *resolver) unnamed(j int, lists ...map[string]int) string {
	w, _ := unitSuffix(wordsOf(r.cols[j].Name))
	return strings.Join(slices.DeleteFunc(bared(w), func(x string) bool {
		return slices.ContainsFunc(lists, func(m map[string]int) bool { return has(m, x) })
	}), "")
}

// unlike leaves out coordinates that are another one once more, such as the filtered beside the measured one: their
// names say so, and their numbers are nearly the same.
func (r *resolver) unlike(q []int) (kept []int) {
	version := map[int]int{}
	for _, j := range q {
		version[j] = r.version(j)
	}
	order := slices.Clone(q)
	slices.SortStableFunc(order, func(a, b int) int { return version[a] - version[b] })
	of := map[string][]int{} // those that are kept, by their names without versions
	for _, j := range order {
		key := r.unversioned(j)
		twin := slices.IndexFunc(of[key], func(k int) bool {
			return (version[j] >= 0 || version[k] >= 0) && r.rows.same(j, k) > alike
		})
		if twin < 0 {
			kept, of[key] = append(kept, j), append(of[key], j)
			continue
		}
		r.cols[j].Why = fmt.Sprintf("nearly the same as %s, which is taken", r.cols[of[key][twin]].Name)
	}
	slices.Sort(kept)
	return kept
}

// oneVersion takes of forces that are there several times, commanded and measured, those of the first version.
func (r *resolver) oneVersion(u []int) (kept []int) {
	first := map[string]int{} // the one to take, by its name without versions
	key := func(j int) string { return r.unnamed(j, versions, aims) }
	version := func(j int) int {
		if slices.ContainsFunc(wordsOf(r.cols[j].Name), func(x string) bool { return has(aims, x) }) {
			return len(versions)
		}
		return r.version(j)
	}
	for _, j := range u {
		if k, seen := first[key(j)]; !seen || version(j) < version(k) {
			first[key(j)] = j
		}
	}
	for _, j := range u {
		if k := first[key(j)]; version(k) < version(j) {
			r.cols[j].Why = fmt.Sprintf("%s is taken; --u names others", r.cols[k].Name)
			continue
		}
		kept = append(kept, j)
	}
	return kept
}

// counter finds a column that counts frames or steps, where there is no time.
func (r *resolver) counter() int {
	for j, g := range r.g {
		if _, used := r.given[j]; g.role == roleIndex && !used && r.cols[j].Header != "" && r.rows.numeric(j) {
			r.cols[j].Why = g.why + ", and there is no time"
			return j
		}
	}
	return -1
}

// ask notes what is left out, with the flag that would take it.
func (r *resolver) ask(l layout, o Options) {
	for j, c := range r.cols {
		if c.Role != RoleIgnored {
			continue
		}
		if g := r.g[j]; c.Why == "not recognised" && g.aim && g.why != "" {
			c.Why = g.why
			r.cols[j].Why = c.Why
		}
		note := fmt.Sprintf("column %q is ignored: %s", c.Name, c.Why)
		if c.Why == "not recognised" && r.rows.numeric(j) && c.Header != "" {
			switch {
			case r.g[j].role == roleMomentum:
				note = fmt.Sprintf("column %q is ignored: a momentum by its name, not a velocity", c.Name)
			case r.rows.counts(j), r.rows.constant(j) && (len(r.rows.of[j]) < sampleRows || l.trajectory >= 0):
			case r.rows.steady(j, l.time):
				note += fmt.Sprintf(" (--parameters %s would take it for a system parameter)", c.Name)
			case l.v == nil && o.Q == nil:
				note += fmt.Sprintf(" (--q %s,%s would take it for a coordinate)",
					strings.ReplaceAll(r.names(l.q), ", ", ","), c.Name)
			default:
				note += fmt.Sprintf(" (--u %s would take it for a known force)", c.Name)
			}
		}
		r.notes = append(r.notes, note)
	}
}
