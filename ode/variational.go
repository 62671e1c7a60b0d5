package ode

import (
	"fmt"
	"math"
)

// Variation writes, for states x (B, n) with rows (q, v) at times t (B), the first variation of a Lagrangian with
// forces F,
//
//	g = (L_q + F, L_v)   (B, n),
//
// and unless H is nil its derivative ∂g/∂x to H (B, n, n). H may be approximate: it only speeds up the solution of
// implicit equations.
type Variation func(t, x, g, H []float64)

// Variational returns the variational integrator of an even order 2s: the stationary points of the action
//
//	L_d(q_0, q_1) = h Σ_i b_i L(Q_i, Q̇_i),   Q_i = q_0 + h Σ_j a_ij Q̇_j,
//
// with the s nodes of Gauss–Legendre, in position–momentum form p_0 = −∂L_d/∂q_0, p_1 = ∂L_d/∂q_1, which is
//
//	L_v(Q_i, Q̇_i) = p_0 + h Σ_j a_ij Ṗ_j,   Ṗ_j = L_q(Q_j, Q̇_j) + F_j,
//	q_1 = q_0 + h Σ_i b_i Q̇_i,   p_1 = p_0 + h Σ_i b_i Ṗ_i,
//
// the Gauss method for (q, p) written in the variables of L (Marsden, West 2001, Sections 2.6, 3.2; Hairer, Lubich,
// Wanner 2006, Section VI.6.3). With s = 1 it is L_d = h L((q_0 + q_1)/2, (q_1 − q_0)/h). Without forces it is
// symplectic in (q, p), p = L_v; it is symmetric, keeps the momenta of linear symmetries, and its energy swings but
// does not drift. Forces enter by the principle of d'Alembert. States in and out are (q, v). What it integrates is
// Options.Variation, not the field.
func Variational(order int) Method {
	if order < 2 || order%2 != 0 {
		panic(fmt.Sprintf("ode: a variational method of order %d, want an even one", order))
	}
	return Method{
		Name:    fmt.Sprint("variational", order),
		Title:   fmt.Sprintf("variational (Gauss nodes), symplectic for any Lagrangian, order %d, fixed step", order),
		Order:   order,
		nodes:   order / 2,
		pairs:   true,
		advance: func(s *stepper, h float64) error { return s.gauss.step(h) },
	}
}

// Variational tells whether m integrates Options.Variation.
func (m Method) Variational() bool { return m.nodes > 0 }

// gauss solves the equations of a step by Newton's method from extrapolated stages: second derivatives at the first
// guess, and again where the convergence is slow.
type gauss struct {
	*stepper
	d, s       int
	a, b, c, e []float64  // tableau (s, s), (s), (s); ℓ_j(1) (s)
	past       [2]stages  // of the last steps, the last one first
	W, G       []float64  // stages of this one (B, s, d): velocities Q̇ and forces Ṗ
	H, J       []float64  // second derivatives (B, s, n, n) and factors of the Jacobian (B, s·d, s·d)
	piv        []int      // (B, s·d)
	last       []float64  // (B): last correction
	low        []float64  // what rounding took off x, (B, n)
	δ          []float64  // (s·d)
	weights    []float64  // of the extrapolation (s, 2s), for steps of these lengths:
	lengths    [3]float64 // this, past[0], past[1]
	pack       struct{ t, x, g, H []float64 }
	seen, bent int // states evaluated, and those with second derivatives
}

// stages are the velocities of a step of length h; 0: there was none.
type stages struct {
	h float64
	W []float64
}

func newGauss(s *stepper) *gauss {
	if s.Variation == nil {
		panic("ode: " + s.Method.Name + " wants Options.Variation")
	}
	n, m := s.Dim, s.Method.nodes
	B, d := len(s.x)/n, n/2
	floats := func(n int) []float64 { return make([]float64, n) }
	g := &gauss{
		stepper: s, d: d, s: m, W: floats(B * m * d), G: floats(B * m * d), H: floats(B * m * n * n),
		J:   floats(B * m * d * m * d),
		piv: make([]int, B*m*d), last: floats(B), low: floats(B * n), δ: floats(m * d), weights: floats(2 * m * m),
	}
	g.past[0].W, g.past[1].W = floats(B*m*d), floats(B*m*d)
	g.pack.t, g.pack.x, g.pack.g, g.pack.H = floats(B*m), floats(B*m*n), floats(B*m*n), floats(B*m*n*n)
	g.c, g.b = legendre(m)
	// a_ij = ∫ ℓ_j from 0 to c_i, by the quadrature itself, which is exact for the degree of ℓ_j
	for _, c := range g.c {
		for j := range m {
			a := 0.
			for k, b := range g.b {
				a += c * b * cardinal(g.c, j, c*g.c[k])
			}
			g.a = append(g.a, a)
		}
	}
	for j := range m {
		g.e = append(g.e, cardinal(g.c, j, 1))
	}
	return g
}

