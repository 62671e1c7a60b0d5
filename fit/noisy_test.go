package fit

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/train"
)

// off is a copy of motions whose velocities are s times what they were, with noise of so many parts of their size.
func off(set *data.Set, s, noise float64) *data.Set {
	r, out := rand.New(rand.NewPCG(3, 4)), *set
	out.Trajectories = nil
	for _, t := range set.Trajectories {
		t.V = append([]float64(nil), t.V...)
		for i := range t.V {
			t.V[i] = s * (t.V[i] + noise*r.NormFloat64())
		}
		out.Trajectories = append(out.Trajectories, t)
	}
	return &out
}

// A recording with noise that is told from its motion is learned from by its motion, unless something is asked for that
// only windows have, or windows serve the model better; the plan says so. Noise too small to matter, and what rows too
// far apart for the motion pass for noise, change nothing.
func TestNoisyObjective(t *testing.T) {
	clean, noisy := swings(12, 60, false, 0), swings(12, 60, false, 0.01)
	sparse := swings(12, 60, false, 0)
	for i := range sparse.Trajectories { // four rows in a period
		tr := &sparse.Trajectories[i]
		for n := range tr.T {
			tr.T[n] *= 30
			tr.Q[n], tr.V[n] = math.Cos(tr.T[n]), -math.Sin(tr.T[n])
		}
	}
	for name, c := range map[string]struct {
		set          *data.Set
		asked        Options
		want, reason string
	}{
		"clean":              {clean, Options{}, Windows, "no accelerations are recorded"},
		"noisy":              {noisy, Options{}, Motion, "x 1"},
		"hardly any":         {swings(12, 60, false, 1e-7), Options{}, Windows, "no accelerations are recorded"},
		"little":             {swings(12, 60, false, 1e-4), Options{}, Motion, "v 0.0"},
		"noisy velocities":   {off(clean, 1, 0.01), Options{}, Motion, "v "},
		"another scale":      {off(noisy, 2, 0), Options{}, Motion, "v is "},
		"sparse":             {sparse, Options{}, Windows, "no accelerations are recorded"},
		"accelerations":      {swings(12, 60, true, 0.01), Options{}, Accelerations, "they are recorded"},
		"momenta":            {noisy, Options{Model: "hnn"}, Windows, "velocities for momenta"},
		"delan":              {noisy, Options{Model: "delan"}, Windows, "windows serve a Deep"},
		"baseline":           {noisy, Options{Model: "nn"}, Motion, "x 1"},
		"node":               {noisy, Options{Model: "node"}, Motion, "x 1"},
		"Adam":               {noisy, Options{Method: train.Adam}, Windows, "settings of windows"},
		"ensemble":           {noisy, Options{Ensemble: 2}, Motion, "x 1"},
		"windows":            {noisy, Options{Objective: Windows}, Windows, AskedFor},
		"motion, though not": {clean, Options{Objective: Motion}, Motion, AskedFor},
	} {
		s, err := c.asked.looked(t.Context(), c.set)
		if err != nil {
			t.Fatal(err)
		}
		_, plan, err := decide(c.set, s.seen.findings, s, s)
		l := plan.Line("objective")
		if err != nil || l.Choice != c.want || !strings.Contains(l.Reason, c.reason) {
			t.Errorf("%s: %+v, %v; want %q for %q", name, l, err, c.want, c.reason)
		}
	}
}

// A coordinate whose noise is larger than its motion is refused, in positions alone and with velocities, and one that
// rests at first is seen to move, and its noise.
func TestLost(t *testing.T) {
	loud := swings(12, 60, false, 30)
	bare := *loud
	bare.Trajectories = nil
	for _, tr := range loud.Trajectories {
		tr.V = nil
		bare.Trajectories = append(bare.Trajectories, tr)
	}
	for name, set := range map[string]*data.Set{"with velocities": loud, "alone": &bare} {
		_, err := Train(t.Context(), set, Options{Model: "terms", Steps: 1, Workers: 1, Objective: Motion})
		if err == nil || !strings.Contains(err.Error(), "larger than the motion") ||
			!strings.Contains(err.Error(), "leave that column out") {
			t.Errorf("%s: %v", name, err)
		}
	}
	late := swings(1, 4000, false, 0.01)
	for n := range 1000 {
		a, t := &late.Trajectories[0], float64(n)/20 // its noise alone is left
		a.Q[n], a.V[n] = 1+a.Q[n]-math.Cos(t), a.V[n]+math.Sin(t)
	}
	if f, err := find(t.Context(), late, late, noiseRows); err != nil || len(f.Doubts) > 0 || len(f.Noisy) == 0 {
		t.Errorf("%v, %v, %v", f.Doubts, f.Noisy, err)
	}
}

// Numbers that were not measured, though one stands there, and outliers do not lead training astray: a model of an
// oscillator with held rows, with zeros or with numbers fifty deviations off is as near to ẍ = −x as noise lets it be.
func TestFaultsOfSensors(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	const noise = 0.003
	for name, fault := range map[string]func(n int, before, x float64) float64{
		"held":     func(n int, before, x float64) float64 { return when(n%80 > 60 && n%80 < 75, before, x) },
		"zeros":    func(n int, _, x float64) float64 { return when(n%40 < 2, 0, x) },
		"outliers": func(n int, _, x float64) float64 { return when(n%50 == 7, x+50*noise, x) },
		"encoder":  func(_ int, _, x float64) float64 { return 0.02 * math.Round(x/0.02) },
	} {
		set := swings(4, 200, false, noise)
		for i := range set.Trajectories {
			tr := &set.Trajectories[i]
			tr.V = nil
			for n := range tr.Q {
				tr.Q[n] = fault(n, tr.Q[max(0, n-1)], tr.Q[n])
			}
		}
		r, err := Train(t.Context(), set, Options{Model: "terms", Workers: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := r.Networks[0]
		var dx [2]float64
		m.Net.Tape(1).Field([]float64{1, 0}, nil, dx[:])
		if math.Abs(dx[1]+1) > 0.02 || !(m.Record.Validation < 2) {
			t.Errorf("%s: an acceleration of %.4f for −1, held-out motion is off by %.3g", name, dx[1],
				m.Record.Validation)
		}
	}
}

// when is a where something is the case, else b.
func when(is bool, a, b float64) float64 {
	if is {
		return a
	}
	return b
}
