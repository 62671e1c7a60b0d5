// Package parttest checks the four rules of any nn.Part against central differences.
package parttest

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/nn"
)

// Check runs the four rules of the part that bind ties to θ, at the input x (batch rows) and with random directions
// and adjoints; theta may be empty. Every rule has to agree with central differences of the rule before it to 1e-6 of
// the largest number of its kind.
func Check(t *testing.T, r *rand.Rand, theta, x []float64, bind func(theta []float64, batch, k int) nn.Part[float64]) {
	t.Helper()
	const K = 3
	in := bind(theta, 1, K).In()
	B := len(x) / in
	c := &check{t: t, r: r, part: bind(theta, B, K), theta: theta, B: B, K: K}
	c.x, c.y = c.streams(c.part.In(), false), c.streams(c.part.Out(), false)
	c.ybar, c.xbar = c.streams(c.part.Out(), true), c.streams(c.part.In(), true)
	copy(c.x.Block(0), x)
	c.dir = nn.Directions[float64]{S: c.normal(B * K), T: c.normal(B * K)}
	for k := range K + 1 {
		if k > 0 {
			copy(c.x.Block(k), c.normal(B*in))
		}
		copy(c.ybar.Block(k), c.normal(B*c.part.Out()))
	}
	c.x.Combine(c.dir)
	c.ybar.Combine(c.dir)
	copy(c.x.Block(nn.ST), c.normal(B*in))
	copy(c.ybar.Block(nn.ST), c.normal(B*c.part.Out()))
	c.rules()
}

type check struct {
	t                *testing.T
	r                *rand.Rand
	part             nn.Part[float64]
	theta            []float64
	B, K             int
	x, y, ybar, xbar *nn.Streams[float64]
	dir              nn.Directions[float64]
}

func (c *check) streams(cols int, adjoint bool) *nn.Streams[float64] {
	return nn.NewStreams[float64](c.B, c.K, cols, true, adjoint)
}

func (c *check) normal(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = c.r.NormFloat64()
	}
	return v
}

// run evaluates all four rules with x moved by h along block m, its tangents k moved by h along block mk, and the
// adjoints likewise, and returns copies of the outputs; dθ is that of MixedReverse.
func (c *check) run() (y, xbar map[int][]float64, dReverse, dMixed []float64) {
	dReverse, dMixed = make([]float64, len(c.theta)), make([]float64, len(c.theta))
	c.part.Forward(c.x, c.y)
	c.part.Reverse(c.ybar, c.xbar, dReverse)
	c.part.Mixed(c.dir, c.x, c.y)
	c.part.MixedReverse(c.dir, c.ybar, c.xbar, dMixed)
	y, xbar = map[int][]float64{}, map[int][]float64{}
	for k := nn.ST; k <= c.K; k++ {
		y[k] = append([]float64(nil), c.y.Block(k)...)
		xbar[k] = append([]float64(nil), c.xbar.Block(k)...)
	}
	return
}

// moved runs the part at x + h·x_m with first-order parts of block `carrier` moved by h·(block of the mixed part).
func (c *check) moved(h float64, m, carrier, mixed int) (y, xbar map[int][]float64) {
	undo := []func(){}
	for _, s := range []*nn.Streams[float64]{c.x, c.ybar} {
		undo = append(undo, shift(s.Block(0), h, s.Block(m)))
		if mixed != 0 {
			undo = append(undo, shift(s.Block(carrier), h, s.Block(mixed)))
		}
	}
	y, xbar, _, _ = c.run()
	for _, u := range undo {
		u()
	}
	return
}

func shift(x []float64, h float64, d []float64) func() {
	was := append([]float64(nil), x...)
	for i := range x {
		x[i] += h * d[i]
	}
	return func() { copy(x, was) }
}

func (c *check) rules() {
	const h = 1e-5
	y, xbar, _, _ := c.run()
	for k := 1; k <= c.K; k++ {
		yp, xp := c.moved(h, k, 0, 0)
		ym, xm := c.moved(-h, k, 0, 0)
		c.same("forward tangent", y[k], yp[0], ym[0], h)
		c.same("reverse tangent", xbar[k], xp[0], xm[0], h)
	}
	// the first tangent stands in for direction s: dir.S = e₁, so that its derivative along t is the mixed part
	for b := range c.B {
		for k := range c.K {
			c.dir.S[b*c.K+k] = map[bool]float64{true: 1}[k == 0]
		}
	}
	c.x.Combine(c.dir)
	c.ybar.Combine(c.dir)
	y, xbar, dReverse, dMixed := c.run()
	yp, xp := c.moved(h, nn.U, 1, nn.ST)
	ym, xm := c.moved(-h, nn.U, 1, nn.ST)
	c.same("mixed", y[nn.ST], yp[1], ym[1], h)
	c.same("mixed reverse", xbar[nn.ST], xp[1], xm[1], h)
	c.reverseGradient(xbar[0])
	c.parameters(dReverse, dMixed)
}

// reverseGradient: x̄ = ∇ Σ ȳ·y.
func (c *check) reverseGradient(xbar []float64) {
	const h = 1e-5
	plus, minus := make([]float64, len(xbar)), make([]float64, len(xbar))
	for i := range xbar {
		x := c.x.Block(0)
		was := x[i]
		x[i] = was + h
		plus[i], _ = c.sums()
		x[i] = was - h
		minus[i], _ = c.sums()
		x[i] = was
	}
	c.same("reverse", xbar, plus, minus, h)
}

func (c *check) parameters(dReverse, dMixed []float64) {
	const h = 1e-5
	n := len(c.theta)
	p0, m0, p1, m1 := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, was := range c.theta {
		c.theta[i] = was + h
		p0[i], p1[i] = c.sums()
		c.theta[i] = was - h
		m0[i], m1[i] = c.sums()
		c.theta[i] = was
	}
	c.same("reverse gradient", dReverse, p0, m0, h)
	c.same("mixed gradient", dMixed, p1, m1, h)
}

// sums returns Σ ȳ·y and its st part Σ ȳ·y_st + ȳ_s·y_t + ȳ_t·y_s + ȳ_st·y.
func (c *check) sums() (value, st float64) {
	y, _, _, _ := c.run()
	dot := func(a, b int) (s float64) {
		for i, v := range c.ybar.Block(a) {
			s += v * y[b][i]
		}
		return
	}
	return dot(0, 0), dot(0, nn.ST) + dot(nn.S, nn.U) + dot(nn.U, nn.S) + dot(nn.ST, 0)
}

func (c *check) same(rule string, got, plus, minus []float64, h float64) {
	c.t.Helper()
	top := 1e-3
	for i := range got {
		top = max(top, math.Abs(plus[i]-minus[i])/(2*h))
	}
	for i := range got {
		if want := (plus[i] - minus[i]) / (2 * h); !(math.Abs(got[i]-want) <= 1e-6*top) {
			c.t.Fatalf("%s, element %d: %v, want %v (largest %v)", rule, i, got[i], want, top)
		}
	}
}
