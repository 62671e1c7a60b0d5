package wave

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/experiment/bench"
	"lagrange/model"
)

// Some of the states are near rest at a height of their own and have the accelerations of the equation; each counts by
// them, and the others stay.
func TestWaveCalm(t *testing.T) {
	const n = 200
	o := Kind{Rough: 1}.Fields(rand.New(rand.NewPCG(1, 1)), Learned, n)
	was := slices.Clone(o.X)
	calm(rand.New(rand.NewPCG(1, 2)), Learned, o)
	least, most, heights := math.Inf(1), 0.0, 0.0
	changed, c := 0, 1./(ring(Learned).H*ring(Learned).H)
	for i := range n {
		q, a := o.X[2*i*Learned:(2*i+1)*Learned], o.A[i*Learned:(i+1)*Learned]
		if loss := o.Weight[i] * squares(a) / (accelScale * accelScale); math.Abs(loss-1) > 1e-12 {
			t.Errorf("state %d counts %g", i, loss)
		}
		for j, a := range a {
			left, right := q[(j+Learned-1)%Learned], q[(j+1)%Learned]
			if want := c * (left + right - 2*q[j]); math.Abs(a-want) > 1e-10*c {
				t.Fatalf("state %d, site %d: acceleration %g, not %g", i, j, a, want)
			}
		}
		if slices.Equal(q, was[2*i*Learned:(2*i+1)*Learned]) {
			continue
		}
		changed++
		height, sum := bench.Mean(q), 0.0
		for _, φ := range q {
			sum += (φ - height) * (φ - height)
		}
		size := math.Sqrt(sum / Learned)
		least, most, heights = min(least, size), max(most, size), heights+height*height
	}
	heights /= float64(changed)
	sized := 0.2 < most && most < 1 && 2e-4 < least && least < 2e-3
	if changed != calmShare*n || !sized || math.Abs(heights-0.25) > 0.15 {
		t.Errorf("%d states near rest, sizes from %g to %g, squares of the heights %g", changed, least, most, heights)
	}
}

// Annealed units have the mass and the stiffness at rest that they had, and of the fourth order is left
// the square of what is left of the weights.
func TestWaveAnneal(t *testing.T) {
	g, err := Models[3].Density(Learned, 1)
	if err != nil {
		t.Fatal(err)
	}
	in := (inputs + 1) * Hidden[0]
	clear(g.Theta[inputs*Hidden[0] : in]) // b = 0, where softplus has no third order
	mass := func(v float64) []float64 {
		tape, x, dx := g.Tape(1), make([]float64, 2*Learned), make([]float64, 2*Learned)
		for i := range Learned {
			x[Learned+i] = v
		}
		tape.Field(x, nil, dx)
		k, _ := model.As[model.Mechanics[float64]](tape)
		return slices.Clone(k.Mass(0))
	}
	rest, moved := mass(0), mass(2*ringSites)
	const steps = 70
	for range steps {
		anneal(g.Theta, inputs, Hidden[0])
	}
	still, less := mass(0), mass(2*ringSites)
	want := math.Pow(1-shrink, 2*steps)
	unit := rest[0]
	for i := range rest {
		if math.Abs(still[i]-rest[i]) > 1e-12*unit {
			t.Fatalf("element %d of M at rest: %g, was %g", i, still[i], rest[i])
		}
	}
	got := (less[0] - still[0]) / (moved[0] - rest[0])
	if math.Abs(got/want-1) > 0.02 {
		t.Errorf("%g of the dependence of M on the speed is left, want about %g", got, want)
	}
}

// A density of raw fields that has seen the ring near rest leaves a field at rest where it is, and a pulse crosses
// the ring.
func TestWaveRest(t *testing.T) {
	g := trained(t, Models[3], 1, 120)
	w, tape := ring(ringSites), g.Tape(1)
	x, dx := make([]float64, 2*w.N), make([]float64, 2*w.N)
	most := 0.0
	for _, height := range []float64{-0.5, -0.25, 0, 0.25, 0.5} {
		for i := range w.N {
			x[i] = height
		}
		tape.Field(x, nil, dx)
		most = max(most, math.Abs(dx[w.N]))
	}
	w.Pulse(0.5, 5*w.H, x[:w.N], x[w.N:])
	p, err := roll(t.Context(), w, func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x, []float64{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("at rest %.2g, after one crossing %.2g", most, p.fieldError(1))
	if most > 0.04 || p.lost || p.fieldError(1) > 0.025 {
		t.Errorf("at rest a field is accelerated by %g; after one crossing it is off by %g", most, p.fieldError(1))
	}
}
