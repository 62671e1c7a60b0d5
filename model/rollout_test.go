package model_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// rolling is a batch of motions of a small network, every sample with time steps and forces of its own.
type rolling struct {
	m        *model.Model[float64]
	roll     *model.Rollout[float64]
	n, f     int // numbers of a state and of the forces
	B, steps int
	x, h, u  []float64 // (B, n), (steps, B), (steps+1, B, f)
	lambda   []float64 // (steps+1, B, n)
}

func newRolling(t *testing.T, family string, d, m int, tab ode.Tableau) *rolling {
	t.Helper()
	s := spec(family, d, m, model.Both)
	net, err := model.New[float64](s, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 8))
	for i := range net.Theta { // so that the forces of a new model are not 0
		net.Theta[i] += 0.1 * r.NormFloat64()
	}
	g := &rolling{m: net, n: 2 * d, f: m, B: 3, steps: 4}
	g.roll = model.NewRollout(s, net.Tape(g.B+1), tab, g.B+1, g.steps+1) // room to spare must not matter
	normal := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	g.x, g.u, g.lambda = normal(g.B*g.n), normal((g.steps+1)*g.B*m), normal((g.steps+1)*g.B*g.n)
	for range g.steps * g.B {
		g.h = append(g.h, 0.02+0.05*r.Float64())
	}
	return g
}

// loss is Σ λ·x over all states of the roll-out.
func (g *rolling) loss() (sum float64) {
	g.roll.Run(g.x, g.h, g.u)
	for k := range g.steps + 1 {
		for i, x := range g.roll.State(k) {
			sum += g.lambda[k*g.B*g.n+i] * x
		}
	}
	return
}

// alone integrates sample b by package ode with one step between two times.
func (g *rolling) alone(t *testing.T, b int) []float64 {
	times := []float64{0}
	for k := range g.steps {
		times = append(times, times[k]+g.h[k*g.B+b])
	}
	tape, u := g.m.Tape(1), make([]float64, g.f)
	field := func(at float64, x, dx []float64) {
		k := 0
		for k+2 < len(times) && at > times[k+1] {
			k++
		}
		c := (at - times[k]) / (times[k+1] - times[k])
		for j := range u {
			u[j] = (1-c)*g.u[(k*g.B+b)*g.f+j] + c*g.u[((k+1)*g.B+b)*g.f+j]
		}
		tape.Field(x, u, dx)
	}
	r, err := ode.Solve(context.Background(), field, g.x[b*g.n:(b+1)*g.n], times, ode.Options{Method: ode.RK4})
	if err != nil {
		t.Fatal(err)
	}
	return r.X
}

func TestRolloutIsRK4(t *testing.T) {
	for _, c := range []struct {
		family string
		d, m   int
	}{{"lnn", 2, 1}, {"lnn", 1, 0}, {"nn", 3, 2}} {
		g := newRolling(t, c.family, c.d, c.m, ode.RK4.Tableau)
		g.loss()
		for b := range g.B {
			for i, want := range g.alone(t, b) {
				k, j := i/g.n, i%g.n
				if x := g.roll.State(k)[b*g.n+j]; math.Abs(x-want) > 1e-12*(1+math.Abs(want)) {
					t.Errorf("%s d=%d, sample %d, step %d: x[%d] = %v, ode has %v", c.family, c.d, b, k, j, x, want)
				}
			}
		}
	}
}

// The gradient of the discrete motion in θ and in its first state, for methods with full and with sparse tableaux.
func TestRolloutReverse(t *testing.T) {
	for _, c := range []struct {
		family string
		d, m   int
		method ode.Method
	}{{"lnn", 2, 1, ode.RK4}, {"lnn", 1, 0, ode.Dopri5}, {"nn", 2, 1, ode.RK4}, {"lnn", 2, 0, ode.Euler}} {
		g := newRolling(t, c.family, c.d, c.m, c.method.Tableau)
		g.loss()
		dtheta := make([]float64, len(g.m.Theta))
		dx := append([]float64(nil), g.roll.Reverse(g.lambda, dtheta)...)
		for _, at := range []struct {
			name  string
			x, dx []float64
		}{{"dθ", g.m.Theta, dtheta}, {"dx₀", g.x, dx}} {
			want, top := make([]float64, len(at.x)), 0.0
			for i, was := range at.x {
				f := func(h float64) float64 { at.x[i] = was + h; return g.loss() }
				const h = 1e-4 // Richardson: the error of central differences falls from h² to h⁴
				coarse, fine := (f(2*h)-f(-2*h))/(4*h), (f(h)-f(-h))/(2*h)
				at.x[i] = was
				want[i] = fine + (fine-coarse)/3
				top = max(top, math.Abs(want[i]))
			}
			for i := range want {
				if !(math.Abs(at.dx[i]-want[i]) <= 1e-6*top) {
					t.Fatalf("%s %s d=%d: %s[%d] = %v, differences say %v (largest %v)", c.family, c.method.Name, c.d, at.name, i, at.dx[i], want[i], top)
				}
			}
		}
	}
}

func TestRolloutDoesNotAllocate(t *testing.T) {
	g := newRolling(t, "lnn", 2, 1, ode.RK4.Tableau)
	dtheta := make([]float64, len(g.m.Theta))
	if n := testing.AllocsPerRun(5, func() {
		g.roll.Run(g.x, g.h, g.u)
		g.roll.Reverse(g.lambda, dtheta)
	}); n != 0 {
		t.Errorf("%v allocations in Run and Reverse", n)
	}
}
