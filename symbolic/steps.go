package symbolic

import (
	"math"
	"slices"
	"strconv"
)

// Step is one operation of a formula; those that it needs stand before it.
type Step struct {
	Kind Kind
	A, B int     // earlier steps; of a Variable A is which one
	C    float64 // of a Constant, and of a Sum A + C·B
	Name string  // of a Function, such as sin or ^-0.5
	P, Q int     // exponent P/Q of a Function that is a power; else 0
	// F is a function with its first three derivatives.
	F func(x float64) [4]float64
}

// Moved is a step among others, where those that it needs stand at the places at of their own.
func (s Step) Moved(at []int) Step {
	if s.Kind > Variable {
		s.A = at[s.A]
	}
	if s.Kind == Sum || s.Kind == Product {
		s.B = at[s.B]
	}
	return s
}

// Kind is what a Step does.
type Kind uint8

// The kinds of steps.
const (
	Constant Kind = iota
	Variable
	Sum // A + C·B
	Product
	Function // F(A)
)

// Steps are those of a formula, the last of which is its value.
func (e Expr) Steps() (steps []Step) {
	steps, _ = program(e.nodes, nil)
	return steps
}

// program appends the steps of n, and says which one is its value.
func program(n []node, steps []Step) ([]Step, int) {
	a, b := operands(n)
	s, i, j := Step{}, 0, 0
	if a != nil {
		steps, i = program(a, steps)
	}
	if b != nil {
		steps, j = program(b, steps)
	}
	s.A, s.B = i, j
	switch k := n[0]; k.op {
	case constant:
		s.Kind, s.C = Constant, k.c
	case variable:
		s.Kind, s.A = Variable, k.v
	case plus:
		s.Kind, s.C = Sum, 1
	case minus:
		s.Kind, s.C = Sum, -1
	case times:
		s.Kind = Product
	case over:
		steps = append(steps, raisedTo(j, -1, 1))
		s.Kind, s.B = Product, len(steps)-1
	case power:
		s = raisedTo(i, powers[k.v].p, powers[k.v].q)
	default:
		s.Kind, s.Name, s.F = Function, functions[k.op], derivatives[k.op]
	}
	return append(steps, s), len(steps)
}

// derivatives are the functions with a name.
var derivatives = map[op]func(x float64) [4]float64{
	logarithm:   func(x float64) [4]float64 { return [4]float64{math.Log(x), 1 / x, -1 / (x * x), 2 / (x * x * x)} },
	exponential: func(x float64) [4]float64 { y := math.Exp(x); return [4]float64{y, y, y, y} },
	sine:        func(x float64) [4]float64 { s, c := math.Sincos(x); return [4]float64{s, c, -s, -c} },
	cosine:      func(x float64) [4]float64 { s, c := math.Sincos(x); return [4]float64{c, -s, -c, s} },
}

// raisedTo is xʳ with r = p/q. Derivatives of whole powers stop at 0, so that they are right at x = 0, too.
func raisedTo(a, p, q int) Step {
	r := float64(p) / float64(q)
	name := "^" + strconv.FormatFloat(r, 'g', 6, 64)
	return Step{Kind: Function, A: a, Name: name, P: p, Q: q, F: func(x float64) (y [4]float64) {
		c, at := 1.0, r
		for k := range y {
			if c != 0 {
				y[k] = c * math.Pow(x, at)
			}
			c, at = c*at, at-1
		}
		return y
	}}
}

// Code writes a formula as Parse reads it, with all digits of its constants.
func (e Expr) Code() string {
	s, _ := e.code(e.nodes)
	return s
}

func (e Expr) code(n []node) (text string, strength int) {
	a, b := operands(n)
	in := func(n []node, least int) string {
		s, strength := e.code(n)
		if strength < least {
			return "(" + s + ")"
		}
		return s
	}
	switch k := n[0]; k.op {
	case constant:
		text = strconv.FormatFloat(k.c, 'g', -1, 64)
		if k.c < 0 {
			return text, sum
		}
		return text, atom
	case variable:
		return e.names[k.v], atom
	case plus:
		return in(a, sum) + "+" + in(b, product), sum
	case minus:
		return in(a, sum) + "-" + in(b, product), sum
	case times:
		return in(a, product) + "*" + in(b, prefix), product
	case over:
		return in(a, product) + "/" + in(b, prefix), product
	case power:
		switch r := powers[k.v]; {
		case k.v == root:
			return "sqrt(" + in(a, sum) + ")", atom
		case r.p == -1 && r.q == 2:
			return "1/sqrt(" + in(a, sum) + ")", product
		case r.p == -1 && r.q == 1:
			return "1/" + in(a, prefix), product
		case r.p < 0 && r.q == 1:
			return "1/" + in(a, atom) + "^" + strconv.Itoa(-r.p), product
		case r.q == 1:
			return in(a, atom) + "^" + strconv.Itoa(r.p), prefix
		default:
			return in(a, atom) + "^(" + strconv.Itoa(r.p) + "/" + strconv.Itoa(r.q) + ")", prefix
		}
	default:
		return functions[k.op] + "(" + in(a, sum) + ")", atom
	}
}

