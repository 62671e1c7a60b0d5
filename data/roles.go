package data

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Options are the user's choices of columns; the zero value recognises all of them from the header.
// A list that is not nil replaces what would have been recognised, so an empty one means none.
type Options struct {
	Q, V, A, U []string // names of coordinates, velocities, accelerations, forces; V and A in the order of Q
	// names of those: masses, lengths, field strengths, on which the system depends
	SystemParameters []string `json:"Conditions"`
	Time             string   // name of the time column
	Trajectory       string   // name of the column that tells trajectories apart
	Angles           []string // the coordinates that are angles
	Differentiate    bool     // estimate velocities from the coordinates instead of reading them
	Positions        bool     // coordinates are enough: where not each has a velocity, none is read and V is nil
	// names of all columns, "_" for one to leave out, instead of a header
	Columns []string `json:",omitempty"`
	Step    float64  `json:",omitempty"` // seconds from one row or step to the next, where no column holds the time
	Strict  bool     `json:",omitempty"` // rows and lines that would be left out are errors
}

// layout is the place of every used column in the table.
type layout struct {
	time, trajectory int // trajectory is -1 when there is none
	q, v, a, u       []int
	systemParams     int // how many of u, the last ones, are system parameters
}

// resolver turns a header and options into a layout, and writes role and reason into the columns.
type resolver struct {
	cols  []Column
	g     []guess
	given map[int]string // columns named by a flag
	notes []string
}

// columns makes one Column of every header cell. A cell without a name is ignored; no name may come twice.
func columns(header []string) ([]Column, error) {
	cols := make([]Column, len(header))
	at := map[string]int{}
	for j, h := range header {
		cols[j] = Column{Header: h, Role: RoleIgnored, Why: "not recognised"}
		cols[j].Name, cols[j].Unit = split(h)
		if h == "" {
			cols[j].Name, cols[j].Why = fmt.Sprintf("(column %d)", j+1), "has no name"
		}
		if k, twice := at[cols[j].Name]; twice {
			return nil, &Error{Column: cols[j].Name,
				Msg: fmt.Sprintf("the name stands twice in the header (columns %d and %d): rename one", k+1, j+1)}
		}
		at[cols[j].Name] = j
	}
	return cols, nil
}

// resolve decides what every column is.
func resolve(cols []Column, o Options) (l layout, notes []string, err error) {
	names := make([]string, len(cols))
	for j, c := range cols {
		names[j] = c.Name
	}
	r := &resolver{cols: cols, g: guesses(names), given: map[int]string{}}
	if o.Differentiate && o.V != nil {
		return l, nil, &Error{Msg: "--v and --differentiate exclude each other: velocities are either read " +
			"or estimated"}
	}
	lists := [5][]int{}
	for i, f := range []struct {
		flag  string
		names []string
	}{{"--q", o.Q}, {"--v", o.V}, {"--a", o.A}, {"--u", o.U}, {"--parameters", o.SystemParameters}} {
		if lists[i], err = r.pick(f.flag, f.names); err != nil {
			return l, nil, err
		}
	}
	l.q, l.v, l.a, l.u = lists[0], lists[1], lists[2], lists[3]
	if l.time, err = r.single("--time", o.Time, RoleTime); err != nil {
		return l, nil, err
	}
	if l.time = r.counter(l.time, o); l.time < 0 && o.Step == 0 {
		return l, nil, &Error{Msg: fmt.Sprintf("no time column among %s: call it t or time, name it with --time, or "+
			"say with --dt what the time from one row to the next is", r.all())}
	}
	if l.trajectory, err = r.single("--trajectory", o.Trajectory, RoleTrajectory); err != nil {
		return l, nil, err
	}
	if o.U == nil {
		l.u = r.recognised(RoleU)
	}
	l.u, l.systemParams = append(l.u, lists[4]...), len(lists[4])
	if err = r.coordinates(&l, o); err != nil {
		return l, nil, err
	}
	if err = r.accelerations(&l, o); err != nil {
		return l, nil, err
	}
	r.settle(l)
	return l, r.notes, nil
}

