package export

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// cWriter writes the operations of routines as C99. The names of everything begin with the name of the export; in what
// is written here a $ stands for that name and _.
type cWriter struct {
	*program
	single  bool
	text    strings.Builder // of the routines
	tables  strings.Builder // of what is static const
	known   map[string]string
	weights map[turnable]string
	helpers map[string]bool
}

// turnable are weights as they are, or with rows as columns.
type turnable struct {
	w      *weights
	turned bool
}

// real is a number in C.
func (w *cWriter) real(x float64) string {
	bits, suffix := 64, ""
	if w.single {
		bits, suffix = 32, "F"
	}
	t := strconv.FormatFloat(x, 'g', -1, bits)
	if !strings.ContainsAny(t, ".e") {
		t += ".0"
	}
	if x < 0 {
		return "(" + t + suffix + ")"
	}
	return t + suffix
}

// table writes numbers as static const, once, and returns their name.
func (w *cWriter) table(x []float64) string {
	var b strings.Builder
	for i, y := range x {
		if i > 0 {
			b.WriteString(",")
			if i%4 == 0 {
				b.WriteString("\n\t")
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString(strings.Trim(w.real(y), "()"))
	}
	name := w.known[b.String()]
	if name == "" {
		name = fmt.Sprintf("$k%d", len(w.known))
		w.known[b.String()] = name
		fmt.Fprintf(&w.tables, "static const $real %s[%d] = {\n\t%s};\n", name, len(x), b.String())
	}
	return name
}

// cBody is the straight line of one routine.
type cBody struct {
	*cWriter
	uses   map[*node]int
	inside map[*node]bool   // written into the expression that uses it
	place  map[*node]string // where the numbers of a node stand
	free   map[int][]string // of so many numbers, no longer used
	arrays []string
	lines  strings.Builder
}

func elementwise(n *node) bool { return n.op == add || n.op == mul || n.op == scale || n.op == unary }

// body writes a routine that leaves its outputs where place says.
func (w *cWriter) body(outputs []*node) *cBody {
	b := &cBody{cWriter: w, uses: map[*node]int{}, inside: map[*node]bool{}, place: map[*node]string{},
		free: map[int][]string{}}
	list := w.reached(outputs...)
	for _, n := range list {
		for _, a := range n.args {
			b.uses[a]++
		}
	}
	for _, n := range list {
		for _, a := range n.args {
			b.inside[a] = elementwise(n) && elementwise(a) && b.uses[a] == 1 && a.rows == n.rows &&
				!slices.Contains(outputs, a)
		}
	}
	for _, n := range outputs {
		b.uses[n]++ // to the end
	}
	for _, n := range list {
		switch {
		case b.inside[n]:
		case n.op == input:
			b.place[n] = n.name
		case n.op == constant: // see at
		default:
			b.place[n] = b.array(n.rows * n.cols)
			b.write(n)
			b.release(n)
		}
	}
	return b
}

// at is where the numbers of a node stand.
func (b *cBody) at(n *node) string {
	if n.op == constant {
		return b.table(n.data)
	}
	return b.place[n]
}

// array finds room for so many numbers.
func (b *cBody) array(n int) string {
	if f := b.free[n]; len(f) > 0 {
		b.free[n] = f[:len(f)-1]
		return f[len(f)-1]
	}
	name := fmt.Sprintf("t%d", len(b.arrays))
	b.arrays = append(b.arrays, fmt.Sprintf("%s[%d]", name, n))
	return name
}

// release gives back the room of arguments that nothing else uses.
func (b *cBody) release(n *node) {
	for _, a := range n.args {
		if b.inside[a] {
			b.release(a)
			continue
		}
		if b.uses[a]--; b.uses[a] == 0 && a.op != input && a.op != constant {
			size := a.rows * a.cols
			b.free[size] = append(b.free[size], b.place[a])
		}
	}
}

func (b *cBody) line(format string, args ...any) { fmt.Fprintf(&b.lines, "\t"+format+"\n", args...) }

// write writes what a node does.
func (b *cBody) write(n *node) {
	y := b.place[n]
	switch n.op {
	case add, mul, scale, unary:
		if n.rows == 1 || n.cols == 1 || b.even(n, n.rows) {
			size := n.rows * n.cols
			b.line("for (int i = 0; i < %d; i++) %s[i] = %s;", size, y, b.expression(n, "i", "i"))
			return
		}
		b.line("for (int i = 0; i < %d; i++)", n.rows)
		b.line("\tfor (int j = 0; j < %d; j++) %s[i * %d + j] = %s;", n.cols, y, n.cols,
			b.expression(n, fmt.Sprintf("i * %d + j", n.cols), "j"))
	case linear:
		b.product(n)
	case gather, scatter:
		b.places(n)
	case gram:
		b.gram(n)
	case solve:
		b.helpers["solve"] = true
		b.line("$solve(%d, %s, %s, %s);", n.rows, b.at(n.args[0]), b.at(n.args[1]), y)
	}
}

// even says whether all that a node is written with has so many rows.
func (b *cBody) even(n *node, rows int) bool {
	for _, a := range n.args {
		if a.rows != rows || b.inside[a] && !b.even(a, rows) {
			return false
		}
	}
	return true
}

// expression is what makes a node of its arguments, at an index of all its numbers, for arguments of one row at the
// index of that.
func (b *cBody) expression(n *node, all, row string) string {
	var args []string
	for _, a := range n.args {
		args = append(args, b.operand(a, all, row))
	}
	switch n.op {
	case add:
		return "(" + args[0] + " + " + args[1] + ")"
	case mul:
		return args[0] + " * " + args[1]
	case scale:
		if n.c == -1 {
			return "(-" + args[0] + ")"
		}
		return b.real(n.c) + " * " + args[0]
	}
	return b.call(n.name, args)
}

// operand is a node in an expression.
func (b *cBody) operand(n *node, all, row string) string {
	switch {
	case n.op == constant && n.all(n.data[0]):
		return b.real(n.data[0])
	case b.inside[n]:
		return b.expression(n, all, row)
	case n.rows*n.cols == 1:
		all = "0"
	case n.rows == 1:
		all = row
	}
	return fmt.Sprintf("%s[%s]", b.at(n), all)
}

// plain are functions that math.h has under the same name.
var plain = regexp.MustCompile(`^([a-z0-9]+)\(x\)$`)

// call is a function of the form.
func (b *cBody) call(name string, args []string) string {
	if m := plain.FindStringSubmatch(functions[name].c); m != nil {
		return b.math(m[1]+"(") + args[0] + ")"
	}
	b.helpers[name] = true
	return "$" + name + "(" + strings.Join(args, ", ") + ")"
}

var (
	ofMath = regexp.MustCompile(`\b(sin|cos|tanh|exp|log|pow|asinh|sqrt|fabs|log1p|erfc)\(`)
	number = regexp.MustCompile(`\b\d+\.\d+\b`)
)

// math is C with the functions and the numbers of float where that is what reals are.
func (w *cWriter) math(c string) string {
	if w.single {
		return number.ReplaceAllString(ofMath.ReplaceAllString(c, "${1}f("), "${0}F")
	}
	return c
}
