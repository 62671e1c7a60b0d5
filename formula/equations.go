package formula

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lagrange/internal/lin"
	"lagrange/model"
)

// equations are those of Euler and Lagrange of each term at the states, linear in the coefficients.
type equations struct {
	t      Task
	spec   model.Spec // of all terms, with forces
	forces []float64  // parameters of forces, those of the model
	at     []int      // all terms
	terms  []model.Term
	of     []int // the list of Spec.Terms that each is of
	d, N   int
	a      []float64   // accelerations without forces (N, d)
	row    [][]float64 // of each term (N·d): its part of r, weighted with M⁻¹ in units of the accelerations' size
	raw    [][]float64 // the same, not weighted
	mass   [][]float64 // of each term: M (N, d, d)
	means  [][]float64 // of each term: mean of M_ii speed_i² (d)
	trace  []float64   // and their sum
	ref    []float64   // M of the model (N, d, d),
	refs   []float64   // the means of it (d),
	scale  float64     // and their sum
	size   []float64   // of accelerations (d)
	// assumed says what a formula rests on beside the accelerations; "" nothing
	assumed string
	learn   *mat.SymDense
	check   *mat.SymDense
	weight  float64 // numbers in learn, and
	tested  float64 // in check
}

// newEquations evaluates the accelerations and the terms.
func newEquations(t Task) (*equations, error) {
	free, forces, err := conservative(t.Of)
	if err != nil {
		return nil, err
	}
	e := &equations{t: t, spec: t.Of.Spec, forces: forces, d: t.Of.Spec.D()}
	s := &e.spec
	s.Family, s.Hidden, s.Head, s.Natural, s.Combinations, s.Nodes = "terms", nil, "", false, nil, nil
	if t.coordinates != nil {
		s.Coordinates = t.coordinates
	}
	s.Coordinates, s.Inputs = readable(s.Coordinates), kept(s.Inputs, false)
	if n := directions(t.States, 2*e.d); n < 2*e.d {
		few := fmt.Sprintf("these states differ in %d of %d directions of state space alone, where many sums of terms "+
			"give the same motion", n, 2*e.d)
		if !arguments(*s)[0].apart {
			return nil, errors.New(few)
		}
		e.assumed = few + ": this one has constant masses, and forces between bodies"
	}
	switch s.Terms = t.Terms; {
	case s.Terms == nil && e.assumed != "":
		s.Terms = constant(make([][]model.Term, 1+e.d*(e.d+1)/2))
	case s.Terms == nil:
		if s.Terms = s.DefaultTerms(); model.Count(s.Terms) > most {
			s.Terms = s.SimplestTerms()
		}
		s.Terms[0] = append(s.Terms[0], inverse(*s, t.States)...)
	}
	if s.Terms, err = with(*s, s.Terms, t.More); err != nil {
		return nil, err
	}
	e.N = len(t.States) / (2 * e.d)
	for o, ts := range s.Terms {
		for _, h := range ts {
			e.at, e.terms, e.of = append(e.at, len(e.at)), append(e.terms, h), append(e.of, o)
		}
	}
	if len(e.at) == 0 {
		return nil, errNone
	}
	if 2*e.N*e.d < 3*len(e.at) {
		return nil, fmt.Errorf("%d states are too few for %d terms", e.N, len(e.at))
	}
	e.accelerations(free)
	bare := *s
	bare.Friction, bare.Inputs = "", nil
	return e, e.columns(bare)
}

// with are the terms of a library and more of them.
func with(s model.Spec, terms [][]model.Term, more []string) ([][]model.Term, error) {
	terms = slices.Clone(terms)
	for _, text := range more {
		list, t, err := s.TermOf(text)
		if err != nil {
			return nil, err
		}
		there := func(o model.Term) bool { return o.Function == t.Function && s.TermText(o) == s.TermText(t) }
		if !slices.ContainsFunc(terms[list], there) {
			terms[list] = append(slices.Clone(terms[list]), t)
		}
	}
	return terms, nil
}

