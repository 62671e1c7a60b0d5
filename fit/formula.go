package fit

import (
	"fmt"
	"math"
	"strings"

	"lagrange/model"
	"lagrange/train"
)

// Formula is what was found of a Lagrangian and its forces, in units of the recording. What motion does not tell is the
// unit of L itself: it is the one in which the gain of a known force is 1, that which is largest in units of the scales
// or, without known forces, the mean of the last diagonal element of M.
type Formula struct {
	Terms []Coefficient `json:"terms,omitempty"` // of a sum of terms
	model.ForceCoefficients
	// Rests are the angles at which the potential of a joint alone is least: where the zero of its sensor is off
	Rests []Rest `json:"rests,omitempty"`
	// Matters are the sizes that make forces matter, a hundredth of accelerations; nil: not known
	Matters *model.ForceCoefficients `json:"matters,omitempty"`
	// Unidentified names the numbers whose deviations are as large as they are, and as what matters: the motion does
	// not tell them from 0
	Unidentified []string `json:"unidentified,omitempty"`
	// Deciding says which recordings would tell these
	Deciding []Deciding `json:"deciding,omitempty"`
	// Delay is by how much later than recorded known forces act; nil: it was not looked at
	Delay *train.Estimate `json:"delay,omitempty"`
	// Scales are those of the sensors of angles, of a sum of terms, where the motion tells them
	Scales []Scale `json:"scales,omitempty"`
	// Covariance is that of the parameters that shooting moves (model.Outer), row by row; of a sum of terms
	Covariance []float64 `json:"covariance,omitempty"`
	// SD has the standard deviations of these forces, of a sum of terms; nil: not known
	SD *Formula `json:"sd,omitempty"`
}

// Coefficient is that of a term of L, or of an element of the mass matrix: L = Σ w h(q) + ½ Σ M(q) v v.
type Coefficient struct {
	Of    string  `json:"of"` // "L", or "M a b" with the names of two coordinates
	Term  string  `json:"term"`
	Value float64 `json:"value"`
	SD    float64 `json:"sd,omitempty"` // standard deviation; 0: not known, or it is the unit
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
		b.WriteString(number(" %+.4g", " + not identifiable%s", c.Value, c.SD, 0))
		if c.Term != model.One {
			b.WriteString(" " + c.Term)
		}
	}
	at := func(x []float64, i int) float64 {
		if i < len(x) {
			return x[i]
		}
		return 0
	}
	row := func(name string, x, sd, matters []float64) {
		fmt.Fprintf(&b, "; %s", name)
		for i, y := range x {
			b.WriteString(number(" %.3g", " not identifiable%s", y, at(sd, i), at(matters, i)))
		}
	}
	matters := f.beside(f.Matters)
	sd := f.beside(nil)
	if f.SD != nil {
		sd = f.SD.ForceCoefficients
	}
	for i, x := range f.Viscous {
		row("viscous friction", x, sd.Viscous[i], matters.Viscous[i])
	}
	if f.Dry != nil {
		row("dry friction", f.Dry, sd.Dry, matters.Dry)
	}
	if f.Breakaway != nil {
		row("breakaway friction", f.Breakaway, sd.Breakaway, matters.Breakaway)
		row("Stribeck speed", f.Stribeck, sd.Stribeck, matters.Stribeck)
	}
	if f.Between != nil {
		row("dry friction between angles", f.Between, sd.Between, matters.Between)
	}
	if f.Drag != nil {
		row("drag", f.Drag, sd.Drag, matters.Drag)
	}
	for i, x := range f.Gains {
		row("gains", x, sd.Gains[i], matters.Gains[i])
	}
	return strings.TrimPrefix(b.String()+f.sensors(), "; ")
}

// sensors writes what was found of sensors and drives.
func (f Formula) sensors() string {
	var b strings.Builder
	for _, r := range f.Rests {
		fmt.Fprintf(&b, "; %s", r)
	}
	for _, s := range f.Scales {
		if s.Sure() {
			fmt.Fprintf(&b, "; %s", s)
		}
	}
	if f.Delay != nil && f.Delay.Value != 0 {
		fmt.Fprintf(&b, "; delay %.3g ± %.1g", f.Delay.Value, f.Delay.SD)
	}
	return b.String()
}

// beside are forces to be read beside those of a formula, row by row; all are 0 where they are not known.
func (f Formula) beside(forces *model.ForceCoefficients) model.ForceCoefficients {
	if forces != nil {
		return *forces
	}
	return model.ForceCoefficients{Viscous: make([][]float64, len(f.Viscous)), Gains: make([][]float64, len(f.Gains))}
}

// number writes y with its deviation, if that is known; of one that the motion does not tell from 0, or from what would
// matter, it says how far it may be off, if anything bounds it.
func number(format, none string, y, sd, matters float64) string {
	switch {
	case sd == 0:
		return fmt.Sprintf(format, y)
	case untold(y, sd, matters):
		within := ""
		if sd < unbounded*math.Abs(y) || y == 0 {
			within = fmt.Sprintf(" (± %.1g)", sd)
		}
		return fmt.Sprintf(none, within)
	}
	return fmt.Sprintf(format+" ± %.1g", y, sd)
}

