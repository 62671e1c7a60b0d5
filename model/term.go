package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lagrange/nn"
)

// Term is a function of q: the constant 1; the sine or cosine of Σ Ofᵢ φᵢ, with φᵢ = 2π qᵢ/Pᵢ the angles; or a power
// ((q − mean) / scale)^Of of the one coordinate whose exponent is not 0, or (scale / q)^−Of where that is negative; or,
// in the first list of a Spec alone, any formula of coordinates and velocities over its size.
type Term struct {
	Function string  `json:"f"`
	Of       []int   `json:"of,omitempty"`   // for each coordinate; nil of the constant and of a formula
	Text     string  `json:"text,omitempty"` // of a formula, see symbolic.Parse
	Size     float64 `json:"size,omitempty"`
}

// The functions of terms.
const (
	One     = "1"
	Sin     = "sin"
	Cos     = "cos"
	Power   = "power"
	Formula = "formula"
)

// key tells terms with the same Of from others.
func (t Term) key() (key []byte) {
	for _, k := range t.Of {
		key = strconv.AppendInt(append(key, ' '), int64(k), 10)
	}
	return key
}

// coordinate is the one that a power is of.
func (t Term) coordinate() int { return slices.IndexFunc(t.Of, func(k int) bool { return k != 0 }) }

// combination is what stands in front of a function of a term: angles, or a coordinate.
func combination[T nn.Float](s Spec, t Term) []T {
	c := make([]T, len(t.Of))
	for i, k := range t.Of {
		switch {
		case k != 0 && t.Function == Power:
			c[i] = 1
		case k != 0:
			c[i] = T(float64(k) * 2 * pi / s.Coordinates[i].Period)
		}
	}
	return c
}

// checkTerms reports what is wrong with the terms of a Spec.
func (s Spec) checkTerms() error {
	if len(s.inputs(true)) > 0 || len(s.Combinations) > 0 {
		return errors.New("a sum of terms depends on no system parameters, and on no combinations of coordinates")
	}
	if len(s.Terms) != 1+triangle(s.D()) {
		return fmt.Errorf("%d lists of terms for %d coordinates: there is one for the potential and one for each of "+
			"the %d elements of the mass matrix",
			len(s.Terms), s.D(), triangle(s.D()))
	}
	n := 0
	for o, ts := range s.Terms {
		for _, t := range ts {
			if err := s.checkTerm(t); err != nil {
				return err
			}
			if o > 0 && t.Function == Formula {
				return fmt.Errorf("the formula %q of the mass matrix: formulas have their velocities in them", t.Text)
			}
			n++
		}
	}
	if n > mostTerms {
		return fmt.Errorf("%d terms: at most %d", n, mostTerms)
	}
	return nil
}

// mostTerms bounds a library.
const mostTerms = 4096

func (s Spec) checkTerm(t Term) error {
	if t.Function == One {
		return nil
	}
	if t.Function == Formula {
		if _, err := s.steps(t); err != nil || !positive(t.Size) || t.Of != nil {
			return fmt.Errorf("the formula %q, in units of %g: %w", t.Text, t.Size, err)
		}
		return nil
	}
	if !slices.Contains([]string{Sin, Cos, Power}, t.Function) || len(t.Of) != s.D() {
		return fmt.Errorf("a term %q of %v: it is 1, or sin, cos or power of a number for each coordinate", t.Function,
			t.Of)
	}
	others := 0
	for i, k := range t.Of {
		c := s.Coordinates[i]
		switch angle := c.Period > 0; {
		case k == 0:
			continue
		case c.Cyclic, t.Function != Power && !angle, t.Function == Power && (angle || k < -2 || k > 2):
			return fmt.Errorf("the term %s: sin and cos are of angles, powers to the second, and their inverses, of "+
				"other coordinates, and none is of an ignorable one", s.TermText(t))
		}
		others++
	}
	if others == 0 || t.Function == Power && others > 1 {
		return fmt.Errorf("a term %q of %v: it depends on no coordinate, or on too many", t.Function, t.Of)
	}
	return nil
}

// TermText writes a term with the names of the coordinates: cos(theta1 - 2 theta2), or (x-0.3)^2 about a mean.
func (s Spec) TermText(t Term) string {
	switch t.Function {
	case One:
		return One
	case Formula:
		return t.Text
	case Power:
		return s.powerText(t)
	}
	var b strings.Builder
	for i, k := range t.Of {
		if i >= len(s.Coordinates) || k == 0 {
			continue
		}
		sign := " + "
		if k < 0 {
			sign, k = " - ", -k
		}
		if b.Len() == 0 {
			sign = strings.TrimSpace(strings.TrimPrefix(sign, " + "))
		}
		b.WriteString(sign)
		if k > 1 {
			fmt.Fprintf(&b, "%d ", k)
		}
		b.WriteString(s.Coordinates[i].Name)
	}
	return t.Function + "(" + b.String() + ")"
}

// powerText writes a power.
func (s Spec) powerText(t Term) string {
	i := t.coordinate()
	c, k := s.Coordinates[i], t.Of[i]
	text := c.Name
	if c.Mean != 0 && k > 0 {
		text = fmt.Sprintf("(%s%+.6g)", c.Name, -c.Mean)
	}
	if k < 0 {
		text, k = "1/"+text, -k
	}
	if k != 1 {
		text += fmt.Sprint("^", k)
	}
	return text
}

// TermUnit is what a coefficient of a term is multiplied by to be that of what TermText writes, in units of the
// recording.
func (s Spec) TermUnit(t Term) float64 {
	switch t.Function {
	case Power:
		i := t.coordinate()
		return math.Pow(s.Coordinates[i].Scale, -float64(t.Of[i]))
	case Formula:
		return 1 / t.Size
	}
	return 1
}
