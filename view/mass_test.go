package view

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

// pendulumMass is the mass matrix of a double pendulum of equal rods and bobs in units of velocities, but for a factor.
func pendulumMass(q []float64, speed Numbers) (a, b, c float64) {
	return 2 * speed[0] * speed[0], math.Cos(q[0]-q[1]) * speed[0] * speed[1], speed[1] * speed[1]
}

// The eigenvalues along a path, and the ellipses over a recording, are those of the true mass matrix: of a double
// pendulum they are known but for one factor.
func TestMass(t *testing.T) {
	set := pendulums(t, 2, 0)
	m, err := lagrange.Fit(context.Background(), set, lagrange.Settings{Model: "terms", Steps: 3, Workers: 1,
		Friction: model.NoFriction, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: m}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Follow(t.Context(), 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	path, mass := got.Paths[2], got.Mass // the learned one
	if path.Kind != Learned || len(mass.T) < 50 || len(mass.M) != len(mass.T) || len(mass.Eigen) != len(mass.T) {
		t.Fatalf("%s, %d times, %d matrices", path.Kind, len(mass.T), len(mass.M))
	}
	unit := mass.M[0][3] // of the lower bob it is 1
	for n, at := range mass.T {
		i := 0
		for path.T[i] != at {
			i++
		}
		a, b, c := pendulumMass([]float64{path.Q[0][i], path.Q[1][i]}, mass.Speed)
		for k, sign := range []float64{-1, 1} {
			want := unit * ((a+c)/2 + sign*math.Hypot((a-c)/2, b))
			if w := mass.Eigen[n][k]; math.Abs(w-want) > 1e-4*want {
				t.Errorf("at %g eigenvalue %d is %g, want %g", at, k+1, w, want)
			}
		}
	}
	p, ok := s.ellipses()
	if !ok || len(p.Series) != 1 {
		t.Fatalf("%v, %d series", ok, len(p.Series))
	}
	checkEllipses(t, p, set, mass.Speed)
}

// checkEllipses holds each ellipse to vᵀMv being the same all around it, and for all of them.
func checkEllipses(t *testing.T, p Plot, set *data.Set, speed Numbers) {
	t.Helper()
	x, y := p.Series[0].X, p.Series[0].Y
	lo, hi := [2]float64{9, 9}, [2]float64{-9, -9}
	var shapes [][][2]float64
	first := 0
	for i := range x {
		if !math.IsNaN(x[i]) {
			continue
		}
		var shape [][2]float64
		for j := first; j < i; j++ {
			shape = append(shape, [2]float64{x[j], y[j]})
		}
		shapes, first = append(shapes, shape), i+1
	}
	for _, k := range set.Trajectories {
		for n := range k.T[:k.Len()-1] { // the last row has none after it
			for i := range lo {
				q := math.Remainder(k.Q[2*n+i], 2*math.Pi)
				lo[i], hi[i] = min(lo[i], q), max(hi[i], q)
			}
		}
	}
	if len(shapes) != mostEllipses {
		t.Fatalf("%d ellipses", len(shapes))
	}
	one := 0.0
	for _, shape := range shapes {
		var q [2]float64
		for _, v := range shape[1:] { // the first point is the last one
			q[0], q[1] = q[0]+v[0]/float64(len(shape)-1), q[1]+v[1]/float64(len(shape)-1)
		}
		a, b, c := pendulumMass(q[:], speed)
		for _, v := range shape {
			v0, v1 := (v[0]-q[0])/(hi[0]-lo[0]), (v[1]-q[1])/(hi[1]-lo[1])
			T := a*v0*v0 + 2*b*v0*v1 + c*v1*v1
			if one == 0 {
				one = T
			}
			// the extent is that of one row in two
			if math.Abs(T-one) > 0.03*one {
				t.Fatalf("at %v the energy is %g, and elsewhere %g", q, T, one)
			}
		}
	}
}

// Where M is not positive definite there is no ellipse.
func TestEllipse(t *testing.T) {
	if v, _ := ellipse([]float64{1, 2, 2, 1}); v != nil {
		t.Error("an ellipse of velocities without energy")
	}
	M := []float64{3, 1, 1, 2}
	v, long := ellipse(append([]float64(nil), M...))
	far := 0.0
	for _, x := range v {
		far = max(far, math.Hypot(x[0], x[1]))
		if T := M[0]*x[0]*x[0] + 2*M[1]*x[0]*x[1] + M[3]*x[1]*x[1]; math.Abs(T-1) > 1e-12 {
			t.Errorf("vᵀMv is %g", T)
		}
	}
	if math.Abs(far-long) > 1e-12 {
		t.Errorf("it reaches to %g, its half axis is %g", far, long)
	}
}

// Points that are kept are as far apart as is said, and none of the others is farther from all of them.
func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	at := make([][2]float64, 500)
	for i := range at {
		at[i] = [2]float64{r.Float64(), r.Float64()}
	}
	kept, apart := spread(at, 30)
	near := func(x [2]float64, of []int) float64 {
		least := math.Inf(1)
		for _, j := range of {
			least = min(least, math.Hypot(x[0]-at[j][0], x[1]-at[j][1]))
		}
		return least
	}
	for n, i := range kept[1:] {
		if d := near(at[i], kept[:n+1]); d < apart {
			t.Errorf("point %d is %g from one before it, want %g", n+1, d, apart)
		}
	}
	for i := range at {
		if d := near(at[i], kept); d > apart {
			t.Errorf("point %d is %g from all that are kept", i, d)
		}
	}
	if kept, _ := spread(at[:1], 9); len(kept) != 1 {
		t.Errorf("%d of one", len(kept))
	}
}

// A recording that is faster than what was learned from leaves the range for spans of time, on the page as for the
// model; from a start within it nothing does.
func TestBeyond(t *testing.T) {
	m, fast := pendulum(t), damped(t, 0, 1.5)
	s, err := New(t.Context(), "p", []Named{{Name: "p", Model: m}}, fast, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Follow(t.Context(), 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Recording(0)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Beyond) == 0 || len(r.Beyond) != len(got.Beyond) {
		t.Errorf("beyond are %v and %v", got.Beyond, r.Beyond)
	}
	slow, err := s.From(t.Context(), Start{Q: Numbers{0.1}, V: Numbers{0}}, 1)
	if err != nil || len(slow.Beyond) != 0 {
		t.Errorf("%v, %v", slow.Beyond, err)
	}
	far, err := s.From(t.Context(), Start{Q: Numbers{0.1}, V: Numbers{100}}, 1)
	if err != nil || len(far.Beyond) == 0 || far.Beyond[0][0] != 0 {
		t.Errorf("%v, %v", far.Beyond, err)
	}
}
