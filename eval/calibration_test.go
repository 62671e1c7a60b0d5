package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/model"
)

// drawn are deviations of two quantities whose errors have the standard deviations c √(σ² + f²), with σ over three
// orders of magnitude.
func drawn(seed uint64, n int, c float64, f ...float64) Deviations {
	r := rand.New(rand.NewPCG(seed, 0))
	d := Deviations{K: len(f)}
	for range n {
		for _, f := range f {
			s := math.Pow(10, -3*r.Float64())
			d.Sigma = append(d.Sigma, s)
			d.E = append(d.E, c*math.Hypot(s, f)*r.NormFloat64())
		}
	}
	return d
}

// A calibration found on one draw holds on another: with and without what the members share, which it finds.
func TestCalibrate(t *testing.T) {
	for _, c := range []struct {
		factor float64
		floor  []float64
	}{{3, []float64{0, 0}}, {0.5, []float64{0.1, 0.1}}, {2, []float64{0.03, 0.03}}} {
		l, ok := drawn(1, 4000, c.factor, c.floor...).Calibrate()
		test := drawn(2, 4000, c.factor, c.floor...)
		raw, got := test.Within(Calibration{Factor: 1}), test.Within(l)
		for n, want := range Normal {
			if !ok || math.Abs(got[n]-want) > 0.02 || math.Abs(raw[n]-want) < 0.02 {
				t.Errorf("factor %g, floor %g: %.3f within %d deviations, raw %.3f, want %.3f", c.factor, c.floor,
					got[n], n+1, raw[n], want)
			}
		}
		if math.Abs(l.Factor/c.factor-1) > 0.1 || math.Abs(l.Floor[0]-c.floor[0]) > 0.2*c.floor[0]+0.01 {
			t.Errorf("factor %g, floor %g: found %+v", c.factor, c.floor, l)
		}
	}
	if l, ok := drawn(1, 9, 2, 0, 0).Calibrate(); ok || l.Factor != 1 {
		t.Errorf("18 errors calibrate: %+v", l)
	}
}

// What is not a number does not calibrate, and lies within no deviation.
func TestNotFinite(t *testing.T) {
	d := drawn(3, 100, 2, 0.1)
	want, _ := d.Calibrate()
	d.E, d.Sigma = append(d.E, math.NaN(), 1e300), append(d.Sigma, math.NaN(), math.Inf(1))
	l, ok := d.Calibrate()
	near(t, "calibration", []float64{l.Factor, l.Floor[0]}, want.Factor, want.Floor[0])
	if one := (Deviations{K: 1, E: []float64{math.NaN(), 1}, Sigma: []float64{1, 1}}).Within(l); !ok || one[1] != 0.5 {
		t.Errorf("share %v", one)
	}
}

func TestMoments(t *testing.T) {
	mean, sigma := Moments([][]float64{{1, 5}, {2, 5}, {6, 5}})
	near(t, "mean", mean, 3, 5)
	near(t, "standard deviation", sigma, math.Sqrt(7), 0)
	if _, s := Moments([][]float64{{1}}); s[0] != 0 {
		t.Error("a single one deviates")
	}
}

// An ensemble of one model scores as that model; of two its errors are those of the mean, angles on the circle.
func TestEnsemble(t *testing.T) {
	s := track(2*math.Pi, []float64{0, 1, 2, 3 + 2*math.Pi, 4}, []float64{1, 1, 0, 1, 1})
	ws := []data.Window{{Start: 0, Steps: 2}, {Start: 2, Steps: 2}}
	still := shaped(t, "nn", 1)
	got, dev := Ensemble([]*model.Model[float64]{still}, s, ws)
	want := Windows(still, s, ws)
	near(t, "rmse", slices.Concat(got.RMSEQ, got.RMSEV), want.RMSEQ[0], want.RMSEV[0])
	near(t, "errors", dev.E, 0, 0, 0, 1, -1, -1, -2, -1)
	moved := shaped(t, "nn", 1)
	moved.Theta[len(moved.Theta)-1] = 1 // q̈ = 1
	_, dev = Ensemble([]*model.Model[float64]{still, moved}, s, ws)
	near(t, "mean of q and v after a step", dev.E[:2], 0.25, 0.5)
	near(t, "deviation of v after a step", dev.Sigma[1:2], math.Sqrt(0.5))
	if a := EnsembleAccelerations([]*model.Model[float64]{still}, s); len(a.E) != 0 {
		t.Error("accelerations that were not recorded")
	}
	s.Trajectories[0].A = []float64{0, 1, 2, 3, 4}
	near(t, "errors of q̈", EnsembleAccelerations([]*model.Model[float64]{still, moved}, s).E, 0.5, -0.5, -1.5, -2.5,
		-3.5)
}