// legendre returns nodes and weights of Gauss–Legendre on (0, 1).
func legendre(s int) (c, b []float64) {
	for i := range s {
		x, slope := math.Cos(math.Pi*(float64(s-i)-0.25)/(float64(s)+0.5)), 0.
		for range 100 {
			p, q := 1., 0. // P_k and P_{k−1}
			for k := 1.; k <= float64(s); k++ {
				p, q = ((2*k-1)*x*p-(k-1)*q)/k, p
			}
			slope = float64(s) * (x*p - q) / (x*x - 1)
			if x -= p / slope; math.Abs(p/slope) < 1e-16 {
				break
			}
		}
		c, b = append(c, (1+x)/2), append(b, 1/((1-x*x)*slope*slope))
	}
	return c, b
}

// cardinal is ℓ_j(x), the polynomial that is 1 at the j-th of the nodes and 0 at the others.
func cardinal(nodes []float64, j int, x float64) float64 {
	p := 1.
	for k, c := range nodes {
		if k != j {
			p *= (x - c) / (nodes[j] - c)
		}
	}
	return p
}

// start turns the first states (q, v) into (q, p), and takes v for the first guess.
func (g *gauss) start() {
	n, d, t := g.Dim, g.d, g.pack.t[:len(g.x)/g.Dim]
	for b := range t {
		t[b] = g.t
		for i := range g.s {
			copy(g.W[(b*g.s+i)*d:], g.x[b*n+d:(b+1)*n])
		}
	}
	g.evaluate(t, g.x, g.w, nil)
	for lo := 0; lo < len(g.x); lo += n {
		copy(g.x[lo+d:lo+n], g.w[lo+d:lo+n])
	}
}

func (g *gauss) evaluate(t, x, out, H []float64) {
	g.Variation(t, x, out, H)
	g.seen += len(t)
	if H != nil {
		g.bent += len(t)
	}
	B := len(g.last)
	g.stats.Evals, g.stats.Second = (g.seen+B-1)/B, (g.bent+B-1)/B
}

// step takes x, (q, p) at t, to y. A guess from which Newton's method does not converge is given up for the last
// velocity.
func (g *gauss) step(h float64) error {
	who := make([]int, len(g.last))
	for b := range who {
		who[b] = b
	}
	g.predict(h)
	if who = g.newton(who, h); len(who) > 0 && g.past[0].h != 0 {
		for _, b := range who {
			W, last := g.stage(g.W, b), g.stage(g.past[0].W, b)
			for i := range g.s {
				copy(W[i*g.d:(i+1)*g.d], last[(g.s-1)*g.d:])
			}
		}
		who = g.newton(who, h)
	}
	if len(who) > 0 {
		return g.stop(who[0], NoConvergence, "the variational step does not converge; a smaller step will, or the "+
			"mass matrix is singular here")
	}
	g.advance(h)
	g.past[0], g.past[1] = g.past[1], g.past[0]
	g.past[0].h = h
	copy(g.past[0].W, g.W)
	return nil
}

// stage returns what is of row b in W or G.
func (g *gauss) stage(w []float64, b int) []float64 { return w[b*g.s*g.d : (b+1)*g.s*g.d] }

// predict extrapolates the velocities from the stages of the last one or two steps, by the polynomial through all of
// them; without any W is left as it is.
func (g *gauss) predict(h float64) {
	if g.past[0].h == 0 {
		return
	}
	s, m := g.s, 1
	if g.past[1].h != 0 {
		m = 2
	}
	if now := [3]float64{h, g.past[0].h, g.past[1].h}; now != g.lengths {
		g.lengths = now
		var nodes []float64
		at := 0.
		for _, p := range g.past[:m] {
			at -= p.h / h
			for _, c := range g.c {
				nodes = append(nodes, at+c*p.h/h)
			}
		}
		for i, c := range g.c {
			for j := range nodes {
				g.weights[i*2*s+j] = cardinal(nodes, j, c)
			}
		}
	}
	clear(g.W)
	for b := range g.last {
		W := g.stage(g.W, b)
		for i := range s {
			for j := range m * s {
				w, from := g.weights[i*2*s+j], g.stage(g.past[j/s].W, b)[j%s*g.d:]
				for k := range g.d {
					W[i*g.d+k] += w * from[k]
				}
			}
		}
	}
}
