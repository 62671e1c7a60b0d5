package relativity

import (
	"cmp"
	"math"
	"slices"
)

// speeds is the official distribution of v = 0.99999 tanh 2z, z ~ N(0, 1), with the official weight w = 1 + (1 −
// v²)^(−1/2), on cells of z > 0; v < 0 is its mirror image. a is the acceleration for g = 1; for any g it is g a.
type speeds struct {
	v, a []float64 // at the ends of the cells (n+1); falling from a = 1 at v = 0
	mass []float64 // share of the weight in each cell (n); ½ together
}

func officialSpeeds(n int) speeds {
	const most = 8. // standard deviations: the weight e^(2z) moves the mean to 2
	s := speeds{v: make([]float64, n+1), a: make([]float64, n+1), mass: make([]float64, n)}
	sum := 0.0
	for i := range n + 1 {
		z := most * float64(i) / float64(n)
		v := 0.99999 * math.Tanh(2*z)
		s.v[i], s.a[i] = v, perMass(v)
		if i < n {
			z += most / float64(2*n)
			s.mass[i] = math.Exp(-z*z/2) * officialWeight(0.99999*math.Tanh(2*z))
			sum += 2 * s.mass[i]
		}
	}
	for i := range s.mass {
		s.mass[i] /= sum
	}
	return s
}

// officialWeight is the weight of a sample in the published code.
func officialWeight(v float64) float64 { return 1 + 1/math.Sqrt((1-v)*(1+v)) }

// meanField is the mean of |g| for g = 10 N(0, 1).
var meanField = 10 * math.Sqrt(2/math.Pi)

// hamiltonianFloor is the least official loss, mean of |H_v − v| + |−H_q − g a(v)|, of any
// Hamiltonian H(q, v; g) for q ~ U(−Q, Q) whose momentum is taken to be v. Such a field is
// free of divergence and the true one is not. With H = v²/2 + g k the loss is |g| times
//
//	F = min over k of ∫∫ r (|k_v| + |k_q + a|) dq dv,   r(v) the weighted density over 2Q,
//
// a convex problem. For a field (φ, ψ) with |φ|, |ψ| ≤ r and φ_v + ψ_q = 0 that does not
// cross the boundary, ∫∫ r(…) ≥ ∫∫ φ k_v + ψ (k_q + a) = ∫∫ ψ a whatever k is, and the best
// of these bounds is F (Fenchel–Rockafellar). With ψ = s_v, φ = −s_q, s = 0 on the boundary,
//
//	F = max ∫∫ −a′(v) s dq dv   subject to |s_q|, |s_v| ≤ r.
//
// a is even and falls with |v|, so s is odd in v, and for v > 0 as large as can be everywhere:
// the distance to the boundary of [−Q, Q] × [0, 1] where a step costs r (|dq| + |dv|). With R′
// = r the cheapest ways go along v, or along v to where r is small and there to q = ±Q:
//
//	s(q, v) = min{ R(v), R(1) − R(v), min over v′ of |R(v) − R(v′)| + r(v′) (Q − |q|) }.
func hamiltonianFloor(Q float64, n int) float64 {
	w := officialSpeeds(n)
	s, step, F := make([]float64, n+1), Q/float64(n/4), 0.0
	for j := range n / 4 {
		far := (float64(j) + 0.5) * step // Q − |q|
		for i := 1; i < n; i++ {
			s[i] = (w.mass[i-1] + w.mass[i]) / (w.v[i+1] - w.v[i-1]) * far / (2 * Q)
			s[i] = min(s[i], s[i-1]+w.mass[i-1]/(2*Q))
		}
		s[0], s[n] = 0, 0
		for i := n - 1; i >= 0; i-- {
			s[i] = min(s[i], s[i+1]+w.mass[i]/(2*Q))
		}
		for i := range n {
			F += 4 * step * (s[i] + s[i+1]) / 2 * (w.a[i] - w.a[i+1]) // 4: both signs of q and of v
		}
	}
	return meanField * F
}

// structuredFloor is the least official loss, mean of |ẍ − g a(v)|, of any L = ½ M(q;
// g) v² − V(q; g). Its acceleration −(V_q + ½ M_q v²)/M is α(q; g) + β(q; g) v², and
// any α and β have their M = exp(−2∫β dq) and V = −∫αM dq. So the least is |g| times
//
//	min over α, β of ∫ |a(v) − α − β v²|,
//
// a fit of two numbers: α is a weighted median for each β, and the rest is convex in β.
func structuredFloor(n int) (floor, alpha, beta float64) {
	w := officialSpeeds(n)
	type point struct{ x, mass float64 }
	at := make([]point, n)
	fit := func(β float64) (loss, α float64) {
		for i := range n {
			v := (w.v[i] + w.v[i+1]) / 2
			at[i] = point{(w.a[i]+w.a[i+1])/2 - β*v*v, w.mass[i]}
		}
		slices.SortFunc(at, func(a, b point) int { return cmp.Compare(a.x, b.x) })
		half := 0.0
		for _, p := range at {
			if half += p.mass; half >= 0.25 { // half of the weight of v > 0
				α = p.x
				break
			}
		}
		for _, p := range at {
			loss += 2 * p.mass * math.Abs(p.x-α)
		}
		return loss, α
	}
	lo, hi := -10.0, 10.0
	for hi-lo > 1e-9 {
		x, y := lo+(hi-lo)/3, hi-(hi-lo)/3
		fx, _ := fit(x)
		if fy, _ := fit(y); fx < fy {
			hi = y
		} else {
			lo = x
		}
	}
	beta = (lo + hi) / 2
	floor, alpha = fit(beta)
	return meanField * floor, alpha, beta
}