// pick finds the columns that a flag names.
func (r *resolver) pick(flag string, names []string) ([]int, error) {
	var at []int
	for _, n := range r.lists(names) {
		j := r.find(n)
		if j < 0 {
			return nil, &Error{Msg: fmt.Sprintf("no column %q for %s; there are %s", n, flag, r.all())}
		}
		if other, used := r.given[j]; used {
			return nil, &Error{Column: r.cols[j].Name, Msg: fmt.Sprintf("named by %s and again by %s", other, flag)}
		}
		r.given[j] = flag
		r.cols[j].Why = "named by " + flag
		at = append(at, j)
	}
	return at, nil
}

// find is the place of the column of that name, or of that whole header cell; without regard to case if need be.
func (r *resolver) find(name string) int {
	name = clean(name)
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for j, c := range r.cols {
			if c.Header != "" && (same(c.Name, name) || same(c.Header, name)) {
				return j
			}
		}
	}
	return -1
}

func (r *resolver) all() string { return r.names(nil) }

// names lists the given columns, or all of them.
func (r *resolver) names(at []int) string {
	var s []string
	if at == nil {
		for _, c := range r.cols {
			s = append(s, c.Name)
		}
	}
	for _, j := range at {
		s = append(s, r.cols[j].Name)
	}
	return strings.Join(s, ", ")
}

// recognised lists the columns guessed to have a role and not named by a flag.
func (r *resolver) recognised(role string) []int {
	at := []int{}
	for j, g := range r.g {
		if _, used := r.given[j]; g.role == role && !used && r.cols[j].Header != "" {
			r.cols[j].Why = g.why
			at = append(at, j)
		}
	}
	return at
}

// single finds the one column of a role: that of the flag, else one of exactly that name, else the first recognised.
func (r *resolver) single(flag, name, role string) (int, error) {
	if name != "" {
		at, err := r.pick(flag, []string{name})
		if err != nil {
			return -1, err
		}
		return at[0], nil
	}
	at := r.recognised(role)
	if len(at) == 0 {
		return -1, nil
	}
	best := at[0]
	for _, j := range at {
		r.cols[j].Why = "there is another " + role + " column"
		if r.g[j].rest == "" && r.g[best].rest != "" {
			best = j
		}
	}
	r.cols[best].Why = r.g[best].why
	return best, nil
}

