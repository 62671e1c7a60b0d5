package lagrange

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/fit"
	"lagrange/formula"
	"lagrange/model"
)

// Lagrangian is a sum of terms that stands for what a model has learned, in units of the recording. Motion does not
// tell the unit of L: it is the one in which the gain of the known force that moves most is 1 or, without known forces,
// the mean mass of the last coordinate that has a constant one, or of the last of all, or what Known says.
type Lagrangian struct {
	Terms      []TermValue             `json:"terms"`
	Forces     model.ForceCoefficients `json:"forces"`
	ForceUnits model.ForceUnits        `json:"force_units"`
	ForceSD    model.ForceCoefficients `json:"force_sd"` // their standard deviations; 0: not known, or it is the unit
	Unit       string                  `json:"unit"`
	// In is what L is measured in, a multiple of c where motion leaves that open; "" where it is a number or not known
	In    string `json:"in,omitempty"`
	Fixed bool   `json:"fixed,omitempty"` // by a known force or mass, in units of measure
	// Ratios are numbers that the unit of L does not touch, such as g/l of a pendulum.
	Ratios []Ratio `json:"ratios,omitempty"`
	// Error of accelerations, relative to their size: what the formula leaves of those of the network; nothing of a
	// model that is a sum of terms itself.
	Error   float64 `json:"error"`
	Library int     `json:"library,omitempty"` // terms looked at
	// Legendre says that L comes from the H of a Hamiltonian network, with velocities ∂H/∂p.
	Legendre bool   `json:"legendre,omitempty"`
	At       string `json:"at,omitempty"` // system parameters for which it holds; "" there are none
	// Parameters are their numbers.
	Parameters []float64 `json:"parameters,omitempty"`
	// Proposed are terms that the library lacked, found by symbolic regression.
	Proposed []string       `json:"proposed,omitempty"`
	Assumed  string         `json:"assumed,omitempty"` // beside the accelerations: these states would not tell it
	Front    []formula.Size `json:"front,omitempty"`
	Free     int            `json:"free,omitempty"` // parts of L, but one, whose scale motion leaves open
	// Scores of formula and network on windows of the recording; nil: there are none
	Compared *Comparison `json:"compared,omitempty"`
	Why      string      `json:"why,omitempty"` // there is no formula
	// of a sum of terms that was found from measured motion, as its training left them
	Unidentified []string       `json:"unidentified,omitempty"`
	Deciding     []fit.Deciding `json:"deciding,omitempty"`
	Model        *Model         `json:"-"`
	from         found
}

// found is what a Lagrangian is written from: the model explained, a sum of terms, the parameters that other errors
// would have left, and states.
type found struct {
	m      *Model
	net    *model.Model[float64]
	others [][]float64
	x      []float64
	off    float64 // error of accelerations by known forces
}

// TermValue is a term of L, with what stands in front of it.
type TermValue struct {
	Term   string  `json:"term"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit,omitempty"`   // "" of a number, and of what is not known
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
		return "the model predicts better"
	}
	return "neither predicts better"
}

// formula finds one of a model, or reads it off a sum of terms, at states x under inputs u: of one whose coefficients
// were all solved for as few of its terms as it takes.
func (m *Model) formula(ctx context.Context, x, u []float64, off float64, most int, more []string) (l *Lagrangian,
	err error) {
	task := formula.Task{Of: m.net, States: x, Error: off, Most: most, More: more}
	sum := m.net.Spec.Family == "terms"
	if sum && (m.Record.Formula != nil || m.Record.Method == "") { // found term by term, or a formula itself
		return m.lagrangian(m.net, nil, x, 0), nil
	}
	if sum {
		task.Terms = m.net.Spec.Terms
	}
	at := ""
	for k, in := range m.net.Spec.Inputs {
		if in.SystemParameter {
			task.Parameters = append(task.Parameters, u[k])
			at = strings.TrimPrefix(fmt.Sprintf("%s, %s = %.6g", at, in.Name, u[k]), ", ")
		}
	}
	f, err := formula.Find(ctx, task)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	switch {
	case sum && (err != nil || f.Error > worstFormula):
		return m.lagrangian(m.net, nil, x, 0), nil
	case err != nil:
		return &Lagrangian{Why: err.Error()}, nil
	case f.Error > worstFormula:
		return &Lagrangian{Library: f.Library, Front: f.Front, Error: f.Error, Why: fmt.Sprintf("%d terms leave %.2g "+
			"of the accelerations: the library lacks some of its terms", f.Library, f.Front[0].Error)}, nil
	}
	l = m.lagrangian(f.Model, f.Others, f.States, max(off, f.Error))
	for k, t := range l.Terms {
		if name := f.Labels[t.Term]; name != "" {
			l.Terms[k].Term = name
		}
	}
	l.Legendre = model.FirstOrder(m.net.Tape(1))
	l.Error, l.Library, l.Front, l.Free = f.Error, f.Library, f.Front, f.Free
	l.At, l.Parameters = at, task.Parameters
	l.Proposed, l.Assumed = f.Proposed, f.Assumed
	return l, nil
}

