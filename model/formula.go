package model

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lagrange/symbolic"
)

// Coefficient is a term of a Lagrangian with what stands in front of it, in the units of the recording.
type Coefficient struct {
	Term  string  `json:"term"` // such as cos(theta1-theta2)*omega1*omega2, or (x-0.3)^2 about a mean
	Value float64 `json:"value"`
	Size  float64 `json:"size"` // of θ_k: the coefficient in units of the scales
}

// Coefficients are those of a sum of terms, in the order of its first parameters; nil of other models. Like every
// Lagrangian it is defined up to L → cL + dF/dt only.
func (m *Model[T]) Coefficients() (out []Coefficient) {
	if m.Spec.Family != terms.Name || m.tape != nil {
		return nil
	}
	at := 0
	for o, ts := range m.Spec.Terms {
		for _, t := range ts {
			text, unit := m.Spec.product(o, t)
			out = append(out, Coefficient{text, float64(m.Theta[at]) * unit, math.Abs(float64(m.Theta[at]))})
			at++
		}
	}
	return out
}

// product writes a term of output o with its velocities, and says what its coefficient is multiplied by to be in the
// units of the recording: ½ N_ii h(q) v_i²/s_i², N_ij h(q) v_i v_j/(s_i s_j), and powers of (q − mean)/scale.
func (s Spec) product(o int, t Term) (text string, unit float64) {
	var factors []string
	unit = s.TermUnit(t)
	switch t.Function {
	case Power, Formula:
		factors = append(factors, s.TermText(t))
	case Sin, Cos:
		factors = append(factors, t.Function+"("+s.angle(t)+")")
	}
	if o > 0 {
		i, j := MassElement(o)
		unit /= s.Coordinates[i].Speed * s.Coordinates[j].Speed
		if factors = append(factors, s.VelocityOf(j)+"*"+s.VelocityOf(i)); i == j {
			unit /= 2
			factors[len(factors)-1] = s.VelocityOf(i) + "^2"
		}
	}
	return strings.Join(factors, "*"), unit
}

// VelocityOf is the name of that of coordinate i.
func (s Spec) VelocityOf(i int) string {
	return cmp.Or(s.Coordinates[i].Velocity, "v_"+s.Coordinates[i].Name)
}

// angle writes the combination of angles of a term: theta1-2*theta2.
func (s Spec) angle(t Term) string {
	var b strings.Builder
	for i, k := range t.Of {
		switch {
		case k == 0:
			continue
		case k < 0:
			b.WriteString("-")
		case b.Len() > 0:
			b.WriteString("+")
		}
		if k = max(k, -k); k > 1 {
			fmt.Fprintf(&b, "%d*", k)
		}
		b.WriteString(s.Coordinates[i].Name)
	}
	return b.String()
}

// MassElement is the element (i, j), i ≥ j, of the mass matrix that list o > 0 of Spec.Terms is of: after the list of
// the potential those of the lower triangle stand row by row.
func MassElement(o int) (i, j int) {
	for triangle(i+1) < o {
		i++
	}
	return i, o - 1 - triangle(i)
}

// Formula writes the Lagrangian of a sum of terms, such as "9.8*cos(theta) + 0.5*omega^2", with so many significant
// digits and without terms whose coefficient, in units of the scales, is less than that share of the largest; "" for
// other models.
func (m *Model[T]) Formula(digits int, share float64) string {
	var b strings.Builder
	all, largest := m.Coefficients(), 0.0
	for _, c := range all {
		largest = max(largest, c.Size)
	}
	for _, c := range all {
		if c.Value == 0 || c.Size < share*largest {
			continue
		}
		text := fmt.Sprintf("%.*g*%s", digits, c.Value, c.Term)
		switch {
		case b.Len() == 0:
			b.WriteString(text)
		case text[0] == '-':
			b.WriteString(" - " + text[1:])
		default:
			b.WriteString(" + " + text)
		}
	}
	return b.String()
}

