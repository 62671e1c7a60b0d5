package fit

import (
	"fmt"
	"math"
	"strings"

	"lagrange/model"
	"lagrange/train"
)

// Formula is what was found of a Lagrangian and its forces, in units of the recording. What motion does not tell is the
// unit of L itself: it is the one in which the largest gain of a known force is 1 or, without known forces, the mean of
// the last diagonal element of M.
type Formula struct {
	Terms   []Coefficient `json:"terms,omitempty"`   // of a sum of terms
	Viscous [][]float64   `json:"viscous,omitempty"` // C of the force −Cv
	Dry     []float64     `json:"dry,omitempty"`     // k of −k tanh(v/ε)
	Gains   [][]float64   `json:"gains,omitempty"`   // of each known force on each coordinate
}

// Coefficient is that of a term of L, or of an element of the mass matrix: L = Σ w h(q) + ½ Σ M(q) v v.
type Coefficient struct {
	Of    string  `json:"of"` // "L", or "M a b" with the names of two coordinates
	Term  string  `json:"term"`
	Value float64 `json:"value"`
	SD    float64 `json:"sd,omitempty"` // standard deviation, beside a mean mass that is held; 0: not known
}

// String writes it as people do.
func (f Formula) String() string {
	var b strings.Builder
	of := ""
	for _, c := range f.Terms {
		if c.Of != of {
			of = c.Of
			fmt.Fprintf(&b, "; %s =", of)
		}
		fmt.Fprintf(&b, " %+.4g", c.Value)
		if c.SD > 0 {
			fmt.Fprintf(&b, " ± %.1g", c.SD)
		}
		if c.Term != model.One {
			b.WriteString(" " + c.Term)
		}
	}
	row := func(name string, x []float64) {
		fmt.Fprintf(&b, "; %s", name)
		for _, y := range x {
			fmt.Fprintf(&b, " %.3g", y)
		}
	}
	for _, x := range f.Viscous {
		row("viscous friction", x)
	}
	if f.Dry != nil {
		row("dry friction", f.Dry)
	}
	for _, x := range f.Gains {
		row("gains", x)
	}
	return strings.TrimPrefix(b.String(), "; ")
}

// formula reads one off a model that was found; nil where it has neither terms nor forces.
func (f *problem) formula(x train.Identified) *Formula {
	s := x.Model.Spec
	var r Formula
	r.Viscous, r.Dry, r.Gains = x.Model.ForceCoefficients()
	var sd []float64
	if x.Shot.Covariance != nil {
		sd = x.Shot.Deviations()
	}
	at := 0
	for o, ts := range s.Terms {
		name, scale := "L", 1.0
		if o > 0 {
			i, j := model.MassElement(o)
			a, b := s.Coordinates[i], s.Coordinates[j]
			name, scale = fmt.Sprintf("M %s %s", a.Name, b.Name), 1/(a.Speed*b.Speed)
		}
		for _, t := range ts {
			c := Coefficient{Of: name, Term: s.TermText(t), Value: scale * x.Model.Theta[at]}
			if at < len(sd) && sd[at] < math.MaxFloat64 {
				c.SD = scale * sd[at]
			}
			r.Terms = append(r.Terms, c)
			at++
		}
	}
	if r.Terms == nil && r.Viscous == nil && r.Dry == nil && r.Gains == nil {
		return nil
	}
	r.scale(1 / f.unit(x.Model, r))
	return &r
}

// unit is that of L.
func (f *problem) unit(m *model.Model[float64], r Formula) (unit float64) {
	for _, row := range r.Gains {
		for _, g := range row {
			unit = max(unit, math.Abs(g))
		}
	}
	if unit > 0 {
		return unit
	}
	d, tape := m.Spec.D(), m.Tape(1)
	mass, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		return 1
	}
	n, xdot := 0.0, make([]float64, 2*d)
	for _, e := range f.motion.learn.Of {
		for k := range e.T {
			tape.Field(e.X[2*d*k:2*d*(k+1)], e.U[k*m.Spec.M():(k+1)*m.Spec.M()], xdot)
			unit, n = unit+mass.Mass(0)[d*d-1], n+1
		}
	}
	return unit / n
}

// scale multiplies all numbers.
func (f *Formula) scale(by float64) {
	for i := range f.Terms {
		f.Terms[i].Value *= by
		f.Terms[i].SD *= by
	}
	for _, rows := range [][][]float64{f.Viscous, f.Gains, {f.Dry}} {
		for _, row := range rows {
			for j := range row {
				row[j] *= by
			}
		}
	}
}
