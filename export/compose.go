package export

import (
	"fmt"
	"math"
	"slices"

	"lagrange/model"
)

// state are the inputs of a form: coordinates, velocities (or momenta), and known forces and system parameters as one.
type state struct {
	q, v, u *node
	params  []int // places of the system parameters in u
}

// network is a model of one site as a form.
type network struct {
	*form
	model.Parts
	state
	d int
}

// outputs are those of the last layer, for the columns of the net at a state.
func (n *network) outputs() (*node, error) {
	activation := activations[n.Activation]
	if activation == nil {
		return nil, fmt.Errorf("units of %s cannot be exported: there is no form of them", n.Activation)
	}
	z, err := n.first()
	if err != nil {
		return nil, err
	}
	for i, l := range n.Layers {
		if i > 0 {
			z = n.linear(activation(n.form, z), &weights{l.In, l.Out, l.W}, false)
		}
		z = n.add(z, n.row(l.B...))
	}
	return z, nil
}

// sight is what a net sees in columns of one kind of one source, with the rows of the first layer that belong to it.
type sight struct {
	from *node
	kind string
	at   []int // columns of the source
	of   []model.Column
	rows [][]int // of the first layer, for each output of a column
}

// first is the product of the features with the weights of the first layer, without a bias: a sum over sights, so that
// what no coordinate or no velocity moves is known to be so.
func (n *network) first() (z *node, err error) {
	l := n.Layers[0]
	for _, s := range n.sights() {
		ys, err := n.features(s)
		if err != nil {
			return nil, err
		}
		for k, y := range ys {
			w := &weights{in: len(s.at), out: l.Out}
			for _, r := range s.rows[k] {
				w.w = append(w.w, l.W[r*l.Out:(r+1)*l.Out]...)
			}
			z = n.add(z, n.linear(y, w, false))
		}
	}
	in := l.In - len(n.Formulas.At)
	for k, y := range n.formulas() {
		w := &weights{in: 1, out: l.Out, w: l.W[(in+k)*l.Out : (in+k+1)*l.Out]}
		z = n.add(z, n.linear(y, w, false))
	}
	if z == nil {
		z = n.row(make([]float64, l.Out)...)
	}
	return z, nil
}

// sights sorts the columns by what they are of.
func (n *network) sights() (all []*sight) {
	q := n.q
	if n.Combine != nil {
		w := &weights{in: n.d, out: len(n.Combine), w: make([]float64, n.d*len(n.Combine))}
		for j, z := range n.Combine {
			for i, c := range z {
				w.w[i*len(n.Combine)+j] = c
			}
		}
		q = n.linear(n.q, w, false)
	}
	at := 0 // of the first layer
	for i, c := range n.Columns {
		from, k := q, i
		if i >= q.cols+n.d {
			from, k = n.u, n.Inputs[i-q.cols-n.d]
		} else if i >= q.cols {
			from, k = n.v, i-q.cols
		}
		if c.Kind == "dropped" {
			continue
		}
		var s *sight
		for _, old := range all {
			if old.from == from && old.kind == c.Kind {
				s = old
			}
		}
		if s == nil {
			s = &sight{from: from, kind: c.Kind, rows: make([][]int, 2)}
			all = append(all, s)
		}
		s.at, s.of, s.rows[0] = append(s.at, k), append(s.of, c), append(s.rows[0], at)
		if at++; c.Kind == "circle" {
			s.rows[1] = append(s.rows[1], at)
			at++
		}
	}
	return all
}

// features are what the columns of a sight make of it: one row, or two of a circle.
func (n *network) features(s *sight) ([]*node, error) {
	x := n.gather(s.from, s.at)
	of := func(f func(c model.Column) float64) *node {
		var data []float64
		for _, c := range s.of {
			data = append(data, f(c))
		}
		return n.row(data...)
	}
	centred := func() *node {
		return n.mul(n.add(x, of(func(c model.Column) float64 { return -c.Mean })),
			of(func(c model.Column) float64 { return 1 / c.Scale }))
	}
	over := func() *node {
		return n.mul(n.apply("inverse", x), of(func(c model.Column) float64 { return c.Scale }))
	}
	switch s.kind {
	case "affine":
		return []*node{centred()}, nil
	case "squared":
		z := centred()
		return []*node{n.mul(z, z)}, nil
	case "circle":
		w := n.mul(x, of(func(c model.Column) float64 { return c.W }))
		return []*node{n.apply("sin", w), n.apply("cos", w)}, nil
	case "logarithmic":
		z := n.apply("asinh", n.mul(x, of(func(c model.Column) float64 { return 1 / c.Knee })))
		return []*node{n.add(z, of(func(c model.Column) float64 { return -math.Asinh(c.Mean / c.Knee) }))}, nil
	case "inverse":
		return []*node{over()}, nil
	case "inverse-square":
		z := over()
		return []*node{n.mul(z, z)}, nil
	}
	return nil, fmt.Errorf("a column of the kind %s cannot be exported: there is no form of it", s.kind)
}

