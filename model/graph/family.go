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
// (model.Sites).
const Family = "graph"

func init() {
	model.Register(model.Family{
		Name: Family, Title: "Lagrangian graph network", Check: check, Params: params, Init: draw,
		Tape32: tapes[float32], Tape64: tapes[float64], ForceSpec: forcesOfSite, Linear: linear, Nodes: true,
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
	_, n, err := t.parts(s.Sites.Densities)
	if _, systemParams := inputs(s); err == nil && n != len(systemParams) {
		err = fmt.Errorf("densities with %d system parameters for a graph with %d", n, len(systemParams))
	}
	if err != nil {
		return err
	}
	return checkForces(s, t.Sites)
}

// checkForces reports why the known forces of a Spec do not belong to its sites, as many and as large to each.
func checkForces(s model.Spec, sites int) error {
	forces, _ := inputs(s)
	n := len(forces) / sites // of each
	if n*sites != len(forces) {
		return fmt.Errorf("%d known forces on %d sites: each has the same number of them, in the order of the sites. "+
			"Give those on which none acts a column of zeros, or leave forces out with --u \"\"", len(forces), sites)
	}
	for i, u := range s.Inputs[:len(forces)] {
		switch {
		case u.SystemParameter:
			return fmt.Errorf("system parameter %q stands before a force: forces come first", u.Name)
		case u.Scale != s.Inputs[i%n].Scale:
			return fmt.Errorf("the forces %q and %q stand at the same place of their sites, and their scales, %g and "+
				"%g, are not the same", s.Inputs[i%n].Name, u.Name, s.Inputs[i%n].Scale, u.Scale)
		}
	}
	return nil
}

// forcesOfSite describes the forces at the first site: its friction and the known forces that act on it. All sites
// share them, so that the parameters do not depend on how many sites there are.
func forcesOfSite(s model.Spec) model.Spec {
	forces, _ := inputs(s)
	size := s.Sites.Size
	return model.Spec{Coordinates: s.Sites.Densities[0].Coordinates[:size], Inputs: forces[:len(forces)*size/s.D()],
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
	for _, d := range s.Sites.Densities {
		k, _ := model.Params(d) // which check has found sound
		n += k
	}
	return n + len(forcesOfSite(s).ForceTheta())
}

// linear are the linear parameters of each density, a model of its own, and the gains of the forces.
func linear(s model.Spec) (at []int) {
	begin := 0
	for _, d := range s.Sites.Densities {
		for _, i := range (&model.Model[float64]{Spec: d}).Linear() {
			at = append(at, begin+i)
		}
		n, _ := model.Params(d)
		begin += n
	}
	for _, i := range forcesOfSite(s).Gains() {
		at = append(at, begin+i)
	}
	return at
}

// draw starts each density as a model of its own.
func draw(s model.Spec, r *rand.Rand, theta []float64) {
	for _, d := range s.Sites.Densities {
		m, err := model.New[float64](d, r.Uint64())
		if err != nil {
			panic("graph: " + err.Error())
		}
		theta = theta[copy(theta, m.Theta):]
	}
	copy(theta, forcesOfSite(s).ForceTheta())
}

func tapes[T nn.Float](s model.Spec, theta []T, batch int) model.Tape[T] {
	t, err := topology(s)
	if err != nil {
		panic("graph: " + err.Error())
	}
	m, err := bind(t, theta, forcesOfSite(s), s.Sites.Densities)
	if err != nil {
		panic("graph: " + err.Error())
	}
	return m.Tape(batch)
}

// Describe completes a Spec whose Sites have size, shape and what else belongs to it: it adds densities with the net of
// the Spec and the scales of its coordinates, those of all sites together; all of them see the system parameters. With
// invariant they see only how far neighbours are apart, and the states q (rows, D) tell how far that is.
func Describe(s model.Spec, invariant bool, q []float64) (model.Spec, error) {
	t, err := topology(s)
	if err != nil {
		return s, err
	}
	site, err := pooled(s)
	if err != nil {
		return s, err
	}
	for _, c := range site {
		if invariant && c.Period > 0 {
			return s, fmt.Errorf("coordinate %q is an angle, which enters by sine and cosine and so has no "+
				"differences: declare that it is none, or use a graph of the coordinates themselves", c.Name)
		}
	}
	k := *s.Sites
	_, systemParams := inputs(s)
	of := func(sites int, kinetic float64, attributes *model.Attributes) model.Spec {
		d := Density(site, sites, append(described(attributes), systemParams...), s.Hidden, s.Activation, kinetic)
		d.Head = s.Head
		return d
	}
	if ShapeOf(k.Shape) == NetworkShape {
		k.Densities = []model.Spec{of(1, s.Kinetic, k.OfNodes), of(2, 0, k.OfEdges)}
	} else {
		n := t.Terms[0].Size / k.Size // a term sees so many sites, and so many see a site
		k.Densities = []model.Spec{of(n, s.Kinetic/float64(n), nil)}
	}
	for i := range k.Densities {
		d := &k.Densities[i]
		switch sites := d.D() / k.Size; {
		case !invariant:
		case sites == 1: // no other to be apart from
			for c := range d.Coordinates {
				d.Coordinates[c].Cyclic = true
			}
		default:
			*d = TranslationInvariant(*d, k.Size, 1, slices.Repeat([]float64{1}, k.Size)...)
			t.Terms[i].measure(d.Combinations, t.D(), q)
		}
	}
	s.Sites = &k
	return s, s.Check()
}

// pooled are the coordinates of one site, with the scales of all sites taken together.
func pooled(s model.Spec) ([]model.Coordinate, error) {
	size := s.Sites.Size
	site := slices.Clone(s.Coordinates[:size])
	n := float64(s.D() / size)
	for c := range site {
		var mean, q, v, a float64
		for i := c; i < s.D(); i += size {
			k := s.Coordinates[i]
			if k.Period != site[c].Period || k.Unit != site[c].Unit {
				return nil, fmt.Errorf("coordinates %q and %q stand at the same place of their sites, but are not "+
					"both in one unit and both angles or both not", site[c].Name, k.Name)
			}
			mean, v, a = mean+k.Mean/n, v+k.Speed*k.Speed/n, a+k.Accel*k.Accel/n
			q += (k.Scale*k.Scale + k.Mean*k.Mean) / n
		}
		site[c].Mean, site[c].Scale, site[c].Speed, site[c].Accel = mean, math.Sqrt(q-mean*mean), math.Sqrt(v),
			math.Sqrt(a)
	}
	return site, nil
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
