package export

import (
	"errors"
	"fmt"
	"regexp"

	"lagrange/data"
	"lagrange/model"
)

// Source is a model to be exported.
type Source struct {
	Spec        model.Spec
	Members     []model.Parts // of an ensemble all networks; else one
	Ranges      []data.Range  // of the training data; nil: not known
	Fingerprint string        // of the model
	About       any           // what is told of the model, written as JSON into what is exported
}

// identifier is what C and Python have in common.
var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)

// CheckName says why a name cannot stand in front of the functions of an export.
func CheckName(name string) error {
	if !identifier.MatchString(name) {
		return fmt.Errorf("the name %q is no identifier: take letters, digits and _, a letter first, at most 63 of "+
			"them", name)
	}
	return nil
}

// routine is a function of an export.
type routine struct {
	name    string
	about   string
	inputs  []*node
	outputs []output
}

// output is what a routine writes. Turned, rows are columns.
type output struct {
	name   string
	of     *node
	turned bool
}

// program is a model as a form with its routines.
type program struct {
	*form
	source         *Source
	q, v, u, c, a  *node // inputs; u, c are nil where there are none
	forces, params []int // places of u and of c among the inputs of the model
	routines       []routine
}

// mostCoordinates are those of a graph that is written out: its C takes some half a minute to compile, and grows by the
// square of them.
const mostCoordinates = 16

// newProgram puts the form of a model together.
func newProgram(s *Source) (*program, error) {
	if len(s.Members) == 0 {
		return nil, errors.New("there is no network to export")
	}
	d := s.Spec.D()
	p := &program{form: newForm(), source: s}
	p.q, p.v, p.a = p.input("q", d), p.input("v", d), p.input("a", d)
	for j, in := range s.Spec.Inputs {
		if in.SystemParameter {
			p.params = append(p.params, j)
		} else {
			p.forces = append(p.forces, j)
		}
	}
	at := state{q: p.q, v: p.v}
	if n := len(p.forces); n > 0 {
		p.u = p.input("u", n)
		at.u = p.scatter(p.u, p.forces, s.Spec.M())
	}
	if n := len(p.params); n > 0 {
		p.c = p.input("c", n)
		at.u = p.add(at.u, p.scatter(p.c, p.params, s.Spec.M()))
	}
	at.params = p.params
	if d > mostCoordinates && s.Members[0].Densities != nil {
		return nil, fmt.Errorf("a graph of %d coordinates is too large to be written out, at most of %d: export it "+
			"on fewer sites", d, mostCoordinates)
	}
	var ms []*mechanics
	for _, parts := range s.Members {
		m, err := newMechanics(p.form, parts, at)
		if err != nil {
			return nil, err
		}
		ms = append(ms, &m)
	}
	p.write(ms)
	return p, nil
}

// mean is that of what the members say.
func (p *program) mean(ms []*mechanics, say func(m *mechanics) *node) (y *node) {
	for _, m := range ms {
		y = p.add(y, say(m))
	}
	return p.scale(y, 1/float64(len(ms)))
}

// write lists the routines of a model.
func (p *program) write(ms []*mechanics) {
	first, inputs := ms[0], []*node{p.q, p.v}
	for _, x := range []*node{p.u, p.c} {
		if x != nil {
			inputs = append(inputs, x)
		}
	}
	add := func(name, about string, outputs ...output) {
		p.routines = append(p.routines, routine{name, about, inputs, outputs})
	}
	kind := first.Equation.Kind
	what := "accelerations a"
	if kind == "hamilton" {
		what = "changes a = dp/dt of the momenta v = p"
		add("rate", "velocities dq/dt of the momenta v = p", output{"w", first.w, false})
		if len(ms) > 1 {
			p.routines[0].outputs[0].of = p.mean(ms, func(m *mechanics) *node { return m.w })
		}
	}
	add("accel", what, output{"a", p.mean(ms, func(m *mechanics) *node { return m.a }), false})
	jacobian := func(name string, x *node) output {
		return output{name, p.mean(ms, func(m *mechanics) *node { return m.jacobian(x) }), true}
	}
	slopes := []output{jacobian("aq", p.q), jacobian("av", p.v)}
	if p.u != nil {
		slopes = append(slopes, jacobian("au", p.u))
	}
	if p.c != nil {
		slopes = append(slopes, jacobian("ac", p.c))
	}
	add("accel_jacobian", "derivatives of a by q, v, u and c, as far as there are some, row by row", slopes...)
	if first.y != nil {
		add("energy", "the learned energy", output{"energy", first.energy(), false})
	}
	if kind != "lagrange" {
		return
	}
	add("momentum", "momenta p = dL/dv", output{"p", first.slope(p.v), false})
	add("mass", "the mass matrix, row by row", output{"m", first.M, false})
	tau, about := first.needed(p.a), "generalised forces, beside those of u, that bring the accelerations a"
	if first.Forces.Motors != nil {
		about = "known forces, beside u, that bring the accelerations a"
		tau = p.mean(ms, func(m *mechanics) *node {
			motors := m.Forces.Motors
			w := &weights{in: len(motors), out: len(motors[0])}
			for _, row := range motors {
				w.w = append(w.w, row...)
			}
			return p.linear(m.needed(p.a), w, false)
		})
	}
	inputs = append([]*node{p.q, p.v, p.a}, inputs[2:]...)
	add("force", about, output{"tau", tau, false})
}