// scalar is L, or H/E, at a state; it is a number.
func (n *network) scalar() (L *node, err error) {
	for _, k := range n.Densities {
		l, err := n.density(k).scalar()
		if err != nil {
			return nil, err
		}
		L = n.add(L, l)
	}
	if L != nil {
		return L, nil
	}
	l, err := n.outputs()
	if err != nil {
		return nil, err
	}
	h := n.Head
	switch h.Kind {
	case "kinetic":
		T := n.sum(n.mul(n.mul(n.v, n.v), n.row(scaled(h.Mass, 0.5)...)))
		return n.add(l, T), nil
	case "quadratic":
		return n.quadratic(l), nil
	case "factor":
		return n.factor(l), nil
	}
	return nil, fmt.Errorf("a head of the kind %s cannot be exported: there is no form of it", h.Kind)
}

// density is one of those that L is the sum of, at its coordinates and inputs.
func (n *network) density(k model.DensityParts) *network {
	var at, places []int // of the coordinates that move
	for j, i := range k.At {
		if i >= 0 {
			at, places = append(at, i), append(places, j)
		}
	}
	of := func(x *node) *node { return n.scatter(n.gather(x, at), places, len(k.At)) }
	s := state{q: of(n.q), v: of(n.v)}
	first, params := len(k.Attributes), len(n.params)
	if first+params > 0 {
		s.u = n.row(slices.Concat(k.Attributes, make([]float64, params))...)
		if params > 0 {
			s.u = n.add(s.u, n.scatter(n.gather(n.u, n.params), from(first, params), first+params))
		}
	}
	return &network{form: n.form, Parts: k.Parts, state: s, d: len(k.At)}
}

func scaled(x []float64, c float64) (y []float64) {
	for _, a := range x {
		y = append(y, c*a)
	}
	return y
}

// speeds is w_i = v_i/s_i.
func (n *network) speeds() *node {
	var s []float64
	for _, x := range n.Head.Speed {
		s = append(s, 1/x)
	}
	return n.mul(n.v, n.row(s...))
}

// triangle lists the elements (i, j) of the lower triangle of a matrix, row by row.
func triangle(d int) (is, js []int) {
	for i := range d {
		for j := range i + 1 {
			is, js = append(is, i), append(js, j)
		}
	}
	return is, js
}

// from lists the numbers first … first + n − 1.
func from(first, n int) (at []int) {
	for i := range n {
		at = append(at, first+i)
	}
	return at
}

// quadratic is l + ½ wᵀ(N + C)w.
func (n *network) quadratic(l *node) *node {
	w := n.speeds()
	is, js := triangle(n.d)
	half := make([]float64, len(is))
	for k := range is {
		if half[k] = 1; is[k] == js[k] {
			half[k] = 0.5
		}
	}
	pairs := n.mul(n.mul(n.gather(w, is), n.gather(w, js)), n.row(half...))
	L := n.add(n.gather(l, []int{0}), n.sum(n.mul(n.gather(l, from(1, len(is))), pairs)))
	if n.Head.C == 0 {
		return L
	}
	return n.add(L, n.scale(n.sum(n.mul(w, w)), n.Head.C/2))
}

// factor is ½ |y|² + ½ Floor |w|² − E V with y = Rᵀw.
func (n *network) factor(l *node) *node {
	w, h := n.speeds(), n.Head
	is, js := triangle(n.d)
	var diagonal []int
	below := make([]float64, len(is)) // 0 on the diagonal
	for k := range is {
		if below[k] = 1; is[k] == js[k] {
			diagonal, below[k] = append(diagonal, k), 0
		}
	}
	shift := make([]float64, n.d)
	for i := range shift {
		shift[i] = h.Shift
	}
	R := n.mul(n.gather(l, from(0, len(is))), n.row(below...))
	rise := n.softplus(n.add(n.gather(l, diagonal), n.row(shift...)))
	R = n.add(R, n.scatter(rise, diagonal, len(is)))
	y := n.scatter(n.mul(R, n.gather(w, is)), js, n.d) // y_j = Σ_i R_ij w_i
	T := n.add(n.scale(n.sum(n.mul(y, y)), 0.5), n.scale(n.sum(n.mul(w, w)), h.Floor/2))
	return n.add(T, n.scale(n.gather(l, []int{len(is)}), -h.E))
}
