package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/view"
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
			return printCompared(cmd.OutOrStdout(), view.Compare(all, set))
		},
	}
	columns.add(cmd)
	columns.addStep(cmd)
	cmd.Flags().Var(&horizon, "horizon", "length of the windows")
	addStart(cmd, &start)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// compared reads models and recordings, in any order, and measures each model on the recordings.
func compared(cmd *cobra.Command, args []string, columns columnFlags, horizon span, start lagrange.Start) (
	all []view.Contender, set *data.Set, err error) {
	models, set, err := modelsAndRecording(cmd, args, columns)
	if err != nil {
		return nil, nil, err
	}
	if len(models) < 2 {
		return nil, nil, usagef("models to compare: want two or more, got %d", len(models))
	}
	h := view.ShortestHorizon(models)
	if set != nil && horizon.given() {
		if h, err = horizon.of(set); err != nil {
			return nil, nil, err
		}
	}
	for _, k := range models {
		x := view.Contender{File: k.Path, Info: k.Model.Info(nil, nil, nil)}
		if set != nil {
			e, err := evaluated(cmd, k.Model, set, h, start)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", k.Path, err)
			}
			x.Score = &e
		}
		all = append(all, x)
	}
	return all, set, nil
}

// printCompared prints a column for each model, with the lines in which they differ, and below what they share.
func printCompared(w io.Writer, c view.Comparison) error {
	var names [][]string
	for _, name := range c.Table.Head[1:] {
		names = append(names, []string{name})
	}
	table := heads(names...)
	for _, r := range c.Table.Rows {
		table.row(r[0], func(k int) []string { return r[k+1 : k+2] })
	}
	if err := table.print(w); err != nil {
		return err
	}
	var same []string
	for _, f := range c.Same {
		same = append(same, f.Name+" "+f.Says)
	}
	if len(same) > 0 {
		fmt.Fprintln(w, "\nthe same: "+wrap(strings.Join(same, "; "), columnsOfPaper-len("the same: "), "\n  "))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(w, "%s: %s\n", n.Name, wrap(n.Says, columnsOfPaper, "\n  "))
	}
	return nil
}
