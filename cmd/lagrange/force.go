package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
)

func forceCommand() *cobra.Command {
	var columns columnFlags
	var path string
	cmd := &cobra.Command{
		Use:   "force MODEL MOTION.csv…",
		Short: "Find the forces behind a motion, and the share of friction",
		Long: `Force finds, row by row, which known forces a motion takes by a model: columns
force_NAME, in the unit of NAME, and in friction_NAME how much of that overcomes
friction. A model without known forces tells generalised forces, one for each
coordinate, in the unit of its Lagrangian.

Accelerations are those of the motion or, where it has none, what a smoother
makes of its positions and velocities. The motion needs no known forces: it may
be planned, not recorded. Those that it has stay as they are.`,
		Example: `  lagrange force motor.lagrange examples/motor.csv -o torques.csv`,
		Args:    need("MODEL", "MOTION.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := lagrange.Load(args[0])
			if err != nil {
				return err
			}
			set, err := readForceless(args[1:], modelColumns(cmd, m, columns.options()))
			if err != nil {
				return err
			}
			if set.States() {
				return fmt.Errorf("%s holds states on their own, without times: forces are told of a motion", args[1])
			}
			out, err := m.ForceSet(cmd.Context(), set)
			if err != nil {
				return err
			}
			return output(cmd, path, out.Writer(path), args...)
		},
	}
	columns.add(cmd)
	columns.addStep(cmd)
	cmd.Flags().StringVarP(&path, "output", "o", "-",
		"`file` to write: .npz, .parquet, or else CSV; - is standard output")
	return cmd
}

// readForceless reads a motion that may lack the known forces of a model, and its accelerations.
func readForceless(paths []string, own data.Options) (*data.Set, error) {
	set, err := readMotion(paths, own)
	for _, without := range []func(){func() { own.A = nil }, func() { own.U = nil }} {
		if err == nil {
			break
		}
		without()
		if less, bad := readMotion(paths, own); bad == nil {
			return less, nil
		}
	}
	return set, err
}
