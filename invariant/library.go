package invariant

import (
	"fmt"
	"math"
)

// A level is a library: functions of so many momenta, times functions of q.
type level struct {
	title   string
	energy  bool // E alone
	momenta int  // most factors
	degree  int  // most of the functions of q that momenta are multiplied by, for each number of factors
	square  int  // and products of two
	V       bool // the potential times functions of q
	gauge   int  // most of functions of q alone
}

var levels = []level{
	{title: "the energy", energy: true},
	{title: "momenta", momenta: 1, gauge: 1},
	{title: "momenta times functions of q", momenta: 1, degree: 2, gauge: 2},
	{title: "quadratic in momenta", momenta: 2, degree: 1, V: true, gauge: 2},
	{title: "quadratic in momenta, times functions of q", momenta: 2, degree: 2, square: 1, V: true, gauge: 2},
	{title: "quadratic in momenta, times products of functions of q", momenta: 2, degree: 2,
		square: 2, V: true, gauge: 2},
}

// of lists the functions of a level.
func (l *library) of(v level) (at []int) {
	for k, f := range l.functions {
		var in bool
		switch {
		case f.energy || v.energy:
			in = f.energy && v.energy
		case f.V:
			in = v.V && l.q[f.q].degree <= 1
		case len(f.p) == 0:
			in = l.q[f.q].degree <= v.gauge
		case len(f.p) == 1:
			in = v.momenta >= 1 && l.q[f.q].degree <= v.degree
		default:
			in = v.momenta >= 2 && l.q[f.q].degree <= v.square
		}
		if in {
			at = append(at, k)
		}
	}
	return at
}

// qFunction is a function of q.
type qFunction struct {
	text   string
	degree int
	of     int // the coordinate that it is; −1: none
	value  func(q []float64) float64
}

// function is a product of momenta, a function of q, and the potential V; or the energy.
type function struct {
	q      int // 0: 1
	p      []int
	V      bool
	energy bool
	text   string
}

// library is all candidates, and room to evaluate them.
type library struct {
	s         System
	d         int
	q         []qFunction
	functions []function
	fq, p, p0 []float64
	rest      []float64 // (q, 0)
}

// newLibrary has monomials of q up to the second order, inverse ones of coordinates that are far from 0 at all states,
// sines and cosines of angles, of twice the angle, of sums and differences; their products with momenta; the potential
// V(q) = E(q, 0), and the energy; of many coordinates momenta, functions of one coordinate each, and the energy.
// Momenta are p(q, v) − p(q, 0), in which no gauge dF(q)/dt is left; velocities, where there is no L.
func newLibrary(s System, states []float64) *library {
	l := &library{s: s, d: len(s.Coordinates)}
	l.q = []qFunction{{"", 0, -1, func([]float64) float64 { return 1 }}}
	l.functionsOfQ(states)
	l.fq, l.p, l.p0 = make([]float64, len(l.q)), make([]float64, l.d), make([]float64, l.d)
	l.rest = make([]float64, 2*l.d)
	if s.Energy != nil {
		l.functions = append(l.functions, function{energy: true, text: "E"})
	}
	many := l.d > mostQuadratic
	for k, g := range l.q {
		if k > 0 {
			l.functions = append(l.functions, function{q: k, text: g.text})
		}
		if many && k > 0 {
			continue
		}
		if s.Energy != nil && g.degree <= 1 {
			l.functions = append(l.functions, function{q: k, V: true, text: product("V", g.text)})
		}
		for i := range l.d {
			l.functions = append(l.functions, function{q: k, p: []int{i}, text: product(l.momentum(i), g.text)})
			for j := 0; j < i && !many; j++ {
				l.functions = append(l.functions, function{q: k, p: []int{j, i},
					text: product(l.momentum(j)+"*"+l.momentum(i), g.text)})
			}
			if !many {
				l.functions = append(l.functions,
					function{q: k, p: []int{i, i}, text: product(l.momentum(i)+"^2", g.text)})
			}
		}
	}
	return l
}

func product(a, b string) string {
	if b == "" {
		return a
	}
	return a + "*" + b
}

