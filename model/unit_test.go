package model_test

import (
	"math"
	"slices"
	"testing"

	"lagrange/model"
)

// Units are multiplied as numbers are: 2 m² is 2 · (m)², whatever they are written as.
func TestUnits(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"N m", "N m"}, {"Nm", "N m"}, {"N·m", "N m"}, {"kg m^2/s^2", "N m"}, {"kg m²", "kg m^2"},
		{"kg m^2/s", "N m s"},
		{"kg/s", "N s/m"}, {"rad/s", "1/s"}, {"deg/s²", "deg/s^2"}, {"N m s^2", "kg m^2"}, {"m s⁻¹", "m/s"},
		{"AU/T", "AU/T"}, {"", ""}, {"m^x", ""}, {"rad", ""}, {"1/s/m", "1/(m s)"}, {"V", "V"}, {"m^999", ""},
	} {
		if got := model.ParseUnit(x.text).String(); got != x.want {
			t.Errorf("%q is %q, not %q", x.text, got, x.want)
		}
	}
	if u := model.ParseUnit("m").Times(model.ParseUnit(""), 1); u != nil {
		t.Errorf("m times what is not known is %q", u)
	}
	m, s := model.ParseUnit("m"), model.ParseUnit("s")
	if u := m.Times(s, -2).Times(m, -1); u.String() != "1/s^2" {
		t.Errorf("%q", u)
	}
}

// A coefficient is in the unit that makes its term one of L, and a force in that of L over its coordinate.
func TestCoefficientUnits(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", TimeUnit: "s", Friction: model.AllFriction,
		Inputs: []model.Input{{Name: "F", Unit: "N", Scale: 1}},
		Coordinates: []model.Coordinate{
			{Name: "x", Velocity: "v", Unit: "m", Scale: 1, Speed: 1, Accel: 1},
			{Name: "a", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1},
		}}
	var err error
	if s.Terms, err = s.TermsOf([]string{"x", "x^2", "1/x", "cos(a)", "v^2", "cos(a)*v*w", "x^2*w^2"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range s.CoefficientUnits(model.ParseUnit("J")) {
		got = append(got, u.String())
	}
	if want := []string{"N", "N/m", "N m^2", "N m", "kg", "kg m", "kg"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := s.ForceUnits(m.ForceCoefficients(), model.ParseUnit("J"))
	if !slices.Equal(f.Viscous[0], []string{"N s/m", "N s"}) || !slices.Equal(f.Viscous[1], []string{"N s", "N m s"}) ||
		!slices.Equal(f.Dry, []string{"N", "N m"}) || !slices.Equal(f.Drag, []string{"kg/m", "kg m^2"}) ||
		f.Gains[0][0] != "" || f.Gains[1][0] != "m" {
		t.Errorf("%q", f)
	}
	got = nil
	for _, u := range s.CoefficientUnits(model.Unit{model.Scale: 1, "s": -2}) {
		got = append(got, u.String())
	}
	if got[3] != "c/s^2" || got[4] != "c/m^2" || got[1] != "c/(m^2 s^2)" {
		t.Errorf("%q", got)
	}
	for text, want := range map[string]string{
		"1/sqrt(x^2+4)": "N m^2", "(1-0.04*v^2)^(-1/2)": "N m", "(1-v^2)^(-1/2)": "N m^2/s", "x*w": "N s",
		"exp(x)": "", "exp(-2*x)": "N m", "x+v": "", "cos(a)*x^3": "N/m^2", "sqrt(x)": "", "x*v^2+w*x": "",
	} {
		if s.Terms, err = s.TermsOf([]string{text, "v^2", "w^2"}); err != nil {
			t.Fatal(err)
		}
		if u := s.CoefficientUnits(model.ParseUnit("J"))[0]; u.String() != want {
			t.Errorf("%s: %q, not %q", text, u, want)
		}
	}
	s.TimeUnit = ""
	if u := s.CoefficientUnits(model.ParseUnit("J"))[1]; u != nil {
		t.Errorf("without a unit of time v² is in %q", u)
	}
}