// Parts are what a formula is a sum of, without constants and without those that multiply them: of 2/√(3 − 6x) 1/√(1 −
// 2x).
func (e Expr) Parts() (all []Expr) {
	a, b := operands(e.nodes)
	of := func(n []node) []Expr { return Expr{n, e.names}.Parts() }
	fixed := func(n []node) bool { return n[0].op == constant }
	switch e.nodes[0].op {
	case constant:
		return nil
	case plus, minus:
		return append(of(a), of(b)...)
	case times:
		switch {
		case fixed(a):
			return of(b)
		case fixed(b):
			return of(a)
		}
	case over:
		switch {
		case fixed(b):
			return of(a)
		case fixed(a):
			return []Expr{{unscaled(join(node{op: power, v: inverse}, b)), e.names}}
		}
	}
	return []Expr{{unscaled(e.nodes), e.names}}
}

// unscaled is (c + x)ʳ = cʳ (1 + x/c)ʳ without cʳ, for c > 0.
func unscaled(n []node) []node {
	a, b := operands(n)
	switch c := n[0]; {
	case c.op == power:
		return join(c, unscaled(a))
	case (c.op == plus || c.op == minus) && a[0].op == constant && a[0].c > 0:
		return simplify(join(c, num(1), join(node{op: times}, num(1/a[0].c), b)))
	}
	return n
}

// Named is a formula with other names of its variables.
func (e Expr) Named(names ...string) Expr { return Expr{e.nodes, names} }

// Simple is a formula whose constants are the nearest n/k with k ≤ 4, where these are nearer than a part of them.
func (e Expr) Simple(part float64) Expr {
	nodes := slices.Clone(e.nodes)
	for i, n := range nodes {
		if c, ok := nearest(n.c, part); ok && n.op == constant {
			nodes[i].c = c
		}
	}
	return Expr{simplify(nodes), e.names}
}

// nearest is the n/k with the least k ≤ 4 that is nearer to c than a part of it, if there is one.
func nearest(c, part float64) (y float64, ok bool) {
	for k := 1.0; k <= 4 && !ok; k++ {
		y = math.Round(c*k) / k
		ok = math.Abs(y-c) < part*math.Abs(c)
	}
	return y, ok
}

// mostRounded is how many constants of a formula Alike rounds.
const mostRounded = 2

// shapes are a formula with each of the exponents in place of one of its own, of c − x as of −c + x.
func (e Expr) shapes() (all [][]node) {
	for i, n := range e.nodes {
		if n.op != power {
			continue
		}
		for v := range powers {
			other := slices.Clone(e.nodes)
			other[i].v = v
			all = append(all, other)
			if of := e.nodes[i+1]; (of.op == plus || of.op == minus) && e.nodes[i+2].op == constant {
				other = slices.Clone(other)
				other[i+1].op, other[i+2].c = plus+minus-of.op, -other[i+2].c
				all = append(all, other)
			}
		}
	}
	return all
}

// Alike are formulas of the shape of one that has numbers which are not simple: each of these is rounded to one digit,
// down or up, and one of the exponents may be another. There are none without exponents, or with many such numbers.
func (e Expr) Alike() (all []Expr) {
	shapes, numbers := e.shapes(), 0
	for i, n := range e.nodes {
		digit := math.Pow(10, math.Floor(math.Log10(math.Abs(n.c))))
		low, high := digit*math.Floor(n.c/digit), digit*math.Ceil(n.c/digit)
		if _, simple := nearest(n.c, 1e-12); n.op != constant || low == high || simple && math.Abs(n.c) < 10 {
			continue
		}
		if numbers++; numbers > mostRounded {
			return nil
		}
		var both [][]node
		for _, s := range shapes {
			for _, c := range []float64{low, high} {
				other := slices.Clone(s)
				other[i].c = math.Copysign(c, s[i].c)
				both = append(both, other)
			}
		}
		shapes = both
	}
	if numbers == 0 {
		return nil
	}
	for _, s := range shapes {
		all = append(all, Expr{simplify(s), e.names})
	}
	return all
}
