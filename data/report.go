package data

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// shown is how many trajectories or gaps are listed before the rest is only counted.
const shown = 12

// WriteText prints the report as aligned tables.
func (r *Report) WriteText(w io.Writer) error {
	b := &strings.Builder{}
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	line := func(format string, x ...any) { fmt.Fprintf(tab, format+"\n", x...) }
	title := func(text string) {
		tab.Flush() // into memory: cannot fail; as all the rest until the end
		fmt.Fprintf(b, "\n%s\n", text)
	}
	fmt.Fprintf(b, "%s in %s\n", count(r.Rows, "row"),
		strings.Replace(count(len(r.Motions), "trajectory"), "trajectorys", "trajectories", 1))

	title("columns")
	line("  name\tunit\ttaken for\twhy")
	for _, c := range r.Columns {
		line("  %s\t%s\t%s\t%s", c.Name, c.Unit, c.Role, c.Why)
	}
	title("trajectories")
	line("  id\trows\tstart\tduration\tfile")
	for i, m := range r.Motions {
		if i == shown {
			line("  … and %d more", len(r.Motions)-shown)
			break
		}
		line("  %s\t%d\t%.6g\t%.6g\t%s", m.ID, m.Rows, m.Start, m.Duration, m.File)
	}
	title(strings.TrimSpace("time step " + bracket(r.time)))
	line("  median\tmin\tmax\tjitter\tgaps")
	line("  %.6g\t%.6g\t%.6g\t%.2g %%\t%d", r.Step.Median, r.Step.Min, r.Step.Max, 100*r.Step.Jitter, len(r.Gaps))
	for i, g := range r.Gaps {
		if i == shown {
			line("  … and %d more gaps", len(r.Gaps)-shown)
			break
		}
		line("  gap of %.6g after t = %.6g in %s", g.Step, g.Time, g.Trajectory)
	}
	title("ranges")
	line("  \tname\tmin\tmax\tmean\tstd\tunit\tangle")
	for _, x := range r.Ranges {
		turn := ""
		if x.Turn > 0 {
			turn = fmt.Sprintf("%.6g a turn", x.Turn)
		}
		line("  %s\t%s\t%.5g\t%.5g\t%.5g\t%.5g\t%s\t%s", x.Role, x.Name, x.Min, x.Max, x.Mean, x.Std, x.Unit, turn)
	}
	if len(r.Agree) > 0 {
		title("velocities against the slope of the coordinates")
		line("  coordinate\tvelocity\tdiscrepancy\tratio")
		for _, a := range r.Agree {
			line("  %s\t%s\t%.2g %%\t%.4g", a.Coordinate, a.Velocity, 100*a.Discrepancy, a.Ratio)
		}
	}
	tab.Flush()
	list(b, "notes", r.Notes)
	list(b, "to try", r.Try)
	return printTrimmed(w, b.String())
}

// printTrimmed prints lines without the padding that tabwriter leaves behind empty last cells.
func printTrimmed(w io.Writer, text string) error {
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if _, err := fmt.Fprintln(w, strings.TrimRight(l, " ")); err != nil {
			return err
		}
	}
	return nil
}

// list writes a heading and lines under it, or nothing.
func list(w io.Writer, head string, text []string) {
	if len(text) > 0 {
		fmt.Fprintf(w, "\n%s\n  %s\n", head, strings.Join(text, "\n  "))
	}
}

func bracket(unit string) string {
	if unit == "" {
		return ""
	}
	return "[" + unit + "]"
}
