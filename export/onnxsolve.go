package export

import "lagrange/internal/protobuf"

// inverse is M⁻¹ for each state or, where M is not safely positive definite, M⁺.
func (w *onnxWriter) inverse(m *node) string {
	if name := w.inverses[m]; name != "" {
		return name
	}
	d, of, safe := m.rows, w.whole(m), 1e-13
	if w.single {
		safe = 1e-6
	}
	inverse, pivots := w.factored(of, d)
	least := append(onnxInts("axes", 2), onnxInt("keepdims", 1)...)
	most := w.node("ReduceMax", least, w.diagonal(of, d))
	floor := w.node("Relu", nil, w.node("Mul", nil, most, w.number(safe)))
	each := w.node("ReduceMin", least, w.truth(w.node("Greater", nil, pivots, floor))) // (N, 1, 1), 1 where M is safe
	sure := w.node("Cast", onnxInt("to", onnxBool), each)
	w.inverses[m] = w.node("Where", nil, sure, inverse, w.pseudo(of, d, each, float64(d)*safe))
	return w.inverses[m]
}

// one is the identity as a constant.
func (w *onnxWriter) one(d int) string { return w.constant(w.unit(d).data, d, d) }

// diagonal is that of M, (N, 1, d).
func (w *onnxWriter) diagonal(m string, d int) string {
	return w.node("ReduceSum", onnxInt("keepdims", 1), w.node("Mul", nil, m, w.one(d)), w.integers(1))
}

// across is the transpose of a matrix for each state.
func (w *onnxWriter) across(x string) string {
	return w.node("Transpose", onnxInts("perm", 0, 2, 1), x)
}

// factored is M⁻¹ by the columns of L D Lᵀ, and the pivots D (N, 1, d): with M = (p, bᵀ; b, C), l = b/p and Z the
// inverse of C − l bᵀ,
//
//	M⁻¹ = (1/p + lᵀZl, −lᵀZ; −Zl, Z).
func (w *onnxWriter) factored(m string, d int) (inverse, pivots string) {
	p, l := make([]string, d), make([]string, d) // l (N, d − k − 1, 1)
	for k := range d - 1 {
		n := d - k - 1
		column, others := w.split(m, 2, n)
		var below, right, rest string
		p[k], below = w.split(column, 1, n)
		right, rest = w.split(others, 1, n)
		l[k] = w.node("Div", nil, below, p[k])
		m = w.node("Sub", nil, rest, w.node("Mul", nil, l[k], right))
	}
	p[d-1] = m
	z := w.node("Reciprocal", nil, p[d-1])
	for k := d - 2; k >= 0; k-- {
		zl := w.node("MatMul", nil, z, l[k])
		lz := w.across(zl)
		corner := w.node("Add", nil, w.node("Reciprocal", nil, p[k]), w.node("MatMul", nil, lz, l[k]))
		top := w.node("Concat", onnxInt("axis", 2), corner, w.node("Neg", nil, lz))
		z = w.node("Concat", onnxInt("axis", 1), top,
			w.node("Concat", onnxInt("axis", 2), w.node("Neg", nil, zl), z))
	}
	return z, w.node("Concat", onnxInt("axis", 2), p...)
}

// split takes the first row or column off n others.
func (w *onnxWriter) split(x string, axis, n int) (first, rest string) {
	first, rest = x+"first", x+"rest"
	w.several([]string{first, rest}, "Split", onnxInt("axis", axis), x, w.integers(1, n))
	return first, rest
}

// sweeps of Jacobi's method are enough for rounding, since it converges quadratically.
const sweeps = 15

