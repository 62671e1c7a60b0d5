package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"lagrange/internal/vec"
	"lagrange/model"
)

// table is a CSV file whose lines are names of coordinates and then numbers, the same attributes in each.
type table struct {
	path    string
	heading []string // names of the attributes
	rows    []entry
}

// entry is a line of a table.
type entry struct {
	line    int
	names   []string
	numbers []float64
}

// wrong says what is wrong with a line.
func (t *table) wrong(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", t.path, line, fmt.Sprintf(format, args...))
}

// readTable reads a table of so many names in each line. Empty lines, and what follows a #, are left out; the first
// line may name the attributes.
func readTable(path string, names int) (*table, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", path)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{path: path}
	r := csv.NewReader(f)
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	for first := true; ; first = false {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for i, c := range cells {
			cells[i] = strings.TrimSpace(c)
		}
		if first && len(cells) > names && !slices.ContainsFunc(cells[names:], isNumber) {
			t.heading = cells[names:]
			continue
		}
		line, _ := r.FieldPos(0)
		if err := t.add(line, cells, names); err != nil {
			return nil, err
		}
	}
	if t.rows == nil {
		return nil, fmt.Errorf("%s: no %s: write a line for each, %s", path, [...]string{1: "nodes", 2: "edges"}[names],
			sample[names])
	}
	return t, nil
}

// sample is what a line with so many names has to be.
var sample = [...]string{1: "a coordinate, and with commas between them numbers for the attributes of its node",
	2: "two coordinates, with commas between them and numbers for its attributes"}

func isNumber(text string) bool {
	x, err := strconv.ParseFloat(text, 64)
	return err == nil && vec.IsFinite(x)
}

// add adds a line.
func (t *table) add(line int, cells []string, names int) error {
	if len(cells) < names || slices.ContainsFunc(cells[names:], func(c string) bool { return !isNumber(c) }) {
		return t.wrong(line, "%s: %s is %s", strings.Join(cells, ","), [...]string{1: "a node", 2: "an edge"}[names],
			sample[names])
	}
	k := entry{line: line, names: cells[:names]}
	for _, c := range cells[names:] {
		x, _ := strconv.ParseFloat(c, 64)
		k.numbers = append(k.numbers, x)
	}
	if t.rows == nil && t.heading == nil {
		for i := range k.numbers {
			t.heading = append(t.heading, fmt.Sprint("attribute ", i+1))
		}
	}
	if len(k.numbers) != len(t.heading) {
		return t.wrong(line, "%d attributes, and %d in the lines before: all lines have the same", len(k.numbers),
			len(t.heading))
	}
	t.rows = append(t.rows, k)
	return nil
}

// attributes are the numbers of all rows; nil where there are none.
func (t *table) attributes() *model.Attributes {
	if len(t.heading) == 0 {
		return nil
	}
	a := &model.Attributes{Names: t.heading}
	for _, k := range t.rows {
		a.Of = append(a.Of, k.numbers)
	}
	return a
}
