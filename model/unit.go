package model

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"lagrange/symbolic"
)

// Unit is a product of powers of units of measure, such as kg m² of a moment of inertia; nil where it is not known.
// An angle in rad is a number.
type Unit map[string]int

// derived are names of units with what they are.
var derived = map[string]Unit{
	"rad": {}, "radian": {}, "radians": {}, "1": {}, "N": {"kg": 1, "m": 1, "s": -2}, "Nm": {"kg": 1, "m": 2, "s": -2},
	"J": {"kg": 1, "m": 2, "s": -2}, "sec": {"s": 1}, "seconds": {"s": 1}, "second": {"s": 1},
}

var plainUnits = strings.NewReplacer("⁻¹", "^-1", "⁻²", "^-2", "⁻³", "^-3", "²", "^2", "³", "^3", "·", " ", "*", " ",
	"/", " /", "−", "-")

// ParseUnit reads a unit such as m, deg/s, kg m^2 or N·m: what stands behind a slash is divided by. A name that is not
// known stands for itself. It is nil where there is none.
func ParseUnit(text string) Unit {
	fields := strings.Fields(plainUnits.Replace(text))
	if len(fields) == 0 {
		return nil
	}
	u := Unit{}
	for _, f := range fields {
		f, over := strings.CutPrefix(f, "/")
		name, exponent, _ := strings.Cut(f, "^")
		n, err := strconv.Atoi(cmp.Or(exponent, "1"))
		if err != nil || name == "" || n > 8 || n < -8 {
			return nil
		}
		if over {
			n = -n
		}
		of, known := derived[name]
		if !known {
			of = Unit{name: 1}
		}
		u = u.Times(of, n)
	}
	return u
}

// Times is u oⁿ, not known where one of them is not.
func (u Unit) Times(o Unit, n int) Unit {
	if u == nil || o == nil && n != 0 {
		return nil
	}
	p := Unit{}
	for name, k := range u {
		p[name] += k
	}
	for name, k := range o {
		if p[name] += n * k; p[name] == 0 {
			delete(p, name)
		}
	}
	return p
}

// String writes a unit as people do: masses as kg m^2, forces as N m s; "" of a number, and of what is not known.
func (u Unit) String() string {
	if u["kg"] > 0 && u["s"] < 0 { // kg = N m⁻¹ s²
		k := u["kg"]
		u = u.Times(Unit{"kg": -1, "N": 1, "m": -1, "s": 2}, k)
	}
	var over, under []string
	for name, k := range u {
		text := name
		if k > 1 || k < -1 {
			text += fmt.Sprint("^", max(k, -k))
		}
		if k > 0 {
			over = append(over, text)
		} else {
			under = append(under, text)
		}
	}
	for _, list := range [][]string{over, under} { // a scale first, then N or kg, then m before s
		slices.SortFunc(list, func(a, b string) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
		})
	}
	text := strings.Join(over, " ")
	switch {
	case len(under) == 0:
		return text
	case len(under) > 1:
		under = []string{"(" + strings.Join(under, " ") + ")"}
	}
	return cmp.Or(text, "1") + "/" + under[0]
}

// rank orders the names of units.
func rank(name string) int {
	name, _, _ = strings.Cut(name, "^")
	if i := slices.Index([]string{Scale, "N", "kg"}, name); i >= 0 {
		return i - 3
	}
	return map[bool]int{true: 1}[name == "s"]
}

// Scale is the symbol of what motion leaves open: the unit of L is so many times what the coordinates tell.
const Scale = "c"

// unit is that of coordinate i. An angle by its period is in rad where no unit is said.
func (s Spec) unit(i int) Unit {
	c := s.Coordinates[i]
	if c.Unit == "" && math.Abs(c.Period-2*math.Pi) < 1e-9 {
		return Unit{}
	}
	return ParseUnit(c.Unit)
}

// UnitOf is the unit of coordinate i to the power q, times its velocity to the power v.
func (s Spec) UnitOf(i, q, v int) Unit {
	return Unit{}.Times(s.unit(i), q+v).Times(ParseUnit(s.TimeUnit), -v)
}

// CoefficientUnits are those of Coefficients in a Lagrangian of the unit L.
func (s Spec) CoefficientUnits(L Unit) (units []Unit) {
	for o, ts := range s.Terms {
		for _, t := range ts {
			u := L
			if o > 0 {
				i, j := MassElement(o)
				u = u.Times(s.UnitOf(i, 0, 1), -1).Times(s.UnitOf(j, 0, 1), -1)
			}
			if t.Function == Formula {
				u = u.Times(s.formulaUnit(t), -1)
			}
			if t.Function == Power {
				i := t.coordinate()
				u = u.Times(s.unit(i), -t.Of[i])
			}
			units = append(units, u)
		}
	}
	return units
}