// far is a mean in units of the scale from which on powers are of the distance from the mean: those of q itself would
// hardly differ.
const far = 10

// flat is the standard deviation, in units of those of the coordinates, of a direction in which states do not differ.
const flat = 1e-3

// directions is in how many directions states (N, n) differ.
func directions(states []float64, n int) (count int) {
	N := len(states) / n
	mean, sd := make([]float64, n), make([]float64, n)
	for i, x := range states {
		mean[i%n] += x / float64(N)
	}
	C := mat.NewSymDense(n, nil)
	for b := range N {
		for i := range n {
			for j := range i + 1 {
				C.SetSym(i, j, C.At(i, j)+(states[b*n+i]-mean[i])*(states[b*n+j]-mean[j])/float64(N))
			}
		}
	}
	for i := range n {
		sd[i] = math.Sqrt(C.At(i, i))
	}
	for i := range n {
		for j := range i + 1 {
			if sd[i] > 0 && sd[j] > 0 {
				C.SetSym(i, j, C.At(i, j)/(sd[i]*sd[j]))
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(C, false) {
		return n
	}
	for _, w := range e.Values(nil) {
		if w > flat*flat {
			count++
		}
	}
	return count
}

// most is how many terms of the default library there may be: of more coordinates the simplest one is looked at, which
// has constant masses.
const most = 500

// inverse are 1/q and 1/q² of coordinates that are positive and away from 0 at all states.
func inverse(s model.Spec, states []float64) (more []model.Term) {
	d := s.D()
	for i, c := range s.Coordinates {
		low, high := math.Inf(1), math.Inf(-1)
		for n := i; n < len(states); n += 2 * d {
			low, high = min(low, states[n]), max(high, states[n])
		}
		for k := 1; k <= 2 && c.Period == 0 && !c.Cyclic && low > away*high; k++ {
			of := make([]int, d)
			of[i] = -k
			more = append(more, model.Term{Function: model.Power, Of: of})
		}
	}
	return more
}

// away is how far from 0 a coordinate has to keep, beside the furthest that it goes.
const away = 0.05

// readable are coordinates whose powers are of themselves, where they are not far from 0.
func readable(cs []model.Coordinate) []model.Coordinate {
	cs = slices.Clone(cs)
	for i := range cs {
		c := &cs[i]
		if c.Knee, c.SpeedKnee = 0, 0; math.Abs(c.Mean) < far*c.Scale {
			c.Mean = 0
		}
	}
	return cs
}

// accelerations of the model, and their size.
func (e *equations) accelerations(m *model.Model[float64]) {
	d, tape, dx, u := e.d, m.Tape(1), make([]float64, 2*e.d), e.t.inputs(m.Spec)
	e.size = make([]float64, d)
	for n := range e.N {
		if e.t.accel != nil {
			copy(dx[d:], e.t.accel[d*n:])
		} else {
			tape.Field(e.t.States[2*d*n:2*d*(n+1)], u, dx)
		}
		e.a = append(e.a, dx[d:]...)
		for i, a := range dx[d:] {
			e.size[i] += a * a / float64(e.N)
		}
	}
	all := 0.0
	for _, a := range e.size {
		all += a
	}
	for i, a := range e.size {
		e.size[i] = math.Sqrt(max(a, 1e-12*all))
		if e.size[i] == 0 {
			e.size[i] = 1
		}
	}
}

// columns are the parts of r and of M of each term, whose coefficient alone is 1.
func (e *equations) columns(s model.Spec) error {
	theta := make([]float64, len(e.at))
	m, err := model.With(s, theta)
	if err != nil {
		return err
	}
	d := e.d
	tape := m.Tape(e.N)
	k, ok := model.As[model.InverseDynamics[float64]](tape)
	mech, too := model.As[model.Mechanics[float64]](tape)
	if !ok || !too {
		panic("formula: a sum of terms has no inverse dynamics")
	}
	var q, v []float64
	for n := range e.N {
		x := e.t.States[2*d*n : 2*d*(n+1)]
		q, v = append(q, x[:d]...), append(v, x[d:]...)
	}
	for i := range e.at {
		clear(theta)
		theta[i] = 1
		Q, M, means, trace := make([]float64, e.N*d), make([]float64, 0, e.N*d*d), make([]float64, d), 0.0
		k.Force(q, v, nil, e.a, Q)
		for n := range e.N {
			M = append(M, mech.Mass(n)...)
			for j, c := range s.Coordinates {
				means[j] += M[n*d*d+j*d+j] * c.Speed * c.Speed / float64(e.N)
			}
		}
		for _, y := range means {
			trace += y
		}
		e.raw, e.mass = append(e.raw, Q), append(e.mass, M)
		e.means, e.trace = append(e.means, means), append(e.trace, trace)
	}
	return nil
}

// rounds is how often the mass matrix of a model without one is found anew.
const rounds = 4

// weigh brings the rows into units of accelerations, by M⁻¹ of the model or, where it has none, of the sum of terms
// itself.
func (e *equations) weigh(ctx context.Context) error {
	if M := e.learned(); M != nil && e.assumed == "" { // a model knows little of directions that it has not seen
		e.rows(M)
		return nil
	}
	M := make([]float64, e.N*e.d*e.d)
	for n := range e.N {
		for i, c := range e.spec.Coordinates {
			M[n*e.d*e.d+i*e.d+i] = 1 / (c.Speed * c.Speed)
		}
	}
	for range rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.rows(M)
		β := e.solve(e.learn, e.at)
		if β == nil {
			return errNone
		}
		clear(M)
		for k, b := range β {
			for i, x := range e.mass[k] {
				M[i] += b * x
			}
		}
	}
	return nil
}

// learned is the mass matrix of the model at the states; nil if it has none.
func (e *equations) learned() (M []float64) {
	tape, dx, u := e.t.Of.Tape(1), make([]float64, 2*e.d), e.t.inputs(e.t.Of.Spec)
	mech, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		return nil
	}
	for n := range e.N {
		tape.Field(e.t.States[2*e.d*n:2*e.d*(n+1)], u, dx)
		M = append(M, mech.Mass(0)...)
	}
	return M
}

// rows weighs them, scales the unit of L to that of M, and makes the Gram matrices of the states that learn, every
// third aside, and of the others. Blocks are of states that follow one another.
func (e *equations) rows(M []float64) {
	d, K := e.d, len(e.at)
	work, F, y := lin.NewWork[float64](d), make([]float64, d*d), make([]float64, d)
	e.row = make([][]float64, K)
	for k := range e.row {
		e.row[k] = make([]float64, e.N*d)
	}
	e.scale = 0
	e.ref, e.refs = M, make([]float64, d)
	for n := range e.N {
		m := M[n*d*d : (n+1)*d*d]
		kind := work.Factor(d, m, F)
		for k := range e.row {
			lin.Solve(d, kind, F, e.raw[k][n*d:(n+1)*d], y)
			for i := range d {
				e.row[k][n*d+i] = y[i] / e.size[i]
			}
		}
		for i, c := range e.spec.Coordinates {
			e.refs[i] += m[i*d+i] * c.Speed * c.Speed / float64(e.N)
		}
	}
	for _, y := range e.refs {
		e.scale += y
	}
	e.learn, e.check = mat.NewSymDense(K, nil), mat.NewSymDense(K, nil)
	e.weight, e.tested = 0, 0
	for n := range e.N {
		if n%3 == 2 {
			e.tested++
			e.add(n, e.check, e.row)
		} else {
			e.weight++
			e.add(n, e.learn, e.row)
		}
	}
}

// add adds the rows of a state to a Gram matrix.
func (e *equations) add(n int, G *mat.SymDense, row [][]float64) {
	for k, r := range row {
		for l, s := range row[:k+1] {
			x := dot(r[n*e.d:(n+1)*e.d], s[n*e.d:(n+1)*e.d]) / float64(e.d)
			G.SetSym(k, l, G.At(k, l)+x)
		}
	}
}

func dot(x, y []float64) (s float64) {
	for i, a := range x {
		s += a * y[i]
	}
	return s
}
