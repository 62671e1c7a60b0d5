package planets

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/ode"
)

// law is a law of gravity whose numbers θ are fitted to the ten years, to stand beside the networks.
type law struct {
	name, title string
	each        bool // planet has numbers of its own; else all share them
	numbers     int  // 1: GM; 2: b too
}

// allLaws are Kepler's with a GM for each planet, and with a first correction of the potential beside it: b/r³ is
// what a ring of matter inside the orbit adds.
var allLaws = []law{
	{"kepler-each", "Kepler's law, a GM for each planet", true, 1},
	{"kepler-b", "potential −GM/r − b/r³, a GM and a b for each planet", true, 2},
}

// attraction is the field of the potential −GM/r − b/r³,
//
//	r̈ = rφ̇² − GM/r² − 3b/r⁴,   φ̈ = −2ṙφ̇/r,
//
// with θ = (GM) or (GM, b) for each planet, or once for all.
func attraction(theta [][]float64) func(size int) ode.Batch {
	return func(int) ode.Batch {
		return func(who []int, _, x, dx []float64) {
			for k := 0; k < len(x); k += 4 {
				p := theta[0]
				if len(theta) > 1 {
					p = theta[who[k/4]]
				}
				GM, b := p[0], 0.0
				if len(p) > 1 {
					b = p[1]
				}
				r, vr, w := x[k], x[k+2], x[k+3]
				dx[k], dx[k+1], dx[k+2], dx[k+3] = vr, w, r*w*w-GM/(r*r)-3*b/(r*r*r*r), -2*vr*w/r
			}
		}
	}
}

const (
	lawSteps  = 20
	lawEnough = 1e-10 // a step of GM or b that moves nothing which can be seen
	lawMoved  = 1e-6  // GM and b on both sides, for slopes
)

// law fits the numbers of a law: the sum over the planets of the mean squares of the distances, e along x and y,
// between the ten years as rolled out from the first state and as recorded is made least by Gauss and Newton's steps
// from GM = 1, b = 0,
//
//	JᵀJ δ = Jᵀe,   θ ← θ − δ,   J = ∂e/∂θ by central differences.
func (o *Orbits) law(ctx context.Context, l law) (theta [][]float64, err error) {
	sets := 1
	if l.each {
		sets = len(o.names)
	}
	for range sets {
		theta = append(theta, append([]float64{1}, make([]float64, l.numbers-1)...))
	}
	for range lawSteps {
		delta, err := o.lawStep(ctx, theta)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		most := 0.0
		for s, δ := range delta {
			for k, x := range δ {
				theta[s][k] -= x
				most = math.Max(most, math.Abs(x))
			}
		}
		if most < lawEnough {
			return theta, nil
		}
	}
	return nil, fmt.Errorf("%s: the fit has not ended after %d steps", l.title, lawSteps)
}

// lawStep is δ of each set of numbers.
func (o *Orbits) lawStep(ctx context.Context, theta [][]float64) (delta [][]float64, err error) {
	e, err := o.apart(ctx, attraction(theta), o.early)
	if err != nil {
		return nil, err
	}
	n := len(theta[0])
	J := make([][][]float64, n) // by number, then by planet as e is
	for k := range J {
		if J[k], err = o.lawSlope(ctx, theta, k); err != nil {
			return nil, err
		}
	}
	A := make([][]float64, len(theta)) // JᵀJ
	for range theta {
		delta = append(delta, make([]float64, n))
	}
	for s := range A {
		A[s] = make([]float64, n*n)
	}
	for p := range e {
		s := min(p, len(theta)-1)
		for k := range n {
			delta[s][k] += dot(J[k][p], e[p])
			for l := range n {
				A[s][k*n+l] += dot(J[k][p], J[l][p])
			}
		}
	}
	piv := make([]int, n)
	for s := range A {
		if !lin.LU(n, A[s], piv) {
			return nil, fmt.Errorf("the recording does not tell its numbers apart")
		}
		lin.SolveLU(n, A[s], piv, delta[s])
	}
	return delta, nil
}

// lawSlope is ∂e/∂θ of the k-th number of each planet.
func (o *Orbits) lawSlope(ctx context.Context, theta [][]float64, k int) ([][]float64, error) {
	var side [2][][]float64
	for i, sign := range []float64{1, -1} {
		moved := make([][]float64, len(theta))
		for s := range theta {
			moved[s] = slices.Clone(theta[s])
			moved[s][k] += sign * lawMoved
		}
		var err error
		if side[i], err = o.apart(ctx, attraction(moved), o.early); err != nil {
			return nil, err
		}
	}
	J := side[0]
	for p := range J {
		for i := range J[p] {
			J[p][i] = (J[p][i] - side[1][p][i]) / (2 * lawMoved)
		}
	}
	return J, nil
}

// lawByName is θ by the names of the planets.
func (o *Orbits) lawByName(theta [][]float64) map[string]Numbers {
	m := map[string]Numbers{}
	for i, name := range o.names {
		k := Numbers{GM: theta[i][0]}
		if len(theta[i]) > 1 {
			k.B = theta[i][1]
		}
		m[name] = k
	}
	return m
}

func dot(x, y []float64) (s float64) {
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}
