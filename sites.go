package lagrange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lagrange/data"
	"lagrange/model"
)

// inputsOn returns the inputs of a graph on the sites of a recording: at each the known forces that its own sites have,
// and its system parameters.
func (m *Model) inputsOn(set *data.Set) (inputs []model.Input, err error) {
	own, spec, forces := m.Columns().Forces(), m.net.Spec, set.Forces()
	same := func(k model.Input, name string) bool { return k.Name == name }
	if a, b := spec.Inputs[len(own):], set.Inputs[len(forces):]; !slices.EqualFunc(a, b, same) {
		return nil, fmt.Errorf("the recording has the system parameters %v, and the graph %v: name their columns with "+
			"--parameters", b, m.Columns().Inputs[len(own):])
	}
	if len(forces)*spec.D() != len(own)*set.D() {
		return nil, fmt.Errorf("the recording has %d known forces on %d coordinates, and the graph %d on %d: name "+
			"the columns of as many with --u, or call them u1, u2, …, with zeros where none acts", len(forces), set.D(),
			len(own), spec.D())
	}
	each := len(own) * spec.Nodes.Size / spec.D()
	for j, name := range forces {
		k := spec.Inputs[j%each]
		k.Name = name
		inputs = append(inputs, k)
	}
	return append(inputs, spec.Inputs[len(own):]...), nil
}

// On returns a graph with the densities of m on the coordinates of a recording, of however many sites: what was learned
// on few runs on many. They have to be like those of m, in the same units; a baseline cannot follow, nor the
// calibration of an ensemble, and a network has no other edges. A grid needs its sites along each axis.
func (m *Model) On(set *data.Set, axes ...int) (*Model, error) {
	if m.Ensemble == nil {
		return m.on(set, axes)
	}
	e := &Ensemble{}
	for _, k := range m.Ensemble.Members {
		one, err := k.on(set, axes)
		if err != nil {
			return nil, err
		}
		e.Members = append(e.Members, one)
	}
	return &Model{Record: e.Members[0].Record, Ensemble: e, net: e.Members[0].net}, nil
}

// on is On for one network.
func (m *Model) on(set *data.Set, axes []int) (*Model, error) {
	spec := m.net.Spec
	if spec.Nodes == nil || spec.Nodes.Edges != nil {
		return nil, fmt.Errorf("a %s cannot be taken to other sites: only a graph can that is a ring, a chain or a "+
			"grid", model.Title(spec.Family))
	}
	k := *spec.Nodes
	if len(axes) != len(k.Grid) {
		return nil, fmt.Errorf("%d axes of sites for a %s with %d: say how many sites a grid has along each with "+
			"--sites=12x10, and of others say nothing", len(axes), k.Shape, len(k.Grid))
	}
	k.Grid = axes
	spec.Nodes = &k
	inputs, err := m.inputsOn(set)
	if err != nil {
		return nil, err
	}
	spec.Inputs = inputs
	site := spec.Nodes.Densities[0].Coordinates[:spec.Nodes.Size]
	spec.Coordinates = nil
	for i, c := range set.Coordinates {
		k := site[i%len(site)]
		if k.Unit != c.Unit || k.Period != c.Period {
			return nil, fmt.Errorf("coordinate %q is not in the unit of %q, or only one of them is an angle", c.Name,
				k.Name)
		}
		k.Name, k.Velocity = c.Name, c.Velocity
		spec.Coordinates = append(spec.Coordinates, k)
	}
	net, err := model.With(spec, m.net.Theta)
	if err != nil {
		return nil, err
	}
	r := m.Record
	r.Options = set.Layout(r.Options)
	return &Model{Record: r, net: net}, nil
}

// OnSites is On without a recording: so many sites, of a grid so many along each axis. Their names go on as those of
// the first one begin: x1, x2, ….
func (m *Model) OnSites(axes ...int) (*Model, error) {
	spec, set, sites := m.net.Spec, m.Columns(), 1
	if spec.Nodes == nil || spec.Nodes.Edges != nil {
		return m.On(set) // which says that it cannot be
	}
	for _, n := range axes {
		sites *= n
	}
	size := spec.Nodes.Size
	own := spec.D() / size
	following := func(i int, name string) string {
		stem := strings.TrimRight(name, "0123456789")
		first, err := strconv.Atoi(name[len(stem):])
		if err != nil {
			first = 1
		}
		return fmt.Sprint(stem, first+i)
	}
	site, forces := set.Coordinates[:size], set.Forces()
	params, each := set.Inputs[len(forces):], len(forces)/own
	set.Coordinates, set.Inputs = nil, nil
	set.Trajectories = []data.Trajectory{{V: []float64{}}} // its layout has velocities
	for i := range sites {
		for _, c := range site {
			c.Name, c.Velocity = following(i, c.Name), following(i, c.Velocity)
			set.Coordinates = append(set.Coordinates, c)
		}
		for _, name := range forces[:each] {
			set.Inputs = append(set.Inputs, following(i, name))
		}
	}
	set.Inputs = append(set.Inputs, params...)
	if len(spec.Nodes.Grid) == 0 {
		axes = nil
	}
	return m.On(set, axes...)
}
