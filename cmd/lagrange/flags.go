package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lagrange/data"
	"lagrange/internal/file"
)

// columnFlags say which columns of a recording are what; what no flag says is recognised from the header.
type columnFlags struct{ o data.Options }

// add gives the command the flags. Those of one letter have it as shorthand too: cobra completes no others of one
// letter.
func (c *columnFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVarP(&c.o.Q, "q", "q", nil, "`columns` of the coordinates, comma-separated (default: by the header)")
	f.StringSliceVarP(&c.o.V, "v", "v", nil, "`columns` of their velocities, in the order of --q")
	f.StringSliceVarP(&c.o.A, "a", "a", nil, `columns of their accelerations; --a "" for none`)
	f.StringSliceVarP(&c.o.U, "u", "u", nil, `columns of the known forces; --u "" for none`)
	f.StringSliceVar(&c.o.SystemParameters, "parameters", nil,
		"`columns` of system parameters, which a motion does not change: masses, lengths, …")
	renamed(cmd, "condition", "parameters")
	f.StringVar(&c.o.Time, "time", "", "`column` of the time")
	f.StringVar(&c.o.Trajectory, "trajectory", "", "`column` that tells trajectories apart")
	f.StringSliceVar(&c.o.Angles, "angles", nil,
		"`coordinates` that are angles, with a period of their own as a:360 or b:4096; --angles \"\" for none")
	f.StringSliceVar(&c.o.Units, "units", nil,
		"`units` that headers do not tell, such as t=ms,omega=deg/s")
	f.BoolVar(&c.o.Differentiate, "differentiate", false, "estimate velocities from the coordinates")
	f.StringSliceVar(&c.o.Columns, "columns", nil,
		"`names` of all columns of a table without a header; _ leaves one out")
	f.BoolVar(&c.o.Strict, "strict", false, "refuse a table of which lines or rows would be left out")
}

// addStep gives the command --dt, which makes time of steps.
func (c *columnFlags) addStep(cmd *cobra.Command) {
	cmd.Flags().Var((*stepLength)(&c.o.Step), "dt",
		"from one row to the next, where no column holds the time but one counts steps, or none (bare: seconds)")
}

// stepLength is a length of time in seconds as a flag.
type stepLength float64

// Set reads the flag (pflag.Value).
func (s *stepLength) Set(text string) error {
	n, _, err := seconds(text)
	*s = stepLength(n)
	return err
}

// String is the flag as a number (pflag.Value).
func (s *stepLength) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*s), 'g', -1, 64)
}

// Type names the kind of value in the help (pflag.Value).
func (s *stepLength) Type() string { return "time" }

// read reads recordings; - is standard input.
func read(cmd *cobra.Command, paths []string, o data.Options) (*data.Set, error) {
	if !slices.Contains(paths, "-") {
		return data.Read(paths, o)
	}
	if len(paths) > 1 {
		return nil, usagef("- is standard input, which cannot be read together with other files")
	}
	return data.ReadFrom(cmd.InOrStdin(), standardInput, o)
}

// standardInput stands for a file in messages.
const standardInput = "standard input"

// options are the flags as given; a list given as "" is empty, one not given is nil.
func (c *columnFlags) options() data.Options { return c.o }

// alias is a flag under the name that it had before. It is hidden, and says how the flag is called now.
type alias struct {
	pflag.Value
	cmd      *cobra.Command
	old, now string
}

// renamed gives a flag its old name beside the new one.
func renamed(cmd *cobra.Command, old, now string) {
	f := *cmd.Flags().Lookup(now)
	f.Name, f.Shorthand, f.Hidden, f.Value = old, "", true, &alias{f.Value, cmd, old, now}
	cmd.Flags().AddFlag(&f)
}

// Set reads the flag (pflag.Value).
func (a *alias) Set(text string) error {
	note(a.cmd, "--%s is called --%s now", a.old, a.now)
	return a.cmd.Flags().Set(a.now, text)
}

// note says something beside what a command is there for.
func note(cmd *cobra.Command, format string, args ...any) {
	fmt.Fprintf(cmd.ErrOrStderr(), "note: "+format+"\n", args...)
}

// span is a length of time as a flag: a bare number, in the time unit of the recording, or a number with a unit, such
// as 1s, 2m, 500ms.
type span struct {
	n     float64 // seconds when timed
	timed bool
	text  string
}

// spanOf is a bare number as a default.
func spanOf(n float64) span { return span{n: n, text: strconv.FormatFloat(n, 'g', -1, 64)} }

// seconds reads a length of time; timed tells whether it came with a unit and is in seconds.
func seconds(text string) (n float64, timed bool, err error) {
	n, err = strconv.ParseFloat(text, 64)
	if err != nil {
		d, e := time.ParseDuration(text)
		if e != nil {
			return 0, false, errors.New("want a number, in the unit of the time column, or a duration such as 1s, " +
				"2m, 500ms")
		}
		n, timed = d.Seconds(), true
	}
	if !(n > 0) || math.IsInf(n, 0) {
		return 0, false, errors.New("want a finite time above 0")
	}
	return n, timed, nil
}

// Set reads the flag (pflag.Value).
func (s *span) Set(text string) error {
	n, timed, err := seconds(text)
	if err == nil {
		*s = span{n, timed, text}
	}
	return err
}

// String is the flag as given (pflag.Value).
func (s *span) String() string { return s.text }

// Type names the kind of value in the help (pflag.Value).
func (s *span) Type() string { return "time" }

// given tells whether there is a value.
func (s *span) given() bool { return s.text != "" }

// in is the span in the unit of a time column; a column without a unit counts in seconds.
func (s *span) in(unit string) (float64, error) {
	if !s.timed {
		return s.n, nil
	}
	if unit == "" {
		return s.n, nil
	}
	if seconds, ok := data.Seconds(unit); ok {
		return s.n / seconds, nil
	}
	return 0, usagef("%s cannot be told in %q, the unit of the time column: give a bare number in that unit", s.text,
		unit)
}

// of is the span in the unit of time of a recording. Less than a time step of a column without a unit is refused: such
// a column may count in anything.
func (s *span) of(set *data.Set) (float64, error) {
	h, err := s.in(set.TimeUnit())
	if step := set.TypicalStep(); err == nil && s.timed && set.TimeUnit() == "" && h < step {
		return 0, usagef("%s is less than a time step, if that is %g s: column %s has no unit; tell it, as --units "+
			"%s=ms, or "+
			"give a bare number in that unit", s.text, step, set.Time, set.Time)
	}
	return h, err
}

// need wants exactly the named arguments; more of the last one when it ends in "…".
func need(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("missing argument: %s", strings.Join(names[len(args):], " "))
		case len(args) > len(names) && !strings.HasSuffix(names[len(names)-1], "…"):
			return fmt.Errorf("unexpected argument %q after %s", args[len(names)], strings.Join(names, " "))
		}
		return nil
	}
}

// output writes to the file at path, whole or not at all, or to standard output when path is "-" or empty. It never
// replaces one of the inputs.
func output(cmd *cobra.Command, path string, fill func(io.Writer) error, inputs ...string) error {
	if path != "" && path != "-" {
		if err := spare(path, inputs...); err != nil {
			return err
		}
		return file.Write(path, fill)
	}
	w := bufio.NewWriter(cmd.OutOrStdout())
	if err := fill(w); err != nil {
		return err
	}
	return w.Flush()
}

// printJSON prints one object, indented.
func printJSON(w io.Writer, x any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(x)
}
