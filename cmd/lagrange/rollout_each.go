package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/ode"
)

// each rolls out from every row of --from, and writes the motions as they are found.
func (o *rolloutFlags) each(cmd *cobra.Command, m *lagrange.Model, path string, r lagrange.RolloutOptions) error {
	own := m.Options()
	own.Time, own.Trajectory, own.A, own.States = "", "", nil, true
	starts, err := data.Read([]string{o.from}, own)
	if err != nil {
		return err
	}
	if !starts.States() {
		return fmt.Errorf("%s has times, so its rows are motions: leave out --duration and --dt to follow them, or "+
			"take a file of states without times", o.from)
	}
	times, err := o.times(m)
	if err != nil {
		return err
	}
	var failed error
	err = output(cmd, o.path, func(w io.Writer) error {
		begun := false
		failed = m.RolloutStarts(cmd.Context(), starts, times, r, func(block *data.Set) error {
			if begun {
				return block.WriteRows(w)
			}
			begun = true
			return block.WriteCSV(w)
		})
		if failure := (*ode.Failure)(nil); errors.As(failed, &failure) {
			return nil // what was reached is written
		}
		return failed
	}, path, o.from)
	if err != nil {
		return err
	}
	return failed
}

// times are those of --duration and --dt.
func (o *rolloutFlags) times(m *lagrange.Model) ([]float64, error) {
	dt, steps, err := grid(o.duration, o.dt, m.Columns().TimeUnit(), 1)
	if err != nil {
		return nil, err
	}
	times := make([]float64, steps+1)
	for n := range times {
		times[n] = float64(n) * dt
	}
	return times, nil
}
