package model_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
	"lagrange/model/modeltest"
)

// A library of which little is left is a model as well: each parameter is the coefficient of a term.
func TestFewTerms(t *testing.T) {
	s := spec("terms", 2, 1, model.Viscous)
	s.Coordinates[1].Period = 5
	s.Terms = [][]model.Term{
		{{Function: model.Cos, Of: []int{1, 0}}, {Function: model.Sin, Of: []int{2, -1}}},
		{{Function: model.One}},
		{{Function: model.Cos, Of: []int{1, -1}}},
		{{Function: model.One}, {Function: model.Cos, Of: []int{0, 2}}},
	}
	modeltest.Check(t, s)
	if n, err := model.Params(s); err != nil || n != 6+2+3+2 {
		// terms, gains and offsets of two coordinates, a triangle of friction
		t.Error(n, err)
	}
}

// A planet is L = ½ v_r² + ½ r² v_φ² + 1/r: a power may be an inverse one, which is read and written as people do.
func TestTermsOfAPlanet(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "r", Velocity: "v", Mean: 0, Scale: 2, Speed: 3, Accel: 1},
		{Name: "phi", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1},
	}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"1/r", "1/r^2", "v^2", "r^2*w^2"}); err != nil {
		t.Fatal(err)
	}
	modeltest.Check(t, s)
	m, err := model.With(s, []float64{0.5, 0, 9, 4})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Formula(6, 1e-9); got != "1*1/r + 0.5*v^2 + 0.5*r^2*w^2" {
		t.Error(got)
	}
	y := make([]float64, 4)
	m.Tape(1).Field([]float64{0.8, 1, 0.3, 1.2}, nil, y)
	for i, want := range []float64{0.8*1.2*1.2 - 1/0.64, -2 * 0.3 * 1.2 / 0.8} {
		if math.Abs(y[2+i]-want) > 1e-12 {
			t.Errorf("acceleration %d is %g, not %g", i, y[2+i], want)
		}
	}
	if _, err := s.TermsOf([]string{"1/phi", "v^2", "w^2"}); err == nil || !strings.Contains(err.Error(), "1/phi") {
		t.Error(err)
	}
}

// A double pendulum is L = 19.6 cos θ₁ + 9.8 cos θ₂ + v₁² + v₁v₂ cos(θ₁ − θ₂) + ½ v₂²: with these coefficients a sum of
// terms has its Lagrangian and its accelerations.
func TestTermsOfADoublePendulum(t *testing.T) {
	const g = 9.8
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "a", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 1},
		{Name: "b", Period: 360, Scale: 1, Speed: 30, Accel: 1},
	}}
	s.Terms = [][]model.Term{
		{{Function: model.Cos, Of: []int{1, 0}}, {Function: model.Cos, Of: []int{0, 1}}},
		{{Function: model.One}}, {{Function: model.Cos, Of: []int{1, -1}}}, {{Function: model.One}},
	}
	const turn = math.Pi / 180 // θ₂ is in degrees
	m, err := model.With(s, []float64{2 * g, g, 2 * 2 * 2, 2 * 30 * turn, 30 * 30 * turn * turn})
	if err != nil {
		t.Fatal(err)
	}
	q, v, tape, y := []float64{0.7, -1.1 / turn}, []float64{1.5, -2 / turn}, m.Tape(1), make([]float64, 4)
	tape.Field(append(append([]float64(nil), q...), v...), nil, y)
	sin, cos := math.Sincos(q[0] - q[1]*turn)
	w := v[1] * turn
	f1, f2 := -sin*w*w-2*g*math.Sin(q[0]), sin*v[0]*v[0]-g*math.Sin(q[1]*turn)
	det := 2 - cos*cos
	for i, want := range []float64{(f1 - cos*f2) / det, (2*f2 - cos*f1) / det / turn} {
		if math.Abs(y[2+i]-want) > 1e-12*math.Abs(want) {
			t.Errorf("acceleration %d is %g, not %g", i, y[2+i], want)
		}
	}
}

// The finer library has four harmonics of each angle where the default one has two, and all else of it.
func TestFinerTerms(t *testing.T) {
	s := mixed()
	finer, all := s.FinerTerms(), s.DefaultTerms()
	for o, ts := range finer {
		rest := slices.DeleteFunc(slices.Clone(ts), func(t model.Term) bool {
			return slices.ContainsFunc(t.Of, func(k int) bool { return t.Function != model.Power && k > 2 })
		})
		if len(rest)+2*2*2 != len(ts) { // sine and cosine of two harmonics of two angles
			t.Errorf("%d terms, of which %d have low harmonics", len(ts), len(rest))
		}
		if !reflect.DeepEqual(rest, all[o]) {
			t.Errorf("%v, not %v", rest, all[o])
		}
	}
	if slices.IndexFunc(finer[0], func(t model.Term) bool { return t.Function == model.Cos && t.Of[0] == 4 }) < 0 {
		t.Errorf("no cos(4 arm) in %v", finer[0])
	}
}

