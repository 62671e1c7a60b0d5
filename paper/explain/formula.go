package explain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange"
	"lagrange/data"
)

// Term is a term of a Lagrangian, or a force, with what stands in front of it.
type Term struct {
	Text  string  `json:"term"`
	Value float64 `json:"value"`
}

// truth is a formula that is known, and the term that fixes the unit of L: what is found is measured in that in which
// both have the same coefficient there. "" says that the unit of the program is that of the truth.
type truth struct {
	terms []Term
	unit  string
}

// Formula is one that was found, beside the true one. Terms whose coefficient is less than two of its deviations, which
// the program calls unidentifiable, count as none.
type Formula struct {
	Terms    []Found  `json:"terms,omitempty"`
	Missing  []string `json:"missing,omitempty"`
	Spurious []string `json:"spurious,omitempty"`
	Error    float64  `json:"error"`            // largest of a coefficient that is there, relative to it
	Failed   string   `json:"failed,omitempty"` // why there is none
}

// Found is a coefficient beside the true one, in the unit of the program. SD is its standard deviation; 0: it is the
// unit, or nothing tells.
type Found struct {
	Term
	SD    float64 `json:"sd,omitempty"`
	Truth float64 `json:"truth"`
	force bool
}

// Exact says whether no term is missing and none spurious.
func (f *Formula) Exact() bool { return f.Failed == "" && len(f.Missing)+len(f.Spurious) == 0 }

// of compares the formula of a model with the true one.
func (t truth) of(ctx context.Context, m *lagrange.Model, set *data.Set) (f Formula, e lagrange.Explanation,
	err error) {
	if e, err = m.Explain(ctx, set, 0, 1); err != nil {
		return f, e, err
	}
	return t.beside(e.Lagrangian), e, nil
}

// beside compares a formula with the true one.
func (t truth) beside(l *lagrange.Lagrangian) (f Formula) {
	if l.Why != "" {
		return Formula{Failed: l.Why}
	}
	found, scale := listed(l), 1.0
	for _, x := range t.terms {
		if i := slices.IndexFunc(found, is(x.Text)); x.Text == t.unit && i >= 0 {
			scale = found[i].Value / x.Value
		}
	}
	for _, x := range t.terms {
		i := slices.IndexFunc(found, is(x.Text))
		if i >= 0 {
			found[i].Truth = scale * x.Value
		}
		if i < 0 || found[i].untold() {
			f.Missing = append(f.Missing, x.Text)
		} else {
			f.Error = max(f.Error, math.Abs(found[i].Value/found[i].Truth-1))
		}
	}
	for _, x := range found {
		if x.Truth == 0 && !x.untold() {
			f.Spurious = append(f.Spurious, x.Text)
		}
	}
	f.Terms = found
	return f
}

func is(text string) func(Found) bool { return func(x Found) bool { return x.Text == text } }

// untold says whether a coefficient is less than two of its deviations.
func (x *Found) untold() bool { return 2*x.SD > math.Abs(x.Value) }

// listed are terms and forces of a formula.
func listed(l *lagrange.Lagrangian) (all []Found) {
	for _, t := range l.Terms {
		all = append(all, Found{Term: Term{t.Term, t.Value}, SD: t.SD})
	}
	s, sd := l.Model.Spec(), l.ForceSD
	add := func(name string, values, sds []float64, of func(i int) string) {
		for i, y := range values {
			x := Found{Term: Term{name + of(i), y}, force: true}
			if i < len(sds) {
				x.SD = sds[i]
			}
			if y != 0 {
				all = append(all, x)
			}
		}
	}
	row := func(rows [][]float64, i int) []float64 {
		if i < len(rows) {
			return rows[i]
		}
		return nil
	}
	coordinate := func(i int) string { return " " + s.Coordinates[i].Name }
	for i, values := range l.Forces.Viscous {
		add("viscous"+coordinate(i), values[:i+1], row(sd.Viscous, i), coordinate)
	}
	add("dry", l.Forces.Dry, sd.Dry, coordinate)
	add("drag", l.Forces.Drag, sd.Drag, coordinate)
	add("dry between", l.Forces.Between, sd.Between, func(int) string { return "" })
	add("breakaway", l.Forces.Breakaway, sd.Breakaway, coordinate)
	for i, values := range l.Forces.Gains {
		add("gain", values, row(sd.Gains, i), func(j int) string {
			return fmt.Sprintf(" %s on %s", s.Inputs[j].Name, s.Coordinates[i].Name)
		})
	}
	return all
}

// String is the formula as people write it, with the deviation of the last digit in brackets.
func (f *Formula) String() string {
	if f.Failed != "" {
		return f.Failed
	}
	text := ""
	for _, x := range f.Terms {
		if x.untold() {
			continue
		}
		sign, value := " + ", x.Value
		if value < 0 {
			sign, value = " − ", -value
		}
		if text == "" {
			sign = strings.Trim(sign, " +")
		}
		text += sign + bracketed(value, x.SD) + " " + x.Text
	}
	return text
}

// bracketed is 9.801(2) for 9.8012 ± 0.0018.
func bracketed(x, sd float64) string {
	if sd == 0 || math.IsNaN(sd) {
		return fmt.Sprintf("%.4g", x)
	}
	digits := int(-math.Floor(math.Log10(sd)))
	if math.Round(sd*math.Pow(10, float64(digits))) == 10 {
		digits--
	}
	if digits < 0 {
		return fmt.Sprintf("%.0f(%.0f)", x, sd)
	}
	return fmt.Sprintf("%.*f(%.0f)", digits, x, sd*math.Pow(10, float64(digits)))
}
