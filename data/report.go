package data

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// lineWidth is how many letters a line of a report has, where words allow.
const lineWidth = 80

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
		line("  %s\t%d\t%s\t%.6g\t%s", m.ID, m.Rows, timeText(m.Start, r.Step.Median), m.Duration, m.File)
	}
	title(strings.TrimSpace("time step " + bracket(r.time)))
	line("  median\tmin\tmax\tjitter\tgaps")
	line("  %.6g\t%.6g\t%.6g\t%.2g %%\t%d", r.Step.Median, r.Step.Min, r.Step.Max, 100*r.Step.Jitter, len(r.Gaps))
	for i, g := range r.Gaps {
		if i == shown {
			line("  … and %d more gaps", len(r.Gaps)-shown)
			break
		}
		line("  gap of %.6g after t = %s in %s", g.Step, timeText(g.Time, r.Step.Median), g.Trajectory)
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
	if len(r.Notes) > 0 {
		fmt.Fprintf(b, "\nnotes\n  %s\n", strings.Join(r.Notes, "\n  "))
	}
	advise(b, r.Try)
	return printTrimmed(w, b.String())
}

// timeText is a time with as many digits as tell a step from the next, however large it is.
func timeText(t, step float64) string {
	if short := fmt.Sprintf("%.6g", t); !(step > 0) || math.Abs(t) < 1e5*step {
		return short
	}
	return strconv.FormatFloat(t, 'f', max(0, int(math.Ceil(-math.Log10(step)))), 64)
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

// advise writes what to try, in lines of no more than lineWidth letters where words allow.
func advise(w io.Writer, text []string) {
	if len(text) > 0 {
		fmt.Fprint(w, "\nto try\n")
	}
	for _, t := range text {
		flag, why, ok := strings.Cut(t, tryGap)
		switch {
		case !ok:
			fmt.Fprintf(w, "  %s\n", Wrap(t, lineWidth-4, "\n    "))
		case utf8.RuneCountInString(t) <= lineWidth-2:
			fmt.Fprintf(w, "  %s\n", t)
		default:
			fmt.Fprintf(w, "  %s\n      %s\n", flag, Wrap(why, lineWidth-6, "\n      "))
		}
	}
}

func bracket(unit string) string {
	if unit == "" {
		return ""
	}
	return "[" + unit + "]"
}

// Wrap breaks text between words so that lines are at most width letters long, where words allow.
func Wrap(text string, width int, newline string) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString(newline)
			at = 0
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
