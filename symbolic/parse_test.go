package symbolic

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// What is read has the value that the text has by hand, and what is written of it reads as the same.
func TestParse(t *testing.T) {
	names := []string{"x", "x two", "θ", "v_x", "x1"}
	x, x2, θ, v, x1 := 0.7, -1.3, 0.4, 2.1, 1.9
	for text, want := range map[string]float64{
		"x":                             x,
		"-x^2":                          -x * x,
		"x*x two - 3":                   x*x2 - 3,
		"1/sqrt((x-x1)^2+(x two-θ)^2)":  1 / math.Hypot(x-x1, x2-θ),
		"cos(θ)*v_x^2*x1":               math.Cos(θ) * v * v * x1,
		"(1 - 0.04*v_x^2)^-0.5":         1 / math.Sqrt(1-0.04*v*v),
		"(1-0.04*v_x^2)^(-1/2)":         1 / math.Sqrt(1-0.04*v*v),
		"2e-1 / x / x1":                 0.2 / x / x1,
		"x - (x1 - θ) - v_x":            x - (x1 - θ) - v,
		"exp(-x*x)*ln(x1) + sin(2*θ-x)": math.Exp(-x*x)*math.Log(x1) + math.Sin(2*θ-x),
		"x^(3/2)+x^-2+x^-3+x1^(1/3)":    math.Pow(x, 1.5) + 1/(x*x) + 1/(x*x*x) + math.Cbrt(x1),
		"x/(x1*θ)^2":                    x / (x1 * x1 * θ * θ),
		"sqrt(x two^2)":                 -x2,
	} {
		e, err := Parse(text, names)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		back, err := Parse(e.Code(), names)
		if err != nil {
			t.Errorf("%s, written as %s: %v", text, e.Code(), err)
			continue
		}
		for _, e := range []Expr{e, back} {
			if got := e.At(x, x2, θ, v, x1); math.Abs(got-want) > 1e-13*math.Abs(want) {
				t.Errorf("%s is %v, not %v; written as %s", text, got, want, e.Code())
			}
		}
	}
	for text, want := range map[string]string{
		"":         "too early",
		"x+":       "too early",
		"(x":       "closed",
		"x y":      "letter 3",
		"θ*tan(x)": "letter 3, \"tan(x)\"",
		"x1+x3":    "letter 4",
		"x^5":      "exponents are",
		"x^y":      "exponent is a number",
		"x**2":     "letter 3",
		"1e400":    "numbers, sin",
		strings.Repeat("(", 200) + "x" + strings.Repeat(")", 200): "brackets",
	} {
		if _, err := Parse(text, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The derivatives of functions are those that differences have.
func TestDerivatives(t *testing.T) {
	for op := range functions {
		differs(t, functions[op], derivatives[op])
	}
	for _, r := range powers {
		s := raisedTo(0, r.p, r.q)
		differs(t, s.Name, s.F)
	}
	if y := raisedTo(0, 2, 1).F(0); y != [4]float64{0, 0, 2, 0} {
		t.Errorf("x² at 0: %v", y)
	}
}

func differs(t *testing.T, name string, f func(x float64) [4]float64) {
	const x, h = 1.3, 1e-5
	up, down, at := f(x+h), f(x-h), f(x)
	for k := range 3 {
		if got := (up[k] - down[k]) / (2 * h); math.Abs(got-at[k+1]) > 1e-8*(1+math.Abs(got)) {
			t.Errorf("%s: derivative %d is %g, by differences %g", name, k+1, at[k+1], got)
		}
	}
}

// Laws that a search may find are written as they are read.
func TestCode(t *testing.T) {
	l := newIsland(3, [][]float64{{1, 2}, {2, 1}, {3, 5}}, []float64{1, 2, 3}, Settings{Population: 1, MaxSize: 20}.
		Defaults(2))
	names, r := []string{"a", "b"}, rand.New(rand.NewPCG(1, 1))
	for range 300 {
		e := Expr{l.tree(1 + l.r.IntN(15)), names}
		back, err := Parse(e.Code(), names)
		if err != nil {
			t.Errorf("%s: %v", e.Code(), err)
			continue
		}
		a, b := 1+r.Float64(), 2+r.Float64()
		x, y := e.At(a, b), back.At(a, b)
		if x != y && !(math.Abs(x-y) <= 1e-12*math.Abs(x)) && !(math.IsNaN(x) && math.IsNaN(y)) {
			t.Errorf("%s is %v and %v", e.Code(), x, y)
		}
	}
}

// FuzzParse finds no text that ends the program, and reads what it wrote itself.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"1/sqrt((x-y)^2+1)", "cos(x-2*y)", "-x^-0.5", "((", "x^(1/3)", "é", "x two*y",
		"1e9x"} {
		f.Add(text)
	}
	names := []string{"x", "y", "x two", "é"}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text, names)
		if err != nil {
			return
		}
		if _, err := Parse(e.Code(), names); err != nil && len(e.Code()) <= longest {
			t.Errorf("%q, written as %q: %v", text, e.Code(), err)
		}
		for i, s := range e.Steps() {
			if s.Kind > Variable && (s.A >= i || s.Kind != Function && s.B >= i) {
				t.Errorf("%q: step %d needs %d and %d", text, i, s.A, s.B)
			}
		}
	})
}

// Of names that a text begins with the longest is taken, wherever it stands, unless it goes on as another name.
func TestLongestName(t *testing.T) {
	names := []string{"joint 1 angle", "joint 1", "q", "q1"}
	for text, want := range map[string][2]int{"joint 1 angle*2": {0, 13}, "joint 1^2": {1, 7}, "q1": {3, 2},
		"q*q1": {2, 1}, "q12": {0, 0}, "": {0, 0}} {
		if at, n := LongestName(text, names); at != want[0] || n != want[1] {
			t.Errorf("%q: name %d of %d bytes, want %v", text, at, n, want)
		}
	}
}

// Of a formula with a number that is not simple those alike have each exponent, and the number rounded; of one with
// simple numbers there are none.
func TestAlike(t *testing.T) {
	z := []node{{op: variable}}
	for _, base := range [][]node{join(node{op: minus}, num(1.066), z), join(node{op: plus}, num(-1.18), z)} {
		var codes []string
		for _, other := range (Expr{join(node{op: power}, base), []string{"z"}}).Alike() {
			codes = append(codes, other.Code())
		}
		for _, want := range []string{"1/sqrt(1-z)", "(1-z)^(-2/3)", "1/(2-z)^3", "sqrt(1-z)"} {
			if !slices.Contains(codes, want) {
				t.Errorf("no %s among %q", want, codes)
			}
		}
	}
	for _, text := range []string{
		"1/sqrt(1-z)", "1/(1/3+z)^2", "(20-z)^3", "(1.066-z)*2.13+3.14*sqrt(2.72+z)", "z*1.07",
	} {
		e, err := Parse(text, []string{"z"})
		if err != nil || e.Alike() != nil {
			t.Errorf("%s: %v, %v", text, e.Alike(), err)
		}
	}
}
