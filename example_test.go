package lagrange_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lagrange"
)

// swinging is a pendulum of 1 m and 1 kg, learned from twelve swings of 2 s.
var swinging = sync.OnceValue(func() *lagrange.Model {
	set := recording("pendulum", 12, 40, true, 0.05)
	m, err := lagrange.Fit(context.Background(), set, lagrange.Settings{Hidden: []int{16, 16}, Steps: 400, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	return m
})

// Learn a pendulum from twelve recorded swings, and measure the model on those that it has not seen.
func ExampleFit() {
	ctx := context.Background()
	set := recording("pendulum", 12, 40, true, 0.05)
	m, err := lagrange.Fit(ctx, set, lagrange.Settings{Hidden: []int{16, 16}, Steps: 400, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	e, err := m.Evaluate(ctx, set, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("held-out windows:", e.Windows)
	fmt.Println("ten times better than constant velocity:",
		10*e.Models["lnn"].RMSEQ[0] < e.Models["constant_velocity"].RMSEQ[0])
	// Output:
	// held-out windows: 4
	// ten times better than constant velocity: true
}

// The true pendulum has θ̈ = −9.8 sin θ.
func ExampleModel_Accel() {
	m := swinging()
	a := m.Accel([]float64{1}, []float64{0}, nil)
	fmt.Println("right within a tenth:", math.Abs(a[0]/(-9.8*math.Sin(1))-1) < 0.1)
	// Output: right within a tenth: true
}

// The energy of a learned Lagrangian is conserved by its motion.
func ExampleModel_Energy() {
	m := swinging()
	path, err := m.Rollout(context.Background(), []float64{1}, []float64{0}, nil, []float64{0, 10},
		lagrange.RolloutOptions{})
	if err != nil {
		log.Fatal(err)
	}
	before, ok := m.Energy(path.Q[:1], path.V[:1], nil)
	after, _ := m.Energy(path.Q[1:], path.V[1:], nil)
	fmt.Println(ok, math.Abs(after-before) < 1e-5)
	// Output: true true
}

// Roll out from rest at 1 rad; half a period later it is on the other side.
func ExampleModel_Rollout() {
	path, err := swinging().Rollout(context.Background(), []float64{1}, []float64{0}, nil, []float64{0, 1.07},
		lagrange.RolloutOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f %.1f\n", path.Q[0], path.Q[1])
	// Output: 1.0 -1.0
}

// A model file carries the model bit for bit.
func ExampleLoad() {
	folder, err := os.MkdirTemp("", "lagrange")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "pendulum.lagrange")
	m := swinging()
	if err := m.Save(path); err != nil {
		log.Fatal(err)
	}
	back, err := lagrange.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	q, v := []float64{1}, []float64{0}
	fmt.Println(back.Spec().Family, back.Accel(q, v, nil)[0] == m.Accel(q, v, nil)[0])
	// Output: lnn true
}

// A loop at 1 kHz predicts where the pendulum swings within a second, and never waits for memory.
func ExampleModel_Controller() {
	m := swinging()
	c, q, v := m.Controller(), []float64{1}, []float64{0}
	took := make([]time.Duration, 1000)
	for i := range took {
		begin := time.Now()
		c.Step(q, v, nil, 0.001)
		took[i] = time.Since(begin)
	}
	slices.Sort(took)
	fmt.Println("a step in time:", took[len(took)/2] < time.Millisecond)
	start, times := []float64{1}, []float64{0, 1}
	path, err := m.Rollout(context.Background(), start, []float64{0}, nil, times, lagrange.RolloutOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("as a roll-out has it:", math.Abs(q[0]-path.Q[1]) < 1e-6)
	// Output:
	// a step in time: true
	// as a roll-out has it: true
}
