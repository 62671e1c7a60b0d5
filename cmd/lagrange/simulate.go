package main

import (
	"math"

	"github.com/spf13/cobra"

	"lagrange/mech"
	"lagrange/sim"
)

// maxRows bounds a simulation to what fits into memory and a file one would want.
const maxRows = 50_000_000

func simulateCommand() *cobra.Command {
	var (
		sim          sim.Simulation
		sample, path string
		duration, dt = spanOf(10), spanOf(0.01)
	)
	cmd := &cobra.Command{
		Use:   "simulate SYSTEM",
		Short: "Simulate a true system and write its motion as CSV",
		Long: `Simulate integrates the true equations of motion of a system (see "lagrange systems") by a
method of order 8 with a relative tolerance of 1e-12 and writes time, coordinates and
velocities, with a trajectory column when there are several. The same seed gives the same file.

With --noise it adds to every coordinate, velocity and acceleration that is written a normal
number of that standard deviation, in the unit of the column; times, parameters and the
motion itself stay exact.`,
		Example: `  lagrange simulate double-pendulum --trajectories 20 --duration 10 --dt 0.01 --seed 1 -o dp.csv
  lagrange simulate chain-5 --duration 2m --dt 20ms --accelerations -o chain.csv
  lagrange simulate pendulum --trajectories 8 --noise 0.01 -o noisy.csv
  lagrange simulate pendulum --duration 1 | head`,
		Args:              need("SYSTEM"),
		ValidArgsFunction: completeSystems,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if sim.System, err = mech.Lookup(args[0]); err != nil {
				return usageError{err}
			}
			if sample != "start" && sample != "train" {
				return usagef("--sample %s: want start or train", sample)
			}
			sim.Sampled = sample == "train"
			if sim.Trajectories < 1 {
				return usagef("--trajectories %d: want at least 1", sim.Trajectories)
			}
			if !(sim.Noise >= 0) || math.IsInf(sim.Noise, 0) {
				return usagef("--noise %g: want a standard deviation, 0 or above", sim.Noise)
			}
			if sim.Dt, sim.Steps, err = grid(duration, dt, sim.TimeUnit(), sim.Trajectories); err != nil {
				return err
			}
			set, err := sim.Run(cmd.Context())
			if err != nil {
				return err
			}
			return output(cmd, path, set.Writer(path))
		},
	}
	f := cmd.Flags()
	f.IntVar(&sim.Trajectories, "trajectories", 1, "how many, each from a start of its own")
	f.Var(&duration, "duration", "of each trajectory")
	f.Var(&dt, "dt", "from one row to the next")
	f.Uint64Var(&sim.Seed, "seed", 1, "of the starts and the noise")
	f.StringVar(&sample, "sample", "start", "`starts`: start, as for roll-outs, or train, states to learn from")
	f.BoolVar(&sim.Accelerations, "accelerations", false, "write accelerations too")
	f.Float64Var(&sim.Noise, "noise", 0,
		"standard `deviation` of noise in all columns but times and system parameters, in their units")
	f.StringVarP(&path, "output", "o", "-", "`file` to write: .npz, .parquet, or else CSV; - is standard output")
	return cmd
}

// grid turns a duration and a time step into times 0, dt, … steps·dt, the last one not after the duration; unit is that
// of the times.
func grid(duration, dt span, unit string, trajectories int) (h float64, steps int, err error) {
	T, err := duration.in(unit)
	if err != nil {
		return 0, 0, err
	}
	if h, err = dt.in(unit); err != nil {
		return 0, 0, err
	}
	n := math.Floor(T/h + 1e-9) // 1e-9: 10/0.01 counts as 1000 even when it rounds below
	switch {
	case n < 2:
		return 0, 0, usagef("--duration %s holds less than two steps of --dt %s", duration.text, dt.text)
	case (n+1)*float64(trajectories) > maxRows:
		return 0, 0, usagef("--duration %s and --dt %s make %.3g rows; at most %.3g are written", duration.text,
			dt.text, (n+1)*float64(trajectories), float64(maxRows))
	}
	return h, int(n), nil
}

func completeSystems(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		for _, s := range mech.Systems() {
			names = append(names, s.Name()+"\t"+s.About().Title)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
