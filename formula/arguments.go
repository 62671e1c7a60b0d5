package formula

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/model"
)

// argument is what a term that the library lacks may be a function of, the same function of each of its numbers: the
// distances of bodies from one another, or from the origin, a coordinate, or squares of speeds.
type argument struct {
	of     []string // as formulas of coordinates and velocities
	on     []int    // coordinates
	moving bool     // of their velocities
	apart  bool     // distances of bodies from one another
}

// arguments are those of a Spec, the likeliest first. Coordinates that are lengths in one unit may be two or three of
// each body, one body after the other.
func arguments(s model.Spec) (all []argument) {
	var at []int
	for i, c := range s.Coordinates {
		if c.Period == 0 && !c.Cyclic && c.Unit == s.Coordinates[0].Unit {
			at = append(at, i)
		}
	}
	for n := 2; n <= 3; n++ {
		if len(at) < n || len(at)%n > 0 {
			continue
		}
		var bodies [][]int
		for b := 0; b < len(at); b += n {
			bodies = append(bodies, at[b:b+n])
		}
		pairs, centres, speeds := argument{on: at, apart: true}, argument{on: at}, argument{on: at, moving: true}
		for b, body := range bodies {
			for _, other := range bodies[:b] {
				var parts []string
				for k, i := range body {
					parts = append(parts, fmt.Sprintf("(%s-%s)^2", s.Coordinates[other[k]].Name, s.Coordinates[i].Name))
				}
				pairs.of = append(pairs.of, "sqrt("+strings.Join(parts, "+")+")")
			}
			var q, v []string
			for _, i := range body {
				q = append(q, s.Coordinates[i].Name+"^2")
				v = append(v, s.VelocityOf(i)+"^2")
			}
			centres.of = append(centres.of, "sqrt("+strings.Join(q, "+")+")")
			speeds.of = append(speeds.of, "("+strings.Join(v, "+")+")")
		}
		if len(bodies) > 1 {
			all = append(all, pairs)
		}
		all = append(all, centres, speeds)
	}
	for i := range s.Coordinates {
		all = append(all, argument{of: []string{s.VelocityOf(i) + "^2"}, on: []int{i}, moving: true})
	}
	for _, i := range at {
		all = append(all, argument{of: []string{s.Coordinates[i].Name}, on: []int{i}})
	}
	return all
}

// without is a library without terms that are functions of an argument, or mimic one: what it is a function of has then
// one place alone.
func (a argument) without(terms [][]model.Term) (rest [][]model.Term) {
	on := func(i int) bool { return slices.Contains(a.on, i) }
	for o, ts := range terms {
		var kept []model.Term
		for _, t := range ts {
			out := false
			switch i, j := 0, 0; {
			case a.moving && o > 0 && t.Function == model.One:
				i, j = model.MassElement(o)
				out = on(i) && on(j)
			case !a.moving && o == 0 && t.Function == model.Power:
				out = on(slices.IndexFunc(t.Of, func(k int) bool { return k != 0 }))
			}
			if !out {
				kept = append(kept, t)
			}
		}
		rest = append(rest, kept)
	}
	return rest
}

// degrees is how many polynomials stand for a function.
const degrees = 10

// polynomials are those of Chebyshev, of degree 1 to degrees, of number k of an argument over its range, as terms.
func (a argument) polynomials(k int, low, high float64) (terms []model.Term) {
	u := fmt.Sprintf("((%s-%.17g)*%.17g)", a.of[k], (low+high)/2, 2/(high-low))
	for n := 1; n <= degrees; n++ {
		terms = append(terms, model.Term{Function: model.Formula, Size: 1, Text: horner(chebyshev(n), u)})
	}
	return terms
}

// chebyshev are the coefficients of T_n = 2 u T_{n−1} − T_{n−2}, from that of 1 on.
func chebyshev(n int) []float64 {
	was, now := []float64{1}, []float64{0, 1}
	for range n - 1 {
		next := make([]float64, len(now)+1)
		for i, c := range now {
			next[i+1] += 2 * c
		}
		for i, c := range was {
			next[i] -= c
		}
		was, now = now, next
	}
	return now
}

// horner writes Σ c_k u^k.
func horner(c []float64, u string) string {
	text := fmt.Sprint(c[len(c)-1])
	for k := len(c) - 2; k >= 0; k-- {
		if text = fmt.Sprintf("(%s)*%s", text, u); c[k] != 0 {
			text += fmt.Sprintf("+(%g)", c[k])
		}
	}
	return text
}

// value is Σ β_k T_k(u).
func value(β []float64, u float64) (y float64) {
	was, now := 1.0, u
	for _, b := range β {
		y += b * now
		was, now = now, 2*u*now-was
	}
	return y
}

// inner is the part of numbers that is neither of the least nor of the largest hundredth.
func inner(x []float64) (low, high float64) {
	x = slices.Clone(x)
	slices.Sort(x)
	n := len(x) / 100
	return x[n], x[len(x)-1-n]
}

// spans says whether a range is one.
func spans(low, high float64) bool { return high-low > 1e-6*math.Max(math.Abs(low), math.Abs(high)) }
