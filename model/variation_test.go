package model_test

import (
	"context"
	"math"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// What a variational method keeps of a learned Lagrangian, whatever its parameters: the momentum of an ignorable
// coordinate, to round-off; the energy, up to a swing that falls by 2⁶ with the step and is the same late as early. A
// method in (q, v) keeps neither.
func TestVariationalKeepsStructure(t *testing.T) {
	for _, family := range []string{"lnn", "delan"} {
		s := spec(family, 2, 0, "")
		s.Coordinates[0].Cyclic = true
		m, _ := stirred(t, s, 3)
		tape, xdot := m.Tape(6), make([]float64, 4)
		vary, _ := model.As[model.Variation[float64]](tape)
		mech, _ := model.As[model.Mechanics[float64]](tape)
		field := func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }
		o := ode.Options{Method: ode.Variational(6), Variation: func(_, x, g, H []float64) { vary.Vary(x, nil, g, H) }}
		run := func(o ode.Options, h, T float64, x []float64) (E, p [2]float64, y []float64) {
			o.Step = h
			times := make([]float64, 201)
			for i := range times {
				times[i] = T * float64(i) / 200
			}
			r, err := ode.Solve(context.Background(), field, x, times, o)
			if err != nil {
				t.Fatal(family, err)
			}
			var E0, p0 float64
			for i := range times {
				tape.Field(r.X[4*i:4*i+4], nil, xdot)
				if i == 0 {
					E0, p0 = mech.Energy(0), mech.Momentum(0)[0]
				}
				E[i/101] = max(E[i/101], math.Abs(mech.Energy(0)-E0))
				p[i/101] = max(p[i/101], math.Abs(mech.Momentum(0)[0]-p0))
			}
			return E, p, r.X[800:]
		}
		x := []float64{0.3, 0.2, 1.5, -1}
		coarse, p, _ := run(o, 0.1, 400, x)
		fine, _, _ := run(o, 0.05, 400, x)
		plain, q, _ := run(ode.Options{Method: ode.RK4}, 0.1, 400, x)
		t.Logf("%s: energy %.1e, half the step %.1e, rk4 %.1e; momentum %.1e, rk4 %.1e", family, coarse, fine, plain, p,
			q)
		if coarse[1] > 1.5*coarse[0] || coarse[0]/fine[0] < 32 || coarse[0]/fine[0] > 128 || plain[1] < 1e4*coarse[1] {
			t.Errorf("%s: energy errs by %.1e, with half the step by %.1e, by rk4 %.1e", family, coarse, fine, plain)
		}
		if p[1] > 1e-12 || q[1] < 1e-9 {
			t.Errorf("%s: momentum errs by %.1e, by rk4 %.1e", family, p, q)
		}
	}
}
