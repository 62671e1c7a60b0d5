package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/par"
	"lagrange/internal/vec"
)

// block is how many rows are absorbed at a time.
const block = 512

// solve sets the linear parameters to the solution of the problem as it is weighted now, with its scale fixed by the
// constraint
//
//	mean tr M(w₀) − d + c·δ = 0,   δ = A⁻¹ (g − μ c).
//
// The ridge makes A safely positive definite; steps of refinement take most of its bias away where the data has a say.
// It returns false when the matrix cannot be factored.
func (p *convexProblem) solve(ridge float64) bool {
	g := make([]float64, p.n)
	p.normal(g)
	p.hold(g)
	if p.weak != nil {
		return p.weak.solve(p, g, ridge)
	}
	delta := p.solution(g, ridge)
	if delta == nil {
		return false
	}
	p.set(delta)
	return true
}

// set moves the linear parameters by δ from where the problem was made linear.
func (p *convexProblem) set(delta []float64) {
	for j, at := range p.at {
		p.m.Theta[at] = p.w0[j] + delta[j]
	}
}

// solution is δ for the matrix G and the right-hand side g; nil where the matrix cannot be factored.
func (p *convexProblem) solution(g []float64, ridge float64) (delta []float64) {
	n, mean := p.n, 0.0
	for i := range n {
		mean += p.G[i*n+i] / float64(n)
	}
	for ok := false; !ok; ridge *= 10 {
		if !(ridge < 1) || !(mean > 0) {
			return nil
		}
		copy(p.F, p.G)
		for i := range n {
			p.F[i*n+i] += ridge * mean
		}
		ok = dense.FactorUpper(p.team, n, p.F)
	}
	y, r := append([]float64(nil), p.mass...), append([]float64(nil), g...)
	delta = make([]float64, n)
	dense.SolveUpper(n, p.F, y)
	cy := dot(p.mass, y)
	lack := p.lack
	for range 3 {
		dense.SolveUpper(n, p.F, r)
		mu := 0.0
		if cy > 0 {
			mu = (dot(p.mass, r) + lack) / cy
		}
		for i := range r {
			delta[i] += r[i] - mu*y[i]
		}
		lack = p.lack + dot(p.mass, delta)
		p.product(delta, r) // r = g − G δ
		for i := range r {
			r[i] = g[i] - r[i]
		}
	}
	if !vec.Finite(delta) {
		return nil
	}
	return delta
}

// normal sets G = Σ XᵀX/N and g = −Σ XᵀDQ/N with X = DR.
func (p *convexProblem) normal(g []float64) {
	d, n, N := p.d, p.n, len(p.samples)
	clear(p.G)
	per, scale := block/d, 1/math.Sqrt(float64(N))
	y := make([]float64, per*d)
	for lo := 0; lo < N; lo += per {
		B := min(per, N-lo)
		p.team.Do(func(w int) {
			from, to := par.Span(B, w, p.team.Workers())
			for r := from * d; r < to*d; r++ { // row i of sample b
				b, i := lo+r/d, r%d
				row := p.X[r*n : (r+1)*n]
				clear(row)
				y[r] = 0
				for j := range d {
					c := p.D[(b*d+i)*d+j] * scale
					y[r] -= c * p.Q[b*d+j]
					for l, x := range p.R[(b*d+j)*n : (b*d+j+1)*n] {
						row[l] += c * x
					}
				}
			}
		})
		p.absorb(B*d, y, g)
	}
}

// absorb adds the rows X to G and Xᵀy to g.
func (p *convexProblem) absorb(rows int, y, g []float64) {
	dense.Gram(p.team, rows, p.n, p.X, p.G)
	p.team.Do(func(w int) {
		from, to := par.Span(p.n, w, p.team.Workers())
		for i, c := range y[:rows] {
			for l, x := range p.X[i*p.n+from : i*p.n+to] {
				g[from+l] += c * x
			}
		}
	})
}

// hold adds the cuts to G and g: rows H = ∂(uᵀMu)/∂w, which are to bring the floor − uᵀM(w₀)u.
func (p *convexProblem) hold(g []float64) {
	d, n, P, f := p.d, p.n, len(p.m.Theta), p.m.Spec.M()
	scale := math.Sqrt(p.kappa/float64(len(p.samples))) / p.c.Floor
	y := make([]float64, block)
	for lo := 0; lo < len(p.low); lo += block {
		cuts := p.low[lo:min(lo+block, len(p.low))]
		p.team.Do(func(w int) {
			k := p.cores[w]
			from, to := par.Span(len(cuts), w, p.team.Workers())
			for ; from < to; from += p.chunk {
				B := min(p.chunk, to-from)
				for b, c := range cuts[from : from+B] {
					p.load(k, b, c.sample)
					for i := range d {
						k.lambda[b*d+i] = p.unit[i] * c.u[i]
					}
				}
				k.inverse.Force(k.q[:B*d], k.v[:B*d], k.u[:B*f], k.a[:B*d], k.Q[:B*d])
				J := k.J[:B*P]
				clear(J)
				k.inertia.MassVJP(k.lambda[:B*d], J)
				for b, c := range cuts[from : from+B] {
					row, lack := p.X[(from+b)*n:(from+b+1)*n], p.c.Floor-c.value
					clear(row[len(p.at):])
					for j, at := range p.at {
						row[j] = scale * J[b*P+at]
						lack += J[b*P+at] * (p.m.Theta[at] - p.w0[j])
					}
					y[from+b] = scale * lack
				}
			}
		})
		p.absorb(len(cuts), y, g)
	}
}

// product sets y = G x.
func (p *convexProblem) product(x, y []float64) {
	n := p.n
	clear(y)
	for i := range n {
		row := p.G[i*n : (i+1)*n]
		y[i] += row[i] * x[i]
		for j := i + 1; j < n; j++ {
			y[i] += row[j] * x[j]
			y[j] += row[j] * x[i]
		}
	}
}

func dot(x, y []float64) (s float64) {
	for i, a := range x {
		s += a * y[i]
	}
	return s
}
