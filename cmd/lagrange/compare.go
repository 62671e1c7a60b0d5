package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/internal/file"
)

func compareCommand() *cobra.Command {
	var columns columnFlags
	var horizon span
	var asJSON bool
	var start string
	cmd := &cobra.Command{
		Use:   "compare MODEL MODEL… [DATA.csv…]",
		Short: "Put models beside each other: what they are, how they were made, how well they predict",
		Long: `Compare prints a table with a column for each model: its family, net, settings and
training, and its errors on a recording, over windows of one length (the
shortest of the models' own, if --horizon does not say). What is the same of all
models stands in one line below. Of a recording that a model was trained on,
only windows that it has not seen are used.`,
		Example: `  lagrange compare a.lagrange b.lagrange pendulum.csv
  lagrange compare a.lagrange b.lagrange --json`,
		Args: need("MODEL", "MODEL…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, set, err := compared(cmd, args, columns, horizon, lagrange.Start(start))
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), all)
			}
			return printCompared(cmd.OutOrStdout(), all, set)
		},
	}
	columns.add(cmd)
	columns.addStep(cmd)
	cmd.Flags().Var(&horizon, "horizon", "length of the windows")
	addStart(cmd, &start)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// contender is one of the models that are compared.
type contender struct {
	File  string               `json:"file"`
	Info  lagrange.Info        `json:"model"`
	Score *lagrange.Evaluation `json:"evaluation,omitempty"` // with a recording
}

// compared reads models and recordings, in any order, and measures each model on the recordings.
func compared(cmd *cobra.Command, args []string, columns columnFlags, horizon span, start lagrange.Start) (
	all []contender, set *data.Set, err error) {
	var models []*lagrange.Model
	var recordings []string
	for _, path := range args {
		if file.KindOf(path) != "model" {
			recordings = append(recordings, path)
			continue
		}
		m, err := lagrange.Load(path)
		if err != nil {
			return nil, nil, err
		}
		models = append(models, m)
		all = append(all, contender{File: path, Info: m.Info(nil, nil, nil)})
	}
	if len(models) < 2 {
		return nil, nil, usagef("models to compare: want two or more, got %d", len(models))
	}
	if len(recordings) == 0 {
		return all, nil, nil
	}
	if set, err = readMotion(recordings, modelColumns(cmd, models[0], columns.options())); err != nil {
		return nil, nil, err
	}
	h := slices.MinFunc(models, func(a, b *lagrange.Model) int {
		return int(1e9 * (a.Record.Horizon - b.Record.Horizon))
	}).Record.Horizon
	if horizon.given() {
		if h, err = horizon.of(set); err != nil {
			return nil, nil, err
		}
	}
	for i, m := range models {
		e, err := evaluated(cmd, m, set, h, start)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", all[i].File, err)
		}
		all[i].Score = &e
	}
	return all, set, nil
}

// fact is a line of the table: a name, and its value of a model; "" where there is none.
type fact struct {
	name string
	of   func(contender) string
}

