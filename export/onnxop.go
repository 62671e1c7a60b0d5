package export

import (
	"math"
	"slices"
)

// at writes what a node depends on and then the node itself, and gives its name.
func (w *onnxWriter) at(n *node) string {
	if name := w.names[n]; name != "" {
		return name
	}
	w.names[n] = w.operation(n)
	return w.names[n]
}

func (w *onnxWriter) operation(n *node) string {
	x := func(i int) string { return w.at(n.args[i]) }
	switch n.op {
	case constant:
		return w.constant(n.data, n.rows, n.cols)
	case add:
		return w.sum(n.args[0], n.args[1])
	case mul:
		return w.node("Mul", nil, x(0), x(1))
	case scale:
		if n.c == -1 {
			return w.node("Neg", nil, x(0))
		}
		return w.node("Mul", nil, x(0), w.number(n.c))
	case linear:
		return w.node("MatMul", nil, x(0), w.matrix(n.w, n.transposed))
	case gather:
		return w.node("Gather", onnxInt("axis", 2), x(0), w.integers(n.at...))
	case scatter:
		one := make([]float64, len(n.at)*n.cols)
		for i, at := range n.at {
			one[i*n.cols+at] = 1
		}
		return w.node("MatMul", nil, x(0), w.constant(one, len(n.at), n.cols))
	case gram:
		return w.node("MatMul", nil, w.node("Mul", nil, x(1), x(0)), w.turned(n.args[2]))
	case solve:
		return w.node("MatMul", nil, x(1), w.inverse(n.args[0]))
	}
	return onnxFunctions[n.name](w, x)
}

// sum is x + y, or a difference where one of them was turned round for it.
func (w *onnxWriter) sum(x, y *node) string {
	if x.op == scale && x.c == -1 {
		x, y = y, x
	}
	if y.op == scale && y.c == -1 {
		return w.node("Sub", nil, w.at(x), w.at(y.args[0]))
	}
	return w.node("Add", nil, w.at(x), w.at(y))
}

// matrix is W or Wᵀ.
func (w *onnxWriter) matrix(of *weights, transposed bool) string {
	name := w.constant(of.w, of.in, of.out)
	if !transposed {
		return name
	}
	if w.known["transposed "+name] == "" {
		w.known["transposed "+name] = w.node("Transpose", onnxInts("perm", 1, 0), name)
	}
	return w.known["transposed "+name]
}

// turned is the transpose of a node.
func (w *onnxWriter) turned(n *node) string {
	if n.op == constant {
		return w.matrix(&weights{n.rows, n.cols, n.data}, true)
	}
	return w.across(w.at(n))
}

// truth is 1 or 0 for what is true or false.
func (w *onnxWriter) truth(x string) string { return w.node("Cast", onnxInt("to", w.real()), x) }

// onnxFunctions are functions of the form in operators; x gives their arguments. Where a standard operator is not
// computed in double by everyone, others stand for it.
var onnxFunctions = map[string]func(w *onnxWriter, x func(int) string) string{
	"sin":     operator("Sin"),
	"cos":     operator("Cos"),
	"tanh":    operator("Tanh"),
	"exp":     operator("Exp"),
	"log":     operator("Log"),
	"inverse": operator("Reciprocal"),
	"abs":     operator("Abs"),
	"sigmoid": operator("Sigmoid"),
	"asinh": func(w *onnxWriter, x func(int) string) string { // ± log(z + √(z² + 1)), z = |x|
		z := w.node("Abs", nil, x(0))
		root := w.node("Sqrt", nil, w.node("Add", nil, w.node("Mul", nil, z, z), w.number(1)))
		return w.node("Mul", nil, w.node("Sign", nil, x(0)), w.node("Log", nil, w.node("Add", nil, z, root)))
	},
	"slant":    func(w *onnxWriter, x func(int) string) string { return w.slant(x(0)) },
	"positive": operator("Relu"),
	"side": func(w *onnxWriter, x func(int) string) string {
		return w.truth(w.node("Greater", nil, x(0), w.number(0)))
	},
	"sign": func(w *onnxWriter, x func(int) string) string { return w.sign(x(0)) },
	"decay": func(w *onnxWriter, x func(int) string) string {
		return w.node("Exp", nil, w.node("Neg", nil, w.node("Abs", nil, x(0))))
	},
	"softplus": func(w *onnxWriter, x func(int) string) string {
		bend := w.node("Log", nil, w.node("Add", nil, x(1), w.number(1)))
		return w.node("Add", nil, w.node("Relu", nil, x(0)), bend)
	},
	"Phi": func(w *onnxWriter, x func(int) string) string { return w.normal(x(0)) },
	"phi": func(w *onnxWriter, x func(int) string) string {
		e := w.node("Exp", nil, w.node("Mul", nil, w.node("Mul", nil, x(0), x(0)), w.number(-0.5)))
		return w.node("Mul", nil, e, w.number(1/math.Sqrt(2*math.Pi)))
	},
}

