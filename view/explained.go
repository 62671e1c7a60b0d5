package view

import (
	"context"
	"fmt"
	"strings"
)

// Explained is what a model has learned, as far as it takes a search: what its motion conserves, and numbers that do
// not depend on the unit of L.
type Explained struct {
	Name  string `json:"name"`
	Facts []Fact `json:"facts"`
}

// mostExplained are the coordinates up to which a page searches; beyond it takes long, and "lagrange explain" is there.
const mostExplained = 6

// Explained searches each model, at rows of the recording where there is one.
func (s *Scene) Explained(ctx context.Context) (all []Explained, err error) {
	if s.columns.D() > mostExplained {
		return nil, nil
	}
	for _, k := range s.models {
		x := Explained{Name: k.Name}
		add := func(name, format string, args ...any) {
			x.Facts = append(x.Facts, Fact{name, fmt.Sprintf(format, args...)})
		}
		e, err := k.Model.Explain(ctx, s.recorded, 0, 1)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			add("conserved", "not known: %v", err)
		default:
			if l := e.Lagrangian; l != nil {
				for _, r := range l.Ratios {
					text := strings.TrimSpace(fmt.Sprintf("%.4g %s", r.Value, r.Unit))
					if r.At != "" {
						text += " at " + r.At
					}
					add(r.Name, "%s", text)
				}
			}
			if e.Conserved == nil {
				break
			}
			for _, c := range e.Conserved.Found {
				text := c.Name
				if c.Drift >= 0 {
					text += fmt.Sprintf(", which drifts by %.1g of its spread along roll-outs", c.Drift)
				}
				add("conserved", "%s", text)
			}
			if len(e.Conserved.Found) == 0 {
				add("conserved", "nothing among %d functions", e.Conserved.Candidates)
			}
		}
		all = append(all, x)
	}
	return all, nil
}
