package main

import (
	"fmt"
	"io"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/view"
)

// mark is the word before a finding: serious ones make a model useless.
func mark(f data.Finding) string {
	if f.Serious {
		return "warning"
	}
	return "note"
}

// findings are those about a recording, but for what the flags have already answered, and what nothing speaks for.
func (f *trainFlags) findings(set *data.Set) (found []data.Finding) {
	friction := f.friction != "" && f.friction != string(model.NoFriction) || f.from != ""
	for _, x := range set.Findings() {
		answered := friction && (x.Kind == data.KindEnergy || x.Kind == data.KindActuators) ||
			x.Kind == data.KindCyclic && len(f.training.Settings.Cyclic) > 0 ||
			x.Kind == data.KindHeld && f.training.Settings.Held != nil
		if !answered && (x.Serious || x.Sure != data.Possible || x.Kind == data.KindSideways) {
			found = append(found, x)
		}
	}
	return found
}

// printRows prints errors that are those of rows: of accelerations where they were recorded, of forces where they were
// learned from.
func printRows(w io.Writer, set *data.Set, e lagrange.Evaluation) {
	var names []string
	for _, c := range set.Coordinates {
		names = append(names, c.Acceleration)
	}
	which := "at the rows of the recording"
	if e.HeldOut {
		which = "at rows held out"
	}
	rows(w, "accelerations "+which, names, e.Accelerations, lagrange.NoAcceleration, "no acceleration")
	rows(w, "the forces of given motion "+which, set.Forces(), e.Torques, lagrange.ForceSpread, "standard deviation")
}

// rows prints one table of such errors, with what they are to be compared with in its last line.
func rows(w io.Writer, what string, names []string, errs map[string][]float64, last, title string) {
	const most = 6
	if errs == nil {
		return
	}
	fmt.Fprintf(w, "\nRoot-mean-square error of %s\n", what)
	if n := len(names); n > most {
		names = []string{fmt.Sprintf("all %d together", n)}
	}
	var groups [][]string
	for _, name := range names {
		groups = append(groups, []string{name})
	}
	tab := heads(groups...)
	for _, f := range append(model.Families(), last) {
		x, ok := errs[f]
		if !ok {
			continue
		}
		name := model.Title(f)
		if f == last {
			name = title
		}
		if len(x) > most {
			x = []float64{view.RMS(x)}
		}
		tab.row(name, func(k int) []string { return digits(4, x[k]) })
	}
	_ = tab.print(w) // the next write to w tells what went wrong
}