// slant is 1/√(1 + x²).
func (w *onnxWriter) slant(x string) string {
	under := w.node("Add", nil, w.node("Mul", nil, x, x), w.number(1))
	return w.node("Reciprocal", nil, w.node("Sqrt", nil, under))
}

// sign is −1 below 0, else 1.
func (w *onnxWriter) sign(x string) string {
	below := w.truth(w.node("Less", nil, x, w.number(0)))
	return w.node("Sub", nil, w.number(1), w.node("Add", nil, below, below))
}

func operator(name string) func(w *onnxWriter, x func(int) string) string {
	return func(w *onnxWriter, x func(int) string) string { return w.node(name, nil, x(0)) }
}

// Above erfEnd, erfc is 0 beside 1. erfTurn is where the variable t of normal is 0.
const (
	erfEnd   = 6
	erfTurn  = 3.75
	erfTerms = 28
)

// normal is the normal distribution. With y = |x|/√2 it is e^(−y²) times a sum of Chebyshev polynomials of
// t = (y − 3.75)/(y + 3.75) [ShepherdLaframboise1981], whose coefficients follow from erfc at as many nodes.
func (w *onnxWriter) normal(x string) string {
	last := float64(erfEnd-erfTurn) / (erfEnd + erfTurn) // of t, which begins at −1
	c := make([]float64, erfTerms)
	for i := range erfTerms {
		angle := math.Pi * (float64(i) + 0.5) / erfTerms
		t := (math.Cos(angle)*(last+1) + last - 1) / 2
		y := erfTurn * (1 + t) / (1 - t)
		for k := range c {
			c[k] += math.Exp(y*y) * math.Erfc(y) * math.Cos(float64(k)*angle) * 2 / erfTerms
		}
	}
	y := w.node("Mul", nil, w.node("Abs", nil, x), w.number(math.Sqrt2/2))
	near := w.node("Min", nil, y, w.number(erfEnd))
	t := w.node("Div", nil, w.node("Sub", nil, near, w.number(erfTurn)), w.node("Add", nil, near, w.number(erfTurn)))
	// s = cos of the angle, and Clenshaw's sum
	s := w.node("Add", nil, w.node("Mul", nil, t, w.number(2/(last+1))), w.number((1-last)/(1+last)))
	double := w.node("Add", nil, s, s)
	slices.Reverse(c)
	b, before := w.number(c[0]), w.number(0)
	for _, ck := range c[1 : erfTerms-1] {
		next := w.node("Sub", nil, w.node("Mul", nil, double, b), before)
		b, before = w.node("Add", nil, next, w.number(ck)), b
	}
	sum := w.node("Add", nil, w.node("Sub", nil, w.node("Mul", nil, s, b), before), w.number(c[erfTerms-1]/2))
	decay := w.node("Exp", nil, w.node("Neg", nil, w.node("Mul", nil, y, y)))
	half := w.node("Mul", nil, w.node("Mul", nil, sum, decay), w.number(0.5)) // of the tail
	other := w.node("Sub", nil, w.number(1), half)
	return w.node("Where", nil, w.node("Less", nil, x, w.number(0)), half, other)
}
