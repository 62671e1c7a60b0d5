package wave

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
	"lagrange/model"
)

// (3, 4, 1, 0) instead of (3, 4, 0, 0) is 1/5 off, (0, 0, 0, 0) is 1 off, and what is no number or a hundred times as
// large is 100 off.
func TestGuardFieldError(t *testing.T) {
	p := &path{w: mech.Wave{N: 4, C: 1, H: 1}}
	rows := [][]float64{{3, 4, 1, 0}, {0, 0, 0, 0}, {3, 4, 0, 0}, {math.NaN(), 0, 0, 0}, {900, 0, 0, 0}}
	for _, q := range rows {
		p.x = append(append(p.x, q...), 9, 9, 9, 9) // velocities do not count
		p.exact = append(p.exact, 3, 4, 0, 0, 0, 0, 0, 0)
	}
	for i, want := range []float64{0.2, 1, 0, bench.Diverged, bench.Diverged} {
		benchtest.Agree(t, fmt.Sprint(rows[i]), 1e-14, p.fieldError(i), want)
	}
}

// A ring of eight begins at rest as φ = cos(2πj/8), a mode of frequency ω = 2 (c/h) sin(π/8), and is said to fall as
// a whole, φ̈ = α: φ is then off by (1 − cos ωt) of the mode and ½αt², of the mode's cos ωt. The speed αt has the
// kinetic energy ½(8h)(αt)² beside the E₀ = ½ Σ (Δφ)²/h of the mode, Σ (Δφ)² = 4·4 sin²(π/8). A learned energy of 1 +
// φ̇ grows by αt.
func TestGuardWaveMotion(t *testing.T) {
	const α = 0.3
	w := ring(8)
	sin := math.Sin(math.Pi / 8)
	x0 := make([]float64, 16)
	for j := range 8 {
		x0[j] = math.Cos(2 * math.Pi * float64(j) / 8)
	}
	f := func(_ float64, x, dx []float64) {
		copy(dx, x[8:])
		copy(dx[8:], benchtest.Filled(8, α))
	}
	p, err := roll(t.Context(), w, f, x0, bench.Grid(crossings, 1./rowsEach))
	if err != nil {
		t.Fatal(err)
	}
	m := p.score(func(_, v []float64) float64 { return 1 + v[0] })
	for k, at := range []float64{1, 2, 5, 10} {
		c := math.Cos(200 * sin * at)
		want := math.Sqrt(4*(1-c)*(1-c)+8*math.Pow(α*at*at/2, 2)) / (2 * math.Abs(c))
		benchtest.Agree(t, fmt.Sprintf("field after %g crossings", at), 1e-9, m.FieldError[k], want)
	}
	E0 := 16 * sin * sin / 2 * 100
	benchtest.Agree(t, "true energy", 1e-9, m.TrueDrift, 0.08/2*(10*α)*(10*α)/E0)
	benchtest.Agree(t, "learned energy", 1e-9, m.LearnedDrift, 10*α)
	if m.Lost {
		t.Error("lost")
	}
}

// On the large ring pulses that do not move are √2 off once the true ones are elsewhere, but for those that meet;
// energy is kept by such a field.
func TestGuardWaveLarge(t *testing.T) {
	r := run{settings: experiment.Settings{Seed: 1}, large: 1}
	l, err := r.pulses(t.Context(), func(_ float64, _, dx []float64) { clear(dx) })
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(l.FieldError-math.Sqrt2) > 0.2 || l.TrueDrift != 0 || l.Sites != 10_000 || l.Time != 1 || l.Lost {
		t.Errorf("%+v", l)
	}
}

// |a − a*|/|a*| of every state, in the root mean square: of no acceleration it is 1, of one that is the same
// everywhere it is worked out here.
func TestGuardWaveAccel(t *testing.T) {
	const n, N = 16, 12
	o := Kind{}.Fields(rand.New(rand.NewPCG(1, 2)), n, N)
	for _, c := range []float64{0, 0.7} {
		spec := benchtest.Tiny(t, "nn", n).Spec
		for i := range spec.Coordinates {
			spec.Coordinates[i].Accel = accelScale
		}
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		clear(m.Theta)
		copy(m.Theta[len(m.Theta)-n:], benchtest.Filled(n, c))
		sum := 0.0
		for i := range N {
			var miss, all float64
			for _, a := range o.A[i*n : (i+1)*n] {
				miss, all = miss+(accelScale*c-a)*(accelScale*c-a), all+a*a
			}
			sum += miss / all
		}
		want := math.Sqrt(sum / N)
		if benchtest.Agree(t, fmt.Sprintf("a = %g", c), 1e-12, accelError(m, o), want); c == 0 &&
			math.Abs(want-1) > 1e-12 {
			t.Errorf("no acceleration is %g off", want)
		}
	}
}

// Every number of the tables stands under its name.
func TestGuardWaveTables(t *testing.T) {
	r := Report{Models: map[string]Score{}}
	motion := func(k float64) Motion {
		return Motion{FieldError: [4]float64{k + 1, k + 2, k + 3, k + 4}, TrueDrift: k + 5, LearnedDrift: k + 6}
	}
	for i, m := range Models {
		k := float64(100 * (i + 1))
		r.Models[m.name] = Score{AccelError: k, Pulse: motion(k), Fitted: bench.Fitted{Seconds: k + 7},
			Small: (k + 8) * 1e-6, Many: (k + 9) * 1e-6,
			Large: Large{Time: k + 10, FieldError: k + 11, TrueDrift: k + 12}}
	}
	r.Integrator, r.IntegratorLarge = motion(20), Large{Time: 31, FieldError: 32, TrueDrift: 33}
	tables := tablesOf(r)
	for i, m := range Models {
		k := 100 * (i + 1)
		for j, column := range []string{"acceleration error", "1", "2", "5", "10", "true energy", "learned energy",
			"trained [s]"} {
			benchtest.Reads(t, tables[0], m.title, column, 0, fmt.Sprint(k+j))
		}
		for j, column := range []string{"evaluation, 100 sites [µs]", "10,000 sites [µs]", "time",
			"error of the field", "true energy"} {
			benchtest.Reads(t, tables[1], m.title, column, 0, fmt.Sprint(k+8+j))
		}
	}
	for j, column := range []string{"1", "2", "5", "10", "true energy"} {
		benchtest.Reads(t, tables[0], "true equation", column, 0, fmt.Sprint(21+j))
	}
	for j, column := range []string{"time", "error of the field", "true energy"} {
		benchtest.Reads(t, tables[1], "true equation", column, 0, fmt.Sprint(31+j))
	}
}
