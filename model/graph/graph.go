// Package graph has Lagrangian graph networks: Lagrangians that are sums of local densities (Cranmer et al. 2020,
// §2.2),
//
//	L = Σᵢ ℓ( {q_j, v_j : j ∈ Iᵢ}, attributes of i; θ ),
//
// with one net shared by all terms of a kind. A term is a sample of a batch, whatever it belongs to; what the terms
// find is assembled as in finite elements, and the sparse mass matrix solved as a band or by conjugate gradients. So an
// evaluation costs O(n) for n nodes, and what was learned on few nodes runs on many.
package graph

import (
	"fmt"

	"lagrange/model"
	"lagrange/nn"
)

// Model is a sum of local densities on a topology.
type Model[T nn.Float] struct {
	Topology *Topology
	// Densities describes ℓ for each kind of term: the coordinates it sees, in their order, and as system parameters
	// its attributes and then those of the whole, which are known inputs and the same in all terms. Its kinetic term
	// counts once for every term that sees a node.
	Densities    []model.Spec
	Theta        []T // of the densities, one after the other
	part         []int
	systemParams int // of the whole
	// of the forces at each node, whose parameters stand last in Theta; without coordinates: there are none
	forceSpec model.Spec
}

// Density describes a local density of so many nodes that are all alike.
func Density(node []model.Coordinate, nodes int, attributes []model.Input, hidden []int, activation string,
	kinetic float64) model.Spec {
	s := model.Spec{Family: "lnn", Hidden: hidden, Activation: activation, Kinetic: kinetic}
	for range nodes {
		s.Coordinates = append(s.Coordinates, node...)
	}
	for _, a := range attributes {
		a.SystemParameter = true
		s.Inputs = append(s.Inputs, a)
	}
	return s
}

// TranslationInvariant lets a density of nodes of dim coordinates see of them only how far each is from node centre, in
// units of scale (dim). It then does not change when all nodes move together, so the momentum of all is conserved,
// however it was learned.
func TranslationInvariant(s model.Spec, dim, centre int, scale ...float64) model.Spec {
	s.Combinations = []model.Combination{}
	for i := range s.D() {
		if node, c := i/dim, i%dim; node != centre {
			z := model.Combination{Of: make([]float64, s.D()), Scale: scale[c]}
			z.Of[i], z.Of[centre*dim+c] = 1, -1
			s.Combinations = append(s.Combinations, z)
		}
	}
	return s
}

// New returns a model with freshly drawn parameters.
func New[T nn.Float](t *Topology, seed uint64, densities ...model.Spec) (*Model[T], error) {
	var theta []T
	for _, s := range densities {
		m, err := model.New[T](s, seed)
		if err != nil {
			return nil, err
		}
		theta = append(theta, m.Theta...)
		seed++
	}
	return With(t, theta, densities...)
}

// With returns a model on the given parameters.
func With[T nn.Float](t *Topology, theta []T, densities ...model.Spec) (*Model[T], error) {
	return bind(t, theta, model.Spec{}, densities)
}

// bind is With with the forces of a law.
func bind[T nn.Float](t *Topology, theta []T, law model.Spec, densities []model.Spec) (*Model[T], error) {
	part, systemParams, err := t.parts(densities)
	if err != nil {
		return nil, err
	}
	if n := part[len(densities)] + len(law.ForceTheta()); n != len(theta) {
		return nil, fmt.Errorf("densities of these shapes have %d parameters, not %d", n, len(theta))
	}
	return &Model[T]{Topology: t, Densities: densities, Theta: theta, part: part, systemParams: systemParams,
			forceSpec: law},
		nil
}

// parts returns where in θ each density begins, and the end, of densities that fit the terms; and how many system
// parameters all of them have beside the attributes of their terms.
func (t *Topology) parts(densities []model.Spec) (part []int, systemParams int, err error) {
	part, systemParams = []int{0}, -1
	if len(densities) != len(t.Terms) {
		return nil, 0, fmt.Errorf("a topology with %d kinds of terms needs as many densities, not %d", len(t.Terms),
			len(densities))
	}
	for k, s := range densities {
		if err := s.CheckDensity(); err != nil {
			return nil, 0, err
		}
		terms := t.Terms[k]
		if s.D() != terms.Size || s.M() < terms.attributes() {
			return nil, 0, fmt.Errorf("density %d is one of %d coordinates and %d attributes, its terms have %d and %d",
				k+1, s.D(), s.M(), terms.Size, terms.attributes())
		}
		if terms.Len() > 0 {
			if c := s.M() - terms.attributes(); systemParams >= 0 && c != systemParams {
				return nil, 0, fmt.Errorf("density %d has %d system parameters beside the attributes of its terms, "+
					"and those before it %d", k+1, c, systemParams)
			} else {
				systemParams = c
			}
		}
		n, err := model.Params(s)
		if err != nil {
			return nil, 0, err
		}
		part = append(part, part[k]+n)
	}
	return part, max(0, systemParams), nil
}

// On returns the model with the same densities and parameters on another topology, such as one of many more nodes.
func (m *Model[T]) On(t *Topology) (*Model[T], error) {
	return bind(t, m.Theta, m.forceSpec, m.Densities)
}

// Tape returns a tape for batches of up to batch states of all nodes, rows (q, v), whose inputs are the system
// parameters. It also implements model.Mechanics and runs on one core.
func (m *Model[T]) Tape(batch int) model.Tape[T] { return newTape(m, m.Theta, batch, 1) }

// Wide is a tape with goroutines of its own. They end with Close, after which nothing else may be called.
type Wide[T nn.Float] interface {
	model.Tape[T]
	Close()
}

// Wide returns a tape that shares the terms among so many cores, for states of very many nodes.
func (m *Model[T]) Wide(batch, workers int) Wide[T] {
	return newTape(m, m.Theta, batch, workers)
}

// Model is m for all that trains and measures models; they share θ. The scales of a node are those of the first one
// that the first density sees.
func (m *Model[T]) Model() *model.Model[T] {
	s := model.Spec{Family: Family}
	for i := range m.Topology.Nodes {
		for _, c := range m.Densities[0].Coordinates[:m.Topology.Dim] {
			c.Name, c.Velocity = fmt.Sprint(c.Name, i), fmt.Sprint(c.Velocity, i)
			s.Coordinates = append(s.Coordinates, c)
		}
	}
	inputs := m.Densities[0].Inputs
	s.Inputs = inputs[len(inputs)-m.systemParams:]
	return model.Compose(s, m.Theta, func(theta []T, batch int) model.Tape[T] { return newTape(m, theta, batch, 1) })
}
