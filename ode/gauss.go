package ode

import (
	"math"

	"lagrange/internal/lin"
	"lagrange/internal/vec"
)

// newton corrects the stages of rows who until nothing changes, and returns the rows where that fails: where a
// correction is not smaller than the one before, beyond round-off. That also keeps it from solutions that have nothing
// to do with the motion.
func (g *gauss) newton(who []int, h float64) (failed []int) {
	const most, noise = 30, 1e-10
	for _, b := range who {
		g.last[b] = math.Inf(1)
	}
	second := true
	for range most {
		g.look(who, h, second)
		slow, left := false, who[:0:0]
		for k, b := range who {
			δ, size, ok := g.correct(k, b, h, second)
			last := g.last[b]
			switch g.last[b] = δ; {
			case !ok || δ >= last && δ > noise*size:
				failed = append(failed, b)
			case !settled(last, δ, size):
				slow = slow || δ > 0.1*last && !math.IsInf(last, 1)
				left = append(left, b)
			}
		}
		if who, second = left, slow; len(who) == 0 {
			break
		}
	}
	return append(failed, who...)
}

// settled tells whether a correction δ after another, last, of velocities of some size was the final one: the next, as
// estimated from the rate of convergence, would be below round-off, or δ is round-off itself.
func settled(last, δ, size float64) bool {
	const ε, floor = 0x1p-54, 1e-12
	rate := δ / last
	return δ == 0 || 2*rate*δ <= ε*size && rate < 0.5 && rate > 0 || δ >= last && δ <= floor*size
}

// look evaluates the stages of rows who.
func (g *gauss) look(who []int, h float64, second bool) {
	n, d, s := g.Dim, g.d, g.s
	N := len(who) * s
	for k, b := range who {
		W, q := g.stage(g.W, b), g.x[b*n:b*n+d]
		for i := range s {
			at := k*s + i
			x := g.pack.x[at*n : (at+1)*n]
			g.pack.t[at] = g.t + g.c[i]*h
			copy(x[d:], W[i*d:(i+1)*d])
			g.sum(x[:d], q, h, g.a[i*s:(i+1)*s], W)
		}
	}
	H := g.pack.H[:N*n*n]
	if !second {
		H = nil
	}
	g.evaluate(g.pack.t[:N], g.pack.x[:N*n], g.pack.g[:N*n], H)
}

// sum sets out = x + h Σ_j a_j w_j.
func (g *gauss) sum(out, x []float64, h float64, a, w []float64) {
	for k := range g.d {
		z := 0.
		for j, a := range a {
			z += a * w[j*g.d+k]
		}
		out[k] = x[k] + h*z
	}
}

// correct takes a step of Newton's method for row b, packed as the k-th: the residuals are R_i = L_v(Q_i, Q̇_i) − p − h
// Σ_j a_ij Ṗ_j. Ṗ is corrected with Q̇, to first order. It returns the largest correction and velocity.
func (g *gauss) correct(k, b int, h float64, second bool) (δ, size float64, ok bool) {
	n, d, s := g.Dim, g.d, g.s
	m, W, G := s*d, g.stage(g.W, b), g.stage(g.G, b)
	H, J, piv := g.H[b*s*n*n:(b+1)*s*n*n], g.J[b*m*m:(b+1)*m*m], g.piv[b*m:(b+1)*m]
	found := g.pack.g[k*s*n : (k+1)*s*n]
	for i := range s {
		copy(G[i*d:(i+1)*d], found[i*n:])
	}
	if second {
		copy(H, g.pack.H[k*s*n*n:])
		g.jacobian(h, H, J)
		if !lin.LU(m, J, piv) {
			return 0, 0, false
		}
	}
	for i := range s {
		R := g.δ[i*d : (i+1)*d]
		g.sum(R, g.x[b*n+d:(b+1)*n], h, g.a[i*s:(i+1)*s], G)
		for j, P := range found[i*n+d : (i+1)*n] {
			R[j] -= P
		}
	}
	lin.SolveLU(m, J, piv, g.δ)
	for _, q := range g.x[b*n : b*n+d] {
		// what changes q by less than a part of its round-off is none, though v may be near 0
		size = max(size, math.Abs(q/h)/128)
	}
	for i, w := range W {
		δ, size = max(δ, math.Abs(g.δ[i])), max(size, math.Abs(w+g.δ[i]))
		W[i] += g.δ[i]
	}
	for i := range s {
		for p := range d {
			row, z := H[(i*n+p)*n:][:n], 0.
			for j := range s {
				for r, x := range g.δ[j*d : (j+1)*d] {
					z += h * g.a[i*s+j] * row[r] * x
				}
			}
			for r, x := range g.δ[i*d : (i+1)*d] {
				z += row[d+r] * x
			}
			G[i*d+p] += z
		}
	}
	return δ, size, vec.Finite(g.δ)
}

