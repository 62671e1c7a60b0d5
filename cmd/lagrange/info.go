package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/export"
	"lagrange/fit"
)

func infoCommand() *cobra.Command {
	var at stateFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info MODEL",
		Short: "Say what a model is: its coordinates, what it was trained on, its forces",
		Long: `Info says of which family a model is, which coordinates it has and in which
units, what it was trained on and how well, how large it is, and its
fingerprint; further its friction, the gains of known forces, and its mass
matrix, all in the unit of the learned Lagrangian, which motion alone does not
tell. The mass matrix is that at --q; without it, where coordinates are at the
middle of the recording and angles at 0.

Of an export it reads back what that tells of its model.`,
		Example: `  lagrange info motor.lagrange
  lagrange info arm.lagrange --q 0.3,1.2 --json`,
		Args: need("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := at.finite(); err != nil {
				return err
			}
			var about modelFile
			if exported, err := export.About(args[0], &about.Info); err == nil && exported {
				if at.q != nil {
					return usagef("%s is an export, with the mass matrix of one state: --q asks the model itself",
						args[0])
				}
				return about.print(cmd, args[0], asJSON)
			}
			m, err := lagrange.Load(args[0])
			if err != nil {
				return err
			}
			if at.q != nil {
				if err := at.of(m); err != nil {
					return err
				}
			} else if at.v != nil || at.u != nil {
				return usagef("--v and --u say where the mass matrix is taken, beside --q: give that, too")
			}
			about.Info = m.Info(at.q, at.v, at.u)
			return about.print(cmd, args[0], asJSON)
		},
	}
	at.add(cmd, "at which the mass matrix is taken")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// modelFile is a model and its file.
type modelFile struct {
	lagrange.Info
	Bytes   int64     `json:"bytes"`
	Written time.Time `json:"written"`
}

// print says what stands in the file at path.
func (f modelFile) print(cmd *cobra.Command, path string, asJSON bool) error {
	at, err := os.Stat(path)
	if err != nil {
		return err
	}
	f.Bytes, f.Written = at.Size(), at.ModTime().UTC().Truncate(time.Second)
	return output(cmd, "-", func(w io.Writer) error {
		if asJSON {
			return printJSON(w, f)
		}
		return printInfo(w, f)
	})
}

// printInfo prints lines of at most 80 columns where names and units are short.
func printInfo(w io.Writer, f modelFile) error {
	i := f.Info
	about := i.Title
	if i.Members > 1 {
		about = fmt.Sprintf("%d networks that answer together, each a %s", i.Members, i.Title)
	}
	told(w, "model", about+parts(i))
	told(w, "fingerprint", i.Fingerprint)
	told(w, "file", fmt.Sprintf("%d bytes, written %s", f.Bytes, f.Written.Format(time.RFC3339)))
	printTrained(w, i.Training)
	fmt.Fprintln(w)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "coordinate\tvelocity\trecorded")
	for _, c := range i.Coordinates {
		fmt.Fprintf(tab, "%s\t%s\t", label(c.Name, c.Unit), label(c.Velocity, c.VelocityUnit))
		if r := c.Recorded; r != nil {
			fmt.Fprintf(tab, "%.4g … %.4g", r.Min, r.Max)
		}
		switch {
		case c.Ignorable:
			fmt.Fprint(tab, ", nothing depends on it")
		case c.Period > 0:
			fmt.Fprintf(tab, ", an angle: a turn is %.5g", c.Period)
		}
		fmt.Fprintln(tab)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, in := range i.Inputs {
		kind := "known force"
		if in.SystemParameter {
			kind = "system parameter"
		}
		fmt.Fprintf(w, "%s, %s\n", in.Name, kind)
	}
	return printActing(w, i)
}

// parts says of which size a model is.
func parts(i lagrange.Info) string {
	if i.Formula != "" {
		return fmt.Sprintf(", %d parameters: L = %s", i.Parameters, i.Formula)
	}
	var layers []string
	for _, n := range i.Hidden {
		layers = append(layers, fmt.Sprint(n))
	}
	head := ""
	if i.Head != "" {
		head = fmt.Sprintf(", %s head", i.Head)
	}
	return fmt.Sprintf(", hidden layers of %s %s units%s, %d parameters", strings.Join(layers, " and "), i.Activation,
		head, i.Parameters)
}

// printTrained prints what a model learned from, and how well.
func printTrained(w io.Writer, t lagrange.TrainingInfo) {
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, label(c.Name, c.Unit))
	}
	told(w, "trained on", strings.TrimSpace(fmt.Sprintf("the recording %s %s", t.Data, strings.Join(columns, ", "))))
	by := ""
	if t.Method != "" {
		by = " by " + t.Method
	}
	told(w, "learned", fmt.Sprintf("%s%s, %d steps in %.3g s, seed %d", t.Objective, by, t.Steps, t.Seconds, t.Seed))
	of := "in units of the scales"
	if t.Objective == fit.Motion {
		of = "of (error/noise)², so 1 is down to the noise"
	}
	told(w, "held out", fmt.Sprintf("mean loss %.3g %s, over a horizon of %.4g; eval tells more", t.Validation, of,
		t.Horizon))
	if t.Doubt != "" {
		told(w, "in doubt", t.Doubt)
	}
}

// printActing prints friction, gains and the mass matrix.
func printActing(w io.Writer, i lagrange.Info) error {
	c := i.Forces
	vector := func(what string, x []float64) {
		if x != nil {
			told(w, what, numbers(x))
		}
	}
	matrix := func(what string, rows [][]float64) {
		for _, row := range rows {
			told(w, what, numbers(row))
			what = ""
		}
	}
	if c.Viscous != nil || c.Dry != nil || c.Gains != nil || i.Mass != nil {
		fmt.Fprintln(w, "\nin the unit of the learned L")
	}
	matrix("viscous", c.Viscous)
	vector("dry", c.Dry)
	vector("drag", c.Drag)
	vector("dry between", c.Between)
	vector("breakaway", c.Breakaway)
	vector("below speed", c.Stribeck)
	matrix("gains", c.Gains)
	if m := i.Mass; m != nil {
		matrix("mass matrix", m.M)
		at := "at q = " + numbers(m.Q) + ", v = " + numbers(m.V)
		if len(m.U) > 0 {
			at += ", u = " + numbers(m.U)
		}
		told(w, "", at)
	}
	return nil
}
