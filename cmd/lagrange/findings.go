package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
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
			x.Kind == data.KindCyclic && len(f.training.Settings.Cyclic) > 0
		if !answered && (x.Serious || x.Sure != data.Possible || x.Kind == data.KindSideways) {
			found = append(found, x)
		}
	}
	return found
}

// printAccelerations prints the errors of accelerations where they were recorded.
func printAccelerations(w io.Writer, set *data.Set, e lagrange.Evaluation) {
	if e.Accelerations == nil {
		return
	}
	which := "at the rows of the recording"
	if e.HeldOut {
		which = "at rows held out"
	}
	fmt.Fprintf(w, "\nRoot-mean-square error of accelerations %s\n", which)
	tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprint(tab, "\t")
	const most = 6
	d := min(set.D(), most)
	for _, c := range set.Coordinates[:d] {
		fmt.Fprintf(tab, "%s\t", c.Acceleration)
	}
	fmt.Fprintln(tab)
	row := func(name, title string) {
		a, ok := e.Accelerations[name]
		if !ok {
			return
		}
		fmt.Fprintf(tab, "%s\t", title)
		for k := range d {
			fmt.Fprintf(tab, "%.4g\t", a[k])
		}
		fmt.Fprintln(tab)
	}
	for _, f := range model.Families() {
		row(f, model.Title(f))
	}
	row(lagrange.NoAcceleration, "no acceleration")
	tab.Flush() // the next write to w tells what went wrong
}
