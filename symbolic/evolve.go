package symbolic

import (
	"math"
	"slices"
)

// tournament returns the best of a few members. What a symbol costs is drawn anew each time, so that small formulas and
// good ones both have children.
func (l *island) tournament() []node {
	price := 0.3 * l.r.Float64()
	var won []node
	least := math.Inf(1)
	for range 4 {
		m := l.members[l.r.IntN(len(l.members))]
		if cost := math.Log(m.E+floor*l.scale) + price*float64(size(m.e)); won == nil || cost < least {
			won, least = m.e, cost
		}
	}
	return won
}

// child returns a changed copy of a member, or a cross of two.
func (l *island) child() []node {
	e := slices.Clone(l.tournament())
	i := l.r.IntN(len(e))
	j := end(e, i)
	switch l.r.IntN(10) {
	case 0, 1: // a constant
		if !l.jolt(e) {
			return l.reroll(e, i)
		}
		return e
	case 2, 3: // a symbol
		return l.reroll(e, i)
	case 4, 5: // a function around a part, or an operation with a leaf
		if l.r.IntN(2) == 0 {
			return slices.Replace(e, i, j, join(l.function(), e[i:j])...)
		}
		a, b := e[i:j], l.leaf()
		if l.r.IntN(2) == 0 {
			a, b = b, a
		}
		return slices.Replace(e, i, j, join(l.operation(), a, b)...)
	case 6: // a part becomes one of its operands
		a, b := operands(e[i:j])
		if b != nil && l.r.IntN(2) == 0 {
			a = b
		}
		if a == nil {
			return l.reroll(e, i)
		}
		return slices.Replace(e, i, j, slices.Clone(a)...)
	case 7: // a part grows anew
		return slices.Replace(e, i, j, l.tree(1+l.r.IntN(4))...)
	case 8: // a part from another
		f := l.tournament()
		k := l.r.IntN(len(f))
		return slices.Replace(e, i, j, f[k:end(f, k)]...)
	}
	return l.tree(1 + l.r.IntN(min(7, l.most)))
}

// reroll changes symbol i for another with as many operands.
func (l *island) reroll(e []node, i int) []node {
	switch e[i].op.arity() {
	case 0:
		e[i] = l.leaf()[0]
	case 1:
		e[i] = l.function()
	case 2:
		e[i] = l.operation()
	}
	return e
}

// jolt moves one constant; false when there is none.
func (l *island) jolt(e []node) bool {
	var at []int
	for i, k := range e {
		if k.op == constant {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return false
	}
	c := &e[at[l.r.IntN(len(at))]].c
	switch l.r.IntN(3) {
	case 0:
		*c *= math.Exp(l.r.NormFloat64())
	case 1:
		*c += l.r.NormFloat64()
	case 2:
		*c = -*c
	}
	return true
}

// tree grows a formula of about n symbols.
func (l *island) tree(n int) []node {
	switch {
	case n <= 1:
		return l.leaf()
	case n == 2 || l.r.IntN(3) == 0:
		return join(l.function(), l.tree(n-1))
	}
	left := 1 + l.r.IntN(n-2)
	return join(l.operation(), l.tree(left), l.tree(n-1-left))
}

func (l *island) leaf() []node {
	if l.r.IntN(5) < 2 {
		return num(math.Exp(1.5 * l.r.NormFloat64()))
	}
	return []node{{op: variable, v: l.r.IntN(len(l.columns))}}
}

func (l *island) function() node {
	switch l.r.IntN(8) {
	case 0:
		return node{op: logarithm}
	case 1:
		return node{op: exponential}
	}
	return node{op: power, v: min(l.r.IntN(len(powers)), l.r.IntN(len(powers)))} // simple ones more often
}

func (l *island) operation() node {
	return node{op: []op{plus, minus, times, times, over, over}[l.r.IntN(6)]}
}
