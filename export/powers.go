package export

import (
	"fmt"
	"math"
	"strings"

	"lagrange/symbolic"
)

// formulas are the values of formulas of (q, v), a number each.
func (n *network) formulas() (values []*node) {
	var z []*node
	for _, s := range n.Formulas.Steps {
		var y *node
		switch s.Kind {
		case symbolic.Constant:
			y = n.row(s.C)
		case symbolic.Variable:
			if y = n.q; s.A >= n.d {
				y = n.v
			}
			y = n.gather(y, []int{s.A % n.d})
		case symbolic.Sum:
			y = n.add(z[s.A], n.scale(z[s.B], s.C))
		case symbolic.Product:
			y = n.mul(z[s.A], z[s.B])
		case symbolic.Function:
			y = n.function(s, z[s.A])
		}
		z = append(z, y)
	}
	for k, at := range n.Formulas.At {
		values = append(values, n.scale(z[at], 1/n.Formulas.Sizes[k]))
	}
	return values
}

// function is f(x) of a formula: sin, cos, exp, ln, or a power. Whole powers are products, so that their derivatives
// are right at 0, too.
func (f *form) function(s symbolic.Step, x *node) *node {
	if s.Q == 0 {
		return f.apply(strings.Replace(s.Name, "ln", "log", 1), x)
	}
	p, q := s.P, s.Q
	if q > 1 {
		return f.apply(powerName(p, q), x)
	}
	if p < 0 {
		x, p = f.apply("inverse", x), -p
	}
	y := x
	for range p - 1 {
		y = f.mul(y, x)
	}
	return y
}

// powerName is the name of x^(p/q) among functions.
func powerName(p, q int) string {
	return strings.Replace(fmt.Sprintf("power%d_%d", p, q), "-", "m", 1)
}

// fractional are powers that formulas have, with those that they have as derivatives up to the fourth.
func fractional() map[string]function {
	all := map[string]function{}
	for q := 2; q <= 4; q++ {
		for p := -6 * q; p <= q; p++ {
			r := float64(p) / float64(q)
			d := func(f *form, x, _ *node) *node { return f.scale(f.apply(powerName(p-q, q), x), r) }
			dd := func(f *form, x, _ *node) *node { return f.scale(f.apply(powerName(p-2*q, q), x), r*(r-1)) }
			all[powerName(p, q)] = function{func(x float64) float64 { return math.Pow(x, r) }, d, dd,
				fmt.Sprintf("pow(x, %#.17g)", r), fmt.Sprintf("x ** %.17g", r)}
			onnxFunctions[powerName(p, q)] = func(w *onnxWriter, x func(int) string) string {
				return w.node("Pow", nil, x(0), w.number(r))
			}
		}
	}
	return all
}
