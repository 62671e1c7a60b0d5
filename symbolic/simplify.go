package symbolic

import (
	"math"
	"slices"
)

// simplify returns an equal formula that is not longer, in which constants stand first in sums and products. Where a
// rule is an identity of positive numbers only, as √(x²) = x, the result may have another value; whoever calls fits it
// again.
func simplify(e []node) []node {
	a, b := operands(e)
	switch {
	case a == nil:
		return e
	case b == nil:
		return simplifyUnary(e[0], simplify(a))
	}
	a, b = simplify(a), simplify(b)
	ca, cb := a[0].op == constant, b[0].op == constant
	if ca && cb {
		y := []float64{b[0].c}
		combine(e[0].op, []float64{a[0].c}, y)
		return num(y[0])
	}
	switch e[0].op {
	case plus:
		return simplifySum(a, b)
	case minus:
		if cb { // x − c = −c + x
			return simplifySum(num(-b[0].c), a)
		}
		if ca && a[0].c == 0 {
			return simplifyProduct(num(-1), b)
		}
		if slices.Equal(a, b) {
			return num(0)
		}
	case times:
		return simplifyProduct(a, b)
	case over:
		return simplifyQuotient(e[0], a, b)
	}
	return join(e[0], a, b)
}

func simplifyUnary(head node, a []node) []node {
	if a[0].op == constant {
		s := samples{n: 1}
		return num(s.eval(join(head, a))[0])
	}
	inner := a[0]
	switch {
	case head.op == logarithm && inner.op == exponential, head.op == exponential && inner.op == logarithm:
		return a[1:]
	case head.op == power && inner.op == power: // (xʳ)ˢ
		p, q := powers[head.v].p*powers[inner.v].p, powers[head.v].q*powers[inner.v].q
		if x := raised(a[1:], p, q); x != nil {
			return x
		}
	case head.op == power && (inner.op == times || inner.op == over) &&
		a[1].op == constant && a[1].c > 0: // (c x)ʳ = cʳ xʳ
		c, x := simplifyUnary(head, a[1:2]), simplifyUnary(head, a[2:])
		if inner.op == over {
			return simplifyQuotient(inner, c, x)
		}
		return simplifyProduct(c, x)
	}
	return join(head, a)
}

// raised returns x to the power p/q, nil when that is not one of powers.
func raised(x []node, p, q int) []node {
	if p == q {
		return x
	}
	for v, r := range powers {
		if r.p*q == p*r.q {
			return join(node{op: power, v: v}, x)
		}
	}
	return nil
}

func simplifySum(a, b []node) []node {
	if b[0].op == constant {
		a, b = b, a
	}
	switch {
	case a[0].op == constant && a[0].c == 0:
		return b
	case a[0].op == constant && b[0].op == plus && b[1].op == constant: // c + (c′ + x)
		return simplifySum(num(a[0].c+b[1].c), b[2:])
	case slices.Equal(a, b):
		return simplifyProduct(num(2), a)
	case b[0].op == times && b[1].op == constant && b[1].c == -1: // a + −x = a − x
		return join(node{op: minus}, a, b[2:])
	}
	return join(node{op: plus}, a, b)
}

func simplifyProduct(a, b []node) []node {
	if b[0].op == constant {
		a, b = b, a
	}
	if a[0].op == power && powers[a[0].v].p < 0 {
		a, b = b, a
	}
	switch {
	case a[0].op == constant && b[0].op == constant:
		return num(a[0].c * b[0].c)
	case a[0].op == constant && a[0].c == 0:
		return num(0)
	case a[0].op == constant && a[0].c == 1:
		return b
	case a[0].op == constant && (b[0].op == times || b[0].op == over) && b[1].op == constant: // c (c′ x), c (c′/x)
		c := a[0].c * b[1].c
		if b[0].op == times {
			return simplifyProduct(num(c), b[2:])
		}
		return simplifyQuotient(b[0], num(c), b[2:])
	case b[0].op == power && powers[b[0].v].p < 0: // a x⁻ʳ = a/xʳ
		if x := raised(b[1:], -powers[b[0].v].p, powers[b[0].v].q); x != nil {
			return join(node{op: over}, a, x)
		}
	case slices.Equal(a, b):
		return simplifyUnary(node{op: power, v: square}, a)
	}
	return join(node{op: times}, a, b)
}

func simplifyQuotient(head node, a, b []node) []node {
	switch {
	case b[0].op == constant:
		if b[0].c == 0 {
			return num(math.NaN())
		}
		return simplifyProduct(num(1/b[0].c), a)
	case a[0].op == constant && a[0].c == 0:
		return num(0)
	case a[0].op == constant && a[0].c == 1:
		return simplifyUnary(node{op: power, v: inverse}, b)
	case b[0].op == times && b[1].op == constant: // a/(c x)
		return simplifyQuotient(head, simplifyProduct(num(1/b[1].c), a), b[2:])
	case b[0].op == power && powers[b[0].v].p < 0: // a/x⁻ʳ = a xʳ
		if x := raised(b[1:], -powers[b[0].v].p, powers[b[0].v].q); x != nil {
			return simplifyProduct(a, x)
		}
	case slices.Equal(a, b):
		return num(1)
	}
	return join(head, a, b)
}
