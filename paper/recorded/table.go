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
	all := []experiment.Table{t, r.others(names)}
	if numbers := r.numberTable(); len(numbers.Rows) > 0 {
		all = append(all, numbers)
	}
	return all
}

// others has the errors from states that no model had a part in.
func (r *Report) others(names []string) experiment.Table {
	by := append([]string{"constant velocity", "textbook"}, names...)
	t := experiment.Table{
		Title: "The same from states of a smoother: filtered, from rows before, or smoothed, from all rows; " +
			"filtered through the model, from rows before; and from the one of both filters that was chosen by how " +
			"motion learned from is predicted",
		Columns: append([]string{"recording", "start"}, by...),
	}
	for _, row := range r.Rows {
		for _, how := range starts {
			line := []string{row.Title, how}
			for _, name := range by {
				text := "–"
				if e, ok := row.Others[how][name]; ok {
					text = e.String()
				}
				line = append(line, text)
			}
			t.Rows = append(t.Rows, line)
		}
	}
	return t
}

// String is the error over the horizon, and at its end.
func (e Error) String() string { return fmt.Sprintf("%.2g (%.2g)", e.Over, e.End) }

// notes say what is hard about a recording, and what failed.
func (r *Report) notes() (notes []string) {
	for _, row := range r.Rows {
		if row.Braked != nil {
			notes = append(notes, fmt.Sprintf("%s: the textbook's friction comes out negative, so that it pushes; "+
				"without that the textbook is %s off.", row.Title, row.Braked))
		}
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