// The simplest library has constant masses, in a potential of first harmonics and of squares.
func TestSimplestTerms(t *testing.T) {
	s := spec("terms", 3, 0, "")
	s.Coordinates[0].Period, s.Coordinates[1].Period, s.Coordinates[2].Period = 5, 5, 0
	want := [][]model.Term{{
		{Function: model.Sin, Of: []int{1, 0, 0}}, {Function: model.Cos, Of: []int{1, 0, 0}},
		{Function: model.Sin, Of: []int{0, 1, 0}}, {Function: model.Cos, Of: []int{0, 1, 0}},
		{Function: model.Power, Of: []int{0, 0, 1}}, {Function: model.Power, Of: []int{0, 0, 2}},
	}}
	for range 6 {
		want = append(want, []model.Term{{Function: model.One}})
	}
	if got := s.SimplestTerms(); !reflect.DeepEqual(got, want) {
		t.Errorf("they are %v", got)
	}
}

// Terms that are none are refused by name.
func TestWrongTerms(t *testing.T) {
	for want, spoil := range map[string]func(s *model.Spec){
		"lists of terms":    func(s *model.Spec) { s.Terms = s.Terms[:2] },
		"1, or sin, cos":    func(s *model.Spec) { s.Terms[0][0].Function = "tan" },
		"for each":          func(s *model.Spec) { s.Terms[1][1].Of = []int{1} },
		"sin(q1)":           func(s *model.Spec) { s.Terms[0][0].Of = []int{0, 1} },
		"q0^2":              func(s *model.Spec) { s.Terms[0][0] = model.Term{Function: model.Power, Of: []int{2, 0}} },
		"depends on no":     func(s *model.Spec) { s.Terms[0][0].Of = []int{0, 0} },
		"ignorable":         func(s *model.Spec) { s.Coordinates[0].Cyclic = true },
		"system parameters": func(s *model.Spec) { s.Inputs[0].SystemParameter = true },
		"has none":          func(s *model.Spec) { s.Hidden = []int{3} },
		"has no terms":      func(s *model.Spec) { s.Family, s.Hidden = "lnn", []int{3} },
	} {
		s := spec("terms", 2, 1, "")
		spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Terms are written with the names of the coordinates.
func TestTermText(t *testing.T) {
	s := spec("terms", 3, 0, "")
	for want, term := range map[string]model.Term{
		"1": {Function: model.One}, "sin(q0)": {Function: model.Sin, Of: []int{1, 0, 0}},
		"cos(-2 q0 + q2)": {Function: model.Cos, Of: []int{-2, 0, 1}},
		"cos(q0 - q2)":    {Function: model.Cos, Of: []int{1, 0, -1}},
		"(q1-0.3)":        {Function: model.Power, Of: []int{0, 1, 0}},
		"(q1-0.3)^2":      {Function: model.Power, Of: []int{0, 2, 0}},
		"1/q1^2":          {Function: model.Power, Of: []int{0, -2, 0}},
	} {
		if got := s.TermText(term); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// A coefficient times its unit stands before what is written.
func TestTermUnit(t *testing.T) {
	s := spec("terms", 3, 0, "")
	x := []float64{0.2, 0.7, -0.4, 0, 0, 0}
	mean, scale := s.Coordinates[1].Mean, s.Coordinates[1].Scale
	root, err := s.FormulaTerm("sqrt(q1^2+q2^2)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		term model.Term
		of   float64 // its value, that of a coefficient 1
	}{
		{model.Term{Function: model.Power, Of: []int{0, 1, 0}}, (x[1] - mean) / scale},
		{model.Term{Function: model.Power, Of: []int{0, 2, 0}}, math.Pow((x[1]-mean)/scale, 2)},
		{model.Term{Function: model.Power, Of: []int{0, -2, 0}}, math.Pow(x[1]/scale, -2)},
		{root, s.Values(root, x)[0]},
	} {
		text := s.TermText(c.term)
		written := model.Term{Function: model.Formula, Text: text, Size: 1}
		if got := s.TermUnit(c.term) * s.Values(written, x)[0]; math.Abs(got-c.of) > 1e-12 {
			t.Errorf("%g of %s is %g, not %g", s.TermUnit(c.term), text, got, c.of)
		}
	}
}
