package model

import (
	"slices"
	"strings"
	"testing"
)

// of is a sum of terms of coordinates with these names; theta and phi are angles.
func of(names string) Spec {
	s := Spec{Family: "terms", Activation: "softplus"}
	for _, name := range strings.Fields(names) {
		c := Coordinate{Name: name, Velocity: "v_" + name, Mean: 0.5, Scale: 1, Speed: 1, Accel: 1}
		if strings.HasPrefix(name, "theta") || strings.HasPrefix(name, "phi") {
			c.Period = 2 * pi
		}
		s.Coordinates = append(s.Coordinates, c)
	}
	return s
}

// texts are the terms of the potential.
func (s Spec) texts(all [][]Term) (texts []string) {
	for _, t := range all[0] {
		texts = append(texts, s.TermText(t))
	}
	return texts
}

// Points are found by their names, and nothing else is taken for one. All distances of a pair are there, and every
// coordinate has a mass of its own.
func TestPointTerms(t *testing.T) {
	for names, want := range map[string][]string{ // squares of distances, without and with a centre
		"x1 y1 x2 y2":             {"(x1-x2)^2+(y1-y2)^2", "x1^2+y1^2"},
		"x y":                     {"", "x^2+y^2"},
		"a_x a_y b_x b_y":         {"(a_x-b_x)^2+(a_y-b_y)^2", "b_x^2+b_y^2"},
		"x_a z_a y_a y_b x_b z_b": {"(x_a-x_b)^2+(y_a-y_b)^2+(z_a-z_b)^2", "x_a^2+y_a^2+z_a^2"},
	} {
		s := of(names)
		for k, square := range want {
			all := s.PointTerms(k == 1)
			if square == "" {
				if all != nil {
					t.Errorf("%s: %v", names, s.texts(all))
				}
				continue
			}
			got := s.texts(all)
			if !slices.Contains(got, "1/sqrt("+square+")") || !slices.Contains(got, "ln("+square+")") {
				t.Errorf("%s: no %s in %v", names, square, got)
			}
			for i := range s.Coordinates {
				for j := range i + 1 {
					if n := len(all[element(i, j)]); n != map[bool]int{true: 1}[i == j] {
						t.Errorf("%s: %d masses of %d and %d", names, n, i, j)
					}
				}
			}
			s.Terms = all
			if err := s.Check(); err != nil {
				t.Errorf("%s: %v", names, err)
			}
		}
	}
	for _, names := range []string{"x theta", "x1 x2", "x1 y1 x2 z2", "x1 y1 x2", "u w", "x1 y1 q", "theta phi"} {
		if s := of(names); s.PointTerms(true) != nil {
			t.Errorf("%s: %v", names, s.texts(s.PointTerms(true)))
		}
	}
}

// A library of springs has the difference of any two lengths, and of masses those of each coordinate alone, or all.
func TestCoupledTerms(t *testing.T) {
	s := of("q1 q2 theta q3")
	for _, coupled := range []bool{false, true} {
		all := s.CoupledTerms(coupled)
		got := s.texts(all)
		for text, want := range map[string]bool{"(q1-q2)^2": true, "(q1-q3)^2": true, "(q2-q3)^2": true,
			"cos(theta)": true, "(q1-theta)^2": false, "cos(2*theta)": false} {
			if slices.Contains(got, text) != want {
				t.Errorf("%s: %v in %v", text, !want, got)
			}
		}
		masses := 0
		for _, list := range all[1:] {
			masses += len(list)
		}
		if want := map[bool]int{false: 4, true: 10}[coupled]; masses != want {
			t.Errorf("%d masses, want %d", masses, want)
		}
	}
}

// Inverse powers are those of the coordinates that are named, and of no angle.
func TestInverseTerms(t *testing.T) {
	s := of("r s theta")
	got := s.texts(s.InverseTerms([]string{"r", "theta"}))
	if !slices.Contains(got, "1/r") || !slices.Contains(got, "1/r^2") || slices.Contains(got, "1/s") ||
		slices.Contains(got, "1/theta") || len(got) != len(s.DefaultTerms()[0])+2 {
		t.Errorf("%v", got)
	}
}
