package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange"
)

func linearizeCommand() *cobra.Command {
	var at stateFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "linearize MODEL --q …",
		Short: "Give A and B of a model near a state, its frequencies and its damping",
		Long: `Linearize differentiates ẋ = f(x, u) of a model, x = (q, v), at --q, --v and --u:
near there ẋ ≈ f + A δx + B δu. It prints f, A, B and, of A, the eigenvalues, natural
frequencies and damping. Inputs are known forces, then system parameters. Of an
ensemble all of it is the mean of its members.`,
		Example: `  lagrange linearize motor.lagrange --q 0
  lagrange linearize dp.lagrange --q 3.14159,0 --v 0,0 --json`,
		Args: need("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at.q == nil {
				return usagef("near which state? give --q")
			}
			if err := at.finite(); err != nil {
				return err
			}
			m, err := lagrange.Load(args[0])
			if err != nil {
				return err
			}
			if err := at.of(m); err != nil {
				return err
			}
			l, err := m.Linearize(at.q, at.v, at.u)
			if err != nil {
				return err
			}
			return output(cmd, "-", func(w io.Writer) error {
				if asJSON {
					return printJSON(w, l)
				}
				return printLinearization(w, m, l)
			})
		},
	}
	at.add(cmd, "to linearize at")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// printLinearization prints f, A and B, a line for each number of ẋ, and the modes.
func printLinearization(w io.Writer, m *lagrange.Model, l lagrange.Linearization) error {
	set := m.Columns()
	var x []string
	for _, c := range set.Coordinates {
		x = append(x, c.Name)
	}
	for _, c := range set.Coordinates {
		x = append(x, c.Velocity)
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "d/dt of\tat the state\tper %s\t\n", strings.Join(append(x, set.Inputs...), "\t"))
	for i, name := range x {
		fmt.Fprintf(tab, "%s\t%.5g\t", name, l.Xdot[i])
		for _, a := range append(append([]float64(nil), l.A[i]...), l.B[i]...) {
			fmt.Fprintf(tab, "%.5g\t", a)
		}
		fmt.Fprintln(tab)
	}
	fmt.Fprintln(tab)
	unit := "rad per unit of time"
	if set.TimeUnit() != "" {
		unit = "rad/" + set.TimeUnit()
	}
	fmt.Fprintf(tab, "eigenvalue\tnatural frequency [%s]\tdamping\tperiod\t\n", unit)
	for _, k := range l.Modes {
		re := -k.Damping * k.Frequency
		value, period := fmt.Sprintf("%.5g", re), "–"
		if k.Damped > 0 {
			value, period = fmt.Sprintf("%.5g ± %.5gi", re, k.Damped), fmt.Sprintf("%.5g", 2*math.Pi/k.Damped)
		}
		fmt.Fprintf(tab, "%s\t%.5g\t%.4g\t%s\t\n", value, k.Frequency, k.Damping, period)
	}
	if err := tab.Flush(); err != nil || !l.AtRest {
		return err
	}
	fmt.Fprintln(w)
	told(w, "at rest", "dry friction counts as steep viscous friction here, and holds what moves less; --v says at "+
		"which speed it is to be linearized")
	return nil
}
