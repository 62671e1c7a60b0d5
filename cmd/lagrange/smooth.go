package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange/data"
	"lagrange/smooth"
)

// deviationPrefix stands before the name of a quantity in that of the column of its standard deviation; data takes such
// columns for nothing else.
const deviationPrefix = "sd_"

// smoothFlags are what smoothing needs.
type smoothFlags struct {
	columns columnFlags
	every   span
	path    string
	model   string
	asJSON  bool
}

func smoothCommand() *cobra.Command {
	var o smoothFlags
	cmd := &cobra.Command{
		Use:   "smooth DATA.csv…",
		Short: "Find the noise of a recording, and positions, velocities and accelerations without it",
		Long: `Smooth finds how large the noise of each column is, and estimates positions, velocities and
accelerations with their standard deviations at every row, or --every so often. Positions are enough;
velocities and accelerations that are recorded are measurements more, with noise of their own.
Times may be irregular, and gaps are spanned, with the deviations that this leaves.

Without a model a motion is taken for one whose third to sixth derivative is white noise, and
how strong that is, which derivative, and the noise of the columns are what is likeliest.

With --model, a motion is one of the model instead, up to accelerations that it does not explain:
how large these are is likeliest, too. Accelerations are then the model's.

-o writes the states as a recording: the columns of the input (inputs between its rows lie on
straight lines), velocities v_… and accelerations a_… where there were none, and standard
deviations sd_…, which no command takes for anything else. The findings go to standard output,
and to standard error when the states are written there (-o -).`,
		Example: `  lagrange smooth arm.csv
  lagrange smooth arm.csv -o states.csv --json
  lagrange smooth arm.csv --model arm.lagrange -o states.csv
  lagrange smooth arm.csv --q shoulder,elbow --v "" --every 5ms -o states.csv`,
		Args: need("DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.columns.add(cmd)
	o.columns.addStep(cmd)
	f := cmd.Flags()
	f.Lookup("differentiate").Usage = "leave recorded velocities out"
	f.Var(&o.every, "every", "write states every so often instead of at the rows")
	f.StringVar(&o.model, "model", "", "estimate the states through this `model`, by an iterated Kalman smoother")
	f.StringVarP(&o.path, "output", "o", "",
		"`file` to write the states to: .npz, .parquet, or else CSV; - is standard output (default: none)")
	f.BoolVar(&o.asJSON, "json", false, "print the findings as one object")
	return cmd
}

func (o *smoothFlags) run(cmd *cobra.Command, paths []string) error {
	set, err := o.read(cmd, paths)
	if err != nil {
		return err
	}
	h, err := every(set, o.every)
	if err != nil {
		return err
	}
	r, err := o.states(cmd, set, h)
	if errors.Is(err, smooth.ErrFew) {
		return fmt.Errorf("%s: %w: record more, or in longer pieces", paths[0], err)
	} else if err != nil {
		return err
	}
	findings := cmd.OutOrStdout()
	if o.path != "" {
		beside(r.Set, r.Deviations, deviationPrefix, data.RoleQ, data.RoleV, data.RoleA)
		if err := output(cmd, o.path, r.Set.Writer(o.path), paths...); err != nil {
			return err
		}
		if o.path == "-" {
			findings = cmd.ErrOrStderr()
		}
	}
	if o.asJSON {
		return printJSON(findings, map[string]any{"rows": set.Rows(), "notes": append([]string{}, set.Notes...),
			"coordinates": r.Findings})
	}
	return printFindings(findings, set, r.Findings)
}

// every is --every in the unit of a set, 0 when it is not given.
func every(set *data.Set, given span) (float64, error) {
	if !given.given() {
		return 0, nil
	}
	h, err := given.in(set.TimeUnit())
	if err != nil {
		return 0, err
	}
	rows := 0.0
	for i := range set.Trajectories {
		n := math.Floor(set.Trajectories[i].Duration()/h + 1e-9)
		if n < 2 {
			return 0, usagef("--every %s: trajectory %q holds less than two steps of it", given.text,
				set.Trajectories[i].ID)
		}
		rows += n + 1
	}
	if rows > maxRows {
		return 0, usagef("--every %s makes %.3g rows; at most %.3g are written", given.text, rows, float64(maxRows))
	}
	return h, nil
}

// printFindings prints what was found, in lines of at most 80 columns where names and units are short.
func printFindings(w io.Writer, set *data.Set, findings []smooth.Finding) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "column\tnoise\t95 % limits\torder\tfastest swing\trows in it")
	for _, f := range findings {
		for i, n := range f.Noise {
			most := ""
			if n.Low == 0 {
				most = "≤ "
			}
			fmt.Fprintf(tab, "%s\t%s%.3g\t%.3g … %.3g", label(n.Column, n.Unit), most, n.Value, n.Low, n.High)
			if i == 0 {
				fmt.Fprintf(tab, "\t%d\t%s\t%s", f.Order, orDash(f.Swing), orDash(f.PerSwing))
			}
			fmt.Fprintln(tab)
		}
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, n := range set.Notes {
		fmt.Fprintln(w, wrap(n, 78, "\n  "))
	}
	for _, f := range findings {
		for _, n := range f.Notes {
			fmt.Fprintln(w, wrap(f.Coordinate+": "+n, 78, "\n  "))
		}
	}
	return nil
}

// orDash is a number, or a dash for none.
func orDash(x float64) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3g", x)
}
