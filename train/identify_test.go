package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/smooth"
)

// swinging is a recording of noisy angles of a pendulum, a third of it held out.
func swinging(t *testing.T, sigma float64) (*Identification, model.Spec) {
	return swingingFor(t, 151, sigma)
}

// swingingFor is swinging with so many rows of each recording.
func swingingFor(t *testing.T, rows int, sigma float64) (*Identification, model.Spec) {
	t.Helper()
	set, _ := recorded(mech.Chain(1), 6, rows, 0.04, sigma, 5, func(r *rand.Rand, q, v []float64) {
		q[0] = 1 + 1.5*r.Float64()
	})
	sm, err := smooth.Set(context.Background(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewMeasured(set, sm)
	if err != nil {
		t.Fatal(err)
	}
	spec := scaledTo(o, set, "terms")
	spec.Terms = spec.DefaultTerms()
	return &Identification{Learn: &Measured{D: 1, Of: o.Of[:4]}, Held: &Measured{D: 1, Of: o.Of[4:]},
		Swing: sm.Findings[0].Swing, Penalty: L2, Workers: 2}, spec
}

// Of a library nothing is left but the two terms of a pendulum, whose ratio is g/l.
func TestPruneLeavesTheFormula(t *testing.T) {
	o, spec := swinging(t, 0.01)
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	x, err := o.Weak(ctx, m)
	if err == nil {
		x, err = o.Shoot(ctx, x)
	}
	if err != nil {
		t.Fatal(err)
	}
	y, err := o.Prune(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	n := y.Model.Spec.Terms
	if len(n[0]) != 1 || n[0][0].Function != model.Cos || len(n[1]) != 1 || n[1][0].Function != model.One {
		t.Fatalf("left are %v", n)
	}
	speed := y.Model.Spec.Coordinates[0].Speed
	g := y.Model.Theta[0] / y.Model.Theta[1] * speed * speed
	t.Logf("score %.3f, then %.3f; g/l = %.4f", x.Score, y.Score, g)
	if math.Abs(g-9.8) > 0.03 || y.Score > 1.02*x.Score {
		t.Errorf("g/l = %v, score %v after %v", g, y.Score, x.Score)
	}
}

// A term that is dropped leaves the others where χ² = (b − b₀)ᵀH(b − b₀) is least without it: its slope is 0 along all
// of them. What is many deviations off 0, or the last of the mass, stays.
func TestEliminated(t *testing.T) {
	o, spec := swinging(t, 0.01)
	spec.Terms = [][]model.Term{{spec.Terms[0][0], spec.Terms[0][1]}, {{Function: model.One}}}
	m, err := model.With(spec, []float64{1, 0.03, 0.001})
	if err != nil {
		t.Fatal(err)
	}
	H := [][]float64{{1e4, 6e3, 100}, {6e3, 8e3, 200}, {100, 200, 1e4}}
	C := make([]float64, 9)
	for j := range 3 { // by Cramer's rule
		a, b, c := H[(j+1)%3], H[(j+2)%3], H[j]
		x := []float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
		det := c[0]*x[0] + c[1]*x[1] + c[2]*x[2]
		for i := range 3 {
			C[i*3+j] = x[i] / det
		}
	}
	n, drop := o.eliminated(Identified{Model: m, Shot: Shot{Covariance: C}}, math.MaxInt)
	if drop[0] || !drop[1] || drop[2] {
		t.Fatalf("dropped are %v", drop)
	}
	for i, row := range H {
		slope := 0.0
		for j, h := range row {
			slope += h * (n.Theta[j] - m.Theta[j])
		}
		if i != 1 && math.Abs(slope) > 1e-9 || i == 1 && slope == 0 {
			t.Errorf("the slope of χ² along parameter %d is %g", i, slope)
		}
	}
	if math.Abs(n.Theta[1]) > 1e-15 {
		t.Errorf("the dropped coefficient is %g", n.Theta[1])
	}
}

// What was held out is learned from in the end: six recordings in place of four make deviations √(4/6) as large, and
// the score stays that of a model that has not seen them.
func TestAll(t *testing.T) {
	o, spec := swinging(t, 0.01)
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	x, err := o.Again(ctx, m, Identified{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := o.All(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	if y.Score != x.Score || len(o.Learn.Of) != 4 {
		t.Errorf("score %v, not %v; %d recordings to learn from", y.Score, x.Score, len(o.Learn.Of))
	}
	ratio := y.Shot.Deviations()[0] / x.Shot.Deviations()[0]
	t.Logf("deviations of %.3g, %.3g of what they were", y.Shot.Deviations()[0], ratio)
	if !(ratio > 0.7 && ratio < 0.9) {
		t.Errorf("deviations are %v of what they were", ratio)
	}
}

// Terms below a part of the largest are dropped with their coefficients, but for the last one on the diagonal.
func TestWithout(t *testing.T) {
	m := sumOfTerms(t)
	copy(m.Theta, []float64{1, 0.05, 0.02, 0.3, 0.5})
	n, dropped := Without(m, small(m, 0.1))
	if dropped != 1 || len(n.Spec.Terms[0]) != 1 || len(n.Spec.Terms[1]) != 1 || len(n.Theta) != len(m.Theta)-1 {
		t.Fatalf("%d dropped, left %v", dropped, n.Spec.Terms)
	}
	for i, want := range append([]float64{1, 0.02, 0.3, 0.5}, m.Theta[5:]...) {
		if n.Theta[i] != want {
			t.Errorf("parameter %d is %g, not %g", i, n.Theta[i], want)
		}
	}
	if n, dropped = Without(m, small(m, 0.4)); dropped != 2 || len(n.Spec.Terms[2]) != 0 {
		t.Errorf("%d dropped, left %v", dropped, n.Spec.Terms)
	}
}

// A tie is a mean difference within one standard error.
func TestTied(t *testing.T) {
	best := []float64{0, 0, 0, 0}
	for want, x := range map[bool][]float64{true: {1, -0.9, 1, -0.9}, false: {1, 0.9, 1, 0.9}} {
		if Tied(x, best) != want {
			t.Errorf("%v beside %v: not %v", x, best, want)
		}
	}
}

// Of two models that were not both shot with, the likelier is that which predicts motion held out better, by as many
// numbers as there are.
func TestLikelierWithoutShooting(t *testing.T) {
	o := &Identification{Held: &Measured{D: 1, Of: []Measurement{
		{T: make([]float64, 7), Sigma: []float64{0.1, 0}}, {T: make([]float64, 3), Sigma: []float64{0.1, 0}},
	}}}
	lost, found := Identified{Score: 9}, Identified{Score: 1, Lengths: []Length{{Segments: 4, Loss: 1}}}
	if got := lost.Likelier(found, o); got != 80 {
		t.Errorf("a likelihood of %g, not 8 for each of 10 numbers", got)
	}
}