// formula reads one off a model that was found; nil where it has neither terms nor forces.
func (f *problem) formula(x train.Identified) *Formula {
	r := f.read(x.Model)
	if r.Terms == nil && r.Viscous == nil && r.Dry == nil && r.Gains == nil {
		return nil
	}
	r.Delay, r.Scales = f.lag, f.sensors
	if x.Shot.Information != nil {
		k := knownOf(x)
		g := f.deviations(&r, x, k)
		f.mattering(x.Model, &r)
		r.Covariance = k.covariance()
		names, at := f.unidentified(&r)
		var slopes [][]float64
		for _, i := range at {
			slopes = append(slopes, g[i*k.P:(i+1)*k.P])
		}
		r.Unidentified, r.Deciding = names, f.deciding(x, k, names, slopes)
	}
	return &r
}

// read is the formula of a model, without deviations.
func (f *problem) read(m *model.Model[float64]) (r Formula) {
	r.ForceCoefficients = m.ForceCoefficients()
	s, at := m.Spec, 0
	for o, ts := range s.Terms {
		name, scale := "L", 1.0
		if o > 0 {
			i, j := model.MassElement(o)
			a, b := s.Coordinates[i], s.Coordinates[j]
			name, scale = fmt.Sprintf("M %s %s", a.Name, b.Name), 1/(a.Speed*b.Speed)
		}
		for _, t := range ts {
			r.Terms = append(r.Terms, Coefficient{Of: name, Term: s.TermText(t),
				Value: scale * s.TermUnit(t) * m.Theta[at]})
			at++
		}
	}
	r.Rests = restsOf(s, r.Terms)
	unit := f.unit(m)
	for _, x := range r.values() {
		*x /= unit
	}
	for i := range r.Rests { // an angle, whatever the unit of L
		r.Rests[i].Value *= unit
	}
	for i := range r.Stribeck { // a speed, whatever the unit of L
		r.Stribeck[i] *= unit
	}
	return r
}

// values are places of all its numbers, always in the same order.
func (f *Formula) values() (all []*float64) {
	for i := range f.Terms {
		all = append(all, &f.Terms[i].Value)
	}
	for _, rows := range [][][]float64{f.Viscous, {f.Dry, f.Drag, f.Between, f.Breakaway, f.Stribeck}, f.Gains} {
		for _, row := range rows {
			for j := range row {
				all = append(all, &row[j])
			}
		}
	}
	for i := range f.Rests {
		all = append(all, &f.Rests[i].Value)
	}
	return all
}

// deviations sets those of a formula, as what was measured alone tells them: of a number y of the parameters b with the
// information G it is √(gᵀG⁻¹g), with the slopes g = ∂y/∂b by differences (values, P), which it returns. The unit of L
// moves with b, so that its own number has none.
func (f *problem) deviations(r *Formula, x train.Identified, of known) (g []float64) {
	m, P, values := x.Model.Copy(), of.P, r.values()
	m.OffBounds()
	g = m.Slopes(m.Outer(), len(values), func(m *model.Model[float64]) (numbers []float64) {
		y := f.read(m)
		for _, v := range y.values() {
			numbers = append(numbers, *v)
		}
		return numbers
	})
	for i, y := range g {
		if math.Abs(y) < rounding*math.Abs(*values[i/P]) {
			g[i] = 0
		}
	}
	r.SD = &Formula{ForceCoefficients: m.ForceCoefficients()}
	forces := r.SD.values()
	for i, v := range values {
		sd := deviation(of.R, g[i*P:(i+1)*P])
		if !(sd < math.MaxFloat64) || sd < rounding*math.Abs(*v) {
			sd = 0
		}
		switch k := i - len(r.Terms); {
		case k < 0:
			r.Terms[i].SD = sd
		case k < len(forces):
			*forces[k] = sd
		default:
			r.Rests[k-len(forces)].SD = sd
		}
	}
	return g
}

const (
	unbounded = 10    // times a number: a deviation beyond is none
	rounding  = 1e-10 // of a number: a slope or a deviation below is none, but what differences leave
)

// unit is that of L.
func (f *problem) unit(m *model.Model[float64]) float64 {
	if gain, _, _ := m.StrongestGain(); gain > 0 {
		return gain
	}
	mass := f.masses(m)
	if mass == nil {
		return 1
	}
	return mass[len(mass)-1]
}

// masses are the means of the diagonal of M over what was learned from; nil: the model has none.
func (f *problem) masses(m *model.Model[float64]) []float64 {
	d, tape := m.Spec.D(), m.Tape(1)
	mechanics, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		return nil
	}
	n, mass, xdot := 0.0, make([]float64, d), make([]float64, 2*d)
	for _, e := range f.motion.learn.Of {
		for k := range e.T {
			tape.Field(e.X[2*d*k:2*d*(k+1)], e.U[k*m.Spec.M():(k+1)*m.Spec.M()], xdot)
			for i := range mass {
				mass[i] += mechanics.Mass(0)[i*d+i]
			}
			n++
		}
	}
	for i := range mass {
		mass[i] /= n
	}
	return mass
}
