// Rollouts measures free roll-outs of a model, one alone and many together, beside bench/diffrax_rollout.py:
//
//	GOMAXPROCS=1 go run ./bench/rollouts MODEL STARTS.csv
//
// It rolls out one second with eleven rows at the default tolerance of 1e-9 from each first row of STARTS.csv, and
// prints a line of JSON for each.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"lagrange"
	"lagrange/data"
	"lagrange/internal/gemm/peak"
)

// measured is a line of the output.
type measured struct {
	Starts int       `json:"starts"`
	CPU    float64   `json:"cpu_us"` // microseconds of processor time a trajectory
	End    []float64 `json:"end"`    // (q, v) of the first trajectory after a second
	Miss   float64   `json:"miss"`   // the largest of |x − x'| there, x' of a tolerance of 1e-12
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: rollouts MODEL STARTS.csv")
	}
	m, err := lagrange.Load(args[0])
	if err != nil {
		return err
	}
	set, err := data.Read(args[1:], m.Options())
	if err != nil {
		return err
	}
	times := make([]float64, 11)
	for i := range times {
		times[i] = float64(i) / 10
	}
	d := m.D()
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		*t = data.Trajectory{ID: t.ID, T: times, Q: t.Q[:d], V: t.V[:d]}
	}
	first := set.Trajectories[0]
	one := func(o lagrange.RolloutOptions) (data.Trajectory, error) {
		return m.Rollout(ctx, first.Q, first.V, nil, times, o)
	}
	all := func(o lagrange.RolloutOptions) (data.Trajectory, error) {
		out, err := m.RolloutSet(ctx, set, o)
		if err != nil {
			return data.Trajectory{}, err
		}
		return out.Trajectories[0], nil
	}
	if err := measure(1, 1000, d, one); err != nil {
		return err
	}
	return measure(len(set.Trajectories), 3, d, all)
}

// measure prints what roll-outs of so many starts take, the mean of some times after the first.
func measure(starts, times, d int, roll func(lagrange.RolloutOptions) (data.Trajectory, error)) error {
	exact, err := roll(lagrange.RolloutOptions{RTol: 1e-12, ATol: 1e-12})
	if err != nil {
		return err
	}
	t, err := roll(lagrange.RolloutOptions{})
	if err != nil {
		return err
	}
	before := peak.ProcessorTime()
	for range times {
		if _, err := roll(lagrange.RolloutOptions{}); err != nil {
			return err
		}
	}
	took := peak.ProcessorTime() - before
	out := measured{Starts: starts, CPU: float64(took.Microseconds()) / float64(starts*times)}
	for _, k := range []struct{ x, want []float64 }{{t.Q, exact.Q}, {t.V, exact.V}} {
		for i, x := range k.x[len(k.x)-d:] {
			out.End, out.Miss = append(out.End, x), max(out.Miss, x-k.want[len(k.x)-d+i], k.want[len(k.x)-d+i]-x)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
