package model

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lagrange/nn"
	"lagrange/symbolic"
)

// steps reads the formula of a term, in coordinates and velocities: variables are (q, v). Angles are in rad.
func (s Spec) steps(t Term) (steps []symbolic.Step, err error) {
	var names []string
	for _, c := range s.Coordinates {
		names = append(names, c.Name)
	}
	for i := range s.Coordinates {
		names = append(names, s.VelocityOf(i))
	}
	e, err := symbolic.Parse(t.Text, names)
	if err != nil {
		return nil, err
	}
	var at []int // of each step of e
	for _, k := range e.Steps() {
		k = k.Moved(at)
		steps = append(steps, k)
		if k.Kind == symbolic.Variable && k.A < s.D() && s.Coordinates[k.A].Period > 0 {
			steps = append(steps, symbolic.Step{Kind: symbolic.Constant, C: 2 * pi / s.Coordinates[k.A].Period},
				symbolic.Step{Kind: symbolic.Product, A: len(steps) - 1, B: len(steps)})
		}
		at = append(at, len(steps)-1)
	}
	return steps, nil
}

// depends says on which of (q, v) a formula does.
func (s Spec) depends(t Term) (on []bool) {
	on = make([]bool, 2*s.D())
	steps, err := s.steps(t)
	if err != nil {
		return on
	}
	for _, step := range steps {
		if step.Kind == symbolic.Variable {
			on[step.A] = true
		}
	}
	return on
}

// kinetic says whether a formula depends on velocities.
func (s Spec) kinetic(t Term) bool { return slices.Contains(s.depends(t)[s.D():], true) }

// Moves says whether a term is a formula of the velocity of coordinate i, so that it may be its mass.
func (s Spec) Moves(t Term, i int) bool { return t.Function == Formula && s.depends(t)[s.D()+i] }

// FormulaTerm is a formula of coordinates and velocities as a term, such as 1/sqrt(x^2+y^2), in units of its size: the
// root mean square at states about the means, as wide as the scales. Angles are in rad.
func (s Spec) FormulaTerm(text string) (Term, error) {
	t := Term{Function: Formula, Text: text, Size: 1}
	if _, err := s.steps(t); err != nil {
		return t, err
	}
	for i, on := range s.depends(t)[:s.D()] {
		if c := s.Coordinates[i]; on && c.Cyclic {
			return t, fmt.Errorf("%s is ignorable: no term depends on it", c.Name)
		}
	}
	x := s.about()
	values, sum, n := s.Values(t, x), 0.0, 0.0
	for _, y := range values {
		if y-y == 0 {
			sum, n = sum+y*y, n+1
		}
	}
	if n == 0 || !(sum > 0) || math.IsInf(sum, 1) {
		return t, errors.New("it has no value where the coordinates are")
	}
	t.Size = math.Sqrt(sum / n)
	for i, c := range s.Coordinates {
		turned := slices.Clone(x)
		for at := i; c.Period > 0 && at < len(x); at += 2 * s.D() {
			turned[at] += c.Period
		}
		for k, y := range s.Values(t, turned) {
			if math.Abs(y-values[k]/t.Size) > 1e-6 {
				return t, fmt.Errorf("it changes over a turn of %s: angles stand in sin and cos, a whole number of "+
					"times", c.Name)
			}
		}
	}
	if s.silent(t, x) {
		return t, errors.New("motion does not tell it: it changes with nothing that moves, or as the total " +
			"derivative of a function of the coordinates")
	}
	return t, nil
}

// about are some states about the means, as wide as the scales: multiples of square roots, modulo 1.
func (s Spec) about() (x []float64) {
	for k := range 64 {
		for i := range 2 * s.D() {
			_, y := math.Modf(float64(k+1) * math.Sqrt(float64(2+i*i)+0.5*float64(i)))
			if c := s.Coordinates[i%s.D()]; i < s.D() {
				x = append(x, c.Mean+c.Scale*(2*y-1))
			} else {
				x = append(x, c.Speed*(2*y-1))
			}
		}
	}
	return x
}

// Values are those of a formula at states (B, 2d).
func (s Spec) Values(t Term, x []float64) (values []float64) {
	n := 2 * s.D()
	B := len(x) / n
	e := newExpressions[float64](s, []Term{t}, n, B, 0, 0)
	in, out := nn.NewStreams[float64](B, 0, n, 0), nn.NewStreams[float64](B, 0, 1, 0)
	for b := range B {
		copy(in.Row(0, b), x[n*b:n*(b+1)])
	}
	e.Forward(in, out)
	for b := range B {
		values = append(values, out.Row(0, b)[0])
	}
	return values
}

// silent says whether d/dt h_v − h_q = 0 of a formula at all states, whatever the accelerations are.
func (s Spec) silent(t Term, x []float64) bool {
	d := s.D()
	s.Family, s.Friction, s.Inputs, s.Natural, s.Hidden, s.Head = terms.Name, "", nil, false, nil, ""
	s.Nodes, s.Combinations = nil, nil
	s.Terms = make([][]Term, 1+triangle(d))
	s.Terms[0] = []Term{t}
	m, err := With(s, []float64{1})
	if err != nil {
		return false
	}
	inverse, _ := As[InverseDynamics[float64]](m.Tape(1))
	Q, a := make([]float64, d), make([]float64, d)
	for n := 0; n < len(x); n += 2 * d {
		for i, c := range s.Coordinates {
			a[i] = c.Accel * (1 - 2*float64((n+i)%2))
		}
		inverse.Force(x[n:n+d], x[n+d:n+2*d], nil, a, Q)
		for i, c := range s.Coordinates {
			if math.Abs(Q[i])*c.Scale > 1e-9 { // h itself is of the size 1
				return false
			}
		}
	}
	return true
}