// formulaUnit is the unit of a formula. A number in it may have one, as that of 1 − 0.04 v² or 1 − v² has; nil where
// lengths and times are added without one.
func (s Spec) formulaUnit(t Term) Unit {
	steps, err := s.steps(t)
	if err != nil {
		return nil
	}
	units, any := make([]Unit, len(steps)), make([]bool, len(steps)) // any: a number is a factor, with any unit
	for i, k := range steps {
		switch k.Kind {
		case symbolic.Constant:
			units[i], any[i] = Unit{}, true
		case symbolic.Variable:
			if units[i] = s.UnitOf(k.A%s.D(), 0, 1); k.A < s.D() {
				units[i] = s.UnitOf(k.A, 1, 0)
			}
			if k.A < s.D() && s.Coordinates[k.A].Period > 0 { // times 2π/P
				units[i] = Unit{}
			}
		case symbolic.Product:
			units[i], any[i] = units[k.A].Times(units[k.B], 1), any[k.A] || any[k.B]
		case symbolic.Sum:
			a, b := units[k.A], units[k.B]
			switch same := maps.Equal(a, b); {
			case a == nil || b == nil:
			case same, any[k.B] && (!any[k.A] || len(a) == 0):
				units[i], any[i] = a, same && any[k.A] && any[k.B]
			case any[k.A]:
				units[i] = b
			}
		case symbolic.Function:
			var r float64
			if _, err := fmt.Sscanf(k.Name, "^%g", &r); err == nil {
				units[i], any[i] = units[k.A].power(r), any[k.A]
			} else if u := units[k.A]; u != nil && (len(u) == 0 || any[k.A]) {
				units[i] = Unit{}
			}
		}
	}
	return units[len(steps)-1]
}

// power is uʳ, not known where exponents are no whole numbers.
func (u Unit) power(r float64) Unit {
	if u == nil {
		return nil
	}
	p := Unit{}
	for name, k := range u {
		y := r * float64(k)
		if n := math.Round(y); math.Abs(y-n) > 1e-3 {
			return nil
		} else if n != 0 {
			p[name] = int(n)
		}
	}
	return p
}

// ForceUnits are the units of ForceCoefficients; "" of those that are numbers or not known.
type ForceUnits struct {
	Viscous   [][]string `json:"viscous,omitempty"`
	Dry       []string   `json:"dry,omitempty"`
	Drag      []string   `json:"drag,omitempty"`
	Between   []string   `json:"dry_between,omitempty"`
	Breakaway []string   `json:"breakaway,omitempty"`
	Stribeck  []string   `json:"stribeck_speed,omitempty"`
	Gains     [][]string `json:"gains,omitempty"`
}

// ForceUnits are those of the ForceCoefficients f in a Lagrangian of the unit L: a force is in L/q.
func (s Spec) ForceUnits(f ForceCoefficients, L Unit) (u ForceUnits) {
	force := func(i int) Unit { return L.Times(s.unit(i), -1) }
	each := func(n int, of func(i int) Unit) (texts []string) {
		for i := range n {
			texts = append(texts, of(i).String())
		}
		return texts
	}
	for i, row := range f.Viscous {
		u.Viscous = append(u.Viscous, each(len(row), func(j int) Unit { return force(i).Times(s.UnitOf(j, 0, 1), -1) }))
	}
	u.Dry, u.Breakaway = each(len(f.Dry), force), each(len(f.Breakaway), force)
	u.Drag = each(len(f.Drag), func(i int) Unit { return force(i).Times(s.UnitOf(i, 0, 1), -2) })
	u.Stribeck = each(len(f.Stribeck), func(i int) Unit { return s.UnitOf(i, 0, 1) })
	if len(f.Between) > 0 {
		angle := slices.IndexFunc(s.Coordinates, func(c Coordinate) bool { return c.Period > 0 })
		u.Between = each(len(f.Between), func(int) Unit { return force(angle) })
	}
	known := s.inputs(false)
	for i, row := range f.Gains {
		u.Gains = append(u.Gains, each(len(row), func(j int) Unit {
			return force(i).Times(ParseUnit(s.Inputs[known[j]].Unit), -1)
		}))
	}
	return u
}
