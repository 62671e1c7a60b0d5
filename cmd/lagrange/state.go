package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/internal/vec"
)

// stateFlags are a state and the inputs there, for a model.
type stateFlags struct{ q, v, u []float64 }

// add declares --q, --v and --u; where says at which state.
func (s *stateFlags) add(cmd *cobra.Command, where string) {
	f := cmd.Flags()
	f.Float64SliceVar(&s.q, "q", nil, "coordinates "+where+", comma-separated `numbers`")
	f.Float64SliceVar(&s.v, "v", nil, "velocities "+where+", comma-separated `numbers` (default: at rest)")
	f.Float64SliceVar(&s.u, "u", nil,
		"constant known forces, then system parameters, comma-separated `numbers` (default: none)")
}

// finite refuses numbers that are not.
func (s *stateFlags) finite() error {
	for _, f := range []struct {
		flag string
		x    []float64
	}{{"q", s.q}, {"v", s.v}, {"u", s.u}} {
		for _, x := range f.x {
			if !vec.IsFinite(x) {
				return usagef("--%s: %v is not a finite number", f.flag, x)
			}
		}
	}
	return nil
}

// of holds the numbers against a model; without --v it is at rest.
func (s *stateFlags) of(m *lagrange.Model) error {
	set := m.Columns()
	var names []string
	for _, c := range set.Coordinates {
		names = append(names, c.Name)
	}
	if s.v == nil {
		s.v = make([]float64, m.D())
	}
	for _, f := range []struct {
		flag string
		x    []float64
		want []string
		what string
	}{{"q", s.q, names, "coordinate"}, {"v", s.v, names, "coordinate"}, {"u", s.u, set.Inputs, "known input"}} {
		if len(f.x) != len(f.want) && (f.flag != "u" || f.x != nil) {
			return usagef("--%s holds %s, the model has %s", f.flag, count(len(f.x), "number"),
				strings.TrimSpace(count(len(f.want), f.what)+" "+strings.Join(f.want, ", ")))
		}
	}
	if given := len(s.u) > 0; set.SystemParameters > 0 && !given {
		return usagef("the model depends on %s: give them by --u %s",
			strings.Join(set.Inputs[len(set.Forces()):], ", "), strings.Join(set.Inputs, ","))
	}
	return nil
}

// numbers prints numbers with five digits, separated by spaces.
func numbers(xs []float64) string {
	var b strings.Builder
	for i, x := range xs {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%.5g", x)
	}
	return b.String()
}
