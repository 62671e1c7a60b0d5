package lagrange

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
)

// Graph says how the coordinates of a recording belong to sites, for Settings.Model "graph": the coordinates of the first site, then those
// of the second, and so on. All sites share what is learned, so they have to be alike.
type Graph struct {
	Shape    graph.Shape       // see graph.Shapes
	Site     int               // coordinates of each site; default 1
	Grid     []int             // of a grid: sites along its two or three axes, the first running fastest
	Ends     []graph.Boundary  // of a grid: how each axis ends
	Edges    [][2]string       // of a network: the sites they join, each by the name of one of its coordinates
	OfNodes  *model.Attributes // of a network: numbers of each site that do not change, such as its mass; nil: none
	OfEdges  *model.Attributes // and of each of Edges, such as its stiffness
	Relative bool              // L depends only on how far neighbours are apart, not on where they are
}

// sited completes the Spec of a graph, and leaves others alone.
func sited(spec model.Spec, learn *data.Set, g Graph) (model.Spec, error) {
	if spec.Family != graph.Family {
		if g.Shape != "" || g.Site != 0 || g.Edges != nil || g.Grid != nil || g.OfNodes != nil || g.OfEdges != nil || g.Relative {
			return spec, fmt.Errorf("a %s has no sites: a topology is for the model %q", model.Title(spec.Family), graph.Family)
		}
		return spec, nil
	}
	if g.Shape == "" {
		return spec, fmt.Errorf("a graph needs a topology: one of %v", graph.Shapes())
	}
	if slices.ContainsFunc(spec.Coordinates, func(c model.Coordinate) bool { return c.Cyclic }) {
		return spec, errors.New("a graph has no ignorable coordinates; densities that see only differences of neighbours do not depend on where all are")
	}
	k := &model.Sites{Size: max(1, g.Site), Shape: string(g.Shape), Grid: g.Grid, OfNodes: g.OfNodes, OfEdges: g.OfEdges}
	for _, b := range g.Ends {
		k.Ends = append(k.Ends, b.String())
	}
	for _, e := range g.Edges {
		var sites [2]int
		for end, name := range e {
			i := slices.IndexFunc(spec.Coordinates, func(c model.Coordinate) bool { return c.Name == name })
			if i < 0 {
				return spec, fmt.Errorf("an edge joins %s and %s, and there is no coordinate %q", e[0], e[1], name)
			}
			sites[end] = i / k.Size
		}
		k.Edges = append(k.Edges, sites)
	}
	var q []float64
	for _, t := range learn.Trajectories {
		q = append(q, t.Q...)
	}
	spec.Sites = k
	pool(spec, learn)
	return graph.Describe(spec, g.Relative, q)
}

// pool gives the known forces at the same place of their sites one scale, their root mean square together.
func pool(spec model.Spec, learn *data.Set) {
	m, forces := learn.M(), len(learn.Forces())
	each := forces * spec.Sites.Size / spec.D()
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

// inputsOn returns the inputs of a graph on the sites of a recording: at each the known forces that its own sites have, and its conditions.
func (m *Model) inputsOn(set *data.Set) (inputs []model.Input, err error) {
	own, spec, forces := m.Columns().Forces(), m.net.Spec, set.Forces()
	if a, b := spec.Inputs[len(own):], set.Inputs[len(forces):]; !slices.EqualFunc(a, b, func(k model.Input, name string) bool { return k.Name == name }) {
		return nil, fmt.Errorf("the recording has the conditions %v, and the graph %v: name their columns with --condition", b, m.Columns().Inputs[len(own):])
	}
	if len(forces)*spec.D() != len(own)*set.D() {
		return nil, fmt.Errorf("the recording has %d known forces on %d coordinates, and the graph %d on %d: name the columns of as many with --u, or call them u1, u2, …, with zeros where none acts", len(forces), set.D(), len(own), spec.D())
	}
	each := len(own) * spec.Sites.Size / spec.D()
	for j, name := range forces {
		k := spec.Inputs[j%each]
		k.Name = name
		inputs = append(inputs, k)
	}
	return append(inputs, spec.Inputs[len(own):]...), nil
}

// On returns a graph with the densities of m on the coordinates of a recording, of however many sites: what was learned on few runs on
// many. They have to be like those of m, in the same units; a baseline cannot follow, and a network has no other edges. A grid needs its sites along each axis.
func (m *Model) On(set *data.Set, axes ...int) (*Model, error) {
	spec := m.net.Spec
	if spec.Sites == nil || spec.Sites.Edges != nil {
		return nil, fmt.Errorf("a %s cannot be taken to other sites: only a graph can that is a ring, a chain or a grid", model.Title(spec.Family))
	}
	k := *spec.Sites
	if len(axes) != len(k.Grid) {
		return nil, fmt.Errorf("%d axes of sites for a %s with %d: say how many sites a grid has along each with --sites=12x10, and of others say nothing", len(axes), k.Shape, len(k.Grid))
	}
	k.Grid = axes
	spec.Sites = &k
	inputs, err := m.inputsOn(set)
	if err != nil {
		return nil, err
	}
	spec.Inputs = inputs
	site := spec.Sites.Densities[0].Coordinates[:spec.Sites.Size]
	spec.Coordinates = nil
	for i, c := range set.Coordinates {
		k := site[i%len(site)]
		if k.Unit != c.Unit || k.Period != c.Period {
			return nil, fmt.Errorf("coordinate %q is not in the unit of %q, or only one of them is an angle", c.Name, k.Name)
		}
		k.Name, k.Velocity = c.Name, c.Velocity
		spec.Coordinates = append(spec.Coordinates, k)
	}
	net, err := model.With(spec, m.net.Theta)
	if err != nil {
		return nil, err
	}
	r := m.Record
	r.Options = columns(set, r.Options)
	return &Model{Record: r, net: net}, nil
}
