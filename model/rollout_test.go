package model_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	}{{"lnn", 2, 1}, {"lnn", 1, 0}, {"nn", 3, 2}, {"hnn", 2, 1}} {
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
	}{{"lnn", 2, 1, ode.RK4}, {"lnn", 1, 0, ode.Dopri5}, {"nn", 2, 1, ode.RK4}, {"hnn", 2, 1, ode.RK4},
		{"lnn", 2, 0, ode.Euler}} {
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
					t.Fatalf("%s %s d=%d: %s[%d] = %v, differences say %v (largest %v)", c.family, c.method.Name, c.d,
						at.name, i, at.dx[i], want[i], top)
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

// The stages that Reverse evaluates again are those of Run to the bit: the gradient does not depend on how many a
// roll-out remembers.
func TestRolloutMemory(t *testing.T) {
	for _, c := range []struct {
		family string
		method ode.Method
	}{{"lnn", ode.RK4}, {"node", ode.Dopri5}, {"hnn", ode.RK4}} {
		g := newRolling(t, c.family, 2, 1, c.method.Tableau)
		wantTheta, want := g.remembering(c.method.Tableau)
		for kept := 1; kept <= g.steps+1; kept++ {
			model.Remember(g.roll, kept)
			g.loss()
			dtheta := make([]float64, len(g.m.Theta))
			dx := g.roll.Reverse(g.lambda, dtheta)
			if !slices.Equal(dtheta, wantTheta) || !slices.Equal(dx, want) {
				t.Errorf("%s %s: another gradient than with all stages kept, with those of %d steps", c.family,
					c.method.Name, kept)
			}
		}
	}
}

// remembering returns the gradient of the loss with all stages kept.
func (g *rolling) remembering(tab ode.Tableau) (dtheta, l []float64) {
	size, s := g.B*g.n, len(tab.B)
	tape, x := g.m.Tape(g.B), append([]float64(nil), g.x...)
	K, dX, du := make([][]float64, s), make([][]float64, s), make([]float64, g.B*g.f)
	var X, us [][]float64
	for k := range g.steps {
		for i := range s {
			y, u := append([]float64(nil), x...), make([]float64, g.B*g.f)
			for j, a := range tab.A[i] {
				for p := range y {
					if a != 0 {
						y[p] += a * g.h[k*g.B+p/g.n] * K[j][p]
					}
				}
			}
			for p := range u {
				u[p] = (1-tab.C[i])*g.u[k*len(u)+p] + tab.C[i]*g.u[(k+1)*len(u)+p]
			}
			K[i] = make([]float64, size)
			tape.Field(y, u, K[i])
			X, us = append(X, y), append(us, u)
		}
		for j, b := range tab.B {
			for p := range x {
				if b != 0 {
					x[p] += b * g.h[k*g.B+p/g.n] * K[j][p]
				}
			}
		}
	}
	dtheta, l = make([]float64, len(g.m.Theta)), append([]float64(nil), g.lambda[g.steps*size:]...)
	for k := g.steps - 1; k >= 0; k-- {
		for i := s - 1; i >= 0; i-- {
			lk := make([]float64, size)
			for p := range lk {
				sum := tab.B[i] * l[p]
				for j := i + 1; j < s; j++ {
					sum += tab.A[j][i] * dX[j][p]
				}
				lk[p] = g.h[k*g.B+p/g.n] * sum
			}
			dX[i] = make([]float64, size)
			tape.Field(X[k*s+i], us[k*s+i], K[0])
			tape.VJP(lk, dtheta, dX[i], du)
		}
		for i := range s {
			for p := range l {
				l[p] += dX[i][p]
			}
		}
		for p := range l {
			l[p] += g.lambda[k*size+p]
		}
	}
	return dtheta, l
}

// BenchmarkRollout measures a training step on windows: Run and Reverse of RK4 for a chunk of samples.
func BenchmarkRollout(b *testing.B) {
	for _, family := range []string{"lnn", "node", "hnn"} {
		for _, steps := range []int{1, 25} {
			b.Run(fmt.Sprintf("%s/net=32x2/steps=%d", family, steps), func(b *testing.B) {
				s := spec(family, 2, 0, "")
				s.Hidden = []int{32, 32}
				m, err := model.New[float64](s, 1)
				if err != nil {
					b.Fatal(err)
				}
				B := model.Chunk
				r := model.NewRollout(s, m.Tape(B), ode.RK4.Tableau, B, steps)
				x, h, lambda, dtheta := make([]float64, B*4), make([]float64, steps*B), make([]float64, (steps+1)*B*4),
					make([]float64, len(m.Theta))
				for i := range x {
					x[i] = math.Sin(float64(i))
				}
				for i := range h {
					h[i] = 0.02
				}
				for b.Loop() {
					r.Run(x, h, nil)
					r.Reverse(lambda, dtheta)
				}
			})
		}
	}
}
