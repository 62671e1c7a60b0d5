package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/data"
	"lagrange/mech"
)

// Every system conserves its energy, and what is written is recognised from the header alone and reads back bit for bit.
func TestSimulation(t *testing.T) {
	for _, system := range append(mech.Systems(), mech.Chain(5)) {
		t.Run(system.Name(), func(t *testing.T) {
			sim := simulation{system: system, trajectories: 2, steps: 500, dt: 0.002, seed: 7, accelerations: true}
			set, err := sim.run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			d := system.Dim()
			for i, w := range set.Trajectories {
				system := system
				if c, ok := system.(mech.Conditioned); ok {
					system = c.At(w.U[:len(c.Conditions())])
				}
				E := system.Energy(w.Q[:d], w.V[:d])
				for n := range w.T {
					if e := math.Abs(system.Energy(w.Q[d*n:][:d], w.V[d*n:][:d]) - E); !(e < 1e-9*system.About().EnergyScale) {
						t.Fatalf("trajectory %d: the energy moves by %g until t = %g", i, e, w.T[n])
					}
				}
				slopes(t, "v", w.Q, w.V, d, sim.dt)
				slopes(t, "a", w.V, w.A, d, sim.dt)
			}
			var b bytes.Buffer
			if err := set.WriteCSV(&b); err != nil {
				t.Fatal(err)
			}
			back, err := data.ReadFrom(&b, "simulation.csv", data.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(coordinates(back), coordinates(set)) || !back.HasAccelerations() {
				t.Fatalf("recognised %v, accelerations %v", coordinates(back), back.HasAccelerations())
			}
			for i, w := range set.Trajectories {
				r := back.Trajectories[i]
				if !slices.Equal(r.T, w.T) || !slices.Equal(r.Q, w.Q) || !slices.Equal(r.V, w.V) || !slices.Equal(r.A, w.A) {
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
	few := simulation{system: mech.Chain(2), trajectories: 1, steps: 5, dt: 0.1, seed: 3}
	more, other := few, few
	more.trajectories, other.seed = 3, 4
	var q [3][]float64
	for i, s := range []simulation{few, more, other} {
		set, err := s.run(context.Background())
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

// SIGINT ends a long run with code 1 and a word, and the output stays as it was.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted")
	}
	guard := make(chan os.Signal, 1) // a signal that comes too early or too late does not end the test
	signal.Notify(guard, os.Interrupt)
	defer signal.Stop(guard)
	path := filepath.Join(t.TempDir(), "chain.csv")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	var errw bytes.Buffer
	code := make(chan int)
	go func() {
		code <- run([]string{"simulate", "chain-300", "--duration", "1h", "--dt", "1s", "-o", path}, nil, io.Discard, &errw)
	}()
	for {
		select {
		case got := <-code:
			if got != exitFailure || !strings.HasPrefix(errw.String(), "lagrange: interrupted") {
				t.Errorf("exit code %d, %q", got, &errw)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != "kept" {
				t.Errorf("the output holds %q, %v", text, err)
			}
			return
		case <-time.After(20 * time.Millisecond):
			if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(os.Interrupt) != nil {
				t.Fatal("cannot signal")
			}
		}
	}
}