// worstFormula is the error of accelerations beyond which a formula is none.
const worstFormula = 0.05

// lagrangian writes a sum of terms, with deviations from those that other errors would have left.
func (m *Model) lagrangian(net *model.Model[float64], others [][]float64, x []float64, off float64) *Lagrangian {
	l := &Lagrangian{Model: &Model{Record: m.Record, net: net}, from: found{m, net, others, x, off}}
	if net != m.net {
		r := &l.Model.Record
		r.Formula, r.Residuals, r.Stages, r.Plan, r.Mass, r.Doubt, r.Restarts = nil, nil, nil, nil, nil, "", nil
		r.Method, r.Batch, r.Rate = "", 0, 0 // those of the network: a sum of terms goes on by its own
	}
	l.write(func(net *model.Model[float64]) unitOfL { return unitOf(net, x) })
	return l
}

// write fills in all numbers, in a unit of L.
func (l *Lagrangian) write(in func(net *model.Model[float64]) unitOfL) {
	net, few := l.from.net, formula.Thinned(l.from.x, 2*l.from.net.Spec.D(), 60)
	read := func(net *model.Model[float64]) (u unitOfL, values []float64, named []Ratio) {
		u, named = in(net), append(ratios(net), oscillations(net, few)...)
		for _, c := range net.Coefficients() {
			values = append(values, c.Value/u.size)
		}
		f := net.ForceCoefficients()
		for _, y := range numbers(&f) {
			values = append(values, *y/u.size)
		}
		for _, r := range named {
			values = append(values, r.Value, r.check)
		}
		return u, values, named
	}
	u, values, named := read(net)
	sds := l.from.deviations(values, func(net *model.Model[float64]) []float64 {
		_, v, _ := read(net)
		return v
	})
	l.Unit, l.In, l.Fixed, l.Terms, l.Ratios = u.what, u.unit.String(), u.fixed, nil, nil
	units := net.Spec.CoefficientUnits(u.unit)
	for k, c := range net.Coefficients() {
		t := TermValue{Term: c.Term, Value: values[k], Unit: units[k].String(), SD: sds[k]}
		if net.ForceCoefficients().Gains != nil { // accelerations by known forces are off as well: so is the unit
			t.SD = math.Hypot(t.SD, l.from.off*t.Value)
		}
		t.Simple = simple(t.Value, 2*t.SD)
		l.Terms = append(l.Terms, t)
	}
	if was := l.from.m.Record.Formula; net == l.from.m.net && was != nil {
		l.Unidentified, l.Deciding = was.Unidentified, was.Deciding
	}
	l.Forces, l.ForceSD = net.ForceCoefficients(), net.ForceCoefficients()
	l.ForceSD.Stribeck = nil
	at, off := len(l.Terms), numbers(&l.ForceSD)
	for k, y := range numbers(&l.Forces) {
		*y, *off[k] = values[at], sds[at]
		at++
	}
	for k, r := range named {
		at := at + 2*k
		if r.SD, r.sd = sds[at], sds[at+1]; r.sound() {
			l.Ratios = append(l.Ratios, r)
		}
	}
	l.ForceUnits = net.Spec.ForceUnits(l.Forces, u.unit)
}

