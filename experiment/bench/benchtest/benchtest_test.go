package benchtest

import (
	"testing"

	"lagrange/experiment"
)

// Cells are found by the names of their row and column; rows of one part may be alike, and numbers in another order
// are another row.
func TestApart(t *testing.T) {
	ApartFrom(t, 2, map[string][]float64{"one": {1, 2, 1, 2}, "two": {2, 1, 3, 4}})
	table := experiment.Table{Columns: []string{"", "x", "y", "x"}, Rows: [][]string{{"a, b", "1", "2", "3"},
		{"ab", "4", "5",
			"6"}, {"a, c", "7"}}}
	Reads(t, table, "ab", "x", 1, "6")
	Reads(t, table, "a", "x", 0, "1")
	Reads(t, table, "a…c", "x", 0, "7")
	Reads(t, table, "a…c", "y", 0, "")
}
