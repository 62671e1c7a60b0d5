package sim

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/mech"
)

// Every system conserves its energy, and what is written is recognised from the header alone and reads back bit for
// bit.
func TestSimulation(t *testing.T) {
	for _, system := range append(mech.Systems(), mech.Chain(5)) {
		t.Run(system.Name(), func(t *testing.T) {
			sim := Simulation{System: system, Trajectories: 2, Steps: 500, Dt: 0.002, Seed: 7, Accelerations: true}
			set, err := sim.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			d := system.Dim()
			for i, w := range set.Trajectories {
				system := system
				if c, ok := system.(mech.Parametrised); ok {
					system = c.At(w.U[:len(c.SystemParameters())])
				}
				E := system.Energy(w.Q[:d], w.V[:d])
				for n := range w.T {
					if e := math.Abs(system.Energy(w.Q[d*n:][:d],
						w.V[d*n:][:d]) - E); !(e < 1e-9*system.About().EnergyScale) {
						t.Fatalf("trajectory %d: the energy moves by %g until t = %g", i, e, w.T[n])
					}
				}
				slopes(t, "v", w.Q, w.V, d, sim.Dt)
				slopes(t, "a", w.V, w.A, d, sim.Dt)
			}
			var b bytes.Buffer
			if err := set.WriteCSV(&b); err != nil {
				t.Fatal(err)
			}
			back, err := data.ReadFrom(&b, "simulation.csv", data.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(names(back), names(set)) || !back.HasAccelerations() {
				t.Fatalf("recognised %v, accelerations %v", names(back), back.HasAccelerations())
			}
			for i, w := range set.Trajectories {
				r := back.Trajectories[i]
				if !slices.Equal(r.T, w.T) || !slices.Equal(r.Q, w.Q) || !slices.Equal(r.V, w.V) || !slices.Equal(r.A,
					w.A) {
					t.Fatalf("trajectory %d reads back differently", i)
				}
			}
			for k, c := range set.Coordinates {
				if back.Coordinates[k] != c {
					t.Errorf("%+v reads back as %+v", c, back.Coordinates[k])
				}
			}
		})
	}
}

// slopes holds dx against the fourth-order central differences of x.
func slopes(t *testing.T, name string, x, dx []float64, d int, h float64) {
	t.Helper()
	size := 1.0
	for _, y := range dx {
		size = max(size, math.Abs(y))
	}
	for i := 2 * d; i < len(x)-2*d; i++ {
		slope := (8*(x[i+d]-x[i-d]) - (x[i+2*d] - x[i-2*d])) / (12 * h)
		if e := math.Abs(slope - dx[i]); !(e < 1e-3*size) {
			t.Fatalf("%s: row %d holds %g, the slope is %g", name, i/d, dx[i], slope)
		}
	}
}

// A seed and a number make a trajectory: others beside it, or a longer motion, do not change it.
func TestSimulationRepeats(t *testing.T) {
	few := Simulation{System: mech.Chain(2), Trajectories: 1, Steps: 5, Dt: 0.1, Seed: 3}
	more, other := few, few
	more.Trajectories, other.Seed = 3, 4
	var q [3][]float64
	for i, s := range []Simulation{few, more, other} {
		set, err := s.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		q[i] = set.Trajectories[0].Q
	}
	if !slices.Equal(q[0], q[1]) {
		t.Error("more trajectories change the first one")
	}
	if slices.Equal(q[0], q[2]) {
		t.Error("another seed gives the same motion")
	}
}

func names(set *data.Set) (n []string) {
	for _, c := range set.Coordinates {
		n = append(n, c.Name)
	}
	return
}
