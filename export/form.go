// Package export writes learned models for other programs: as C, for CasADi, as FMU, as ONNX, as Python.
//
// Every target is written from one form: the straight-line evaluation of features, net, head, forces, solve and their
// derivatives, as a list of operations on small matrices. compose.go makes L, H or a of the parts of a model
// (model.Parts), derive.go differentiates, motion.go puts the equation of motion together; what follows only says how
// an operation looks in a language. A model whose parts can be told is so exported without a line of its own.
package export

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// op is an operation of the form on matrices (rows, cols). Where one operand of add or mul has a single row, it stands
// for all rows of the other.
type op uint8

const (
	input    op = iota // a row of numbers that is given
	constant           // numbers
	add                // x + y
	mul                // x ⊙ y
	scale              // c x
	linear             // x W, or x Wᵀ
	gather             // y_i = x_at(i)
	scatter            // y_at(i) += x_i
	unary              // f(x), see functions
	gram               // Σ_c w_c x_ic y_jc, of w (1, n), x (r, n), y (s, n): (r, s)
	solve              // M⁻¹ r for each row r, of M (d, d), or M⁺ r where M is not safely positive definite
)

// node is an operation with its arguments; equal ones are one node.
type node struct {
	id         int
	op         op
	name       string // of an input, or of a function
	args       []*node
	rows, cols int
	at         []int   // of gather and scatter
	c          float64 // of scale
	w          *weights
	transposed bool      // of linear
	data       []float64 // of constant, row by row
}

// weights are a matrix W (in, out), row by row.
type weights struct {
	in, out int
	w       []float64
}

// form is a list of operations. An argument stands before what it is an argument of.
type form struct {
	nodes []*node
	seen  map[string]*node
	ones  map[int]*weights // columns of ones, by their length
}

func newForm() *form { return &form{seen: map[string]*node{}, ones: map[int]*weights{}} }

// put adds a node, or finds the one that is equal. What has only constants is a constant.
func (f *form) put(n node) *node {
	var key strings.Builder
	fmt.Fprint(&key, n.op, n.name, n.rows, n.cols, n.at, n.c, n.transposed)
	fmt.Fprintf(&key, "%p", n.w)
	for _, a := range n.args {
		fmt.Fprint(&key, " ", a.id)
	}
	for _, x := range n.data {
		fmt.Fprint(&key, " ", math.Float64bits(x))
	}
	if old := f.seen[key.String()]; old != nil {
		return old
	}
	moving := func(a *node) bool { return a.op != constant }
	if len(n.args) > 0 && n.op != solve && !slices.ContainsFunc(n.args, moving) {
		var args [][]float64
		for _, a := range n.args {
			args = append(args, a.data)
		}
		k := f.matrix(n.rows, n.cols, n.value(args))
		f.seen[key.String()] = k
		return k
	}
	n.id = len(f.nodes)
	f.nodes = append(f.nodes, &n)
	f.seen[key.String()] = &n
	return &n
}

func (f *form) input(name string, cols int) *node {
	return f.put(node{op: input, name: name, rows: 1, cols: cols})
}

// row is a constant of one row.
func (f *form) row(x ...float64) *node { return f.matrix(1, len(x), x) }

func (f *form) matrix(rows, cols int, x []float64) *node {
	return f.put(node{op: constant, rows: rows, cols: cols, data: x})
}

// unit is the identity (n, n).
func (f *form) unit(n int) *node {
	x := make([]float64, n*n)
	for i := range n {
		x[i*n+i] = 1
	}
	return f.matrix(n, n, x)
}

// all says whether x is a constant of one number.
func (x *node) all(c float64) bool {
	return x.op == constant && !slices.ContainsFunc(x.data, func(y float64) bool { return y != c })
}

func (f *form) join(o op, x, y *node) *node {
	if x.cols != y.cols || x.rows != y.rows && x.rows != 1 && y.rows != 1 {
		panic(fmt.Sprintf("export: (%d, %d) and (%d, %d) do not go together", x.rows, x.cols, y.rows, y.cols))
	}
	if x.id > y.id {
		x, y = y, x
	}
	return f.put(node{op: o, args: []*node{x, y}, rows: max(x.rows, y.rows), cols: x.cols})
}

// add is x + y; nil is 0.
func (f *form) add(x, y *node) *node {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	case x.all(0) && x.rows <= y.rows:
		return y
	case y.all(0) && y.rows <= x.rows:
		return x
	}
	return f.join(add, x, y)
}

// sub is x − y.
func (f *form) sub(x, y *node) *node { return f.add(x, f.scale(y, -1)) }

// mul is x ⊙ y; nil is 0.
func (f *form) mul(x, y *node) *node {
	switch {
	case x == nil || y == nil:
		return nil
	case x.all(1) && x.rows <= y.rows:
		return y
	case y.all(1) && y.rows <= x.rows:
		return x
	}
	return f.join(mul, x, y)
}

// scale is c x; nil is 0.
func (f *form) scale(x *node, c float64) *node {
	switch {
	case x == nil || c == 1:
		return x
	case x.op == scale:
		return f.scale(x.args[0], c*x.c)
	}
	return f.put(node{op: scale, args: []*node{x}, rows: x.rows, cols: x.cols, c: c})
}

// linear is x W or, transposed, x Wᵀ; nil is 0.
func (f *form) linear(x *node, w *weights, transposed bool) *node {
	if x == nil {
		return nil
	}
	in, out := w.in, w.out
	if transposed {
		in, out = out, in
	}
	if x.cols != in {
		panic(fmt.Sprintf("export: %d numbers for a matrix of %d rows", x.cols, in))
	}
	return f.put(node{op: linear, args: []*node{x}, rows: x.rows, cols: out, w: w, transposed: transposed})
}

// gather takes the columns at the places.
func (f *form) gather(x *node, at []int) *node {
	if x == nil || len(at) == x.cols && inOrder(at) {
		return x
	}
	return f.put(node{op: gather, args: []*node{x}, rows: x.rows, cols: len(at), at: at})
}

// scatter adds the columns to those at the places of so many.
func (f *form) scatter(x *node, at []int, cols int) *node {
	if x == nil || len(at) == cols && inOrder(at) {
		return x
	}
	return f.put(node{op: scatter, args: []*node{x}, rows: x.rows, cols: cols, at: at})
}

func inOrder(at []int) bool {
	for i, k := range at {
		if i != k {
			return false
		}
	}
	return true
}

// apply is f(x), with what else the function is written with.
func (f *form) apply(name string, x ...*node) *node {
	return f.put(node{op: unary, name: name, args: x, rows: x[0].rows, cols: x[0].cols})
}

// sum adds the columns of x.
func (f *form) sum(x *node) *node {
	if x == nil || x.cols == 1 {
		return x
	}
	w := f.ones[x.cols] // one for each length, so that equal sums are one node
	if w == nil {
		w = &weights{x.cols, 1, slices.Repeat([]float64{1}, x.cols)}
		f.ones[x.cols] = w
	}
	return f.linear(x, w, false)
}

// reached lists what outputs depend on, in order.
func (f *form) reached(outputs ...*node) (list []*node) {
	need := make([]bool, len(f.nodes))
	var mark func(n *node)
	mark = func(n *node) {
		if !need[n.id] {
			need[n.id] = true
			for _, a := range n.args {
				mark(a)
			}
		}
	}
	for _, n := range outputs {
		mark(n)
	}
	for i, n := range f.nodes {
		if need[i] {
			list = append(list, n)
		}
	}
	return list
}
