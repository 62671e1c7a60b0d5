package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// columnsOfPaper is how wide a table may be.
const columnsOfPaper = 80

// blocks is a table with a group of columns for each coordinate. Where the groups have no room beside each other, the
// rest stands below, with the titles of the rows again.
type blocks struct {
	titles []string     // of rows; that of the headings is empty
	groups [][][]string // (groups, rows, columns)
}

// heads begins a table of groups by their headings.
func heads(groups ...[]string) *blocks {
	t := &blocks{titles: []string{""}}
	for _, g := range groups {
		t.groups = append(t.groups, [][]string{g})
	}
	return t
}

// row adds a row, with the cells of each group.
func (t *blocks) row(title string, cells func(group int) []string) {
	t.titles = append(t.titles, title)
	for g := range t.groups {
		t.groups[g] = append(t.groups[g], cells(g))
	}
}

// print prints the table in as few blocks as have room, of as many groups each as have room from the first on.
func (t *blocks) print(w io.Writer) error {
	for from := 0; from < len(t.groups); {
		to := len(t.groups)
		for to > from+1 && widest(t.lines(from, to)) > columnsOfPaper {
			to--
		}
		if from > 0 {
			fmt.Fprintln(w)
		}
		if _, err := fmt.Fprintln(w, strings.Join(t.lines(from, to), "\n")); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// lines are those of the groups from one to another.
func (t *blocks) lines(from, to int) (lines []string) {
	var b bytes.Buffer
	tab := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for i, title := range t.titles {
		cells := []string{title}
		for _, g := range t.groups[from:to] {
			cells = append(cells, g[i]...)
		}
		fmt.Fprintln(tab, strings.Join(cells, "\t"))
	}
	tab.Flush()
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}

// widest is the width of the widest line.
func widest(lines []string) int {
	w := make([]int, len(lines))
	for i, line := range lines {
		w[i] = utf8.RuneCountInString(line)
	}
	return slices.Max(w)
}
