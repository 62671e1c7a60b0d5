package lagrange_test

import (
	"math"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	"lagrange/ode"
	"lagrange/plot"
)

// predicted is the mean of the numbers of three members, and c √(σ² + f²) with σ their standard deviation.
func predicted(x [3]float64, c, f float64) (mean, sd float64) {
	mean = (x[0] + x[1] + x[2]) / 3
	variance := 0.0
	for _, x := range x {
		variance += (x - mean) * (x - mean) / 2
	}
	return mean, c * math.Sqrt(variance+f*f)
}

// calibrations are those of q, v and a: none; and factors and floors, with and without one for accelerations,
// which then have the factor of the motion alone.
func calibrations() map[string]*lagrange.Calibration {
	motion, accel := eval.Calibration{Factor: 2.5, Floor: []float64{0.3, 0.07}}, eval.Calibration{Factor: 0.4,
		Floor: []float64{0.9}}
	return map[string]*lagrange.Calibration{
		"none": nil, "motion": {Motion: motion}, "both": {Motion: motion, Accel: &accel},
	}
}

// three are networks of the driven oscillator, hardly trained.
func three(t *testing.T) (*lagrange.Model, *data.Set) {
	s := quick()
	s.Ensemble = 3
	return fit(t, driven(), s), driven()
}

// of returns factor and floor of q, v or a by what Calibration says.
func of(c *lagrange.Calibration, quantity int) (factor, floor float64) {
	switch {
	case c == nil:
		return 1, 0
	case quantity < 2:
		return c.Motion.Factor, c.Motion.Floor[quantity]
	case c.Accel == nil:
		return c.Motion.Factor, 0
	}
	return c.Accel.Factor, c.Accel.Floor[0]
}

// The standard deviation of a roll-out, from a state or along a recording, and that of accelerations is the calibrated
// one, factor and floor, about the mean of the members: the floor is there even at the start, where all agree.
func TestDeviationIsCalibrated(t *testing.T) {
	m, set := three(t)
	times, q, v, u := []float64{0, 0.3, 0.9}, []float64{0.4}, []float64{-0.6}, []float64{0.5}
	var paths [3]data.Trajectory
	var along [3]*data.Set
	var accel [3]float64
	for j, k := range m.Members() {
		var err, e error
		paths[j], err = k.Rollout(t.Context(), q, v, u, times, lagrange.RolloutOptions{})
		if along[j], e = k.RolloutSet(t.Context(), set, lagrange.RolloutOptions{}); err != nil || e != nil {
			t.Fatal(err, e)
		}
		accel[j] = k.Accel(q, v, u)[0]
	}
	for name, c := range calibrations() {
		m.Ensemble.Calibration = c
		check := func(what string, quantity int, x [3]float64, mean, sd float64) {
			t.Helper()
			factor, floor := of(c, quantity)
			a, s := predicted(x, factor, floor)
			if math.Abs(mean-a) > 1e-12*(1+math.Abs(a)) || math.Abs(sd-s) > 1e-12*(1+s) {
				t.Errorf("calibration %s: %s %v ± %v, by hand %v ± %v", name, what, mean, sd, a, s)
			}
		}
		mean, sd, err := m.Ensemble.Rollout(t.Context(), q, v, u, times, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range times {
			check("q", 0, [3]float64{paths[0].Q[n], paths[1].Q[n], paths[2].Q[n]}, mean.Q[n], sd.Q[n])
			check("v", 1, [3]float64{paths[0].V[n], paths[1].V[n], paths[2].V[n]}, mean.V[n], sd.V[n])
		}
		a, sa := m.Predict(q, v, u)
		check("a", 2, accel, a[0], sa[0])
		means, sds, err := m.Ensemble.RolloutSet(t.Context(), set, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range set.Trajectories {
			x, y, z := along[0].Trajectories[i], along[1].Trajectories[i], along[2].Trajectories[i]
			mean, sd := means.Trajectories[i], sds.Trajectories[i]
			for n := range x.T {
				check("q of a recording", 0, [3]float64{x.Q[n], y.Q[n], z.Q[n]}, mean.Q[n], sd.Q[n])
				check("v of a recording", 1, [3]float64{x.V[n], y.V[n], z.V[n]}, mean.V[n], sd.V[n])
			}
		}
	}
}

// The band of a picture is two such deviations to either side of the mean of the motions, which is between.
func TestBandIsCalibrated(t *testing.T) {
	m, set := three(t)
	split, err := set.Split(m.Record.Horizon, true)
	if err != nil {
		t.Fatal(err)
	}
	w := split.Test.Windows(m.Record.Horizon, 0)[0]
	from := split.Test.Trajectories[w.Trajectory].Slice(1, 1, w.Start, w.Start+w.Steps+1)
	var paths [3]data.Trajectory
	for j, k := range m.Members() { // the steps of a picture are those of RK4 from row to row
		o := lagrange.RolloutOptions{Method: ode.RK4, Step: 1}
		if paths[j], err = k.Rollout(t.Context(), from.Q[:1], from.V[:1], from.U[:1], from.T, o); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range calibrations() {
		m.Ensemble.Calibration = c
		f, err := m.Picture(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		factor, floor := of(c, 0)
		band := f.Panels[0].Series[0]
		if band.Style != plot.Area {
			t.Fatalf("calibration %s: no band in %+v", name, f.Panels[0])
		}
		for n := range from.T { // it goes there below and comes back above
			a, s := predicted([3]float64{paths[0].Q[n], paths[1].Q[n], paths[2].Q[n]}, factor, floor)
			low, high := band.Y[n], band.Y[2*len(from.T)-1-n]
			if math.Abs(low-(a-2*s)) > 1e-9 || math.Abs(high-(a+2*s)) > 1e-9 {
				t.Errorf("calibration %s, row %d: from %v to %v, by hand %v ± 2·%v", name, n, low, high, a, s)
			}
		}
	}
}
