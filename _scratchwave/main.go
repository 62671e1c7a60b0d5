package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/ode"
	"lagrange/train"
	"gonum.org/v1/gonum/optimize"
)

var damp = 0.
var mix = 0.

func fields(w mech.Wave, r *rand.Rand, n int, rough float64) *train.Accelerations[float64] {
	d := w.N
	o := &train.Accelerations[float64]{N: n, X: make([]float64, 2*n*d), A: make([]float64, n*d), Weight: make([]float64, n), Penalty: train.L2}
	for i := range n {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		w.Sample(r, q, v)
		// size
		s := 0.0
		for j := range q {
			s += q[j] * q[j]
		}
		s = math.Sqrt(s / float64(d))
		for j := range q {
			q[j] *= 0.5 / s
			v[j] *= 0.5 / s
		}
		amp := math.Pow(10, -damp*r.Float64())
		for j := range q {
			q[j] *= amp
			v[j] *= amp
		}
		if rough > 0 {
			rough := rough * amp
			rough := rough * math.Pow(10, -mix*r.Float64())
			for j := range q {
				q[j] += rough * r.NormFloat64()
				v[j] += rough * r.NormFloat64() / w.H
			}
		}
		a := o.A[i*d : (i+1)*d]
		w.Accel(q, v, a)
		s = 0
		for j := range a {
			s += a[j] * a[j]
		}
		o.Weight[i] = float64(d) / s * 400 * 400 / float64(d)
	}
	return o
}

func main() {
	act := flag.String("act", "softplus", "")
	kappa := flag.Float64("k", 30, "")
	width := flag.Int("w", 32, "")
	layers := flag.Int("l", 1, "")
	rate := flag.Float64("rate", 1e-2, "")
	steps := flag.Int("steps", 3000, "")
	batch := flag.Int("batch", 8, "")
	rough := flag.Float64("rough", 0, "")
	seed := flag.Uint64("seed", 1, "")
	n := flag.Int("n", 1000, "")
	speed := flag.Float64("speed", 20, "")
	cross := flag.Int("cross", 2, "")
	clip := flag.Float64("clip", -1, "")
	flag.Float64Var(&mix, "mix", 3, "")
	npol := flag.Int("npol", 20, "")
	bfgs := flag.Int("bfgs", 2000, "")
	bsec := flag.Float64("bsec", 20, "")
	pmix := flag.Float64("pmix", 3, "")
	pdamp := flag.Float64("damp", 2, "")
	flag.Parse()
	w := mech.Wave{N: 100, C: 1, H: 0.01}
	tr := fields(w, rand.New(rand.NewPCG(*seed, 1)), *n, *rough)
	va := fields(w, rand.New(rand.NewPCG(*seed, 2)), 50, *rough)
	site := []model.Coordinate{{Name: "phi", Velocity: "phidot", Scale: *kappa, Speed: *kappa * *speed, Accel: 400}}
	var hidden []int
	for range *layers {
		hidden = append(hidden, *width)
	}
	g, err := graph.New[float64](graph.Ring(w.N, 1, 1), *seed, graph.Density(site, 3, nil, hidden, *act, 1))
	if err != nil {
		panic(err)
	}
	m := g.Model()
	l := train.Loop[float64]{Model: m, Train: tr, Valid: va, State: train.NewState(m),
		Settings: train.Settings{Steps: *steps, Batch: *batch, Rate: *rate, Seed: *seed, Workers: 1, Clip: *clip, Validate: *steps / 10}}
	t0 := time.Now()
	l.On = func(s *train.State[float64]) error {
		p := s.History[len(s.History)-1]
		fmt.Printf("%6d  train %.3e  valid rel %.3e  %.1fs\n", p.Step, math.Sqrt(p.Train), math.Sqrt(p.Valid), time.Since(t0).Seconds())
		return nil
	}
	if err := l.Run(context.Background()); err != nil {
		panic(err)
	}
	mix = *pmix
	damp = *pdamp
	po := fields(w, rand.New(rand.NewPCG(*seed, 3)), *npol, *rough)
	vp := fields(w, rand.New(rand.NewPCG(*seed, 4)), *npol, *rough)
	polish(m, po, *npol, *bfgs, vp, *bsec)
	g, _ = g.On(g.Topology)
	copy(g.Theta, m.Theta)
	fmt.Println("health", l.State.Health, l.State.Skipped)
	// roll-out
	n2 := w.N
	x0 := make([]float64, 2*n2)
	w.Pulse(0.5, 5*w.H, x0[:n2], x0[n2:])
	tape := g.Tape(1)
	t0 = time.Now()
	var times []float64
	for i := range *cross + 1 {
		times = append(times, float64(i))
	}
	res, err := ode.Solve(context.Background(), func(_ float64, x, dx []float64) { tape.Field(x, nil, dx) }, x0, times, ode.Options{Method: ode.RK4, Step: 0.0025})
	fmt.Println(err, time.Since(t0), res.Stats.Evals)
	mo := w.Modes()
	q, v := make([]float64, n2), make([]float64, n2)
	E0 := w.Energy(x0[:n2], x0[n2:])
	for i, t := range times {
		mo.At(t, x0[:n2], x0[n2:], q, v)
		e, s, mean := 0.0, 0.0, 0.0
		y := res.X[2*i*n2:]
		for j := range q {
			e += (y[j] - q[j]) * (y[j] - q[j])
			s += q[j] * q[j]
			mean += (y[j] - q[j]) / float64(n2)
		}
		fmt.Printf("t=%g err %.3e mean %.3e dE/E %.3e\n", t, math.Sqrt(e/s), mean, w.Energy(y[:n2], y[n2:2*n2])/E0-1)
	}
}

