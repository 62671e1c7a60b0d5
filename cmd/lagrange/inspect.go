package main

import (
	"io"

	"github.com/spf13/cobra"

	"lagrange/data"
)

func inspectCommand() *cobra.Command {
	var (
		columns columnFlags
		asJSON  bool
	)
	cmd := &cobra.Command{
		Use:   "inspect DATA.csv…",
		Short: "Say what is in a recording and how it is understood",
		Long: `Inspect reads recordings and reports rows, trajectories, the time step and its jitter, gaps,
ranges, which column was taken for what and why, whether velocities are the derivatives of
the coordinates, and what to try.

Columns are recognised from the header; flags override. A file that cannot be used is
refused with file, line and column.`,
		Example: `  lagrange inspect dp.csv
  lagrange inspect day1.csv day2.csv --json
  lagrange inspect arm.csv --q shoulder,elbow --differentiate --angles shoulder,elbow`,
		Args: need("DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			options := columns.options()
			options.Positions = true // as train reads them
			set, err := read(cmd, args, options)
			if err != nil {
				return err
			}
			report := data.Inspect(set)
			return output(cmd, "-", func(w io.Writer) error {
				if asJSON {
					return printJSON(w, report)
				}
				return report.WriteText(w)
			})
		},
	}
	columns.add(cmd)
	columns.addStep(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one object")
	return cmd
}
