package fit

import (
	"math"
	"strings"
	"testing"

	"lagrange/eval"
	"lagrange/model"
)

// The networks of an ensemble from noisy motion, with velocities and without, differ by as much as the deviations of
// the formula say, about the first one; what it predicts of held-out motion is off by what its calibration says.
func TestEnsembleOfMotion(t *testing.T) {
	for _, velocities := range []bool{true, false} {
		set := swings(6, 150, false, 0.01)
		for i := range set.Trajectories {
			if !velocities {
				set.Trajectories[i].V = nil
			}
		}
		const members = 60
		r, err := Train(t.Context(), set, Options{Model: "terms", Ensemble: members, Workers: 1, Horizon: 1})
		if err != nil {
			t.Fatal(err)
		}
		first := r.Networks[0].Record
		if first.Objective != Motion {
			t.Fatalf("the objective is %s", first.Objective)
		}
		acceleration := func(m *model.Model[float64]) float64 { // by x
			var up, down [2]float64
			m.Tape(1).Field([]float64{1, 0}, nil, up[:])
			m.Tape(1).Field([]float64{-1, 0}, nil, down[:])
			return (up[1] - down[1]) / 2
		}
		a, mean, square := acceleration(r.Networks[0].Net), 0.0, 0.0
		var nets []*model.Model[float64]
		for _, n := range r.Networks {
			e := acceleration(n.Net) - a
			mean, square = mean+e/members, square+e*e/members
			nets = append(nets, n.Net)
		}
		var said float64 // of the term that bends L, relative
		for _, c := range first.Formula.Terms {
			if strings.HasSuffix(c.Term, "^2") {
				said = c.SD / math.Abs(c.Value)
			}
		}
		if by := math.Sqrt(square) / (said * math.Abs(a)); by < 0.7 || by > 1.3 {
			t.Errorf("velocities %v: members are %.3g apart, %.2f times what the formula says: %v", velocities,
				math.Sqrt(square), by, first.Formula)
		}
		if math.Abs(a+1) > 4*math.Sqrt(square) || math.Abs(mean) > 0.5*math.Sqrt(square) {
			t.Errorf("velocities %v: %.4f for −1, members %.4f beside it, %.4f apart", velocities, a, mean,
				math.Sqrt(square))
		}
		_, dev := eval.Ensemble(nets, r.Held, r.Held.Windows(first.Horizon, 0))
		c, ok := dev.Calibrate()
		if !ok {
			t.Fatal("no calibration")
		}
		if sd := c.Deviation(0, 0); sd < 0.007 || sd > 0.014 { // what is recorded has the noise
			t.Errorf("velocities %v: predictions of positions are said to be %.3g off what is recorded", velocities, sd)
		}
	}
}
