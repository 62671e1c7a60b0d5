//go:build !nosweep

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func sweepBestCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "best FOLDER",
		Short:   "Print the command that trains the best point again",
		Long:    "Best prints the command that trains the best point again, in the folder of the sweep file.",
		Example: "  lagrange sweep best runs",
		Args:    need("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := opened(args[0])
			if err != nil {
				return err
			}
			best, ok := d.Sweep.Leader()
			if err := d.Close(); err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("%s: no point has a measure yet", args[0])
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(again(d.Sweep, best), " "))
			return err
		},
	}
}
