package data

import (
	"fmt"
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
	Angles           []string // the coordinates that are angles: name, or name:period
	Units            []string `json:",omitempty"` // units that headers do not tell, or tell wrongly: name=unit
	Differentiate    bool     // estimate velocities from the coordinates instead of reading them
	Positions        bool     // coordinates are enough: where not each has a velocity, none is read and V is nil
	// names of all columns, "_" for one to leave out, instead of a header
	Columns []string `json:",omitempty"`
	Step    float64  `json:",omitempty"` // seconds from one row or step to the next, where no column holds the time
	Strict  bool     `json:",omitempty"` // rows and lines that would be left out are errors
	// numbers held at most: of a larger recording stretches from all over it are kept; 0: all that there are
	Most int `json:"-"`
	// rows without a time are states on their own, with or without accelerations: starts, of which one is enough
	States bool `json:"-"`
}

// layout is the place of every used column in the table.
type layout struct {
	time, trajectory int // trajectory is -1 when there is none
	q, v, a, u       []int
	systemParams     int  // how many of u, the last ones, are system parameters
	counted          bool // the time is a number of rows, of frames or steps
}

// resolver turns a header and options into a layout, and writes role and reason into the columns.
type resolver struct {
	cols  []Column
	g     []guess
	given map[int]string // columns named by a flag
	rows  *sample        // the first rows
	notes []string
}

// columns makes one Column of every header cell. A cell without a name is ignored; no name may come twice.
func columns(header []string) ([]Column, error) {
	cols := make([]Column, len(header))
	at := map[string]int{}
	for j, h := range header {
		cols[j] = Column{Header: h, Role: RoleIgnored, Why: "not recognised"}
		if cols[j].Name, cols[j].Unit = split(h); cols[j].Unit == "" {
			cols[j].Unit = unitIn(h)
		}
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
func resolve(cols []Column, rows *sample, o Options) (l layout, notes []string, err error) {
	names := make([]string, len(cols))
	for j, c := range cols {
		names[j] = c.Name
	}
	r := &resolver{cols: cols, g: guesses(names), given: map[int]string{}, rows: rows}
	byUnits(cols, r.g, rows)
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
	if l.time < 0 && o.Step == 0 {
		l.time = r.instants()
	}
	if o.Step > 0 {
		l.time = r.steps(l.time, o)
	} else if l.time < 0 {
		l.time = r.counter()
	}
	l.counted = o.Step == 0 && l.time >= 0 && r.g[l.time].role == roleIndex
	if l.trajectory, err = r.single("--trajectory", o.Trajectory, RoleTrajectory); err != nil {
		return l, nil, err
	}
	if j := l.trajectory; j >= 0 && o.Trajectory == "" && rows.numeric(j) && rows.restless(j) {
		l.trajectory, r.cols[j].Why = -1, "each row has another number than the one before"
	}
	if o.U == nil {
		l.u = r.oneVersion(r.recognised(RoleU))
	}
	l.u, l.systemParams = append(l.u, lists[4]...), len(lists[4])
	if err = r.coordinates(&l, o); err != nil {
		return l, nil, err
	}
	if err = r.accelerations(&l, o); err != nil {
		return l, nil, err
	}
	if l.time < 0 && o.Step == 0 && !o.States && (len(l.a) == 0 || len(l.v) == 0) { // rows of q, v and a need no time
		return l, nil, &Error{Msg: fmt.Sprintf("no time column among %s: call it t or time, name it with --time, or "+
			"say with --dt what the time from one row to the next is", r.all())}
	}
	r.settle(l)
	r.ask(l, o)
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
		if r.g[j].rest == "" && (r.g[best].rest != "" || unitIn(r.cols[j].Header) == "" &&
			unitIn(r.cols[best].Header) != "") {
			best = j
		}
	}
	if role == RoleTime {
		seconds, nano := fraction(r.headers(), best)
		if nano >= 0 {
			r.cols[nano].Why = "the nanoseconds of " + r.cols[seconds].Name
			best = seconds
		}
	}
	r.cols[best].Why = r.g[best].why
	return best, nil
}

func (r *resolver) headers() (all []string) {
	for _, c := range r.cols {
		all = append(all, c.Header)
	}
	return all
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
	match, left := r.pair(l.q, a, l.time)
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
	for i, j := range match {
		if r.strange(l, i, j) {
			v := "the velocity of " + r.cols[l.q[i]].Name
			if l.v != nil {
				v = r.cols[l.v[i]].Name
			}
			r.cols[j].Why = "it is not the slope of " + v
			r.notes = append(r.notes, fmt.Sprintf("accelerations are not used (%s): %s is not the slope of %s; --a "+
				"names them if it is", r.names(a), r.cols[j].Name, v))
			return nil
		}
	}
	for _, j := range left {
		r.cols[j].Why = "no coordinate belongs to it"
	}
	l.a = match
	return nil
}

// slopeRows are the fewest rows that tell whether a column is the slope of another, and alikeSlope the correlation of
// one that is, however noisy.
const slopeRows, alikeSlope = 20, 0.5

// strange says whether column j, which goes with coordinate i as its acceleration though its name does not say so, is
// not the slope of its velocity.
func (r *resolver) strange(l *layout, i, j int) bool {
	q := key(r.cols[l.q[i]].Name)
	if r.g[j].of == q || r.g[j].rest == "" || r.g[j].rest == r.g[l.q[i]].rest {
		return false
	} else if l.v == nil {
		return true // ax beside roll is no acceleration of it
	} else if l.time < 0 || len(r.rows.of[j]) < slopeRows {
		return false
	}
	agree, _ := r.rows.slope(l.v[i], j, l.time)
	return agree < alikeSlope
}

// settle writes the roles into the columns.
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
}