// deviations are those of numbers that are read off a sum of terms: root mean square distances from those of others or,
// of what was learned from positions, √(gᵀCg) with the covariance C of its parameters and the slopes g, by differences.
// 0 where they are not known, and of what is the unit.
func (f found) deviations(values []float64, read func(net *model.Model[float64]) []float64) []float64 {
	squares := make([]float64, len(values))
	if of := f.m.Record.Formula; f.net == f.m.net && of != nil {
		squares = f.variances(of.Covariance, len(values), read)
	}
	for _, theta := range f.others {
		other, err := model.With(f.net.Spec, theta)
		if err != nil {
			panic("lagrange: a formula of other terms: " + err.Error())
		}
		for k, y := range read(other) {
			if k < len(values) && !math.IsNaN(y) {
				squares[k] += (y - values[k]) * (y - values[k]) / float64(len(f.others))
			}
		}
	}
	for k, y := range squares {
		if squares[k] = math.Sqrt(y); !(squares[k] > least*math.Abs(values[k])) || y > math.MaxFloat64 {
			squares[k] = 0
		}
	}
	return squares
}

// least is the part of a number below which a deviation is none, but what differences leave.
const least = 1e-10

// variances of n numbers under the covariance C of what shooting moves. Friction of 0 has the slope of one that is
// hardly more, as in training.
func (f found) variances(C []float64, n int, read func(net *model.Model[float64]) []float64) []float64 {
	of, all, off := f.net.Outer(), make([]float64, n), f.net.Copy()
	P := len(of)
	if len(C) != P*P {
		return all
	}
	off.OffBounds()
	g, unit := off.Slopes(of, n, read), off.Units(of)
	for i := range g {
		g[i] /= unit[i%P]
	}
	for i := range all {
		for k, a := range g[i*P : (i+1)*P] {
			for l, b := range g[i*P : (i+1)*P] {
				all[i] += a * C[k*P+l] * b
			}
		}
	}
	return all
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
	l.compared(m, e.Models["terms"], e.Models[m.net.Spec.Family], e.Windows, e.HeldOut)
	return nil
}

// compareAt predicts windows of those motions of a recording that have the system parameters of the formula, which
// knows of none.
func (l *Lagrangian) compareAt(m *Model, set *data.Set, heldOut bool) {
	f, k := len(set.Forces()), set.M()
	with, without := *set, *set
	with.Trajectories, without.Trajectories = nil, nil
	without.Inputs, without.SystemParameters = set.Forces(), 0
	for _, t := range set.Trajectories {
		if !slices.Equal(t.U[f:k], l.Parameters) {
			continue
		}
		with.Trajectories = append(with.Trajectories, t)
		var forces []float64
		for n := range t.Len() {
			forces = append(forces, t.U[n*k:n*k+f]...)
		}
		t.U = forces
		without.Trajectories = append(without.Trajectories, t)
	}
	if ws := with.Windows(m.Record.Horizon, 0); len(ws) > 0 {
		l.compared(m, eval.Windows(l.Model.net, &without, ws), eval.Windows(m.net, &with, ws), len(ws), heldOut)
	}
}

// compared notes the errors of formula and network over windows.
func (l *Lagrangian) compared(m *Model, formula, network eval.Scores, windows int, heldOut bool) {
	size := func(s eval.Scores) (square float64) {
		for i, r := range s.RMSEQ {
			y := r / m.net.Spec.Coordinates[i].Scale
			square += y * y / float64(m.D())
		}
		return min(math.Sqrt(square), math.MaxFloat64) // a prediction may have left the numbers
	}
	l.Compared = &Comparison{Formula: size(formula), Network: size(network), Windows: windows, HeldOut: heldOut}
	l.Compared.Better = l.Compared.better()
}

// renamed says whether velocities of a formula are others than the columns that a model was learned from.
func (l *Lagrangian) renamed(m *Model) bool {
	for i, c := range m.net.Spec.Coordinates {
		if l.Model != nil && l.Model.net.Spec.Coordinates[i].Velocity != c.Velocity {
			return true
		}
	}
	return false
}