// pseudo is M⁺ by Jacobi's method for all states at once, with one rotation in each turn of a loop. Where M is safe in
// each state there are no turns, and the result is not asked for. Eigenvalues up to the tolerance times the largest are
// left out; where M is not finite, M⁺ is no number.
func (w *onnxWriter) pseudo(m string, d int, each string, tolerance float64) string {
	e := w.node("Add", nil, w.node("Sub", nil, m, m), w.one(d))
	if d > 1 {
		bad := w.node("Sub", nil, w.number(1), w.node("ReduceMin", onnxInt("keepdims", 0), each))
		turns := w.node("Mul", nil, bad, w.number(float64(sweeps*d*(d-1)/2)))
		var body protobuf.Message
		body.Message(6, w.rotation(d))
		ends := []string{m + "turned", e + "turned"}
		turns = w.node("Cast", onnxInt("to", onnxInt64), turns)
		w.several(ends, "Loop", attribute("body", 5, body), turns, w.tensor(onnxBool, []byte{1}, nil), m, e)
		m, e = ends[0], ends[1]
	}
	values := w.diagonal(m, d)
	size := w.node("Abs", nil, values)
	top := w.node("ReduceMax", append(onnxInts("axes", 2), onnxInt("keepdims", 1)...), size)
	keep := w.node("Greater", nil, size, w.node("Mul", nil, top, w.number(tolerance)))
	over := w.node("Where", nil, keep, w.node("Reciprocal", nil, values), w.number(0))
	return w.node("MatMul", nil, w.node("Mul", nil, e, over), w.across(e))
}

// rotation is the body of the loop over pairs (p, q), a graph of its own, that turns (a, e) so that a_pq = 0: with the
// rows e_p, e_q of the identity and the cosine and sine of an angle, a ← Jᵀ a J and e ← e J,
//
//	J = 1 + (cos − 1)(e_pᵀe_p + e_qᵀe_q) + sin (e_pᵀe_q − e_qᵀe_p).
func (w *onnxWriter) rotation(d int) (body protobuf.Message) {
	b := &onnxWriter{program: w.program, single: w.single, known: map[string]string{}, count: w.count}
	is, js := triangle(d)
	var ps, qs []int
	for k := range is {
		if is[k] != js[k] {
			ps, qs = append(ps, js[k]), append(qs, is[k])
		}
	}
	pair := b.node("Mod", nil, "turn", b.integers(len(ps)))
	row := func(of []int) string { // (1, d)
		return b.node("Gather", nil, b.one(d), b.node("Gather", nil, b.integers(of...), pair))
	}
	product := func(x, y string) string { return b.node("MatMul", nil, x, y) }
	p, q := row(ps), row(qs)
	pt, qt := b.node("Transpose", nil, p), b.node("Transpose", nil, q)
	ap, aq := product(p, "a"), product(q, "a") // (N, 1, d)
	t := b.tangent(product(ap, pt), product(ap, qt), product(aq, qt))
	cos := b.slant(t)
	j := b.node("Add", nil, b.one(d), b.node("Mul", nil, b.node("Sub", nil, cos, b.number(1)),
		b.node("Add", nil, product(pt, p), product(qt, q))))
	j = b.node("Add", nil, j, b.node("Mul", nil, b.node("Mul", nil, t, cos),
		b.node("Sub", nil, product(pt, q), product(qt, p))))
	b.named("aturned", "MatMul", nil, product(b.across(j), "a"), j)
	b.named("eturned", "MatMul", nil, "e", j)
	b.named("on", "Identity", nil, "go")
	body = append(body, b.nodes...)
	body.Text(2, "rotation")
	body = append(body, b.consts...)
	body.Message(11, declared("turn", "", onnxInt64))
	body.Message(11, declared("go", "", onnxBool))
	body.Message(11, b.value("a", "", d, d))
	body.Message(11, b.value("e", "", d, d))
	body.Message(12, declared("on", "", onnxBool))
	body.Message(12, b.value("aturned", "", d, d))
	body.Message(12, b.value("eturned", "", d, d))
	w.count = b.count
	return body
}

// tangent is that of the angle that brings a_pq to 0: ±1/(|τ| + √(1 + τ²)) with the sign of τ = (a_qq − a_pp)/2a_pq.
func (w *onnxWriter) tangent(pp, pq, qq string) string {
	tau := w.node("Div", nil, w.node("Sub", nil, qq, pp), w.node("Add", nil, pq, pq))
	root := w.node("Sqrt", nil, w.node("Add", nil, w.node("Mul", nil, tau, tau), w.number(1)))
	t := w.node("Div", nil, w.sign(tau), w.node("Add", nil, w.node("Abs", nil, tau), root))
	return w.node("Where", nil, w.node("Equal", nil, pq, w.number(0)), w.number(0), t)
}