// TermsOf reads terms, in any order, for Spec.Terms:
//
//	term   = factor { "*" factor }
//	factor = "1" | velocity [ "^2" ] | [ "1/" ] coordinate [ "^2" ] | ( "sin" | "cos" ) "(" sum ")"
//	sum    = [ "-" ] part { ( "+" | "-" ) part },   part = [ whole "*" ] angle
//
// with the names of coordinates and velocities; coordinates that are not angles stand for their distance from the
// mean, but below 1 for themselves. There are two velocities or none, and one function of the coordinates at most.
func (s Spec) TermsOf(texts []string) ([][]Term, error) {
	all := make([][]Term, 1+triangle(s.D()))
	for _, text := range texts {
		o, t, err := s.termOf(text)
		if err == nil && slices.ContainsFunc(all[o], func(was Term) bool { return was.Equal(t) }) {
			err = errors.New("it is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("term %q: %w", text, err)
		}
		all[o] = append(all[o], t)
	}
	for i, c := range s.Coordinates {
		moves := func(t Term) bool { return s.Moves(t, i) }
		if len(all[element(i, i)]) == 0 && !slices.ContainsFunc(all[0], moves) {
			return nil, fmt.Errorf("no term has %s^2, so %s would have no mass", s.VelocityOf(i), c.Name)
		}
	}
	return all, nil
}

// TermOf reads a term as TermsOf does, and says in which list of Spec.Terms it stands. What is no product of one
// function and velocities is a formula.
func (s Spec) TermOf(text string) (list int, t Term, err error) {
	if list, t, err = s.termOf(text); err != nil {
		return 0, t, fmt.Errorf("term %q: %w", text, err)
	}
	return list, t, nil
}

func (s Spec) termOf(text string) (list int, t Term, err error) {
	p := termReader{s: s, text: text}
	if list, t, err = p.term(); err == nil {
		err = s.checkTerm(t)
	}
	if err != nil {
		f, bad := s.FormulaTerm(strings.TrimSpace(text))
		return 0, f, bad
	}
	if list == 0 && t.Function == One {
		err = errors.New("it changes with nothing that moves")
	}
	return list, t, err
}

// Equal says whether two terms are the same, whatever their sizes.
func (t Term) Equal(o Term) bool {
	return t.Function == o.Function && slices.Equal(t.Of, o.Of) && t.Text == o.Text
}

// termReader reads one term.
type termReader struct {
	s    Spec
	text string // what is left
}

// term reads it, and the output that it belongs to.
func (p *termReader) term() (output int, t Term, err error) {
	var velocities []int
	t.Function = One
	for again := true; again; again = p.took("*") {
		i, velocity, named := p.name()
		function := map[bool]string{true: Power}[named]
		of := make([]int, p.s.D())
		switch {
		case named && velocity:
			for range p.power() {
				velocities = append(velocities, i)
			}
			continue
		case named:
			of[i] = p.power()
		case p.took("1/"):
			if i, velocity, named = p.name(); !named || velocity {
				return 0, t, p.bad("1 is over a coordinate, like 1/r^2")
			}
			of[i] = -p.power()
			function = Power
		case p.took("1"):
			continue
		case p.took("sin("):
			function, err = Sin, p.sum(of)
		case p.took("cos("):
			function, err = Cos, p.sum(of)
		default:
			err = p.bad("a factor is 1, a velocity, a coordinate, or sin or cos of angles, like cos(2*theta)")
		}
		if err == nil && t.Function != One {
			err = errors.New("it has two functions of the coordinates: one at most")
		}
		if err != nil {
			return 0, t, err
		}
		t = Term{Function: function, Of: of}
	}
	switch {
	case p.text != "":
		return 0, t, p.bad("a product goes on with *")
	case len(velocities) == 2:
		return element(velocities[0], velocities[1]), t, nil
	case len(velocities) == 0:
		return 0, t, nil
	}
	return 0, t, fmt.Errorf("it has %d velocities: two or none", len(velocities))
}

// power reads "^2".
func (p *termReader) power() int {
	if p.took("^2") {
		return 2
	}
	return 1
}

// sum reads a combination of angles up to its parenthesis.
func (p *termReader) sum(of []int) error {
	for first := true; ; first = false {
		k := 1
		switch {
		case p.took("-"):
			k = -1
		case p.took("+") || first:
		case p.took(")"):
			return nil
		default:
			return p.bad("a sum goes on with + or -, or ends with )")
		}
		if n, rest, ok := strings.Cut(p.text, "*"); ok {
			if times, err := strconv.Atoi(strings.TrimSpace(n)); err == nil && times > 0 && times <= 8 {
				k, p.text = k*times, strings.TrimSpace(rest)
			}
		}
		i, velocity, named := p.name()
		if !named || velocity {
			return p.bad("sin and cos are of angles, like theta1-2*theta2")
		}
		of[i] += k
	}
}

// name reads the longest name of a coordinate or velocity that stands here.
func (p *termReader) name() (at int, velocity, ok bool) {
	var names []string
	for i, c := range p.s.Coordinates {
		names = append(names, c.Name, p.s.VelocityOf(i))
	}
	at, length := symbolic.LongestName(p.text, names)
	p.text = strings.TrimSpace(p.text[length:])
	return at / 2, at%2 == 1, length > 0
}

func (p *termReader) took(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(p.text), token)
	if ok {
		p.text = strings.TrimSpace(rest)
	}
	return ok
}

func (p *termReader) bad(want string) error {
	if p.text == "" {
		return fmt.Errorf("it ends too early: %s", want)
	}
	return fmt.Errorf("not understood from %q on: %s", p.text, want)
}