// jacobian sets J, the derivatives ∂R_i/∂Q̇_k = δ_ik L_vv + h a_ik L_vq − h a_ik Ṗ_v − h² Σ_j a_ij a_jk Ṗ_q, at stages
// i, i, k and j.
func (g *gauss) jacobian(h float64, H, J []float64) {
	n, d, s := g.Dim, g.d, g.s
	for i := range s {
		for k := range s {
			for p := range d {
				row := J[(i*d+p)*s*d+k*d:][:d]
				ha := h * g.a[i*s+k]
				Lv, Pv := H[(i*n+d+p)*n:][:n], H[(k*n+p)*n+d:][:d]
				for r := range row {
					row[r] = ha * (Lv[r] - Pv[r])
					if i == k {
						row[r] += Lv[d+r]
					}
				}
				for j := range s {
					c := h * h * g.a[i*s+j] * g.a[j*s+k]
					for r, x := range H[(j*n+p)*n:][:d] {
						row[r] -= c * x
					}
				}
			}
		}
	}
}

// advance sets y = x + h Σ_i b_i (Q̇_i, Ṗ_i), with what rounding has taken off before (Kahan; Hairer, Lubich, Wanner
// 2006, Section VIII.5).
func (g *gauss) advance(h float64) {
	n, d := g.Dim, g.d
	for lo := 0; lo < len(g.x); lo += n {
		W, G := g.stage(g.W, lo/n), g.stage(g.G, lo/n)
		for k := range n {
			z, from := g.low[lo+k]/h, W[k%d:]
			if k >= d {
				from = G[k%d:]
			}
			for i, b := range g.b {
				z += b * from[i*d]
			}
			Δ := h * z
			g.y[lo+k] = g.x[lo+k] + Δ
			g.low[lo+k] = Δ - (g.y[lo+k] - g.x[lo+k])
		}
	}
}

// velocities writes (q, v) at the end of the last step to x, by Newton's method for L_v(q, v) = p from the polynomial
// of the stages.
func (g *gauss) velocities(x []float64) error {
	const most = 30
	n, d, t := g.Dim, g.d, g.pack.t[:len(x)/g.Dim]
	copy(x, g.x)
	for b := range t {
		t[b] = g.t
		clear(x[b*n+d : (b+1)*n])
		for j, e := range g.e {
			for k, w := range g.stage(g.W, b)[j*d : (j+1)*d] {
				x[b*n+d+k] += e * w
			}
		}
		g.last[b] = math.Inf(1)
	}
	for range most {
		g.evaluate(t, x, g.w, g.pack.H[:len(t)*n*n])
		done := true
		for b := range t {
			δ, size, ok := g.invert(b, x[b*n:(b+1)*n])
			if !ok {
				return g.stop(b, SingularMass, "the mass matrix is singular: momenta do not give velocities")
			}
			done = settled(g.last[b], δ, size) && done
			g.last[b] = δ
		}
		if done {
			return nil
		}
	}
	return g.stop(-1, NoConvergence, "velocities are not found from momenta")
}

// invert takes a step of Newton's method for the velocity in x, the state of row b, with what evaluate left. It returns
// its size and that of the velocity.
func (g *gauss) invert(b int, x []float64) (δ, size float64, ok bool) {
	n, d := g.Dim, g.d
	M, piv, z := g.J[:d*d], g.piv[:d], g.δ[:d]
	for i := range d {
		copy(M[i*d:(i+1)*d], g.pack.H[(b*n+d+i)*n+d:])
		z[i] = g.x[b*n+d+i] - g.w[b*n+d+i]
	}
	if !lin.LU(d, M, piv) {
		return 0, 0, false
	}
	lin.SolveLU(d, M, piv, z)
	for i, z := range z {
		x[d+i] += z
		δ, size = max(δ, math.Abs(z)), max(size, math.Abs(x[d+i]), math.Abs(x[i]))
	}
	return δ, size, vec.Finite(z)
}
