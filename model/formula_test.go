package model_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
)

// mixed has an angle in degrees, a length about a mean, and an angle whose name begins with that of the first.
func mixed() model.Spec {
	return model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "arm", Velocity: "w", Period: 360, Scale: 57, Speed: 90, Accel: 1},
		{Name: "x", Velocity: "v", Mean: 0.3, Scale: 0.4, Speed: 4, Accel: 1},
		{Name: "arm two", Velocity: "w2", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 1},
	}}
}

var some = []string{
	"x^2", "x", "sin(2*arm-arm two)", "w^2", "x^2*v^2", "cos(arm+arm two)*w*w2", "v^2", "w2^2", "x*v*w2",
}

// L by the model is the sum of what its coefficients say, evaluated by hand in the units of the recording.
func TestCoefficients(t *testing.T) {
	s := mixed()
	var err error
	if s.Terms, err = s.TermsOf(some); err != nil {
		t.Fatal(err)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k := range m.Theta {
		m.Theta[k] = float64(k) - 3.5
	}
	a, x, b, w, v, w2 := 25., 0.7, 1.1, 30., -2., 1.5
	y, r := x-0.3, a*math.Pi/180
	g := map[string]float64{
		"(x-0.3)^2": y * y, "(x-0.3)": y, "sin(2*arm-arm two)": math.Sin(2*r - b), "w^2": w * w,
		"(x-0.3)^2*v^2": y * y * v * v, "cos(arm+arm two)*w*w2": math.Cos(r+b) * w * w2, "v^2": v * v, "w2^2": w2 * w2,
		"(x-0.3)*v*w2": y * v * w2,
	}
	want := 0.0
	for _, c := range m.Coefficients() {
		f, ok := g[c.Term]
		if !ok {
			t.Errorf("a term %q", c.Term)
		}
		delete(g, c.Term)
		want += c.Value * f
	}
	if len(g) > 0 {
		t.Errorf("no terms %v", g)
	}
	tape := m.Tape(1)
	tape.Field([]float64{a, x, b, w, v, w2}, nil, make([]float64, 6))
	mech, _ := model.As[model.Mechanics[float64]](tape)
	if got := mech.Lagrangian(0); math.Abs(got-want) > 1e-12*math.Abs(want) {
		t.Errorf("L = %v, by the coefficients %v", got, want)
	}
}

// What is written of a library reads as the same library, in any order; a formula leaves out what is small.
func TestFormula(t *testing.T) {
	s := mixed()
	s.Coordinates[1].Mean = 0
	s.Terms = s.DefaultTerms()
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range m.Coefficients() {
		texts = append(texts, c.Term)
	}
	back, err := s.TermsOf(texts)
	if err != nil || fmt.Sprint(back) != fmt.Sprint(s.Terms) {
		t.Errorf("%v: %v", texts, err)
	}
	slices.Reverse(texts)
	if back, err = s.TermsOf(texts); err != nil || len(back[0]) != len(s.Terms[0]) {
		t.Error(err)
	}
	few := mixed()
	few.Terms, _ = few.TermsOf([]string{"cos(arm)", "w^2", "v^2", "w2*w2", "w2*v"})
	if m, err = model.With(few, []float64{9.8, 8100 * 2, 32, 0.04, -8}); err != nil {
		t.Fatal(err)
	}
	for share, want := range map[float64]string{
		0:    "9.8*cos(arm) + 1*w^2 + 1*v^2 + 0.005*v*w2 - 1*w2^2",
		1e-5: "9.8*cos(arm) + 1*w^2 + 1*v^2 - 1*w2^2",
	} {
		if got := m.Formula(3, share); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Terms that are none are refused with the word that tells why.
func TestTermsOfRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"cos(arm": "too early", "cos()": "letter 5", "cos(arm)w": "goes on with", "tan(arm)": "letter 1",
		"1": "nothing that moves", "w": "total derivative", "cos(arm)*w": "total derivative", "cos(arm-arm)": "nothing",
		"x*v": "total derivative", "v*w2 + x": "", "arm": "over a turn of arm", "cos(0.5*arm)": "over a turn",
		"arms": "arm two", "cos(arm)": "twice", "1/(x-x)": "no value", "x^2*": "too early",
	} {
		_, err := mixed().TermsOf([]string{"w^2", "v^2", "w2^2", "cos(arm)", text})
		if (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want a word about %s", text, err, why)
		}
	}
	if _, err := mixed().TermsOf([]string{"w^2", "v^2", "x"}); err == nil || !strings.Contains(err.Error(), "no mass") {
		t.Error(err)
	}
}