// facts are what models are and how they were made.
var facts = []fact{
	{"family", func(c contender) string { return c.Info.Family }},
	{"hidden layers", func(c contender) string { return strings.Trim(fmt.Sprint(c.Info.Hidden), "[]") }},
	{"activation", func(c contender) string { return c.Info.Activation }},
	{"head", func(c contender) string { return string(c.Info.Head) }},
	{"numbers", func(c contender) string { return fmt.Sprint(c.Info.Parameters) }},
	{"networks", func(c contender) string { return fmt.Sprint(c.Info.Members) }},
	{"learned from", func(c contender) string { return c.Info.Training.Objective }},
	{"method", func(c contender) string { return c.Info.Training.Method }},
	{"steps", func(c contender) string { return fmt.Sprint(c.Info.Training.Steps) }},
	{"seed", func(c contender) string { return fmt.Sprint(c.Info.Training.Seed) }},
	{"time, s", func(c contender) string { return fmt.Sprintf("%.3g", c.Info.Training.Seconds) }},
	{"recording", func(c contender) string { return fmt.Sprintf("%.8s", c.Info.Training.Data) }},
	{"validation loss", func(c contender) string { return fmt.Sprintf("%.3g", c.Info.Training.Validation) }},
	{"in doubt", func(c contender) string { return yes(c.Info.Training.Doubt != "") }},
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// scored are what was measured on a recording.
func scored(set *data.Set) (all []fact) {
	add := func(name string, of func(e lagrange.Evaluation, family string) string) {
		all = append(all, fact{name, func(c contender) string {
			family := c.Info.Family
			if c.Info.Members > 1 {
				family = "ensemble"
			}
			return of(*c.Score, family)
		}})
	}
	add("windows", func(e lagrange.Evaluation, _ string) string { return fmt.Sprint(e.Windows) })
	add("of rows held out", func(e lagrange.Evaluation, _ string) string { return yes(e.HeldOut || !e.Seen) })
	for i, q := range set.Coordinates {
		if i == mostScored {
			break
		}
		add("error of "+label(q.Name, q.Unit), func(e lagrange.Evaluation, family string) string {
			return fmt.Sprintf("%.3g", e.Models[family].RMSEQ[i])
		})
		add("  median window", func(e lagrange.Evaluation, family string) string {
			return fmt.Sprintf("%.3g", e.Models[family].MedianQ[i])
		})
		add("  of constant velocity", func(e lagrange.Evaluation, _ string) string {
			return fmt.Sprintf("%.3g", e.Models[lagrange.ConstantVelocity].RMSEQ[i])
		})
	}
	add("error of all, rms", func(e lagrange.Evaluation, family string) string {
		return fmt.Sprintf("%.3g", rms(e.Models[family].RMSEQ))
	})
	add("accelerations, rms", func(e lagrange.Evaluation, family string) string {
		if a, ok := e.Accelerations[family]; ok {
			return fmt.Sprintf("%.3g", rms(a))
		}
		return ""
	})
	add("M not positive at", func(e lagrange.Evaluation, _ string) string {
		if e.Mass == nil {
			return ""
		}
		return fmt.Sprintf("%d of %d", e.Mass.NotPositive, e.Mass.States)
	})
	add("energy drift", func(e lagrange.Evaluation, _ string) string {
		switch {
		case e.EnergyDrift == nil:
			return ""
		case *e.EnergyDrift == math.MaxFloat64:
			return "breaks down"
		}
		return fmt.Sprintf("%.2g %%", 100**e.EnergyDrift)
	})
	return all
}

// mostScored is of how many coordinates each has lines of its own.
const mostScored = 6

// printCompared prints a column for each model, with the lines in which they differ, and below what they share.
func printCompared(w io.Writer, all []contender, set *data.Set) error {
	lines := facts
	if set != nil {
		lines = append(slices.Clone(facts), scored(set)...)
	}
	var names [][]string
	for _, c := range all {
		names = append(names, []string{c.File})
	}
	table := heads(names...)
	var same []string
	for _, f := range lines {
		var values []string
		for _, c := range all {
			values = append(values, f.of(c))
		}
		if differ := slices.ContainsFunc(values, func(v string) bool { return v != values[0] }); differ {
			table.row(f.name, func(k int) []string {
				if values[k] == "" {
					return []string{"–"}
				}
				return values[k : k+1]
			})
		} else if values[0] != "" {
			same = append(same, strings.TrimSpace(f.name)+" "+values[0])
		}
	}
	if err := table.print(w); err != nil {
		return err
	}
	if len(same) > 0 {
		fmt.Fprintln(w, "\nthe same: "+wrap(strings.Join(same, "; "), columnsOfPaper-len("the same: "), "\n  "))
	}
	for _, c := range all {
		if doubt := c.Info.Training.Doubt; doubt != "" {
			fmt.Fprintf(w, "%s: in doubt: %s\n", c.File, wrap(doubt, columnsOfPaper, "\n  "))
		}
		if c.Score != nil && len(c.Score.Findings) > 0 {
			fmt.Fprintf(w, "%s: %s\n", c.File, wrap(c.Score.Findings[0].String(), columnsOfPaper, "\n  "))
		}
	}
	return nil
}
