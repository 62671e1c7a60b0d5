package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Parameter is a flag that is varied, named as in the command's help, without the dashes. It has choices, a range, or a
// range on a logarithmic scale.
type Parameter struct {
	Name    string              `toml:"-"`
	Choices []any               `toml:"choices"`
	Range   []float64           `toml:"range"`
	Log     []float64           `toml:"log"`
	Whole   bool                `toml:"whole"` // numbers of the range are whole
	Steps   int                 `toml:"steps"` // numbers of the range that a grid takes; 0: gridSteps
	When    map[string][]string `toml:"when"`  // the parameter counts where others have one of these values
}

// gridSteps is how many numbers of a range a grid takes.
const gridSteps = 5

// Point is a value for each parameter that counts, as on the command line.
type Point map[string]string

// Args are the flags of a point, by name.
func (p Point) Args() (args []string) {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		args = append(args, "--"+name+"="+p[name])
	}
	return args
}

// parameters are those of the file by name, those that others depend on first.
func (f *File) parameters() (ps []*Parameter) {
	done := map[string]bool{}
	names := slices.Sorted(maps.Keys(f.Space))
	for len(ps) < len(names) {
		before := len(ps)
		for _, name := range names {
			p := f.Space[name]
			ready := true
			for other := range p.When {
				ready = ready && (done[other] || f.Space[other] == nil)
			}
			if ready && !done[name] {
				ps, done[name] = append(ps, p), true
			}
		}
		if len(ps) == before { // a circle: conditions says so
			for _, name := range names {
				if !done[name] {
					ps, done[name] = append(ps, f.Space[name]), true
				}
			}
		}
	}
	return ps
}

// conditions holds against each other what parameters say of one another.
func (f *File) conditions() error {
	done := map[string]bool{}
	for _, p := range f.parameters() {
		for _, other := range slices.Sorted(maps.Keys(p.When)) {
			o := f.Space[other]
			switch {
			case o == nil:
				return f.wrong("space."+p.Name, "when names %s, which is no parameter of the space", other)
			case !done[other]:
				return f.wrong("space."+p.Name, "%s and %s depend on each other", p.Name, other)
			case len(o.Choices) == 0:
				return f.wrong("space."+p.Name, "when names %s, which has a range; choices can be named", other)
			}
			for _, value := range p.When[other] {
				if !slices.Contains(o.values(), value) {
					return f.wrong("space."+p.Name, "when: %s has no choice %q", other, value)
				}
			}
		}
		done[p.Name] = true
	}
	return nil
}

func (p *Parameter) check(f *File) error {
	bad := func(format string, a ...any) error { return f.wrong("space."+p.Name, format, a...) }
	given := 0
	for _, n := range []int{len(p.Choices), len(p.Range), len(p.Log)} {
		if n > 0 {
			given++
		}
	}
	if given != 1 {
		return bad("%s: give one of choices, range and log", p.Name)
	}
	for _, c := range p.Choices {
		switch c.(type) {
		case string, int64, float64, bool:
		default:
			return bad("%s: a choice is a text, a number, true or false", p.Name)
		}
	}
	if len(p.Choices) > 0 {
		return nil
	}
	lo, hi := p.ends()
	switch {
	case len(p.Range)+len(p.Log) != 2 || !(lo < hi) || math.IsInf(hi-lo, 0):
		return bad("%s: a range is [smallest, largest]", p.Name)
	case len(p.Log) > 0 && lo <= 0:
		return bad("%s: a logarithmic range begins above 0", p.Name)
	case p.Steps < 0 || p.Steps == 1:
		return bad("%s: steps = %d: want 2 or more", p.Name, p.Steps)
	}
	return nil
}

func (p *Parameter) ends() (lo, hi float64) {
	r := slices.Concat(p.Range, p.Log)
	if len(r) != 2 {
		return math.NaN(), math.NaN()
	}
	return r[0], r[1]
}

// values are the choices as on the command line.
func (p *Parameter) values() (texts []string) {
	for _, c := range p.Choices {
		texts = append(texts, fmt.Sprint(c))
	}
	return texts
}

// At is the value at x in [0, 1): all choices have an equal part, and so have all numbers of a range.
func (p *Parameter) At(x float64) string {
	if n := len(p.Choices); n > 0 {
		return p.values()[min(int(x*float64(n)), n-1)]
	}
	lo, hi := p.ends()
	y := lo + x*(hi-lo)
	if len(p.Log) > 0 {
		y = math.Exp(math.Log(lo) + x*(math.Log(hi)-math.Log(lo)))
	}
	if p.Whole {
		y = math.Floor(lo + x*(hi-lo+1))
		if len(p.Log) > 0 {
			y = math.Round(math.Exp(math.Log(lo) + x*(math.Log(hi)-math.Log(lo))))
		}
		return strconv.FormatFloat(min(y, hi), 'f', -1, 64)
	}
	return strconv.FormatFloat(y, 'g', 6, 64) // more digits say nothing, and a table is read
}

// grid are the places of [0, 1) whose values a grid takes.
func (p *Parameter) grid() (xs []float64) {
	n := len(p.Choices)
	if n == 0 {
		n = gridSteps
		if p.Steps > 0 {
			n = p.Steps
		}
		for i := range n {
			xs = append(xs, float64(i)/float64(n-1))
		}
		return xs
	}
	for i := range n {
		xs = append(xs, (float64(i)+0.5)/float64(n))
	}
	return xs
}

// point is the one at x in [0, 1)ᵏ, one number for each parameter in their order. Parameters whose condition does not
// hold are left out.
func (f *File) point(x []float64) Point {
	p := Point{}
	for i, a := range f.parameters() {
		if a.counts(p) {
			p[a.Name] = a.At(x[i])
		}
	}
	return p
}

// counts says whether the condition of the parameter holds.
func (p *Parameter) counts(at Point) bool {
	for other, values := range p.When {
		if !slices.Contains(values, at[other]) {
			return false
		}
	}
	return true
}
