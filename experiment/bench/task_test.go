package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
)

// Rods undo bobs, and velocities momenta.
func TestChainStates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 3; n++ {
		x := make([]float64, 2*n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for name, y := range map[string][]float64{"rods": rods(Bobs(x)), "nothing to move": rods(onto(Bobs(x))),
			"velocities": toVelocities(mech.Chain(n), ToMomenta(mech.Chain(n), x))} {
			for i := range x {
				if math.Abs(x[i]-y[i]) > 1e-12 {
					t.Errorf("%d %s: %v, then %v", n, name, x, y)
				}
			}
		}
	}
}

// Five-point formulas are exact up to the fourth power.
func TestFivePoints(t *testing.T) {
	for power := range 5 {
		for k, weights := range derivatives {
			sum := 0.0
			for j, w := range weights {
				sum += w / 12 * math.Pow(float64(j), float64(power))
			}
			want := 0.0
			if power > 0 {
				want = float64(power) * math.Pow(float64(k), float64(power-1))
			}
			if math.Abs(sum-want) > 1e-11 {
				t.Errorf("derivative of x^%d at %d: %v, want %v", power, k, sum, want)
			}
		}
	}
}

// ṗ is L_q.
func TestMomentumRate(t *testing.T) {
	r, s := rand.New(rand.NewPCG(3, 4)), mech.Chain(2)
	q, v, a, pdot := make([]float64, 2), make([]float64, 2), make([]float64, 2), make([]float64, 2)
	for range 20 {
		s.Sample(r, q, v)
		s.Accel(q, v, a)
		momentumRate(s, q, v, a, pdot)
		for i := range q {
			const h = 1e-5
			was := q[i]
			q[i] = was + h
			up := s.Lagrangian(q, v)
			q[i] = was - h
			slope := (up - s.Lagrangian(q, v)) / (2 * h)
			if q[i] = was; math.Abs(pdot[i]-slope) > 1e-5*(1+math.Abs(slope)) {
				t.Errorf("ṗ = %v, L_q = %v", pdot[i], slope)
			}
		}
	}
}

// The true motions have no error, and starts 1e-4 off the published one.
func TestChainScore(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand motions")
	}
	for n, published := range []float64{3.6e-5, 5.9e-5} {
		k, err := ChainTask(n+1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if e := k.Score(k, k.Truth)[0]; e > 2e-8 {
			t.Errorf("%s: the truth is %g off itself", k.Name, e)
		}
		if e, err := Nudged(k, rand.New(rand.NewPCG(1, 1))); err != nil || e < published/2 || e > 2*published {
			t.Errorf("%s: 1e-4 off gives %g, published %g; %v", k.Name, e, published, err)
		}
	}
}

// Next states of the true system: the energy is the same, and the way between them that of the mean velocity.
func TestNextStates(t *testing.T) {
	s := mech.Chain(2)
	w, err := NextStates(t.Context(), s, Sample(s, rand.New(rand.NewPCG(1, 1)), 20), 20)
	if err != nil || len(w.First) != 20 || w.Steps != 1 {
		t.Fatal(w, err)
	}
	for i, at := range w.First {
		x, y := w.X[4*at:4*at+4], w.X[4*at+4:4*at+8]
		if a, b := s.Energy(x[:2], x[2:]), s.Energy(y[:2], y[2:]); math.Abs(a-b) > 1e-7 {
			t.Errorf("energy %v, then %v", a, b)
		}
		for k := range 2 {
			if way := NodeStep * (x[2+k] + y[2+k]) / 2; math.Abs(y[k]-x[k]-way) > 0.05 || y[k] == x[k] {
				t.Errorf("state %d goes from %v to %v", i, x, y)
			}
		}
	}
}

