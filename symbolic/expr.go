// Package symbolic finds formulas in data by evolution: expression trees that are mutated, crossed and fitted, and kept
// when no simpler one is as good [SchmidtLipson2009], [Cranmer2023].
package symbolic

import (
	"math"
	"strconv"
	"strings"
)

// Expr is a formula in named variables.
type Expr struct {
	nodes []node
	names []string
}

// node is one symbol of a formula. A formula is a list of them in prefix order, so that each subtree is a run of the
// list.
type node struct {
	op op
	v  int     // which variable, or which of powers
	c  float64 // the constant
}

type op uint8

const (
	constant op = iota
	variable
	power // xʳ with r one of powers
	logarithm
	exponential
	sine // of no search: what people write
	cosine
	plus
	minus
	times
	over
)

func (o op) arity() int {
	switch {
	case o <= variable:
		return 0
	case o < plus:
		return 1
	}
	return 2
}

// powers are the exponents p/q that a formula may have.
var powers = []struct{ p, q int }{
	{-1, 1}, {1, 2}, {2, 1}, {3, 1}, {-1, 2}, {3, 2}, {-2, 1}, {-3, 2},
	{1, 3}, {2, 3}, {-1, 3}, {-2, 3}, {1, 4}, {-3, 1}, {4, 1},
}

const (
	inverse = 0 // their places
	root    = 1
	square  = 2
	plain   = 3 // exponents before this place cost nothing, the others count as a symbol
)

// functions are the names of those that have one.
var functions = map[op]string{logarithm: "ln", exponential: "exp", sine: "sin", cosine: "cos"}

func num(c float64) []node { return []node{{op: constant, c: c}} }

// join makes a formula of an operation and its operands.
func join(head node, operands ...[]node) []node {
	e := []node{head}
	for _, x := range operands {
		e = append(e, x...)
	}
	return e
}

// end returns the place after the subtree that begins at i.
func end(e []node, i int) int {
	for need := 1; need > 0; i++ {
		need += e[i].op.arity() - 1
	}
	return i
}

// operands returns the subtrees of the first symbol.
func operands(e []node) (a, b []node) {
	switch e[0].op.arity() {
	case 1:
		a = e[1:]
	case 2:
		m := end(e, 1)
		a, b = e[1:m], e[m:]
	}
	return a, b
}

// size counts the symbols of a formula.
func size(e []node) int {
	n := len(e)
	for _, x := range e {
		if x.op == power && x.v >= plain {
			n++
		}
	}
	return n
}

// samples are the columns of the variables, with the memory to evaluate formulas on all of them.
type samples struct {
	columns [][]float64
	n       int
	stack   [][]float64
}

// eval returns the values of e; they are overwritten by the next call.
func (s *samples) eval(e []node) []float64 {
	top := 0
	for i := len(e) - 1; i >= 0; i-- { // read from its end, prefix order is postfix order with the operands swapped
		if e[i].op.arity() == 0 {
			if top == len(s.stack) {
				s.stack = append(s.stack, make([]float64, s.n))
			}
			top++
		}
		x := s.stack[top-1]
		switch k := e[i]; k.op {
		case constant:
			for j := range x {
				x[j] = k.c
			}
		case variable:
			copy(x, s.columns[k.v])
		case power:
			raise(k.v, x)
		case logarithm:
			for j := range x {
				x[j] = math.Log(x[j])
			}
		case exponential:
			for j := range x {
				x[j] = math.Exp(x[j])
			}
		case sine:
			for j := range x {
				x[j] = math.Sin(x[j])
			}
		case cosine:
			for j := range x {
				x[j] = math.Cos(x[j])
			}
		default:
			top--
			combine(k.op, x, s.stack[top-1])
		}
	}
	return s.stack[0]
}

