package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/paper"
)

func reproduceCommand() *cobra.Command {
	var s paper.Settings
	budget := span{n: 120, timed: true, text: "2m"}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "reproduce EXPERIMENT",
		Short: "Run an experiment of the paper: double-pendulum",
		Long: `Run an experiment of Cranmer et al. 2020, "Lagrangian Neural Networks", and print
what is measured beside what the paper reports.

double-pendulum: learn from exact accelerations of 600,000 random states, then
measure the acceleration error over 20,000 fresh states, and the energy error
after 100 time units over 40 starts nearly at rest, as a fraction of the energy
scale 29.4. The time of --budget is training time, shared by the two models.`,
		Example: `  lagrange reproduce double-pendulum --budget 1m
  lagrange reproduce double-pendulum --steps 5000 --seed 2 --json -o run`,
		Args: need("EXPERIMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "double-pendulum" {
				return usagef("no experiment %q; there is double-pendulum", args[0])
			}
			if s.Steps < 0 || s.Steps > 0 && cmd.Flags().Changed("budget") {
				return usagef("give --steps (above 0) or --budget, not both")
			}
			n, err := budget.in("s")
			if err != nil {
				return err
			}
			s.Budget = time.Duration(n * float64(time.Second))
			var p *progress
			on := ""
			s.On = func(x paper.Progress) {
				if x.Model != on {
					on, p = x.Model, newProgress(cmd.ErrOrStderr(), x.Model)
				}
				p.step(lagrange.Progress{Model: x.Model, Step: x.Step, Steps: x.Steps, Loss: x.Loss, Valid: x.Valid, Left: x.Left})
				if x.Step == x.Steps {
					p.close()
				}
			}
			r, err := paper.DoublePendulum(cmd.Context(), s)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), r)
			}
			return printPendulum(cmd.OutOrStdout(), r, s.Folder)
		},
	}
	cmd.Flags().Var(&budget, "budget", "training time of all models together")
	cmd.Flags().IntVar(&s.Steps, "steps", 0, "training steps of each model, instead of a budget")
	cmd.Flags().Uint64Var(&s.Seed, "seed", 1, "seed of the random numbers")
	cmd.Flags().StringVarP(&s.Folder, "output", "o", "", "`folder` for figures and numbers")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// printPendulum prints the table beside the paper's.
func printPendulum(w io.Writer, r paper.Report, folder string) error {
	fmt.Fprintf(w, "\nDouble pendulum, seed %d, %.0f s\n\n", r.Seed, r.Seconds)
	tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(tab, "\tacceleration error\tmedian\tenergy error mean\tmedian\tmax\tsamples\tsteps")
	for _, name := range []string{"lnn", "baseline"} {
		m := r.Models[name]
		fmt.Fprintf(tab, "%s\t%.3g\t%.3g\t%s\t%s\t%s\t%.3g\t%d\n", name, m.AccelL1, m.AccelL1Median,
			percent(m.EnergyErrorMean), percent(m.EnergyErrorMedian), percent(m.EnergyErrorMax), float64(m.Samples), m.Steps)
	}
	fmt.Fprintln(tab, "lnn, paper\t0.073\t\t0.4 %\t\t\t3.07e+08\t600000")
	fmt.Fprintln(tab, "baseline, paper\t0.074\t\t8 %\t\t\t\t")
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, name := range []string{"lnn", "baseline"} {
		m := r.Models[name]
		fmt.Fprintf(w, "\n%-9s %d parameters, trained %.0f s; %d non-finite steps skipped, %d solves by the pseudo-inverse, %d of 40 roll-outs ended early or diverged (counted as 10000 %%)",
			name, m.Parameters, m.Seconds, m.NonFiniteSkipped, m.FallbackSolves, m.Blowups)
	}
	fmt.Fprintln(w)
	if folder != "" {
		fmt.Fprintf(w, "\nfigures and numbers: %s\n", folder)
	}
	return nil
}

// percent prints a fraction.
func percent(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }
