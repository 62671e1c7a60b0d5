package lagrange

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/fit"
	"lagrange/formula"
	"lagrange/model"
)

// Lagrangian is a sum of terms that stands for what a model has learned, in units of the recording. Motion does not
// tell the unit of L: it is the one in which the largest gain of a known force is 1 or, without known forces, the mean
// mass of the last coordinate that has a constant one, or of the last of all.
type Lagrangian struct {
	Terms  []TermValue             `json:"terms"`
	Forces model.ForceCoefficients `json:"forces"`
	Unit   string                  `json:"unit"`
	// Error of accelerations, relative to their size: what the formula leaves of those of the network; nothing of a
	// model that is a sum of terms itself.
	Error   float64        `json:"error"`
	Library int            `json:"library,omitempty"` // terms looked at
	Front   []formula.Size `json:"front,omitempty"`
	Free    int            `json:"free,omitempty"` // parts of L, but one, whose scale motion leaves open
	// Scores of formula and network on windows of the recording; nil: there are none
	Compared *Comparison `json:"compared,omitempty"`
	Why      string      `json:"why,omitempty"` // there is no formula
	// of a sum of terms that was found from measured motion, as its training left them
	Unidentified []string       `json:"unidentified,omitempty"`
	Deciding     []fit.Deciding `json:"deciding,omitempty"`
	Model        *Model         `json:"-"`
}

// TermValue is a term of L, with what stands in front of it.
type TermValue struct {
	Term   string  `json:"term"`
	Value  float64 `json:"value"`
	SD     float64 `json:"sd,omitempty"`     // of errors of the accelerations; 0: not known, or it is the unit
	Simple string  `json:"simple,omitempty"` // number within two standard deviations, if there is but one
}

// Comparison is of errors of predicted positions over windows, in units of the scales, root mean square over
// coordinates.
type Comparison struct {
	Formula float64 `json:"formula"`
	Network float64 `json:"network"`
	Windows int     `json:"windows"`
	HeldOut bool    `json:"held_out"`
	Better  string  `json:"better"` // which of the two predicts better, if one does by more than a twentieth
}

const formulaBetter = "the formula predicts better"

// better says which of the two predicts better.
func (c Comparison) better() string {
	switch {
	case c.Formula < 0.95*c.Network:
		return formulaBetter
	case c.Network < 0.95*c.Formula:
		return "the network predicts better"
	}
	return "neither predicts better"
}

// formula finds one of a model, or reads it off a sum of terms, at states x under inputs u.
func (m *Model) formula(ctx context.Context, x []float64, off float64, most int) (l *Lagrangian, err error) {
	if m.net.Spec.Family == "terms" {
		return m.lagrangian(m.net, nil, x), nil
	}
	f, err := formula.Find(ctx, formula.Task{Of: m.net, States: x, Error: off, Most: most})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return &Lagrangian{Why: err.Error()}, nil
	}
	if f.Error > worstFormula {
		return &Lagrangian{Library: f.Library, Front: f.Front, Error: f.Error, Why: fmt.Sprintf("%d terms leave %.2g "+
			"of the accelerations: the library lacks some of its terms", f.Library, f.Front[0].Error)}, nil
	}
	l = m.lagrangian(f.Model, f.Others, x)
	if f.Model.ForceCoefficients().Gains != nil { // accelerations by known forces are off as well: so is the unit
		for k := range l.Terms {
			t := &l.Terms[k]
			t.SD = math.Hypot(t.SD, max(off, f.Error)*t.Value)
			t.Simple = simple(t.Value, 2*t.SD)
		}
	}
	l.Error, l.Library, l.Front, l.Free = f.Error, f.Library, f.Front, f.Free
	return l, nil
}

// worstFormula is the error of accelerations beyond which a formula is none.
const worstFormula = 0.05

// lagrangian writes a sum of terms, with deviations from those that other errors would have left.
func (m *Model) lagrangian(net *model.Model[float64], others [][]float64, x []float64) *Lagrangian {
	l := &Lagrangian{Model: &Model{Record: m.Record, net: net}}
	if net != m.net {
		r := &l.Model.Record
		r.Formula, r.Residuals, r.Stages, r.Plan, r.Mass, r.Doubt, r.Restarts = nil, nil, nil, nil, nil, "", nil
	}
	read := func(net *model.Model[float64]) (values []float64, unit float64) {
		unit, l.Unit = unitOf(net, x)
		for _, c := range net.Coefficients() {
			values = append(values, c.Value/unit)
		}
		return values, unit
	}
	var all [][]float64
	for _, theta := range others {
		other, err := model.With(net.Spec, theta)
		if err != nil {
			panic("lagrange: a formula of other terms: " + err.Error())
		}
		v, _ := read(other)
		all = append(all, v)
	}
	values, unit := read(net)
	for k, c := range net.Coefficients() {
		t := TermValue{Term: c.Term, Value: values[k], SD: deviation(all, k, values[k])}
		if was := m.Record.Formula; net == m.net && was != nil && k < len(was.Terms) {
			t.SD = was.Terms[k].SD * math.Abs(t.Value/was.Terms[k].Value)
		}
		if t.SD < 1e-12*math.Abs(t.Value) {
			t.SD = 0
		}
		t.Simple = simple(t.Value, 2*t.SD)
		l.Terms = append(l.Terms, t)
	}
	if was := m.Record.Formula; net == m.net && was != nil {
		l.Unidentified, l.Deciding = was.Unidentified, was.Deciding
	}
	l.Forces = scaled(net.ForceCoefficients(), 1/unit)
	return l
}

// deviation is the root mean square distance of numbers k from x.
func deviation(all [][]float64, k int, x float64) float64 {
	sum := 0.0
	for _, v := range all {
		sum += (v[k] - x) * (v[k] - x) / float64(len(all))
	}
	return math.Sqrt(sum)
}

// unitOf is the unit of L, and what it is.
func unitOf(net *model.Model[float64], x []float64) (unit float64, what string) {
	for _, row := range net.ForceCoefficients().Gains {
		for _, g := range row {
			unit = max(unit, math.Abs(g))
		}
	}
	if unit > 0 {
		return unit, "the largest gain of a known force is 1"
	}
	d := net.Spec.D()
	of := d - 1
	for i := range d {
		if at := net.Spec.Terms[(i+1)*(i+2)/2]; len(at) == 1 && at[0].Function == model.One {
			of = i
		}
	}
	tape, dx, u := net.Tape(1), make([]float64, 2*d), make([]float64, net.Spec.M())
	mech, _ := model.As[model.Mechanics[float64]](tape)
	for n := 0; n < len(x); n += 2 * d {
		tape.Field(x[n:n+2*d], u, dx)
		unit += mech.Mass(0)[of*d+of] * float64(2*d) / float64(len(x))
	}
	return unit, fmt.Sprintf("the mean mass of %s is 1", net.Spec.Coordinates[of].Name)
}

// scaled multiplies forces.
func scaled(f model.ForceCoefficients, by float64) model.ForceCoefficients {
	for _, rows := range [][][]float64{f.Viscous, {f.Dry, f.Drag, f.Between}, f.Gains} {
		for _, row := range rows {
			for i := range row {
				row[i] *= by
			}
		}
	}
	return f
}

// simple is the only number n/k with k ≤ 4 within an interval so narrow that others would hardly be there; "" if there
// is none.
func simple(x, half float64) string {
	if half == 0 || half > 0.02 {
		return ""
	}
	for k := 1.0; k <= 4; k++ {
		if n := math.Round(x * k); n != 0 && math.Abs(n/k-x) <= half {
			if k == 1 {
				return fmt.Sprint(n)
			}
			return fmt.Sprintf("%g/%g", n, k)
		}
	}
	return ""
}

// compare predicts windows of a recording with formula and network.
func (l *Lagrangian) compare(ctx context.Context, m *Model, set *data.Set) error {
	f := &Model{Record: m.Record, net: l.Model.net}
	f.Baseline = &Model{Record: m.Record, net: m.net}
	if len(set.Windows(m.Record.Horizon, 0)) == 0 {
		return nil
	}
	e, err := f.Evaluate(ctx, set, 0)
	if err != nil {
		return err
	}
	size := func(family string) (s float64) {
		for i, r := range e.Models[family].RMSEQ {
			y := r / m.net.Spec.Coordinates[i].Scale
			s += y * y / float64(m.D())
		}
		return min(math.Sqrt(s), math.MaxFloat64) // a prediction may have left the numbers
	}
	l.Compared = &Comparison{Formula: size("terms"), Network: size(m.net.Spec.Family), Windows: e.Windows,
		HeldOut: e.HeldOut}
	l.Compared.Better = l.Compared.better()
	return nil
}
