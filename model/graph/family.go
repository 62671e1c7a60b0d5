package graph

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/model"
	"lagrange/nn"
)

// Family is the name of graphs among the families of models, of Specs that say how their coordinates stand
// (model.Nodes).
const Family = "graph"

func init() {
	model.Register(model.Family{
		Name: Family, Title: "Lagrangian graph network", Check: check, Params: params, Init: draw,
		Tape32: tapes[float32], Tape64: tapes[float64], ForceSpec: forcesOfNode, Linear: linear, Parts: parts,
		Nodes: true,
	})
}

// check reports why a Spec is no graph.
func check(s model.Spec) error {
	switch {
	case s.Combinations != nil || slices.ContainsFunc(s.Coordinates, func(c model.Coordinate) bool { return c.Cyclic }):
		return errors.New("a graph has no coordinates of its own on which nothing depends: let its densities see " +
			"only differences of neighbours")
	}
	t, err := topology(s)
	if err != nil {
		return err
	}
	_, n, err := t.parts(s.Nodes.Densities)
	if _, systemParams := inputs(s); err == nil && n != len(systemParams) {
		err = fmt.Errorf("densities with %d system parameters for a graph with %d", n, len(systemParams))
	}
	if err != nil {
		return err
	}
	return checkForces(s, t.Nodes)
}

// checkForces reports why the known forces of a Spec do not belong to its nodes, as many and as large to each.
func checkForces(s model.Spec, nodes int) error {
	forces, _ := inputs(s)
	n := len(forces) / nodes // of each
	if n*nodes != len(forces) {
		return fmt.Errorf("%d known forces on %d nodes: each has the same number of them, in the order of the nodes. "+
			"Give those on which none acts a column of zeros, or leave forces out with --u \"\"", len(forces), nodes)
	}
	for i, u := range s.Inputs[:len(forces)] {
		switch {
		case u.SystemParameter:
			return fmt.Errorf("system parameter %q stands before a force: forces come first", u.Name)
		case u.Scale != s.Inputs[i%n].Scale:
			return fmt.Errorf("the forces %q and %q stand at the same place of their nodes, and their scales, %g and "+
				"%g, are not the same", s.Inputs[i%n].Name, u.Name, s.Inputs[i%n].Scale, u.Scale)
		}
	}
	return nil
}

// forcesOfNode describes the forces at the first node: its friction and the known forces that act on it. All nodes
// share them, so that the parameters do not depend on how many nodes there are.
func forcesOfNode(s model.Spec) model.Spec {
	forces, _ := inputs(s)
	size := s.Nodes.Size
	return model.Spec{Coordinates: s.Nodes.Densities[0].Coordinates[:size], Inputs: forces[:len(forces)*size/s.D()],
		Friction: s.Friction}
}

// inputs are the forces and the system parameters of a Spec.
func inputs(s model.Spec) (forces, systemParams []model.Input) {
	for _, u := range s.Inputs {
		if u.SystemParameter {
			systemParams = append(systemParams, u)
		} else {
			forces = append(forces, u)
		}
	}
	return forces, systemParams
}

// params is the number of parameters of all densities and of the forces.
func params(s model.Spec) (n int) {
	for _, d := range s.Nodes.Densities {
		k, _ := model.Params(d) // which check has found sound
		n += k
	}
	return n + len(forcesOfNode(s).ForceTheta())
}

// linear are the linear parameters of each density, a model of its own, and the gains of the forces.
func linear(s model.Spec) (at []int) {
	begin := 0
	for _, d := range s.Nodes.Densities {
		for _, i := range (&model.Model[float64]{Spec: d}).Linear() {
			at = append(at, begin+i)
		}
		n, _ := model.Params(d)
		begin += n
	}
	for _, i := range forcesOfNode(s).Gains() {
		at = append(at, begin+i)
	}
	return at
}

// draw starts each density as a model of its own.
func draw(s model.Spec, r *rand.Rand, theta []float64) {
	for _, d := range s.Nodes.Densities {
		m, err := model.New[float64](d, r.Uint64())
		if err != nil {
			panic("graph: " + err.Error())
		}
		theta = theta[copy(theta, m.Theta):]
	}
	copy(theta, forcesOfNode(s).ForceTheta())
}

func tapes[T nn.Float](s model.Spec, theta []T, batch int) model.Tape[T] {
	t, err := topology(s)
	if err != nil {
		panic("graph: " + err.Error())
	}
	m, err := bind(t, theta, forcesOfNode(s), s.Nodes.Densities)
	if err != nil {
		panic("graph: " + err.Error())
	}
	return m.Tape(batch)
}

// quiet is the part of the scales of all nodes that those of one have at least: a node where no wave has come to would
// have errors as large as one likes.
const quiet = 0.1