var rounds = flag.Int("rounds", 3, "")

func polish(m *model.Model[float64], o train.Objective[float64], n, iters int, va train.Objective[float64], sec float64) {
	t0 := time.Now()
	chunk := 5
	p := o.Pass(m, chunk)
	pv := va.Pass(m, chunk)
	var grad []float64 = make([]float64, len(m.Theta))
	last := make([]float64, len(m.Theta))
	value := 0.0
	valid := false
	evals := 0
	eval := func(x []float64) {
		if valid {
			same := true
			for i := range x {
				if x[i] != last[i] {
					same = false
					break
				}
			}
			if same {
				return
			}
		}
		copy(m.Theta, x)
		copy(last, x)
		valid = true
		clear(grad)
		value = 0
		evals++
		idx := make([]int, 0, chunk)
		for i := 0; i < n; i += chunk {
			idx = idx[:0]
			for j := i; j < min(n, i+chunk); j++ {
				idx = append(idx, j)
			}
			value += p.Loss(idx, grad)
		}
		value /= float64(n)
		for i := range grad {
			grad[i] /= float64(n)
		}
	}
	prob := optimize.Problem{Func: func(x []float64) float64 { eval(x); return value }, Grad: func(g, x []float64) { eval(x); copy(g, grad) }}
	x0 := append([]float64(nil), m.Theta...)
	for range *rounds {
	r, err := optimize.Minimize(prob, x0, &optimize.Settings{GradientThreshold: 1e-16, MajorIterations: iters, Runtime: time.Duration(sec * 1e9), Converger: optimize.NeverTerminate{}}, &optimize.BFGS{Linesearcher: &optimize.MoreThuente{}})
	if r == nil { fmt.Println(err); return }
	copy(m.Theta, r.X)
	x0 = append([]float64(nil), r.X...)
	s := 0.0
	for i := range va.Len() {
		s += pv.Loss([]int{i}, nil)
	}
	fmt.Printf("bfgs %v %v: train %.3e valid %.3e  evals %d %.1fs\n", r.Status, err, math.Sqrt(r.F), math.Sqrt(s/float64(va.Len())), evals, time.Since(t0).Seconds())
	}
}
