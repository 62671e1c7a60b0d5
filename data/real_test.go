package data_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"lagrange/data"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f.Value.String() == "0" {
		_ = f.Value.Set("1") // the same draws every time, unless asked otherwise
	}
	os.Exit(m.Run())
}

// The recorded pendulums of DFKI (dfki-ric-underactuated-lab/torque_limited_simple_pendulum, BSD-3) read as they are.
func TestPendulums(t *testing.T) {
	paths, _ := filepath.Glob("../../shared/data/dfki-simple-pendulum/*/data_measured*.csv") // the pattern is right
	deeper, _ := filepath.Glob("../../shared/data/dfki-simple-pendulum/*/*/data_measured*.csv")
	if paths = append(paths, deeper...); len(paths) == 0 {
		t.Skip("the recordings ../shared/data/dfki-simple-pendulum are not here")
	}
	for _, path := range paths {
		s, err := data.Read([]string{path}, data.Options{Angles: []string{"position"}})
		if err != nil {
			t.Error(err)
			continue
		}
		if got, want := roles(s), "time; ; position velocity; torque; position/6.283"; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		r := data.Inspect(s)
		if a := r.Agree[0]; a.Discrepancy > 0.2 || math.Abs(a.Ratio-1) > 0.02 {
			t.Errorf("%s: velocity and slope disagree: %+v", path, a)
		}
		if _, err := s.Split(0.25, true); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	s, err := data.Read(paths, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range s.Trajectories {
		seen[s.Trajectories[i].ID] = true
	}
	if len(seen) != len(paths) {
		t.Errorf("%d names for %d files", len(seen), len(paths))
	}
}

// The planets obey Kepler as far as the other planets let them: with GM = 1, E = ½(ṙ² + r²φ̇²) − 1/r and r²φ̇ stay
// nearly the same, the semi-major axis −1/2E is the known one, and the columns are each other's derivatives.
func TestPlanets(t *testing.T) {
	s, err := data.Read([]string{"../examples/planets.csv"}, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := roles(s), "t; trajectory; r v_r, phi v_phi; ; phi/6.283"; got != want || s.TimeUnit() != "TU" ||
		len(s.Notes) != 0 {
		t.Errorf("columns %s [%s], notes %q", got, s.TimeUnit(), s.Notes)
	}
	const day = 0.01720209895 // Gauss's constant: TU in a day
	for i, a := range []float64{0.38710, 0.72333, 1.00000, 1.52368} {
		p := &s.Trajectories[i]
		if p.Len() != 7305 || math.Abs(p.T[7304]-2*7304*day) > 1e-7 {
			t.Errorf("%s: %d rows to t = %v", p.ID, p.Len(), p.T[p.Len()-1])
		}
		var E, l []float64
		for n := range p.T {
			r, vr, vphi := p.Q[2*n], p.V[2*n], p.V[2*n+1]
			E, l = append(E, (vr*vr+r*r*vphi*vphi)/2-1/r), append(l, r*r*vphi)
		}
		if mean := -0.5 / average(E); math.Abs(mean/a-1) > 2e-5 {
			t.Errorf("%s: semi-major axis %.6f, want %.5f", p.ID, mean, a)
		}
		if e, m := deviation(E), deviation(l); e > 1e-4 || m > 5e-5 {
			t.Errorf("%s: energy varies by %.1e, angular momentum by %.1e", p.ID, e, m)
		}
		for n := 2; n < p.Len()-2; n++ { // five-point slope, fourth order in the step of two days
			for k, x := range p.V[2*n : 2*n+2] {
				dq := (8*(p.Q[2*n+2+k]-p.Q[2*n-2+k]) - (p.Q[2*n+4+k] - p.Q[2*n-4+k])) / (12 * 2 * day)
				if math.Abs(dq-x) > 4e-3 {
					t.Fatalf("%s row %d: slope %v, velocity %v", p.ID, n, dq, x)
				}
			}
		}
	}
	for k, a := range data.Inspect(s).Agree {
		if a.Discrepancy > 5e-3 {
			t.Errorf("coordinate %d: %+v", k, a)
		}
	}
}

func average(x []float64) (m float64) {
	for _, y := range x {
		m += y / float64(len(x))
	}
	return m
}

// deviation is the root mean square deviation over the mean.
func deviation(x []float64) (s float64) {
	m := average(x)
	for _, y := range x {
		s += (y/m - 1) * (y/m - 1) / float64(len(x))
	}
	return math.Sqrt(s)
}
