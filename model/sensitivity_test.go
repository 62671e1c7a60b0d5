package model_test

import (
	"math"
	"slices"
	"testing"

	"lagrange/ode"
)

// The sensitivities of a roll-out are the derivatives of its states, those with respect to the start as those with
// respect to any choice of parameters, in any order of the two.
func TestStartSensitivities(t *testing.T) {
	for _, family := range []string{"lnn", "delan", "node", "nn", "hnn"} {
		t.Run(family, func(t *testing.T) {
			g := newRolling(t, family, 2, 1, ode.RK4.Tableau)
			P, n, size := len(g.m.Theta), g.n, g.B*g.n
			of := []int{P - 1, 3, P / 2, P - 5}
			all := make([]int, P)
			for i := range all {
				all[i] = i
			}
			for _, of := range [][]int{of, nil, all} {
				W := n + len(of)
				g.roll.Run(g.x, g.h, g.u)
				at := 0
				g.roll.StartSensitivities(func(k int, S []float64) {
					if at++; k != at || len(S) != size*W {
						t.Fatalf("step %d of %d numbers; want %d of %d", k, len(S), at, size*W)
					}
					if k != g.steps {
						return
					}
					for j := range min(W, n+7) {
						column := j
						if j >= n { // seven of the parameters
							column = n + (j-n)*len(of)/min(len(of), 7)
						}
						want := g.slope(column, of)
						for b := range g.B {
							for i := range n {
								got := S[(b*n+i)*W+column]
								if w := want[b*n+i]; math.Abs(got-w) > 1e-6*(1+math.Abs(w)) {
									t.Fatalf("column %d of %d, sample %d, number %d: %v, by differences %v", column, W,
										b, i, got, w)
								}
							}
						}
						g.roll.Run(g.x, g.h, g.u)
					}
				}, P, of)
			}
		})
	}
}

// Sensitivities take the steps of a roll-out that has only begun: its states and they are those after Run, to the last
// bit.
func TestSensitivitiesTakeTheSteps(t *testing.T) {
	g := newRolling(t, "lnn", 2, 1, ode.RK4.Tableau)
	sweep := func() (S, x []float64) {
		g.roll.StartSensitivities(func(_ int, s []float64) { S = append(S, s...) }, len(g.m.Theta), []int{0, 2})
		for k := range g.steps + 1 {
			x = append(x, g.roll.State(k)...)
		}
		return S, x
	}
	g.roll.Run(g.x, g.h, g.u)
	S, x := sweep()
	other := slices.Clone(g.x)
	for i := range other {
		other[i] += 0.1
	}
	g.roll.Run(other, g.h, g.u)
	g.roll.Begin(g.x, g.h, g.u)
	if T, y := sweep(); !slices.Equal(S, T) || !slices.Equal(x, y) {
		t.Error("begun and not run, a roll-out has other sensitivities or states")
	}
}

// slope is the derivative of the last states with respect to column j of the sensitivities, by central differences.
func (g *rolling) slope(j int, of []int) []float64 {
	to := func(h float64) []float64 {
		x := slices.Clone(g.x)
		if j < g.n {
			for b := range g.B {
				x[b*g.n+j] += h
			}
		} else {
			p := of[j-g.n]
			was := g.m.Theta[p]
			defer func() { g.m.Theta[p] = was }()
			g.m.Theta[p] += h
		}
		g.roll.Run(x, g.h, g.u)
		return slices.Clone(g.roll.State(g.steps))
	}
	const h = 1e-4
	a, b, c, d := to(h), to(-h), to(2*h), to(-2*h)
	for i := range a {
		fine, coarse := (a[i]-b[i])/(2*h), (c[i]-d[i])/(4*h)
		a[i] = fine + (fine-coarse)/3
	}
	return a
}
