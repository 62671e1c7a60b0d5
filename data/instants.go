package data

import (
	"fmt"
	"slices"
	"strings"
)

// instants finds the time where no name says it, by a unit of time, or by what the columns hold: times of day, with a
// date or without; numbers since 1970; days as a spreadsheet counts them; or else the one column that grows from row to
// row.
func (r *resolver) instants() int {
	for _, is := range []struct {
		such func(j int) bool
		why  string
	}{
		{r.timed, "by its unit"},
		{r.rows.clocks, "it holds times"},
		{r.rows.since1970, "it counts from 1970"},
		{func(j int) bool { return r.dated(j) && r.rows.serial(j) }, "it counts days"},
	} {
		for j, c := range r.cols {
			if _, used := r.given[j]; !used && c.Header != "" && r.g[j].role == "" && is.such(j) {
				r.cols[j].Why = is.why
				return j
			}
		}
	}
	return r.growing()
}

// growing is the one column without a telling name that grows from row to row, evenly if other names tell something,
// and does not only count rows; −1 where there is none, or several.
func (r *resolver) growing() int {
	found, nameless := -1, true
	for j := range r.cols {
		_, used := r.given[j]
		nameless = nameless && !used && r.g[j].role == ""
	}
	for j, c := range r.cols {
		_, used := r.given[j]
		if used || r.g[j].role != "" || c.Header == "" || !r.rows.advances(j) || !nameless && !r.rows.evenly(j) ||
			r.rows.counts(j) && r.rows.of[j][1]-r.rows.of[j][0] == 1 {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = j
	}
	if found >= 0 {
		r.cols[found].Why = "it alone grows from row to row"
		r.notes = append(r.notes, fmt.Sprintf("%s is taken for the time: no name says which column is, and it alone "+
			"grows from row to row; --time names another", r.cols[found].Name))
	}
	return found
}

// timed says whether a column of numbers has a unit of time.
func (r *resolver) timed(j int) bool {
	m, ok := measureOf(r.cols[j].Unit)
	return ok && m.of != nil && m.of.quantity == ofTime && m.per == 0 && r.rows.numeric(j) && !r.rows.constant(j)
}

// since1970 says whether a column counts seconds since 1970, or parts of them, between 2001 and 2096.
func (s *sample) since1970(j int) bool {
	return s.advances(j) && slices.ContainsFunc(epochs, func(e epoch) bool {
		x := s.of[j]
		return e.counts(x[0], (x[len(x)-1]-x[0])/float64(len(x)-1))
	})
}

// counts says whether x may be an instant between 2001 and 2096 in this unit since 1970, with steps of an hour at most.
func (e epoch) counts(x, step float64) bool {
	low := 1e9 * float64(second/e.nanoseconds)
	return x >= low && x < 4*low && step*float64(e.nanoseconds)/second <= 3600
}

// serialFrom and serialTo bound the days of a spreadsheet that are taken for such: 1954 to 2119.
const serialFrom, serialTo = 20_000, 80_000

// serial says whether a column counts days as a spreadsheet does, with their fractions.
func (s *sample) serial(j int) bool {
	if !s.advances(j) {
		return false
	}
	x := s.of[j]
	return x[0] >= serialFrom && x[len(x)-1] < serialTo &&
		(x[len(x)-1]-x[0])/float64(len(x)-1) < 1./24
}

// dated says whether a name has a word for a date.
func (r *resolver) dated(j int) bool { return dated(r.cols[j].Name) }

func dated(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool {
		return slices.Contains(strings.Fields("date datetime datum fecha"), w)
	})
}

// fraction are the columns of whole seconds and of the nanoseconds beside them, as ROS writes a stamp, of which column
// j is one; −1 where it is none.
func fraction(header []string, j int) (seconds, nano int) {
	if j < 0 {
		return -1, -1
	}
	parts := [2][]string{strings.Fields("sec secs s seconds"),
		strings.Fields("nanosec nanosecs nsec nsecs nanoseconds ns")}
	of := func(j int) (before string, part int) {
		name, _ := split(header[j])
		w := wordsOf(name)
		for p, ends := range parts {
			if n := len(w) - 1; n >= 0 && slices.Contains(ends, w[n]) {
				return strings.Join(w[:n], " "), p
			}
		}
		return "", -1
	}
	before, part := of(j)
	if part < 0 {
		return -1, -1
	}
	for k := range header {
		if b, p := of(k); p == 1-part && b == before {
			if part == 0 {
				return j, k
			}
			return k, j
		}
	}
	return -1, -1
}
