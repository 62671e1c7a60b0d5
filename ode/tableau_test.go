package ode

import (
	"math"
	"strings"
	"testing"
)

func dot(a, b []float64) (s float64) {
	for i, a := range a {
		s += a * b[i]
	}
	return s
}

// apply returns A z, row by row.
func apply(A [][]float64, z []float64) []float64 {
	out := make([]float64, len(A))
	for i, a := range A {
		out[i] = dot(a, z)
	}
	return out
}

func times(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * b[i]
	}
	return out
}

func power(c []float64, k int) []float64 {
	out := make([]float64, len(c))
	for i, c := range c {
		out[i] = math.Pow(c, float64(k))
	}
	return out
}

func close(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %.17g, want %.17g within %g", what, got, want, tol)
	}
}

// The tableaux satisfy c_i = Σ a_ij, the conditions of all rooted trees up to order 4, and Σ b c^k = 1/(k+1) up to
// their own order (Hairer, Nørsett, Wanner 1993, Table II.2.1). The rest of the order is measured in TestOrder.
func TestOrderConditions(t *testing.T) {
	const tol = 4e-15
	for _, m := range Methods() {
		A, b, c := m.Tableau.A, m.Tableau.B, m.Tableau.C
		if b == nil {
			continue
		}
		for i, a := range A {
			if len(a) != i {
				t.Fatalf("%s: row %d has %d numbers", m.Name, i, len(a))
			}
			close(t, m.Name+" row sum", dot(a, power(c, 0)), c[i], 2e-14)
		}
		for k := range m.Order {
			close(t, m.Name+" Σ b c^k", dot(b, power(c, k)), 1/float64(k+1), tol)
		}
		Ac := apply(A, c)
		trees := []struct {
			order     int
			got, want float64
		}{
			{3, dot(b, Ac), 1. / 6},
			{4, dot(b, times(c, Ac)), 1. / 8},
			{4, dot(b, apply(A, times(c, c))), 1. / 12},
			{4, dot(b, apply(A, Ac)), 1. / 24},
			{5, dot(b, times(Ac, Ac)), 1. / 20},
			{5, dot(b, apply(A, apply(A, Ac))), 1. / 120},
		}
		for _, tree := range trees {
			if tree.order <= m.Order {
				close(t, m.Name+" tree", tree.got, tree.want, tol)
			}
		}
	}
}

// An error row is the difference of two formulas: it vanishes on polynomials up to the lower order and not beyond.
func TestErrorRows(t *testing.T) {
	for _, x := range []struct {
		m      Method
		row, p int
	}{{Dopri5, 0, 4}, {Dop853, 0, 5}, {Dop853, 1, 3}} {
		e := x.m.E[x.row]
		c := append(append([]float64{}, x.m.Tableau.C...), 1)
		for k := range x.p {
			close(t, x.m.Name+" Σ e c^k", dot(e, power(c, k)), 0, 1e-15)
		}
		if d := dot(e, power(c, x.p)); math.Abs(d) < 1e-5 {
			t.Errorf("%s row %d: Σ e c^%d = %g, the row estimates nothing", x.m.Name, x.row, x.p, d)
		}
	}
}

func TestDenseRows(t *testing.T) {
	c := append(append(append([]float64{}, Dop853.Tableau.C...), 1), Dop853.Dense.C...)
	for i, a := range Dop853.Dense.A {
		close(t, "row sum", dot(a, power(c, 0)), Dop853.Dense.C[i], 1e-15)
		for k := 1; k < 4; k++ {
			close(t, "Σ a c^k", dot(a, power(c, k)), math.Pow(Dop853.Dense.C[i], float64(k+1))/float64(k+1), 1e-15)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, m := range Methods() {
		got, err := Lookup(m.Name)
		if err != nil || got.Title != m.Title || got.Title == "" || got.Order != m.Order {
			t.Errorf("Lookup(%q) = %v, %v", m.Name, got, err)
		}
		if m.Adaptive() != strings.Contains(m.Title, "adaptive") {
			t.Errorf("%s: Adaptive() = %v, title %q", m.Name, m.Adaptive(), m.Title)
		}
	}
	_, err := Lookup("rk5")
	for _, name := range []string{"euler", "rk4", "dopri5", "dop853", "verlet", "midpoint"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Lookup(rk5): %v does not name %s", err, name)
		}
	}
}