// combine sets b = a ∘ b.
func combine(o op, a, b []float64) {
	switch o {
	case plus:
		for j, x := range a {
			b[j] = x + b[j]
		}
	case minus:
		for j, x := range a {
			b[j] = x - b[j]
		}
	case times:
		for j, x := range a {
			b[j] *= x
		}
	case over:
		for j, x := range a {
			b[j] = x / b[j]
		}
	}
}

// raise sets x = xʳ; a root of a negative number is NaN.
func raise(v int, x []float64) {
	r := float64(powers[v].p) / float64(powers[v].q)
	for j, y := range x {
		switch v {
		case inverse:
			x[j] = 1 / y
		case root:
			x[j] = math.Sqrt(y)
		case square:
			x[j] = y * y
		default:
			x[j] = math.Pow(y, r)
		}
	}
}

// At is the value of the formula at x, one number for each variable; NaN where it has none.
func (e Expr) At(x ...float64) float64 {
	s := samples{n: 1}
	for _, v := range x {
		s.columns = append(s.columns, []float64{v})
	}
	return s.eval(e.nodes)[0]
}

// String writes the formula in the usual notation, with four digits of each constant.
func (e Expr) String() string {
	s, _ := e.text(e.nodes)
	return s
}

// How strongly a text holds together.
const (
	sum = iota
	product
	prefix
	atom
)

func (e Expr) text(n []node) (s string, strength int) {
	a, b := operands(n)
	switch n[0].op {
	case constant:
		s = strings.ReplaceAll(strconv.FormatFloat(n[0].c, 'g', 4, 64), "-", "−")
		if n[0].c < 0 {
			return s, sum
		}
		return s, atom
	case variable:
		return e.names[n[0].v], atom
	case power:
		return e.powerText(n[0].v, a)
	case logarithm, exponential, sine, cosine:
		return functions[n[0].op] + "(" + e.wrapped(a, sum) + ")", atom
	case plus:
		if a[0].op == constant {
			a, b = b, a
		}
		if t, _ := e.text(b); strings.HasPrefix(t, "−") {
			return e.wrapped(a, sum) + " − " + strings.TrimPrefix(t, "−"), sum
		}
		return e.wrapped(a, sum) + " + " + e.wrapped(b, sum), sum
	case minus:
		if t, strength := e.text(b); strength >= product && strings.HasPrefix(t, "−") {
			return e.wrapped(a, sum) + " + " + strings.TrimPrefix(t, "−"), sum
		}
		return e.wrapped(a, sum) + " − " + e.wrapped(b, product), sum
	case times:
		if inv := b[0].op == power && powers[b[0].v].p < 0; inv { // a · 1/x is a/x
			t, _ := e.text(b)
			return e.wrapped(a, product) + strings.TrimPrefix(t, "1"), product
		}
		return e.factor(a) + "·" + e.wrapped(b, product), product
	}
	return e.factor(a) + "/" + e.wrapped(b, prefix), product
}

// factor writes the first factor of a product, where a minus sign needs no brackets.
func (e Expr) factor(n []node) string {
	if n[0].op == constant {
		s, _ := e.text(n)
		return s
	}
	return e.wrapped(n, product)
}

func (e Expr) wrapped(n []node, least int) string {
	s, strength := e.text(n)
	if strength < least {
		return "(" + s + ")"
	}
	return s
}

// powerText writes xʳ.
func (e Expr) powerText(v int, x []node) (string, int) {
	p, q := powers[v].p, powers[v].q
	if p < 0 {
		for w, r := range powers {
			if r.p == -p && r.q == q {
				s, _ := e.powerText(w, x)
				return "1/" + s, product
			}
		}
		return "1/" + e.wrapped(x, prefix), product
	}
	switch {
	case p == 1 && q == 2:
		return "√" + e.wrapped(x, atom), prefix
	case q == 1:
		return e.wrapped(x, atom) + string([]rune("¹²³⁴")[p-1]), prefix
	}
	return e.wrapped(x, atom) + "^(" + strconv.Itoa(p) + "/" + strconv.Itoa(q) + ")", prefix
}