// A pendulum that hangs at rest against one that hangs and moves at 2: ‖ẑ − z‖/‖ẑ + z‖ = 2/√8. One at a right angle
// to it, both at 1, has 1, and so has what is no number.
func TestGuardChainErrors(t *testing.T) {
	x := []float64{0, 0, 0, 1, math.NaN(), 0, 0.3, 4}
	truth := []float64{0, 2, math.Pi / 2, 1, 0, 0, 0.3, 4}
	for i, e := range chainErrors(1, x, truth) {
		benchtest.Agree(t, fmt.Sprint(i), 1e-12, e, []float64{math.Sqrt(0.5), 1, 1, 0}[i])
	}
	// two motions of 100 times: one always √½ off, the other never; over 2.97 of 3 s the logarithms come to
	// (ln √½ + ln 1e-8)/2
	k := &Task{Body: benchtest.Falling{}, Dt: chainStep, Times: Grid(chainTime-chainStep, chainStep)}
	still, moves := make([]float64, 200), make([]float64, 200)
	for i := range 100 {
		moves[2*i+1] = 2
	}
	k.Truth = [][]float64{moves, still}
	off := math.Log(math.Sqrt(0.5) + 1e-8)
	benchtest.Agree(t, "score", 1e-12, ChainScore(k, [][]float64{still, still})[0],
		math.Exp(0.99*(off+math.Log(1e-8))/2))
	benchtest.Agree(t, "score of the worse", 1e-12, ChainScore(k, [][]float64{still, moves})[0], math.Exp(0.99*off))
	for _, y := range chainCurve(k, [][]float64{still, still}) {
		benchtest.Agree(t, "curve", 1e-12, y, math.Sqrt((math.Sqrt(0.5)+1e-8)*1e-8))
	}
}

// Of an oscillator with H = p² + V and q̇ = 2p: (q, q̇) = (1, 2), (0, 4) instead of (0, 2), (0, 2) is (q, p) = (1,
// 1), (0, 2) instead of (0, 1), (0, 1). The energies of a spring, V = q², are off by 1 and 3, in the mean square 5;
// the coordinates by 1 each in one of two: ½. Another motion without error halves both.
func TestGuardEnergyScore(t *testing.T) {
	spring := Oscillator{V: func(q float64) float64 { return q * q }}
	pendulum := Oscillator{V: func(q float64) float64 { return 2 * (1 - math.Cos(q)) }}
	x, truth := []float64{1, 2, 0, 4}, []float64{0, 2, 0, 2}
	k := &Task{Body: spring, Times: []float64{0, 1}, Truth: [][]float64{truth, truth}}
	s := energyScore(k, [][]float64{x, truth})
	benchtest.Agree(t, "energy", 1e-14, s[0], 2.5)
	benchtest.Agree(t, "coordinates", 1e-14, s[1], 0.25)
	c := energyCurve(k, [][]float64{x, truth})
	benchtest.Agree(t, "curve at 0", 1e-14, c[0], math.Sqrt(0.5))
	benchtest.Agree(t, "curve at 1", 1e-14, c[1], math.Sqrt(4.5))
	x[3] = math.NaN()
	if s = energyScore(k, [][]float64{x, truth}); s[0] != Hopeless || s[1] != Hopeless {
		t.Errorf("what is no number is %v off", s)
	}
	x[3] = 4
	k.Body = pendulum // judged by q² + p² as published, and by its energy
	s = radiusScore(k, [][]float64{x, truth})
	lift := 2 * (1 - math.Cos(1))
	benchtest.Agree(t, "radius", 1e-14, s[0], 2.5)
	benchtest.Agree(t, "coordinates", 1e-14, s[1], 0.25)
	benchtest.Agree(t, "true energy", 1e-14, s[2], (lift*lift+9)/4)
}

// Records are noisy, their derivatives are not: 0.05 on q and on p, 0.1 on q̇ = 2p.
func TestGuardNoise(t *testing.T) {
	o := Oscillator{V: func(q float64) float64 { return q * q }, DV: func(q float64) float64 { return 2 * q }}
	k, err := OscillatorTask("spring", "Spring", o, 30, 0.1, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	var q, v float64
	N := float64(len(k.Learn.A))
	for i, a := range k.Learn.A { // of the exact state q = −a/4
		e, f := k.Learn.X[2*i]+a/4, k.Learn.X[2*i+1]-k.Learn.V[i]
		q, v = q+e*e/N, v+f*f/N
	}
	if σ := 1 / math.Sqrt(2*N); math.Abs(math.Sqrt(q)/0.05-1) > 4*σ || math.Abs(math.Sqrt(v)/0.1-1) > 4*σ {
		t.Errorf("noise of %g on q and %g on q̇", math.Sqrt(q), math.Sqrt(v))
	}
}
