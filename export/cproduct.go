package export

import "fmt"

// product writes x W or x Wᵀ, two rows at a time, as a sum over rows of the weights: what a compiler makes wide
// instructions of.
func (b *cBody) product(n *node) {
	in, out, key := n.args[0].cols, n.cols, turnable{n.w, n.transposed}
	if _, known := b.weights[key]; !known && n.transposed {
		b.weights[key] = b.table(n.w.turned())
	} else if !known {
		b.weights[key] = b.table(n.w.w)
	}
	x, y, k := b.at(n.args[0]), b.place[n], b.weights[key]
	if out == 1 {
		b.helpers["dot"] = true
		b.line("for (int i = 0; i < %d; i++) %s[i] = $dot(%d, %s + i * %d, %s);", n.rows, y, in, x, in, k)
		return
	}
	if pairs := n.rows / 2; pairs > 0 {
		b.line("for (int i = 0; i < %d; i += 2) {", 2*pairs)
		b.rows(2, in, out, x, k, y)
		b.line("}")
	}
	if n.rows%2 == 1 {
		b.line("{")
		b.line("\tconst int i = %d;", n.rows-1)
		b.rows(1, in, out, x, k, y)
		b.line("}")
	}
}

// turned is Wᵀ, row by row.
func (w *weights) turned() []float64 {
	t := make([]float64, 0, len(w.w))
	for o := range w.out {
		for i := range w.in {
			t = append(t, w.w[i*w.out+o])
		}
	}
	return t
}

// rows writes so many rows of a product, from row i on.
func (b *cBody) rows(rows, in, out int, x, w, y string) {
	for r := range rows {
		b.line("\tconst $real *x%d = %s + (i + %d) * %d;", r, x, r, in)
		b.line("\t$real *y%d = %s + (i + %d) * %d;", r, y, r, out)
	}
	const each = 4
	whole := in / each * each
	sum := func(r, n int, at string) (s string) {
		for l := range n {
			if l > 0 {
				s += " + "
			}
			s += fmt.Sprintf("x%d[%s%d] * w[%d + j]", r, at, l, l*out)
		}
		return s
	}
	begun := " ="
	if whole > each {
		for r := range rows {
			b.line("\tfor (int j = 0; j < %d; j++) y%d[j] = 0;", out, r)
		}
		b.line("\tfor (int k = 0; k < %d; k += %d) {", whole, each)
		b.line("\t\tconst $real *w = %s + k * %d;", w, out)
		for r := range rows {
			for l := range each {
				b.line("\t\tconst $real a%d%d = x%d[k + %d];", r, l, r, l)
			}
		}
		b.line("\t\tfor (int j = 0; j < %d; j++) {", out)
		for l := range each {
			b.line("\t\t\tconst $real w%d = w[%d + j];", l, l*out)
		}
		for r := range rows {
			b.line("\t\t\ty%d[j] += a%d0 * w0 + a%d1 * w1 + a%d2 * w2 + a%d3 * w3;", r, r, r, r, r)
		}
		b.line("\t\t}")
		b.line("\t}")
		begun = " +="
	} else {
		whole = 0
	}
	for k := whole; k < in; k += each {
		n := min(each, in-k)
		b.line("\t{")
		b.line("\t\tconst $real *w = %s + %d;", w, k*out)
		for r := range rows {
			b.line("\t\tfor (int j = 0; j < %d; j++) y%d[j]%s %s;", out, r, begun, sum(r, n, fmt.Sprintf("%d + ", k)))
		}
		b.line("\t}")
		begun = " +="
	}
}

// places writes gather or scatter.
func (b *cBody) places(n *node) {
	x, y, in := b.at(n.args[0]), b.place[n], n.args[0].cols
	row := func(r int) {
		for k, at := range n.at {
			if n.op == gather {
				b.line("%s[%d] = %s[%d];", y, r*n.cols+k, x, r*in+at)
			} else {
				b.line("%s[%d] += %s[%d];", y, r*n.cols+at, x, r*in+k)
			}
		}
	}
	if n.op == scatter {
		b.line("for (int i = 0; i < %d; i++) %s[i] = 0;", n.rows*n.cols, y)
	}
	for r := range n.rows {
		row(r)
	}
}

// gram writes Σ_c w_c x_ic y_jc; of equal x and y, half of it.
func (b *cBody) gram(n *node) {
	w, x, y, m := n.args[0], n.args[1], n.args[2], n.args[0].cols
	b.helpers["dot"] = true
	room := b.array(m)
	defer func() { b.free[m] = append(b.free[m], room) }()
	first := "0"
	if x == y {
		first = "i"
	}
	b.line("for (int i = 0; i < %d; i++) {", x.rows)
	b.line("\tfor (int j = 0; j < %d; j++) %s[j] = %s[j] * %s[i * %d + j];", m, room, b.at(w), b.at(x), m)
	b.line("\tfor (int j = %s; j < %d; j++) %s[i * %d + j] = $dot(%d, %s, %s + j * %d);", first, y.rows, b.place[n],
		y.rows, m, room, b.at(y), m)
	if x == y {
		b.line("\tfor (int j = 0; j < i; j++) %s[i * %d + j] = %s[j * %d + i];", b.place[n], y.rows, b.place[n], y.rows)
	}
	b.line("}")
}
