package recorded

import (
	"fmt"
	"maps"
	"slices"

	"lagrange/experiment"
)

// tables have a row for each recording: errors over all rows of the horizon.
func (r *Report) tables(names []string) []experiment.Table {
	t := experiment.Table{
		Title:   "Angles over the horizon, root mean square in radians (at its end)",
		Columns: []string{"recording", "horizon", "constant velocity", "textbook"},
	}
	t.Columns = append(t.Columns, names...)
	for _, row := range r.Rows {
		line := []string{row.Title, fmt.Sprintf("%g s", row.Horizon), row.Constant.String(), row.Textbook.String()}
		for _, name := range names {
			m := row.Models[name]
			text := m.Error.String()
			if m.Failed != "" {
				text = "–"
			} else if name == "default" {
				text += " " + m.Family
			}
			line = append(line, text)
		}
		t.Rows = append(t.Rows, line)
	}
	return []experiment.Table{t}
}

// String is the error over the horizon, and at its end.
func (e Error) String() string { return fmt.Sprintf("%.2g (%.2g)", e.Over, e.End) }

// notes say what is hard about a recording, and what failed.
func (r *Report) notes() (notes []string) {
	for _, row := range r.Rows {
		if row.Remark != "" {
			notes = append(notes, row.Title+": "+row.Remark+".")
		}
		for _, name := range slices.Sorted(maps.Keys(row.Models)) {
			if m := row.Models[name]; m.Failed != "" {
				notes = append(notes, fmt.Sprintf("%s, %s: %s", row.Title, name, m.Failed))
			}
		}
	}
	return notes
}
