package formula

import (
	"fmt"
	"strings"

	"lagrange/model"
)

// mostSites is how many coordinates a graph may have to be explained: its mass matrix is evaluated as a whole.
const mostSites = 24

// siteStates are so many that it is explained at.
const siteStates = 200

// sites explains a ring or a chain of nodes with one coordinate each by terms that are the same at each node or between
// neighbours, summed over them: what a density is made of. The terms of one place have names with u, v for the node
// itself and u', v' for the next one.
func (t Task) sites() (Task, map[string]string, error) {
	s, d := t.Of.Spec, t.Of.Spec.D()
	n := s.Nodes
	switch {
	case n.Size != 1 || n.Shape != "ring" && n.Shape != "chain" || n.OfNodes != nil || n.OfEdges != nil:
		return t, nil, fmt.Errorf("the formula of a density is found of a ring or a chain with one coordinate at each "+
			"node and no attributes; this is a %s with %d at each. Of few nodes --model lnn or hnn has a formula",
			n.Shape, n.Size)
	case d > mostSites:
		return t, nil, fmt.Errorf("the formula of a density is found of at most %d nodes, these are %d: learn it on "+
			"fewer, which is enough for a density", mostSites, d)
	case s.Friction != "" && s.Friction != model.NoFriction || len(s.Inputs) > 0:
		return t, nil, fmt.Errorf("the formula of a density is found without friction, known forces and system " +
			"parameters; of few nodes --model lnn has a formula with them")
	}
	own := []string{"v^2", "u", "u^2", "u^3", "u^4", "u^2*v^2"}
	pairs := []string{"v*v'", "(u-u')^2", "(u-u')^4"}
	if s.Coordinates[0].Period > 0 {
		own = []string{"v^2", "cos(u)", "sin(u)", "cos(2*u)", "sin(2*u)", "cos(u)*v^2"}
		pairs = []string{"v*v'", "cos(u-u')", "sin(u-u')", "cos(2*(u-u'))"}
	}
	t.States = Thinned(t.States, 2*d, siteStates)
	labels := map[string]string{}
	t.Terms = make([][]model.Term, 1+d*(d+1)/2)
	for k, place := range append(own, pairs...) {
		var parts []string
		for i := range d {
			if k >= len(own) && i == d-1 && n.Shape == "chain" {
				continue
			}
			j := (i + 1) % d
			parts = append(parts, strings.NewReplacer("u'", s.Coordinates[j].Name, "v'", s.VelocityOf(j), "u",
				s.Coordinates[i].Name, "v", s.VelocityOf(i)).Replace(place))
		}
		text := strings.Join(parts, "+")
		term, err := s.FormulaTerm(text)
		if err != nil {
			continue // of two nodes a difference may be nothing
		}
		labels[text] = "Σ " + place
		t.Terms[0] = append(t.Terms[0], term)
	}
	return t, labels, nil
}