// momentum is the name of that of coordinate i.
func (l *library) momentum(i int) string {
	if l.s.Momentum == nil {
		return l.s.Coordinates[i].Velocity
	}
	return "p_" + l.s.Coordinates[i].Name
}

func (l *library) add(text string, degree int, f func(q []float64) float64) {
	l.q = append(l.q, qFunction{text, degree, -1, f})
}

// functionsOfQ sets those functions of q.
func (l *library) functionsOfQ(states []float64) {
	cs := l.s.Coordinates
	for i, c := range cs {
		if c.Period > 0 {
			l.circle(1, c.Name, func(q []float64) float64 { return 2 * math.Pi / c.Period * q[i] })
			continue
		}
		l.add(c.Name, 1, func(q []float64) float64 { return q[i] })
		l.q[len(l.q)-1].of = i
		if l.away(states, i) {
			l.add("1/"+c.Name, 1, func(q []float64) float64 { return 1 / q[i] })
		}
	}
	if l.d > mostQuadratic {
		return
	}
	single := l.q[1:]
	for i, c := range cs {
		if c.Period == 0 {
			continue
		}
		φ := func(q []float64, k int) float64 { return 2 * math.Pi / cs[k].Period * q[k] }
		l.circle(2, "2*"+c.Name, func(q []float64) float64 { return 2 * φ(q, i) })
		for j, b := range cs[:i] {
			if b.Period > 0 {
				l.circle(2, b.Name+"-"+c.Name, func(q []float64) float64 { return φ(q, j) - φ(q, i) })
				l.circle(2, b.Name+"+"+c.Name, func(q []float64) float64 { return φ(q, j) + φ(q, i) })
			}
		}
	}
	trigonometric := func(g qFunction) bool { return g.text[len(g.text)-1] == ')' }
	for k, g := range single {
		for m, h := range single[:k+1] {
			if trigonometric(g) && trigonometric(h) || l.inverse(g, h) {
				continue
			}
			text := h.text + "*" + g.text
			if m == k {
				text = g.text + "^2"
			}
			l.add(text, 2, func(q []float64) float64 { return h.value(q) * g.value(q) })
		}
	}
}

// inverse says whether one function is 1 over the other.
func (l *library) inverse(g, h qFunction) bool { return g.text == "1/"+h.text || h.text == "1/"+g.text }

func (l *library) circle(degree int, of string, φ func(q []float64) float64) {
	l.add(fmt.Sprintf("sin(%s)", of), degree, func(q []float64) float64 { return math.Sin(φ(q)) })
	l.add(fmt.Sprintf("cos(%s)", of), degree, func(q []float64) float64 { return math.Cos(φ(q)) })
}

// away says whether coordinate i keeps one sign, and a distance from 0.
func (l *library) away(states []float64, i int) bool {
	lo, hi := math.Inf(1), math.Inf(-1)
	for n := i; n < len(states); n += 2 * l.d {
		lo, hi = min(lo, states[n]), max(hi, states[n])
	}
	return lo > 0.05*hi && lo > 0
}

// complexity is how many factors a function has.
func (l *library) complexity(k int) int {
	n := len(l.functions[k].p) + l.q[l.functions[k].q].degree
	if l.functions[k].V {
		n++
	}
	return n
}

// values writes those of all functions at x.
func (l *library) values(x, to []float64) {
	E, V := 0.0, 0.0
	copy(l.rest, x[:l.d])
	copy(l.p, x[l.d:])
	if l.s.Momentum != nil {
		l.s.Momentum(x, l.p)
		l.s.Momentum(l.rest, l.p0)
		for i, y := range l.p0 {
			l.p[i] -= y
		}
	}
	if l.s.Energy != nil {
		E, V = l.s.Energy(x), l.s.Energy(l.rest)
	}
	for k, g := range l.q {
		l.fq[k] = g.value(x[:l.d])
	}
	for k, f := range l.functions {
		y := l.fq[f.q]
		for _, i := range f.p {
			y *= l.p[i]
		}
		switch {
		case f.energy:
			y = E
		case f.V:
			y *= V
		}
		to[k] = y
	}
}
