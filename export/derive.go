package export

// tangents pushes directions forward through a form: K rows at each input that changes, and so K rows at each node; nil
// where a node does not change.
type tangents struct {
	*form
	of map[*node]*node
}

// along begins with the directions at inputs, or at any nodes: what stands behind a node that is given is not asked.
func (f *form) along(seeds map[*node]*node) *tangents { return &tangents{f, seeds} }

// at is the tangent of a node.
func (t *tangents) at(n *node) *node {
	if y, known := t.of[n]; known {
		return y
	}
	y := t.rule(n)
	t.of[n] = y
	return y
}

func (t *tangents) rule(n *node) *node {
	switch n.op {
	case add:
		return t.add(t.at(n.args[0]), t.at(n.args[1]))
	case mul:
		x, y := n.args[0], n.args[1]
		return t.add(t.mul(t.at(x), y), t.mul(x, t.at(y)))
	case scale:
		return t.scale(t.at(n.args[0]), n.c)
	case linear:
		return t.linear(t.at(n.args[0]), n.w, n.transposed)
	case gather:
		return t.gather(t.at(n.args[0]), n.at)
	case scatter:
		return t.scatter(t.at(n.args[0]), n.at, n.cols)
	case unary:
		x := n.args[0]
		if dx := t.at(x); dx != nil {
			return t.mul(functions[n.name].d(t.form, x, n), dx)
		}
	case gram, solve:
		for _, a := range n.args {
			if t.at(a) != nil {
				panic("export: no tangents of a mass matrix or of what it solves")
			}
		}
	}
	return nil
}

// adjoints pulls ∂y/∂n back from a number y (1, 1) to every node n that y depends on; nil where it does not.
func (f *form) adjoints(y *node) map[*node]*node {
	bar := map[*node]*node{y: f.row(1)}
	list := f.reached(y)
	for i := len(list) - 1; i >= 0; i-- {
		n := list[i]
		b := bar[n]
		if b == nil {
			continue
		}
		to := func(x, c *node) { bar[x] = f.add(bar[x], c) }
		switch x := n.args; n.op {
		case add:
			to(x[0], b)
			to(x[1], b)
		case mul:
			to(x[0], f.mul(b, x[1]))
			to(x[1], f.mul(b, x[0]))
		case scale:
			to(x[0], f.scale(b, n.c))
		case linear:
			to(x[0], f.linear(b, n.w, !n.transposed))
		case gather:
			to(x[0], f.scatter(b, n.at, x[0].cols))
		case scatter:
			to(x[0], f.gather(b, n.at))
		case unary:
			to(x[0], f.mul(b, functions[n.name].d(f, x[0], n)))
		case gram, solve:
			panic("export: no adjoints of a mass matrix or of what it solves")
		}
	}
	return bar
}

// curvature is the matrix of second derivatives of a number y along the directions of s and t, ∂²y/∂s_i∂t_j: each node
// adds its own, weighed by its adjoint.
func (f *form) curvature(y *node, bar map[*node]*node, s, t *tangents) (H *node) {
	gram := func(w, x, y *node) {
		if w == nil || x == nil || y == nil {
			return
		}
		H = f.add(H, f.put(node{op: gram, args: []*node{w, x, y}, rows: x.rows, cols: y.rows}))
	}
	for _, n := range f.reached(y) {
		b := bar[n]
		switch x := n.args; {
		case b == nil:
		case n.op == mul && x[0] == x[1]:
			gram(f.scale(b, 2), s.at(x[0]), t.at(x[0]))
		case n.op == mul:
			gram(b, s.at(x[0]), t.at(x[1]))
			gram(b, s.at(x[1]), t.at(x[0]))
		case n.op == unary:
			if xs, xt := s.at(x[0]), t.at(x[0]); xs != nil && xt != nil {
				gram(f.mul(b, functions[n.name].dd(f, x[0], n)), xs, xt)
			}
		}
	}
	return H
}
