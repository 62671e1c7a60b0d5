package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// driven are measured swings of a model under the force sin ωt + sin 2ωt, which acts so much later than it is recorded.
func driven(m *model.Model[float64], late func(of int) float64) *Measured {
	const rows, dt, sigma, sd = 121, 0.02, 0.003, 0.02
	o, r := &Measured{D: 1, M: 1}, rand.New(rand.NewPCG(3, 9))
	for i := range 12 {
		roll := model.NewRollout(m.Spec, m.Tape(1), ode.RK4.Tableau, 1, rows-1)
		e := Measurement{Sigma: []float64{sigma, 0}, SD: make([]float64, 2*rows)}
		h := make([]float64, rows-1)
		for k := range rows {
			e.T, e.U = append(e.T, dt*float64(k)), append(e.U, pushed(i, dt*float64(k)-late(i)))
			if k > 0 {
				h[k-1] = dt
			}
		}
		roll.Run([]float64{0.5 + 0.1*float64(i), 0}, h, e.U)
		for k := range rows {
			q, v := roll.State(k)[0], roll.State(k)[1]
			e.X = append(e.X, q+sd/3*r.NormFloat64(), v+sd*r.NormFloat64())
			e.Y = append(e.Y, q+sigma*r.NormFloat64(), math.NaN())
			e.SD[2*k], e.SD[2*k+1] = sd/3, sd
		}
		o.Of = append(o.Of, e)
	}
	return o
}

func pushed(i int, t float64) float64 {
	w := 3 + float64(i)/2
	return 3*math.Sin(w*t) + 2*math.Sin(2*w*t+1)
}

// under is a motion under forces that act so much later than they are recorded.
func under(o *Measured, time float64) *Measured {
	out := *o
	out.Of = append([]Measurement(nil), o.Of...)
	for i := range out.Of {
		e := &out.Of[i]
		e.U = nil
		for _, t := range e.T {
			e.U = append(e.U, pushed(i, t-time))
		}
	}
	return &out
}

// The lateness of a drive is found within three of its deviations, whatever the step, and these do not depend on it
// either. Of a model that has not shot nothing is known.
func TestLateness(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	spec := dampedPendulum(t).Spec
	spec.Inputs = []model.Input{{Name: "u", Scale: 1}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.Theta, []float64{9, 1, 1, 0.45})
	for _, want := range []float64{0, 0.002, -0.002} {
		truth := driven(m, func(int) float64 { return want })
		recorded := under(truth, 0)
		n := m.Copy()
		shot := shoot(t, n, recorded, L2)
		last := len(recorded.Of) - 1
		o := &Identification{Learn: &Measured{D: 1, M: 1, Of: recorded.Of[:last]},
			Held: &Measured{D: 1, M: 1, Of: recorded.Of[last:]}, Penalty: L2, Workers: 1, Swing: 2}
		later := func(time float64) *Measured { return under(o.Learn, time) }
		l := o.Likeliest(Identified{Model: n, Shot: shot}, 0.004, later)
		if z := (l.Value - want) / l.SD; !(math.Abs(z) < 3) || !(l.SD < 0.001) {
			t.Errorf("a lateness of %g is found as %+v", want, l)
		}
		if l.Sure() != (want > 0) {
			t.Errorf("a lateness of %g is sure: %v, %+v", want, l.Sure(), l)
		}
		if k := o.Likeliest(Identified{Model: n, Shot: shot}, 0.002, later); math.Abs(k.Value-l.Value) > l.SD ||
			math.Abs(k.SD/l.SD-1) > 0.1 {
			t.Errorf("by another step it is %+v, not %+v", k, l)
		}
		if x := o.Likeliest(Identified{Model: n}, 0.004, later); x.Value != 0 || !math.IsInf(x.SD, 1) || x.Sure() {
			t.Errorf("of a model that has not shot: %+v", x)
		}
		still := o.Likeliest(Identified{Model: n, Shot: shot}, 0.005, func(float64) *Measured { return o.Learn })
		if still.Value != 0 || !math.IsInf(still.SD, 1) || still.Sure() {
			t.Errorf("where nothing changes: %+v", still)
		}
	}
}
