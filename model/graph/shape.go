package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lagrange/internal/vec"
	"lagrange/model"
)

// Shape is a way in which nodes are neighbours.
type Shape string

// The shapes.
const (
	RingShape    Shape = "ring"    // the last node is a neighbour of the first
	ChainShape   Shape = "chain"   // in a row, with free ends
	ClampedShape Shape = "clamped" // in a row, with a neighbour at rest at 0 beyond both ends
	GridShape    Shape = "grid"    // in a box of two or three axes, each with ends of its own
	NetworkShape Shape = "network" // the nodes that edges join
)

// Shapes lists the shapes.
func Shapes() []Shape { return []Shape{RingShape, ChainShape, ClampedShape, GridShape, NetworkShape} }

// ShapeOf is the shape of a name; older files say "fixed" of clamped ends.
func ShapeOf(name string) Shape {
	if name == "fixed" {
		return ClampedShape
	}
	return Shape(name)
}

// mostOfNode bounds the coordinates of a node, since a term's share of M has the square of theirs.
const mostOfNode = 8

// topology is that of a Spec.
func topology(s model.Spec) (*Topology, error) {
	k := s.Nodes
	if k == nil {
		return nil, errors.New("a graph needs to know how its coordinates belong to nodes")
	}
	shape := ShapeOf(k.Shape)
	switch {
	case k.Size < 1 || k.Size > mostOfNode || s.D()%k.Size != 0:
		return nil, fmt.Errorf("%d coordinates do not belong to nodes of %d coordinates each, 1 to %d", s.D(), k.Size,
			mostOfNode)
	case len(k.Edges) > 0 != (shape == NetworkShape):
		return nil, fmt.Errorf("a %s with %d edges: a network has some, and no other shape has", k.Shape, len(k.Edges))
	case (k.OfNodes != nil || k.OfEdges != nil) && shape != NetworkShape:
		return nil, fmt.Errorf("a %s with attributes of its nodes or edges: only a network has them, so write "+
			"its edges down", k.Shape)
	case len(k.Grid)+len(k.Ends) > 0 && shape != GridShape:
		return nil, fmt.Errorf("a %s has no axes: they are for a grid", k.Shape)
	}
	n := s.D() / k.Size
	if n < 3 && shape == RingShape || n < 2 {
		return nil, fmt.Errorf("a %s of %d nodes: a ring has at least 3, the others 2", k.Shape, n)
	}
	switch shape {
	case RingShape:
		return Ring(n, 1, k.Size), nil
	case ChainShape:
		return Chain(n, 1, k.Size, Free), nil
	case ClampedShape:
		return Chain(n, 1, k.Size, Clamped), nil
	case GridShape:
		return grid(k, n)
	case NetworkShape:
		return network(k, n)
	}
	return nil, fmt.Errorf("no topology %q; there are %v", k.Shape, Shapes())
}

// grid is the topology of a grid of n nodes.
func grid(k *model.Nodes, n int) (*Topology, error) {
	if len(k.Grid) < 2 || len(k.Grid) > 3 || len(k.Ends) != len(k.Grid) {
		return nil, fmt.Errorf("a grid of %d axes with the ends of %d: it has 2 or 3 axes", len(k.Grid), len(k.Ends))
	}
	var ends []Boundary
	nodes := 1
	for i, size := range k.Grid {
		b, err := LookupBoundary(k.Ends[i])
		if err != nil {
			return nil, err
		}
		if size < 2 || b == Periodic && size < 3 {
			return nil, fmt.Errorf("a grid of %d nodes along an axis: it has at least 2, and 3 round a periodic one",
				size)
		}
		ends = append(ends, b)
		nodes *= min(size, n+1)
		nodes = min(nodes, n+1) // more than there are, before it overflows
	}
	if nodes != n {
		return nil, fmt.Errorf("a grid of %v nodes for the coordinates of %d: the nodes along the axes have to "+
			"multiply to those recorded", k.Grid, n)
	}
	return Lattice(k.Grid, ends, 1, k.Size), nil
}

// network is the topology of a network of n nodes.
func network(k *model.Nodes, n int) (*Topology, error) {
	if err := checkAttributes(k.OfNodes, n, "nodes"); err != nil {
		return nil, err
	}
	if err := checkAttributes(k.OfEdges, len(k.Edges), "edges"); err != nil {
		return nil, err
	}
	nodes, edges := make([][]float64, n), []Edge(nil)
	if k.OfNodes != nil {
		nodes = k.OfNodes.Of
	}
	seen := map[[2]int]bool{}
	for i, e := range k.Edges {
		ends := [2]int{min(e[0], e[1]), max(e[0], e[1])}
		if ends[0] < 0 || ends[1] >= n || ends[0] == ends[1] {
			return nil, fmt.Errorf("an edge joins the nodes %d and %d of %d: want two of them", e[0]+1, e[1]+1, n)
		}
		if seen[ends] {
			return nil, fmt.Errorf("two edges join the nodes %d and %d: an edge counts in both directions", e[0]+1,
				e[1]+1)
		}
		seen[ends] = true
		edge := Edge{I: e[0], J: e[1]}
		if k.OfEdges != nil {
			edge.Attributes = k.OfEdges.Of[i]
		}
		edges = append(edges, edge)
	}
	return Network(k.Size, nodes, edges), nil
}

// checkAttributes wants as many finite numbers of each of so many parts as there are names.
func checkAttributes(a *model.Attributes, parts int, what string) error {
	if a == nil {
		return nil
	}
	if len(a.Of) != parts {
		return fmt.Errorf("attributes %v of %d %s, and there are %d", a.Names, len(a.Of), what, parts)
	}
	for _, row := range a.Of {
		if len(row) != len(a.Names) || slices.ContainsFunc(row, func(x float64) bool { return !vec.IsFinite(x) }) {
			return fmt.Errorf("attributes %v of the %s with the numbers %v: give as many finite ones", a.Names, what,
				row)
		}
	}
	return nil
}

// described are attributes as inputs of a density, with mean and standard deviation of all parts; of one that is the
// same everywhere the scale is 1.
func described(a *model.Attributes) (inputs []model.Input) {
	if a == nil {
		return nil
	}
	n := float64(len(a.Of))
	for j, name := range a.Names {
		mean, ss := 0.0, 0.0
		for _, row := range a.Of {
			mean += row[j] / n
		}
		for _, row := range a.Of {
			ss += (row[j] - mean) * (row[j] - mean) / n
		}
		u := model.Input{Name: name, SystemParameter: true, Mean: mean, Scale: 1}
		if σ := math.Sqrt(ss); σ > 1e-12*math.Abs(mean) {
			u.Scale = σ
		}
		inputs = append(inputs, u)
	}
	return inputs
}
