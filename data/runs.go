package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"lagrange/data/array"
)

// runName is what tells runs apart that stand side by side in one table: Run 1: Angle, Angle (rad) Run #2.
var runName = regexp.MustCompile(`(?i)\s*\b(run|trial|data set|dataset|messung|versuch|durchgang|test)\s*` +
	`#?([0-9]+)\s*:?\s*`)

// runsOf finds the columns of each run of a header, of what all runs have, in the order of the first, and the columns
// that all runs share; nil where there are no runs. Each has a time, or all share one.
func runsOf(header []string) (base []string, runs [][]int, shared []int) {
	var order, names []string
	of := map[string]map[string]int{} // column by run and name
	for j, h := range header {
		m := runName.FindStringSubmatch(h)
		if m == nil {
			shared = append(shared, j)
			continue
		}
		name, run := clean(runName.ReplaceAllString(h, " ")), strings.ToLower(m[1])+m[2]
		if of[run] == nil {
			of[run], order = map[string]int{}, append(order, run)
		}
		if _, twice := of[run][name]; !twice && name != "" {
			of[run][name] = j
			if run == order[0] {
				names = append(names, name)
			}
		}
	}
	timed := slices.ContainsFunc(shared, func(j int) bool { return isTimeName(header[j]) })
	for _, name := range names {
		if !slices.ContainsFunc(order, func(run string) bool { _, has := of[run][name]; return !has }) {
			base, timed = append(base, name), timed || isTimeName(name)
		}
	}
	if len(order) < 2 || len(base) == 0 || !timed {
		return nil, nil, nil
	}
	for _, run := range order {
		var at []int
		for _, name := range base {
			at = append(at, of[run][name])
		}
		runs = append(runs, at)
	}
	return base, runs, shared
}

// singlesOut says whether a flag names a column of one run, which so stands for itself.
func (o Options) singlesOut(header []string) bool {
	for _, h := range header {
		name, _ := split(h)
		if runName.MatchString(name) && slices.Contains(slices.Concat(o.Q, o.V, o.A, o.U, []string{o.Time}), name) {
			return true
		}
	}
	return false
}

// isTimeName says whether a cell of a header says time.
func isTimeName(h string) bool {
	name, _ := split(h)
	return byName(name).role == RoleTime
}

// stacked puts runs that stand side by side below one another. Rows that lack in shorter runs are left out.
func stacked(src source) (source, error) {
	base, runs, shared := runsOf(src.header())
	if runs == nil {
		return src, nil
	}
	rows, err := numbersOf(src)
	if err != nil {
		return nil, err
	}
	t := &table{head: []string{"run"}, cols: []tableColumn{{}}, trajectories: len(runs), at: -1}
	for _, col := range rows {
		t.rows = col.Len()
	}
	put := func(name string, perRun []int) {
		a := &array.Array{Name: name, Shape: []int{len(runs), t.rows}}
		for _, j := range perRun {
			a.Float, a.Text = append(a.Float, rows[j].Float...), append(a.Text, rows[j].Text...)
		}
		if a.Len() != len(runs)*t.rows {
			return // numbers in one run, words in another
		}
		t.head, t.cols = append(t.head, name), append(t.cols, tableColumn{a, 0, t.rows, 1})
	}
	for _, j := range shared {
		t.head, t.cols = append(t.head, src.header()[j]), append(t.cols, tableColumn{&rows[j], 0, 0, 1})
	}
	for k, name := range base {
		var perRun []int
		for _, at := range runs {
			perRun = append(perRun, at[k])
		}
		put(name, perRun)
	}
	note := fmt.Sprintf("%d runs that stand side by side are read one after the other", len(runs))
	if n := len(src.header()) - len(shared) - len(runs)*len(base); n > 0 {
		note += "; " + count(n, "column") + " left out, which not all have"
	}
	t.said = append(src.notes(), note)
	return t, nil
}

// numbersOf reads all rows of a source: columns of numbers, NaN where one is missing, and of text where they are none.
func numbersOf(src source) ([]array.Array, error) {
	cols := make([]array.Array, len(src.header()))
	for n := 0; ; n++ {
		if err := src.next(); err == io.EOF {
			return cols, nil
		} else if err != nil {
			return nil, err
		}
		for j := range cols {
			c := &cols[j]
			x, err := src.number(j)
			var none missing
			switch is := errors.As(err, &none); {
			case is:
				x = math.NaN()
			case err != nil && len(c.Float) > 0 && !allNaN(c.Float):
				name, _ := split(src.header()[j])
				return nil, &Error{Line: src.line(), Column: name, Msg: err.Error()}
			case err != nil && c.Text == nil:
				c.Text, c.Float = make([]string, n), nil
			}
			if c.Text == nil {
				c.Float = append(c.Float, x)
				continue
			}
			text, _ := src.text(j)
			c.Text = append(c.Text, text)
		}
	}
}

func allNaN(x []float64) bool {
	return !slices.ContainsFunc(x, func(x float64) bool { return !math.IsNaN(x) })
}
