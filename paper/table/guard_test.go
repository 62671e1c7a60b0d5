package table

import (
	"math"
	"testing"

	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
)

// A model without acceleration is off by all of it, whatever states are looked at.
func TestGuardPropertyAccel(t *testing.T) {
	k, err := particleTask(1)
	if err != nil {
		t.Fatal(err)
	}
	benchtest.Agree(t, "no acceleration", 1e-14, relativeError(k, benchtest.Steady(t, 0)), 1)
}

// The first three properties of a model with q̈ = c where −2 is right. It has no energy of its own, so the true one
// is followed: at t = 100 that has grown by (c + 2)(100 v₀ + 5000 c), which is told in units of the spread of the
// energies of all starts, and of the first ten the largest counts.
func TestGuardProperties(t *testing.T) {
	const c = -1.9
	k := &bench.Task{Body: benchtest.Falling{}, Times: []float64{0, 1}}
	var E []float64
	most := 0.0
	for i := range 20 {
		v := float64(i*i) / 10
		if i >= 10 {
			v = 1000
		} else {
			most = math.Max(most, math.Abs((c+2)*(100*v+5000*c)))
		}
		k.Starts = append(k.Starts, float64(i), v)
		E = append(E, v*v/2+2*float64(i))
	}
	var sum, square float64
	for _, e := range E {
		sum, square = sum+e/20, square+e*e/20
	}
	k.Score = func(*bench.Task, [][]float64) []float64 { return []float64{17} }
	x, err := measure(t.Context(), k, benchtest.Steady(t, c), false)
	if err != nil {
		t.Fatal(err)
	}
	benchtest.Agree(t, "motion", 1e-14, x[0], 17)
	benchtest.Agree(t, "other steps", 1e-12, x[1], 0)
	benchtest.Agree(t, "drift", 1e-8, x[2], most/math.Sqrt(square-sum*sum))
	// a Hamiltonian ½p² keeps its own energy, and so has no drift, though the true one grows
	if x, err = measure(t.Context(), k, benchtest.Tiny(t, "hnn", 1), true); err != nil || x[2] > 1e-12 {
		t.Errorf("drift of a Hamiltonian %g, %v", x[2], err)
	}
}

// A step that matters is told: q̈ = −(10q)², as a plain network of one unit says, by RK4 at 10 and at 5 ms from q = 1
// moves by what two such integrations differ, relative to 1 + |x|.
func TestGuardPropertySteps(t *testing.T) {
	m := benchtest.Tiny(t, "nn", 1)
	copy(m.Theta, []float64{10, 0, 0, -1, 0}) // a = −max(10q, 0)²
	k := &bench.Task{Body: benchtest.Falling{}, Times: []float64{0, 0.1}}
	k.Score = func(*bench.Task, [][]float64) []float64 { return []float64{0} }
	for range 10 {
		k.Starts = append(k.Starts, 1, 0)
	}
	k.Starts[0] = 1.1 // energies are not all the same
	x, err := measure(t.Context(), k, m, false)
	if err != nil {
		t.Fatal(err)
	}
	rk4 := func(q float64, steps int) (float64, float64) {
		h, v := 1/float64(steps), 0.0
		a := func(q float64) float64 { return -math.Pow(math.Max(10*q, 0), 2) }
		for range steps {
			k1, l1 := v, a(q)
			k2, l2 := v+h/2*l1, a(q+h/2*k1)
			k3, l3 := v+h/2*l2, a(q+h/2*k2)
			k4, l4 := v+h*l3, a(q+h*k3)
			q, v = q+h/6*(k1+2*k2+2*k3+k4), v+h/6*(l1+2*l2+2*l3+l4)
		}
		return q, v
	}
	want := 0.0
	for _, q := range []float64{1, 1.1} {
		q1, v1 := rk4(q, 100)
		q2, v2 := rk4(q, 200)
		want = max(want, math.Abs(q1-q2)/(1+math.Abs(q2)), math.Abs(v1-v2)/(1+math.Abs(v2)))
	}
	if benchtest.Agree(t, "steps", 1e-6*want, x[1], want); want < 1e-9 {
		t.Errorf("a difference of %g tells nothing", want)
	}
}

// No state of the particle that is learned is one of the validation.
func TestGuardTableSplit(t *testing.T) {
	fast, err := particleTask(3)
	if err != nil {
		t.Fatal(err)
	}
	benchtest.ApartFrom(t, 2, map[string][]float64{"learned": fast.Learn.X, "validation": fast.Valid.X})
}
