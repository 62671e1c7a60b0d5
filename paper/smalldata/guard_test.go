package smalldata

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
	"lagrange/train"
)

// The unit of the error is the mean of Σ|a*|: of (1, −3) and (2, 2) it is 4.
func TestGuardSmallUnit(t *testing.T) {
	k := &source{}
	k.measured(mech.Chain(2), &train.Accelerations[float64]{A: []float64{1, -3, 2, 2}, N: 2})
	benchtest.Agree(t, "unit", 1e-14, k.size, 4)
}

// smallGuard are states of the double pendulum, and pieces of a few motions.
func smallGuard(t *testing.T) (states, pieces *source) {
	t.Helper()
	system := mech.Chain(2)
	states = &source{name: "states", pool: bench.Sample(system, rand.New(rand.NewPCG(1, 1)), 40)}
	states.measured(system, bench.Sample(system, rand.New(rand.NewPCG(1, 2)), 50))
	c, err := bench.ChainTask(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Learn, err = c.Pool(t.Context(), 1, 40); err != nil {
		t.Fatal(err)
	}
	c.Starts, c.Truth = c.Starts[:2*4], c.Truth[:2]
	pieces = &source{name: "pieces", chain: c}
	pieces.measured(system, bench.Sample(system, rand.New(rand.NewPCG(1, 3)), 50))
	return states, pieces
}

// spoilt is the task with not-a-numbers for the samples lo … hi.
func (t source) spoilt(lo, hi int) *source {
	if t.chain == nil {
		pool := *t.pool
		pool.A = slices.Clone(pool.A)
		copy(pool.A[2*lo:], benchtest.Filled(2*(hi-lo), math.NaN()))
		t.pool = &pool
		return &t
	}
	const n = 4 * (bench.WindowSteps + 1)
	chain := *t.chain
	chain.Learn.X = slices.Clone(chain.Learn.X)
	copy(chain.Learn.X[lo*n:], benchtest.Filled(n*(hi-lo), math.NaN()))
	t.chain = &chain
	return &t
}

// Of N samples a fifth is held out and the others are learned, and none of those beyond N is seen: where they are
// not-a-numbers nothing changes. Where those are that are held out, no step and no scale has seen them; where one is
// that is learned, they have.
func TestGuardSmallSplit(t *testing.T) {
	const N = 20
	states, pieces := smallGuard(t)
	for _, k := range []*source{states, pieces} {
		for _, c := range smallGuards {
			learn := func(lo, hi int) (Point, error) {
				p, err := k.spoilt(lo, hi).learn(t.Context(), c, false, N, experiment.Settings{Steps: 3, Seed: 1}, 0)
				p.Seconds = 0
				return p, err
			}
			honest, err := learn(0, 0)
			if p, err2 := learn(N, 40); err != nil || err2 != nil || p != honest || !(p.AccelError < 100) {
				t.Errorf("%s, %s: %+v, %v, with samples beyond N spoilt %+v, %v", k.name, c.Name, honest, err, p, err2)
			}
			if p, err := learn(0, N/5); err != nil || p.NonFiniteSkipped != 0 {
				t.Errorf("%s, %s: steps saw what is held out, %+v, %v", k.name, c.Name, p, err)
			}
			if p, err := learn(N/5, N/5+1); err == nil && p.NonFiniteSkipped == 0 {
				t.Errorf("%s, %s: nobody saw the first sample that is learned, %+v", k.name, c.Name, p)
			}
		}
	}
}

// The error is that over the fresh states: where their accelerations are a thousand times as large, the model is a
// thousand units off, less what it says.
func TestGuardSmallFresh(t *testing.T) {
	states, pieces := smallGuard(t)
	for _, k := range []*source{states, pieces} {
		for i := range k.fresh.A {
			k.fresh.A[i] *= 1000
		}
		for _, c := range smallGuards {
			p, err := k.learn(t.Context(), c, false, 20, experiment.Settings{Steps: 3, Seed: 1}, 0)
			if err != nil || math.Abs(p.AccelError/1000-1) > 0.1 {
				t.Errorf("%s, %s: %+v, %v", k.name, c.Name, p, err)
			}
		}
	}
}

// No state or piece by which a model is judged is one that it may have learned.
func TestGuardSmallStreams(t *testing.T) {
	ts, err := newSources(t.Context(), 2, 60)
	if err != nil {
		t.Fatal(err)
	}
	benchtest.ApartFrom(t, 4, map[string][]float64{"states": ts[0].pool.X, "fresh states": ts[0].fresh.X})
	c := ts[1].chain
	benchtest.ApartFrom(t, 4, map[string][]float64{"pieces": c.Learn.X, "fresh pieces": ts[1].fresh.X,
		"starts": c.Starts})
	for i, x := range c.Truth {
		if !slices.Equal(x[:4], c.Starts[4*i:4*i+4]) {
			t.Fatalf("motion %d begins at %v", i, x[:4])
		}
	}
	system := mech.Chain(2)
	for _, k := range ts {
		o, a := k.fresh, make([]float64, 2)
		for i := range o.N {
			system.Accel(o.X[4*i:4*i+2], o.X[4*i+2:4*i+4], a)
			if !slices.Equal(a, o.A[2*i:2*i+2]) {
				t.Fatalf("%s: another acceleration of state %d", k.name, i)
			}
		}
	}
}

// Every number of the tables stands beside its model and under its number of samples, and the error of motions is not
// that of the acceleration.
func TestGuardSmallTables(t *testing.T) {
	r := Report{Sizes: []int{10, 30}, Models: map[string]map[string][]Point{},
		Variants: map[string]map[string][]Point{}}
	ts := []*source{{name: "states", title: "States"}, {name: "pieces", title: "Pieces", chain: &bench.Task{}}}
	points := func(k int, few []int) (p []Point) {
		for i, N := range few {
			p = append(p, Point{Samples: N, AccelError: float64(k + i), Rollout: -float64(k + i)})
		}
		return p
	}
	few := []int{40, 50}
	for i, k := range ts {
		r.Models[k.name], r.Variants[k.name] = map[string][]Point{}, map[string][]Point{}
		for j, m := range allModels {
			r.Models[k.name][m.Name] = points(2*j+20*i+1, r.Sizes)
		}
		for j, v := range allVariants {
			r.Variants[k.name][v.Name] = points(2*j+20*i+51, few)
		}
	}
	tables := r.result(ts, few, 0, experiment.Settings{}).Tables
	if len(tables) != 5 {
		t.Fatalf("%d tables", len(tables))
	}
	for n := range 2 {
		for j, m := range allModels {
			benchtest.Reads(t, tables[0], m.Name, fmt.Sprint(r.Sizes[n]), 0, fmt.Sprint(2*j+1+n))
			benchtest.Reads(t, tables[1], m.Name, fmt.Sprint(r.Sizes[n]), 0, fmt.Sprint(2*j+21+n))
			benchtest.Reads(t, tables[2], m.Name, fmt.Sprint(r.Sizes[n]), 0, fmt.Sprint(-2*j-21-n))
		}
		for j, v := range allVariants {
			for i := range ts {
				benchtest.Reads(t, tables[3+i], v.Name, fmt.Sprint(few[n]), 0, fmt.Sprint(2*j+20*i+51+n))
			}
		}
	}
}

// smallGuards are one of (q, v) and one of (q, p).
var smallGuards = []bench.Network{
	{Name: "nn", Family: "nn", Hidden: []int{2}}, {Name: "hnn", Family: "hnn", Hidden: []int{2}, Canonical: true},
}