// Describe completes a Spec whose Nodes have size, shape and what else belongs to it: it adds densities with the net of
// the Spec and the scales of its coordinates, those of all nodes together; all of them see the system parameters. With
// invariant they see only how far neighbours are apart, and the states q (rows, D) tell how far that is.
func Describe(s model.Spec, invariant bool, q []float64) (model.Spec, error) {
	t, err := topology(s)
	if err != nil {
		return s, err
	}
	node, err := pooled(s)
	if err != nil {
		return s, err
	}
	for _, c := range node {
		if invariant && c.Period > 0 {
			return s, fmt.Errorf("coordinate %q is an angle, which enters by sine and cosine and so has no "+
				"differences: declare that it is none, or use a graph of the coordinates themselves", c.Name)
		}
	}
	s.Coordinates = slices.Clone(s.Coordinates)
	for i := range s.Coordinates {
		c, of := &s.Coordinates[i], node[i%s.Nodes.Size]
		c.Scale, c.Speed, c.Accel = max(c.Scale, quiet*of.Scale), max(c.Speed, quiet*of.Speed),
			max(c.Accel, quiet*of.Accel)
	}
	k := *s.Nodes
	_, systemParams := inputs(s)
	of := func(nodes int, kinetic float64, attributes *model.Attributes) model.Spec {
		d := Density(node, nodes, append(described(attributes), systemParams...), s.Hidden, s.Activation, kinetic)
		d.Head = s.Head
		return d
	}
	if ShapeOf(k.Shape) == NetworkShape {
		k.Densities = []model.Spec{of(1, s.Kinetic, k.OfNodes), of(2, 0, k.OfEdges)}
	} else {
		n := t.Terms[0].Size / k.Size // a term sees so many nodes, and so many see a node
		k.Densities = []model.Spec{of(n, s.Kinetic/float64(n), nil)}
	}
	for i := range k.Densities {
		d := &k.Densities[i]
		switch nodes := d.D() / k.Size; {
		case !invariant:
			t.Terms[i].seeApart(d, k.Size, t.D(), q)
		case nodes == 1: // no other to be apart from
			for c := range d.Coordinates {
				d.Coordinates[c].Cyclic = true
			}
		default:
			d.Combinations = t.Terms[i].apart(*d, k.Size, t.D(), q)
		}
	}
	s.Nodes = &k
	return s, s.Check()
}

// pooled are the coordinates of one node, with the scales of all nodes taken together.
func pooled(s model.Spec) ([]model.Coordinate, error) {
	size := s.Nodes.Size
	node := slices.Clone(s.Coordinates[:size])
	n := float64(s.D() / size)
	for c := range node {
		var mean, q, v, a float64
		for i := c; i < s.D(); i += size {
			k := s.Coordinates[i]
			if k.Period != node[c].Period || k.Unit != node[c].Unit {
				return nil, fmt.Errorf("coordinates %q and %q stand at the same place of their nodes, but are not "+
					"both in one unit and both angles or both not", node[c].Name, k.Name)
			}
			mean, v, a = mean+k.Mean/n, v+k.Speed*k.Speed/n, a+k.Accel*k.Accel/n
			q += (k.Scale*k.Scale + k.Mean*k.Mean) / n
		}
		node[c].Mean, node[c].Scale, node[c].Speed, node[c].Accel = mean, math.Sqrt(q-mean*mean), math.Sqrt(v),
			math.Sqrt(a)
	}
	return node, nil
}

// seeApart lets a density of nodes of size coordinates see the node in the middle and how far each other is from it,
// where neighbours of states q (rows, D) move together. These are functions of the same q, but of columns that are not
// almost the same: from those a net learns what lies between them as slowly as they are alike.
func (t Terms) seeApart(d *model.Spec, size, D int, q []float64) {
	if d.D() == size || slices.ContainsFunc(d.Coordinates, func(c model.Coordinate) bool { return c.Period > 0 }) {
		return
	}
	apart := t.apart(*d, size, D, q)
	for i, z := range apart {
		if z.Scale > d.Coordinates[i%size].Scale {
			return
		}
	}
	for c := range size {
		own := d.Coordinates[size+c]
		z := model.Combination{Of: make([]float64, d.D()), Mean: own.Mean, Scale: own.Scale}
		z.Of[size+c] = 1
		d.Combinations = append(d.Combinations, z)
	}
	d.Combinations = append(d.Combinations, apart...)
}

// apart are how far the nodes of size coordinates are from the one in the middle, in units of what they are in states q
// (rows, D).
func (t Terms) apart(d model.Spec, size, D int, q []float64) []model.Combination {
	zs := TranslationInvariant(d, size, 1, slices.Repeat([]float64{1}, size)...).Combinations
	t.measure(zs, D, q)
	return zs
}

// measure sets mean and scale of combinations to what the terms find in states q (rows, D); of one that never changes
// the scale stays.
func (t Terms) measure(zs []model.Combination, D int, q []float64) {
	x := make([]float64, t.Size)
	for i := range zs {
		z, n, mean, ss := &zs[i], 0.0, 0.0, 0.0
		for ; n < float64(len(q)/D*t.Len()); n++ { // Welford 1962
			row, term := int(n)/t.Len(), int(n)%t.Len()
			gather(t.Index[term*t.Size:(term+1)*t.Size], q[row*D:(row+1)*D], x)
			y := 0.0
			for j, c := range z.Of {
				y += c * x[j]
			}
			e := y - mean
			mean += e / (n + 1)
			ss += e * (y - mean)
		}
		if σ := math.Sqrt(ss / n); σ > 1e-12*math.Abs(mean) {
			z.Mean, z.Scale = mean, σ
		}
	}
}