// coordinates finds q and v and pairs them.
func (r *resolver) coordinates(l *layout, o Options) error {
	if o.Q == nil {
		if o.Positions && len(r.recognised(RoleV)) == 0 {
			r.places()
		}
		l.q = r.recognised(RoleQ)
	}
	if len(l.q) == 0 {
		return &Error{Msg: fmt.Sprintf("no coordinate among %s: name it with --q (recognised are q…, pos…, theta…, "+
			"angle…, phi…, and a column x beside its velocity v_x, dx or x_dot)", r.all())}
	}
	if o.Differentiate {
		for _, j := range r.recognised(RoleV) {
			r.cols[j].Why = "velocities are estimated instead (--differentiate)"
		}
		return nil
	}
	if o.V == nil {
		l.v = r.recognised(RoleV)
	}
	if o.Positions && (len(l.v) == 0 || o.V == nil && !r.velocities(l)) {
		l.v = nil
		return nil
	}
	if len(l.v) == 0 {
		return &Error{Msg: fmt.Sprintf("no velocity column for %s among %s: name it with --v, or have velocities "+
			"estimated with --differentiate", r.names(l.q), r.all())}
	}
	if o.Q != nil && o.V != nil {
		return r.inOrder(l.q, l.v)
	}
	m, left := r.pair(l.q, l.v)
	var q, v []int
	for i, j := range m {
		if j >= 0 {
			q, v = append(q, l.q[i]), append(v, j)
		}
	}
	switch {
	case len(q) == len(l.q) && (len(left) == 0 || o.Q != nil): // the user chose some of the coordinates
		for _, j := range left {
			r.cols[j].Why = "no coordinate among --q belongs to it"
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

// place is a name of a coordinate that says little where velocities tell which columns are coordinates.
var place = regexp.MustCompile(`^[xyzr][0-9]*$`)

// places takes columns such as x, y2 or r for coordinates, in a recording without velocities.
func (r *resolver) places() {
	for j := range r.g {
		if r.g[j].role == "" && place.MatchString(strings.ToLower(r.cols[j].Name)) {
			r.g[j] = guess{role: RoleQ, why: "a place by its name, and there are no velocities"}
		}
	}
}

// velocities finds v, one for each coordinate, or says that there is none for some.
func (r *resolver) velocities(l *layout) bool {
	match, left := r.pair(l.q, l.v)
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
	l.v = match
	return true
}

// inOrder checks that there is one velocity for each coordinate.
func (r *resolver) inOrder(q, v []int) error {
	if len(q) == len(v) {
		return nil
	}
	return &Error{Msg: fmt.Sprintf("%s (%s) but %s (%s): name both with --q and --v, in the same order, or have "+
		"velocities estimated with --differentiate",
		count(len(q), "coordinate"), r.names(q),
		strings.Replace(count(len(v), "velocity"), "velocitys", "velocities", 1), r.names(v))}
}

// pair gives every q its derivative, -1 for none: first one that is named after it, then one with the same ending,
// then, if as many are left on both sides, in order.
func (r *resolver) pair(q, x []int) (match, left []int) {
	match = make([]int, len(q))
	taken := map[int]bool{}
	try := func(why string, fits func(q, x int) bool) {
		for i := range q {
			for _, j := range x {
				if match[i] < 0 && !taken[j] && fits(q[i], j) {
					match[i], taken[j] = j, true
					if _, flag := r.given[j]; !flag && r.g[j].why != "named after "+r.cols[q[i]].Name {
						r.cols[j].Why += fmt.Sprintf("; goes with %s %s", r.cols[q[i]].Name, why)
					}
				}
			}
		}
	}
	for i := range match {
		match[i] = -1
	}
	try("by name", func(q, x int) bool { return r.g[x].of != "" && r.g[x].of == strings.ToLower(r.cols[q].Name) })
	try("by name", func(q, x int) bool { return r.g[q].role == RoleQ && r.g[x].rest == r.g[q].rest })
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

// accelerations finds a, one for each coordinate or none at all.
func (r *resolver) accelerations(l *layout, o Options) error {
	if o.A != nil {
		if len(l.a) != 0 && len(l.a) != len(l.q) {
			return &Error{Msg: fmt.Sprintf("--a names %s (%s) for %s (%s)", count(len(l.a), "column"), r.names(l.a),
				count(len(l.q), "coordinate"), r.names(l.q))}
		}
		return nil
	}
	a := r.recognised(RoleA)
	match, left := r.pair(l.q, a)
	for _, j := range match {
		if j < 0 {
			for _, j := range a {
				r.cols[j].Why = "not every coordinate has an acceleration column"
			}
			if len(a) > 0 {
				r.notes = append(r.notes, fmt.Sprintf("accelerations are not used (%s): not every coordinate has a "+
					"column; name them with --a", r.names(a)))
			}
			return nil
		}
	}
	for _, j := range left {
		r.cols[j].Why = "no coordinate belongs to it"
	}
	l.a = match
	return nil
}

// settle writes the roles into the columns and notes what is ignored.
func (r *resolver) settle(l layout) {
	if l.time >= 0 {
		r.cols[l.time].Role = RoleTime
	}
	if l.trajectory >= 0 {
		r.cols[l.trajectory].Role = RoleTrajectory
	}
	for role, at := range map[string][]int{RoleQ: l.q, RoleV: l.v, RoleA: l.a, RoleU: l.u} {
		for _, j := range at {
			r.cols[j].Role = role
		}
	}
	for _, c := range r.cols {
		if c.Role == RoleIgnored {
			r.notes = append(r.notes, fmt.Sprintf("column %q is ignored: %s", c.Name, c.Why))
		}
	}
}
