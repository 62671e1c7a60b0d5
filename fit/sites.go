package fit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
)

// Graph says how the coordinates of a recording belong to nodes, for Options.Model "graph": the coordinates of the
// first node, then those of the second, and so on. All nodes share what is learned, so they have to be alike.
type Graph struct {
	Shape graph.Shape      // see graph.Shapes
	Site  int              // coordinates of each node; default 1
	Grid  []int            // of a grid: nodes along its two or three axes, the first running fastest
	Ends  []graph.Boundary // of a grid: how each axis ends
	// of a network: the nodes they join, each by the name of one of its coordinates
	Edges [][2]string
	// of a network: numbers of each node that do not change, such as its mass; nil: none
	OfNodes *model.Attributes
	OfEdges *model.Attributes // and of each of Edges, such as its stiffness
	// L depends only on how far neighbours are apart, not on where they are
	TranslationInvariant bool `json:"Relative"`
}

// sited completes the Spec of a graph, and leaves others alone.
func sited(spec model.Spec, learn *data.Set, g Graph) (model.Spec, error) {
	if !model.FamilyOf(spec.Family).Nodes {
		if g.Shape != "" || g.Site != 0 || g.Edges != nil || g.Grid != nil || g.OfNodes != nil || g.OfEdges != nil ||
			g.TranslationInvariant {
			return spec, fmt.Errorf("a %s has no nodes: a topology is for the model %q", model.Title(spec.Family),
				graph.Family)
		}
		return spec, nil
	}
	if g.Shape == "" {
		return spec, fmt.Errorf("a graph needs a topology: one of %v", graph.Shapes())
	}
	if slices.ContainsFunc(spec.Coordinates, func(c model.Coordinate) bool { return c.Cyclic }) {
		return spec, errors.New("a graph has no ignorable coordinates; densities that see only differences of " +
			"neighbours do not depend on where all are")
	}
	k := &model.Nodes{Size: max(1, g.Site), Shape: string(g.Shape), Grid: g.Grid, OfNodes: g.OfNodes,
		OfEdges: g.OfEdges}
	for _, b := range g.Ends {
		k.Ends = append(k.Ends, b.String())
	}
	for _, e := range g.Edges {
		var nodes [2]int
		for end, name := range e {
			i := slices.IndexFunc(spec.Coordinates, func(c model.Coordinate) bool { return c.Name == name })
			if i < 0 {
				return spec, fmt.Errorf("an edge joins %s and %s, and there is no coordinate %q", e[0], e[1], name)
			}
			nodes[end] = i / k.Size
		}
		k.Edges = append(k.Edges, nodes)
	}
	var q []float64
	for _, t := range learn.Trajectories {
		q = append(q, t.Q...)
	}
	spec.Nodes = k
	pool(spec, learn)
	return graph.Describe(spec, g.TranslationInvariant, q)
}

// pool gives the known forces at the same place of their nodes one scale, their root mean square together.
func pool(spec model.Spec, learn *data.Set) {
	m, forces := learn.M(), len(learn.Forces())
	each := forces * spec.Nodes.Size / spec.D()
	for j := range each {
		sum, n := 0.0, 0.0
		for _, t := range learn.Trajectories {
			for i, u := range t.U {
				if k := i % m; k < forces && k%each == j {
					sum, n = sum+u*u, n+1
				}
			}
		}
		for k := j; k < forces && sum > 0; k += each {
			spec.Inputs[k].Scale = math.Sqrt(sum / n)
		}
	}
}
