// Package benchtest has what tests of experiments share: models whose accelerations are known, cells of tables, rows
// that must not be in two sets of data, figures read back.
//
// The tests in files guard_test.go hold what is measured: metrics against numbers worked out by hand, splits by
// poisoning what must not be seen, tables cell by cell.
package benchtest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"lagrange/experiment"
	"lagrange/model"
)

// Tiny is a model of d coordinates in units of one, with one hidden unit max(z, 0)² and all parameters zero. Those of
// its net are, in this order, the weights of q and v (2d), a bias, the weights of the outputs, and their biases. A
// plain network then has q̈ = 0, a Hamiltonian ½p².
func Tiny(t testing.TB, family string, d int) *model.Model[float64] {
	t.Helper()
	spec := model.Spec{Family: family, Hidden: []int{1}, Activation: "relu2", Kinetic: 1}
	for range d {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Scale: 1, Speed: 1, Accel: 1})
	}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Theta)
	return m
}

// Steady is a plain network whose accelerations are a everywhere.
func Steady(t testing.TB, a ...float64) *model.Model[float64] {
	m := Tiny(t, "nn", len(a))
	copy(m.Theta[len(m.Theta)-len(a):], a)
	return m
}

// Agree fails where a number is off by more than one part in so many of it, or of one.
func Agree(t *testing.T, what string, tol, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

// cell is what stands in a table, in the first row whose name is this, or is this and a comma and more, under the
// n-th column of a name, n = 0, 1, …; a row "a…b" begins with a and ends with b.
func cell(t *testing.T, table experiment.Table, row, column string, n int) string {
	t.Helper()
	begin, end, _ := strings.Cut(row, "…")
	for j, name := range table.Columns {
		if name != column {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		for _, r := range table.Rows {
			if strings.HasPrefix(r[0]+",", begin+",") && strings.HasSuffix(r[0], end) {
				return append(r, slices.Repeat([]string{""}, len(table.Columns))...)[j]
			}
		}
		t.Fatalf("%s: no row %q", table.Title, row)
	}
	t.Fatalf("%s: no column %q", table.Title, column)
	return ""
}

// Reads fails unless the cell has these words.
func Reads(t *testing.T, table experiment.Table, row, column string, n int, want string) {
	t.Helper()
	if got := cell(t, table, row, column, n); got != want {
		t.Errorf("%s: %s, %s: %q, want %q", table.Title, row, column, got, want)
	}
}

// ApartFrom fails where a row of n numbers of one part is one of another part too.
func ApartFrom(t *testing.T, n int, parts map[string][]float64) {
	t.Helper()
	type row [8]float64
	seen := map[row]string{}
	for name, x := range parts {
		if len(x) == 0 || len(x)%n != 0 {
			t.Errorf("%s: %d numbers", name, len(x))
		}
		for r := range slices.Chunk(x, n) {
			var key row
			copy(key[:], r)
			if other, ok := seen[key]; ok && other != name {
				t.Fatalf("a state of %s is one of %s: %v", name, other, r)
			}
			seen[key] = name
		}
	}
}

// Filled are n numbers x.
func Filled(n int, x float64) []float64 { return slices.Repeat([]float64{x}, n) }

// EnergyByHand is that of the double pendulum of m = l = 1, g = 9.8, from the places and velocities of the bobs in
// the plane.
func EnergyByHand(q1, q2, v1, v2 float64) float64 {
	x, y := v1*math.Cos(q1), v1*math.Sin(q1)
	X, Y := x+v2*math.Cos(q2), y+v2*math.Sin(q2)
	h1 := -math.Cos(q1)
	h2 := h1 - math.Cos(q2)
	return (x*x+y*y+X*X+Y*Y)/2 + 9.8*(h1+h2)
}

// Falling is a mass of one on which a force of −2 acts: q̈ = −2, E = ½v² + 2q.
type Falling struct{}

// Dim is the number of coordinates.
func (Falling) Dim() int { return 1 }

// Accel writes q̈.
func (Falling) Accel(_, _, a []float64) { a[0] = -2 }

// Momentum writes p.
func (Falling) Momentum(_, v, p []float64) { p[0] = v[0] }

// Energy is E.
func (Falling) Energy(q, v []float64) float64 { return v[0]*v[0]/2 + 2*q[0] }
