package long

import (
	"fmt"
	"math"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
	"lagrange/paper/pendulum"
	"lagrange/train"
)

// A Hamiltonian ½(v₁² + v₂²) has energies in a unit that is the slope of the line through them, over the true ones:
// by least squares over the fresh states.
func TestGuardLongUnit(t *testing.T) {
	X := []float64{0.5, 1, 2, -1, 1, 2, 0, 3, -1, 0.2, 1, 1, 0, 0, 4, 2}
	run := &pendulum.Run{System: mech.Chain(2), Fresh: &train.Accelerations[float64]{X: X, N: 4}}
	var x, e []float64
	var mx, me, xx, xe float64
	for i := range 4 {
		s := X[4*i : 4*i+4]
		x, e = append(x, benchtest.EnergyByHand(s[0], s[1], s[2], s[3])), append(e, (s[2]*s[2]+s[3]*s[3])/2)
		mx, me = mx+x[i]/4, me+e[i]/4
	}
	for i := range x {
		xx, xe = xx+(x[i]-mx)*(x[i]-mx), xe+(x[i]-mx)*(e[i]-me)
	}
	l := newRuns(run, benchtest.Tiny(t, "hnn", 2), 10)
	benchtest.Agree(t, "unit", 1e-12, l.unit, xe/xx)
	for i, E := range l.learned(X) {
		benchtest.Agree(t, "learned energy", 1e-12, E, e[i]*xx/xe)
		benchtest.Agree(t, "true energy", 1e-12, l.truth(X)[i], x[i])
	}
}

// Over 100 units of time an energy is off by a tenth of 29.4 at t = 1, seven tenths below at 5, three above at 50 and
// nine at 80: the largest so far are 0.1 to t = 1, 0.7 to t = 10 and 0.9 to the end. What is no number has diverged.
func TestGuardLongGrowth(t *testing.T) {
	l := &runs{run: &pendulum.Run{System: mech.Chain(2)}, times: bench.Grid(100, 1)}
	E := benchtest.Filled(101, 5)
	for at, off := range map[int]float64{1: 0.1, 5: -0.7, 50: 0.3, 80: 0.9} {
		E[at] += 29.4 * off
	}
	at, curve := l.growth("", E)
	for i, want := range []float64{0.1, 0.7, 0.9} {
		benchtest.Agree(t, fmt.Sprint(i), 1e-12, at[i], want)
	}
	for i, x := range curve.X {
		want := 0.1
		if x >= 5 {
			want = 0.7
		}
		if x >= 80 {
			want = 0.9
		}
		benchtest.Agree(t, fmt.Sprintf("curve at %g", x), 1e-12, curve.Y[i], want)
	}
	E[60] = math.NaN()
	if at, _ = l.growth("", E); at[1] > 0.8 || at[2] != bench.Diverged {
		t.Errorf("diverged: %v", at)
	}
}

// Every number of the tables stands under its time, learned and true energy are not swapped, and one that ended says
// where.
func TestGuardLongTables(t *testing.T) {
	r := Report{Times: [3]float64{1, 10, 100}}
	code := func(i, k int) float64 { return float64(10+i) / 10 * math.Pow(0.1, float64(k)) }
	for i, m := range integrators() {
		for s, start := range starts {
			n := 2*i + s
			r.Runs = append(r.Runs, Run{Start: start.name, Method: m.method.Name, Step: m.step,
				Tolerance: m.tol, Reached: 100, Evaluations: 1000 + n, Second: 2000 + n, Seconds: float64(n),
				Drift: [3]float64{code(n, 1), code(n, 2), code(n, 3)}, TrueError: [3]float64{code(n, 4), code(n, 5),
					code(n, 6)}})
		}
	}
	r.Runs[0].Reached, r.Runs[0].Stopped = 12, "blown up"
	tables := tablesOf(r)
	for i, m := range integrators() {
		for s, start := range starts {
			n, table := 2*i+s, tables[s]
			only := experiment.Table{Title: start.name, Columns: table.Columns}
			for _, row := range table.Rows {
				if row[0] == m.method.Name && row[1] == fmt.Sprint(m.step+m.tol) {
					only.Rows = append(only.Rows, row)
				}
			}
			if len(only.Rows) != 1 {
				t.Fatalf("%s: %d rows", m, len(only.Rows))
			}
			for k, what := range []string{"learned", "true"} {
				for j, at := range []string{"1", "10", "100"} {
					want := fmt.Sprintf("%.1e", code(n, 3*k+j+1))
					if n == 0 && j == 2 {
						want = "stops at 12"
					}
					benchtest.Reads(t, only, m.method.Name, what+", t ≤ "+at, 0, want)
				}
			}
			benchtest.Reads(t, only, m.method.Name, "evaluations", 0, fmt.Sprint(1000+n))
			benchtest.Reads(t, only, m.method.Name, "of them with second derivatives", 0, fmt.Sprint(2000+n))
			benchtest.Reads(t, only, m.method.Name, "seconds", 0, fmt.Sprintf("%d.0", n))
		}
	}
}
