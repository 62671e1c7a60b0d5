package train

import (
	"math"
	"math/rand/v2"

	"lagrange/internal/vec"
)

// freeEquations solve the equations by conjugate gradients on products alone, for nets whose JᵀCJ has no room: Jᵀy is
// one sweep of the adjoints, and Jx a central difference of the residuals along x. The diagonal D is estimated from
// Jᵀ√C y of random signs y, whose squares have it as their mean (Bekas, Kokiopoulou & Saad 2007).
type freeEquations struct {
	*gaussNewtonSteps
	D, x, res, p, q, y []float64 // (P); y is (B·W)
	left, right        []float64
	residual           float64 // of the equations, at which they are solved well enough for one step
	shares             [][]float64
}

const (
	probes = 8  // of the diagonal
	sweeps = 60 // of conjugate gradients
)

func newFreeEquations(g *gaussNewtonSteps) *freeEquations {
	e := &freeEquations{gaussNewtonSteps: g, residual: 1e-2}
	for _, x := range []*[]float64{&e.D, &e.x, &e.res, &e.p, &e.q} {
		*x = make([]float64, g.P)
	}
	for _, x := range []*[]float64{&e.y, &e.left, &e.right} {
		*x = make([]float64, g.B*g.W)
	}
	for range g.loop.passes {
		e.shares = append(e.shares, make([]float64, g.P))
	}
	return e
}

func (e *freeEquations) metric() []float64 { return e.D }

// pull sets out = Jᵀy at the parameters of the model.
func (e *freeEquations) pull(y, out []float64) {
	for _, s := range e.shares {
		clear(s)
	}
	size := e.loop.chunk
	e.loop.team.InTurn((e.B+size-1)/size, func(w, k int) {
		lo, hi := k*size, min(e.B, (k+1)*size)
		p, r := e.loop.passes[w], e.left[lo*e.W:hi*e.W]
		p.Residuals(e.loop.batch[lo:hi], r, r)
		p.Pull(y[lo*e.W:hi*e.W], e.shares[w])
	})
	copy(out, e.shares[0])
	for _, s := range e.shares[1:] {
		vec.Add(s, out)
	}
}

// push sets y = C J x by a central difference.
func (e *freeEquations) push(x, y []float64) {
	theta := e.loop.Model.Theta
	copy(e.x, theta)
	h := 1e-5 * (1e-3 + vec.Norm(theta)) / (vec.Norm(x) + math.SmallestNonzeroFloat64)
	for _, side := range []struct {
		h float64
		r []float64
	}{{h, e.right}, {-h, e.left}} {
		for i, t := range e.x {
			theta[i] = t + side.h*x[i]
		}
		e.residuals(side.r, y)
	}
	copy(theta, e.x)
	for i, c := range e.c {
		y[i] = 0
		if c > 0 {
			y[i] = c * (e.right[i] - e.left[i]) / (2 * h)
		}
	}
}

func (e *freeEquations) form() {
	for i, c := range e.c {
		e.y[i] = c * e.r[i]
	}
	e.pull(e.y, e.g)
	clear(e.D)
	draw := rand.New(rand.NewPCG(e.loop.Settings.Seed, uint64(e.loop.State.Step)<<8))
	for range probes {
		for i, c := range e.c {
			e.y[i] = math.Copysign(math.Sqrt(c), draw.Float64()-0.5)
		}
		e.pull(e.y, e.q)
		for i, x := range e.q {
			e.D[i] += x * x / probes
		}
	}
	raise(e.D)
}

// solve runs conjugate gradients, preconditioned by (1 + λ) D.
func (e *freeEquations) solve(lambda float64) bool {
	clear(e.d)
	copy(e.res, e.g)
	rz := 0.0
	for i, r := range e.res {
		e.p[i] = r / e.D[i]
		rz += r * e.p[i]
	}
	enough := e.residual * e.residual * rz
	for k := 0; k < sweeps && rz > enough; k++ {
		e.push(e.p, e.y)
		e.pull(e.y, e.q)
		curve := 0.0
		for i, p := range e.p {
			e.q[i] += lambda * e.D[i] * p
			curve += p * e.q[i]
		}
		if !(curve > 0) {
			return k > 0
		}
		alpha, before := rz/curve, rz
		rz = 0
		for i, p := range e.p {
			e.d[i] += alpha * p
			e.res[i] -= alpha * e.q[i]
			rz += e.res[i] * e.res[i] / e.D[i]
		}
		for i := range e.p {
			e.p[i] = e.res[i]/e.D[i] + rz/before*e.p[i]
		}
	}
	return vec.Finite(e.d)
}
