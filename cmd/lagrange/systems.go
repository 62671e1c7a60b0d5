package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange/mech"
)

func systemsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "systems",
		Short: "List the true systems it can simulate",
		Long: `Systems lists the mechanical systems that "lagrange simulate" knows: coordinates with their
units, parameters, Lagrangian and source. Besides these, chain-n is a chain of n pendulums
and wave-n the wave equation on a ring of n sites.`,
		Example: `  lagrange systems
  lagrange systems --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return output(cmd, "-", func(w io.Writer) error {
				if asJSON {
					return printJSON(w, systemsJSON())
				}
				return listSystems(w)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a list of objects")
	return cmd
}

func listSystems(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i, s := range mech.Systems() {
		b := s.About()
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s\n", s.Name(), b.Title)
		var q, p []string
		for _, c := range b.Coordinates {
			q = append(q, fmt.Sprintf("%s, %s", label(c.Name, c.Unit), label(c.VelocityName, c.VelocityUnit)))
		}
		for _, c := range b.Parameters {
			p = append(p, fmt.Sprintf("%s = %s (%s)", c.Name, strings.TrimSpace(fmt.Sprintf("%g %s", c.Value, c.Unit)),
				c.Meaning))
		}
		fmt.Fprintf(w, "  coordinates\t%s\n", strings.Join(q, "; "))
		fmt.Fprintf(w, "  parameters\t%s\n", strings.Join(p, "; "))
		if names := varied(s); names != nil {
			fmt.Fprintf(w, "  varied\t%s, drawn for each trajectory\n", strings.Join(names, ", "))
		}
		fmt.Fprintf(w, "  Lagrangian\t%s\n", b.Lagrangian)
		fmt.Fprintf(w, "  source\t%s\n", b.Source)
	}
	return w.Flush()
}

// varied are the names of the parameters that are drawn for each trajectory.
func varied(s mech.System) (names []string) {
	if c, ok := s.(mech.Parametrised); ok {
		for _, p := range c.SystemParameters() {
			names = append(names, p.Name)
		}
	}
	return names
}

// label is a column's header: name [unit].
func label(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " [" + unit + "]"
}

type coordinateJSON struct {
	Name         string `json:"name"`
	Unit         string `json:"unit"`
	Velocity     string `json:"velocity"`
	VelocityUnit string `json:"velocity_unit"`
	Angle        bool   `json:"angle"`
}

type parameterJSON struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Meaning string  `json:"meaning"`
}

type systemJSON struct {
	Name        string           `json:"name"`
	Title       string           `json:"title"`
	Lagrangian  string           `json:"lagrangian"`
	Coordinates []coordinateJSON `json:"coordinates"`
	Parameters  []parameterJSON  `json:"parameters"`
	Conditions  []string         `json:"conditions,omitempty"` // of the parameters, those drawn for each trajectory
	EnergyScale float64          `json:"energy_scale"`
	Source      string           `json:"source"`
}

func systemsJSON() (list []systemJSON) {
	for _, s := range mech.Systems() {
		b := s.About()
		j := systemJSON{Name: s.Name(), Title: b.Title, Lagrangian: b.Lagrangian, Conditions: varied(s),
			EnergyScale: b.EnergyScale, Source: b.Source}
		for _, c := range b.Coordinates {
			j.Coordinates = append(j.Coordinates, coordinateJSON{c.Name, c.Unit, c.VelocityName, c.VelocityUnit,
				c.Angle})
		}
		for _, p := range b.Parameters {
			j.Parameters = append(j.Parameters, parameterJSON{p.Name, p.Value, p.Unit, p.Meaning})
		}
		list = append(list, j)
	}
	return list
}
