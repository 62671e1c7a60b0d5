package export

import (
	"maps"
	"math"

	"lagrange/nn"
)

// function is a scalar function of the form.
type function struct {
	of func(z float64) float64
	// d and dd make f′ and f″ of x and f(x); a nil result is 0
	d, dd func(f *form, x, y *node) *node
	c     string // in C, of x and, where there is one, of decay(x)
	py    string // in Python
}

// jet takes a function from the activations of package nn.
func jet(name string, derivative int) func(float64) float64 {
	a, err := nn.LookupActivation(name)
	if err != nil {
		panic("export: " + err.Error())
	}
	return func(z float64) float64 {
		f, f1, _, _ := a.Jet(z)
		return [...]float64{f, f1}[derivative]
	}
}

// functions are those that nets, features and friction are made of. They are made when the package is, for they name
// one another.
var functions = map[string]function{}

func init() {
	maps.Copy(functions, smooth())
	maps.Copy(functions, bent())
	maps.Copy(functions, fractional())
}

// zero is a derivative that vanishes.
func zero(*form, *node, *node) *node { return nil }

// bump and swing are s(1 − s) and s(1 − s)(1 − 2s).
func bump(f *form, s *node) *node { return f.mul(s, f.sub(f.whole(s, 1), s)) }

func swing(f *form, s *node) *node { return f.mul(bump(f, s), f.sub(f.whole(s, 1), f.scale(s, 2))) }

// smooth are those that mathematics has names for, and slant, 1/√(1 + x²), the derivative of asinh.
func smooth() map[string]function {
	minus := func(of string) func(f *form, x, y *node) *node {
		return func(f *form, x, _ *node) *node { return f.scale(f.apply(of, x), -1) }
	}
	return map[string]function{
		"sin": {math.Sin, func(f *form, x, _ *node) *node { return f.apply("cos", x) }, minus("sin"),
			"sin(x)", "np.sin(x)"},
		"cos": {math.Cos, minus("sin"), minus("cos"), "cos(x)", "np.cos(x)"},
		"tanh": {math.Tanh, func(f *form, _, t *node) *node { return f.sub(f.whole(t, 1), f.mul(t, t)) },
			func(f *form, _, t *node) *node {
				return f.scale(f.mul(t, f.sub(f.whole(t, 1), f.mul(t, t))), -2)
			}, "tanh(x)", "np.tanh(x)"},
		"exp": {math.Exp, func(_ *form, _, y *node) *node { return y }, func(_ *form, _, y *node) *node { return y },
			"exp(x)", "np.exp(x)"},
		"log": {math.Log, func(f *form, x, _ *node) *node { return f.apply("inverse", x) },
			func(f *form, x, _ *node) *node {
				r := f.apply("inverse", x)
				return f.scale(f.mul(r, r), -1)
			}, "log(x)", "np.log(x)"},
		"asinh": {math.Asinh, func(f *form, x, _ *node) *node { return f.apply("slant", x) },
			func(f *form, x, _ *node) *node {
				r := f.apply("slant", x)
				return f.scale(f.mul(x, f.mul(r, f.mul(r, r))), -1)
			}, "asinh(x)", "np.arcsinh(x)"},
		"slant": {func(x float64) float64 { return 1 / math.Sqrt(1+x*x) }, func(f *form, x, r *node) *node {
			return f.scale(f.mul(x, f.mul(r, f.mul(r, r))), -1)
		}, nil, "1 / sqrt(1 + x * x)", "1 / np.sqrt(1 + x * x)"},
		"inverse": {func(x float64) float64 { return 1 / x }, func(f *form, _, r *node) *node {
			return f.scale(f.mul(r, r), -1)
		}, func(f *form, _, r *node) *node { return f.scale(f.mul(r, f.mul(r, r)), 2) }, "1 / x", "1 / x"},
	}
}

// bent are those of units and of friction. decay is e^(−|x|), which sigmoid and softplus share; it is never
// differentiated, for they are. Phi and phi are the normal distribution and its density.
func bent() map[string]function {
	return map[string]function{
		"positive": {func(x float64) float64 { return max(x, 0) },
			func(f *form, x, _ *node) *node { return f.apply("side", x) }, zero, "x > 0 ? x : 0",
			"np.maximum(x, 0)"},
		"side": {func(x float64) float64 {
			if x > 0 {
				return 1
			}
			return 0
		}, zero, zero, "x > 0 ? 1 : 0", "np.where(x > 0, 1.0, 0.0)"},
		"abs": {math.Abs, func(f *form, x, _ *node) *node { return f.apply("sign", x) }, zero, "fabs(x)", "np.abs(x)"},
		"sign": {func(x float64) float64 { return math.Copysign(1, x) }, zero, zero, "x < 0 ? -1 : 1",
			"np.where(x < 0, -1.0, 1.0)"},
		"decay": {func(x float64) float64 { return math.Exp(-math.Abs(x)) }, nil, nil, "exp(-fabs(x))",
			"np.exp(-np.abs(x))"},
		"sigmoid": {jet("sigmoid", 0), func(f *form, _, s *node) *node { return bump(f, s) },
			func(f *form, _, s *node) *node { return swing(f, s) },
			"(x < 0 ? decay : 1) / (1 + decay)", "np.where(x < 0, decay, 1.0) / (1 + decay)"},
		"softplus": {jet("softplus", 0), func(f *form, x, _ *node) *node { return f.sigmoid(x) },
			func(f *form, x, _ *node) *node { return bump(f, f.sigmoid(x)) },
			"(x > 0 ? x : 0) + log1p(decay)", "np.maximum(x, 0) + np.log1p(decay)"},
		"Phi": {func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 },
			func(f *form, x, _ *node) *node { return f.apply("phi", x) },
			func(f *form, x, _ *node) *node { return f.scale(f.mul(x, f.apply("phi", x)), -1) },
			"erfc(x * -0.70710678118654752440) / 2", "_erfc(x * -0.70710678118654752440) / 2"},
		"phi": {func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) },
			func(f *form, x, y *node) *node { return f.scale(f.mul(x, y), -1) },
			nil, "exp(x * x / -2) * 0.39894228040143267794", "np.exp(x * x / -2) * 0.39894228040143267794"},
	}
}

// whole is c in the shape of x.
func (f *form) whole(x *node, c float64) *node {
	data := make([]float64, x.cols)
	for i := range data {
		data[i] = c
	}
	return f.row(data...)
}

func (f *form) sigmoid(x *node) *node { return f.apply("sigmoid", x, f.apply("decay", x)) }

func (f *form) softplus(x *node) *node { return f.apply("softplus", x, f.apply("decay", x)) }

// activations are those of package nn in the functions of the form.
var activations = map[string]func(f *form, z *node) *node{
	"relu2": func(f *form, z *node) *node { p := f.apply("positive", z); return f.mul(p, p) },
	"relu3": func(f *form, z *node) *node {
		p := f.apply("positive", z)
		return f.mul(p, f.mul(p, p))
	},
	"tanh":     func(f *form, z *node) *node { return f.apply("tanh", z) },
	"sigmoid":  (*form).sigmoid,
	"softplus": (*form).softplus,
	"swish":    func(f *form, z *node) *node { return f.mul(z, f.sigmoid(z)) },
	"gelu":     func(f *form, z *node) *node { return f.mul(z, f.apply("Phi", z)) },
}
