//go:build !nosweep

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/sweep"
)

func sweepEnsembleCommand() *cobra.Command {
	var out, credentials string
	var force, json bool
	cmd := &cobra.Command{
		Use:   "ensemble FOLDER -o MODEL",
		Short: "Join what the seeds of the best point have learned into one model",
		Long: `Ensemble joins the models of all seeds of the best point into one, which predicts
by their mean and its standard deviation. It is calibrated on the motion that
was held out, and measured, as by "lagrange train --ensemble".

Where trials have one core each and a number of steps, it is the model that
train --ensemble makes with the same flags, to the last bit, whichever machines
did the work. A budget in seconds, more cores, or successive halving make other
networks than one training would, which are joined all the same.`,
		Example: `  lagrange sweep ensemble runs -o pendulum.lagrange`,
		Args:    need("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if out == "" {
				return usagef("missing flag: -o MODEL, the file to write")
			}
			d, err := sweep.Open(args[0], programVersion(), simulated)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.Close()) }()
			more := []string{"-o", out, fmt.Sprintf("--force=%t", force), fmt.Sprintf("--json=%t", json)}
			return together(cmd, d, credentials, more)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "model `file` to write (required)")
	cmd.Flags().StringVar(&credentials, "credentials", "", "`file` of credentials for the server")
	cmd.Flags().BoolVar(&force, "force", false, "replace the model that -o names, if it is there")
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object")
	return cmd
}

// together goes through a training of the best point whose networks are there already.
func together(cmd *cobra.Command, d *sweep.Folder, credentials string, more []string) error {
	s := d.Sweep
	best, ok := s.Leader()
	switch {
	case s.File.Run != "train":
		return fmt.Errorf("%s is a sweep of %s, which leaves no models: an ensemble is of trainings", d.Path,
			s.File.Run)
	case s.File.Seeds < 2:
		return fmt.Errorf("%s has one seed of each point: an ensemble is of several; give seeds = 5 in the sweep file",
			d.Path)
	case !ok:
		return fmt.Errorf("%s: no point has a measure yet", d.Path)
	}
	folder, err := os.MkdirTemp("", "lagrange-ensemble-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	board, _, end, err := (&sweepFlags{credentials: credentials}).board(cmd, d)
	if err != nil {
		return err
	}
	defer end()
	paths, err := s.Models(cmd.Context(), board, best, folder)
	if err != nil {
		return err
	}
	f := &trainFlags{}
	for _, path := range paths {
		m, err := lagrange.Load(path)
		if err != nil {
			return err
		}
		f.training.Members = append(f.training.Members, m)
	}
	args, err := s.Arguments(best, folder)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "point %d: seeds 1 to %d\n", best.Point, s.File.Seeds)
	train := f.command()
	train.SetContext(cmd.Context())
	train.SetOut(cmd.OutOrStdout())
	train.SetErr(cmd.ErrOrStderr())
	more = append([]string{fmt.Sprintf("--ensemble=%d", len(paths)), "--seed=1"}, more...)
	if err := train.ParseFlags(append(args, more...)); err != nil {
		return err
	}
	return f.run(train, train.Flags().Args())
}
