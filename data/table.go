package data

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"lagrange/data/array"
	"lagrange/internal/vec"
)

// table is a source made of arrays: those of one dimension, or the columns of those of two, side by side. Its line is
// the number of the row. Arrays (trajectories, rows, columns) make a table of all trajectories, one after the other.
type table struct {
	head         []string
	cols         []tableColumn
	trajectories int
	rows         int // of one trajectory
	at           int // the current row, over all trajectories; −1 before the first
	said         []string
}

// tableColumn is a column of an array, or the number of the trajectory where a is nil.
type tableColumn struct {
	a                     *array.Array
	first, perRun, perRow int // place of the value of row 0 of run 0; steps to the next run and row
}

// newTable puts arrays side by side.
func newTable(arrays []array.Array, notes []string, o Options) (*table, error) {
	t := &table{trajectories: 1, at: -1, said: notes}
	t.shape(arrays)
	if t.rows == 0 {
		return nil, &Error{Msg: "no rows: arrays of numbers with the same number of rows are expected"}
	}
	if t.trajectories > 1 {
		t.head, t.cols = append(t.head, "trajectory"), append(t.cols, tableColumn{})
	}
	named := false
	for i := range arrays {
		a := &arrays[i]
		named = named || a.Name != ""
		if !t.add(a) {
			t.said = append(t.said,
				fmt.Sprintf("array %q of shape %v is left out: it has not as many rows as others, %d",
					a.Name, a.Shape, t.rows))
		}
	}
	if len(t.head) > maxColumns {
		return nil, tooWide(0)
	}
	if o.Columns != nil {
		head, err := renamed(o.Columns, len(t.head))
		t.head = head
		return t, err
	}
	if !named {
		return nil, nameless(0, len(t.head), "an array has no names for its columns: name")
	}
	return t, nil
}

// shape finds the number of trajectories and rows: those of the largest array of three dimensions, or else the length
// that most arrays have.
func (t *table) shape(arrays []array.Array) {
	most := 0
	for _, a := range arrays {
		if s := a.Shape; len(s) == 3 && a.Len() > most {
			most, t.trajectories, t.rows = a.Len(), s[0], s[1]
		}
	}
	if most > 0 {
		return
	}
	lengths := map[int]int{}
	for _, a := range arrays {
		for i, n := range a.Shape {
			if len(a.Shape) <= 2 && n > 1 && !slices.Contains(a.Shape[:i], n) {
				lengths[n]++
			}
		}
	}
	for n, times := range lengths {
		if times > lengths[t.rows] || times == lengths[t.rows] && n > t.rows {
			t.rows = n
		}
	}
}

// add puts the columns of an array beside the others, if it has as many rows.
func (t *table) add(a *array.Array) bool {
	s, n, runs := a.Shape, t.rows, t.trajectories
	col := func(first, perRun, perRow, k, of int) {
		if len(t.head) > maxColumns {
			return // said above
		}
		name := cmp.Or(a.Name, "column")
		if of > 1 || a.Name == "" {
			name += strconv.Itoa(k + 1)
		}
		t.head, t.cols = append(t.head, clean(name)), append(t.cols, tableColumn{a, first, perRun, perRow})
	}
	switch {
	case a.Len() == 0:
		return false
	case len(s) == 1 && s[0] == n:
		col(0, 0, 1, 0, 1)
	case len(s) == 1 && s[0] == runs && runs > 1:
		col(0, 1, 0, 0, 1)
	case len(s) == 2 && runs > 1 && s[0] == runs && s[1] == n:
		col(0, n, 1, 0, 1)
	case len(s) == 2 && s[0] == n:
		for k := range s[1] {
			col(k, 0, s[1], k, s[1])
		}
	case len(s) == 2 && s[1] == n:
		for k := range s[0] {
			col(k*n, 0, 1, k, s[0])
		}
	case len(s) == 3 && s[0] == runs && s[1] == n:
		for k := range s[2] {
			col(k, n*s[2], s[2], k, s[2])
		}
	default:
		return false
	}
	return true
}

func (t *table) header() []string { return t.head }
func (t *table) line() int        { return t.at + 1 }

func (t *table) notes() []string {
	said := t.said
	t.said = nil
	return said
}

func (t *table) next() error {
	if t.at++; t.at >= t.rows*t.trajectories {
		return io.EOF
	}
	return nil
}

// place is where the current row has its value of column j.
func (t *table) place(j int) int {
	c := &t.cols[j]
	return c.first + t.at/t.rows*c.perRun + t.at%t.rows*c.perRow
}

func (t *table) number(j int) (float64, error) {
	a, i := t.cols[j].a, t.place(j)
	switch {
	case a == nil:
		return float64(t.at / t.rows), nil
	case a.Int != nil:
		return float64(a.Int[i]), nil
	case a.Float != nil:
		switch x := a.Float[i]; {
		case vec.IsFinite(x):
			return x, nil
		case math.IsNaN(x):
			return 0, missing("NaN is no number")
		default:
			return 0, fmt.Errorf("%v is not a finite number: leave the row out, or split the recording there", x)
		}
	}
	text := strings.TrimSpace(a.Text[i])
	if isMissing([]byte(text)) {
		return 0, missing(map[bool]string{true: "empty cell", false: text + " is no number"}[text == ""])
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !vec.IsFinite(x) {
		return 0, fmt.Errorf("not a number: %q", text)
	}
	return x, nil
}

func (t *table) text(j int) (string, error) {
	a, i := t.cols[j].a, t.place(j)
	switch {
	case a == nil:
		return strconv.Itoa(t.at / t.rows), nil
	case a.Int != nil:
		return strconv.FormatInt(a.Int[i], 10), nil
	case a.Float != nil:
		if math.IsNaN(a.Float[i]) {
			return "", missing("NaN is no number")
		}
		return strconv.FormatFloat(a.Float[i], 'g', -1, 64), nil
	}
	text := strings.Join(strings.Fields(a.Text[i]), " ")
	if text == "" {
		return "", missing("empty cell")
	}
	return text, nil
}

// lists puts the columns of a list in the place of its name: q1, q2, … in that of q, where no column is called q.
func (r *resolver) lists(names []string) (all []string) {
	for _, n := range names {
		if r.find(n) >= 0 || r.find(n+"1") < 0 {
			all = append(all, n)
			continue
		}
		for k := 1; r.find(n+strconv.Itoa(k)) >= 0; k++ {
			all = append(all, n+strconv.Itoa(k))
		}
	}
	return all
}
