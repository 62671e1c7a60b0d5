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
	in, out := c.part.In(), c.part.Out()
	c.x, c.y = nn.NewStreams[float64](B, K, in, nn.HyperDual), nn.NewStreams[float64](B, K, out, nn.HyperDual)
	c.ybar, c.xbar = nn.NewAdjoint[float64](B, out, nn.HyperDual), nn.NewAdjoint[float64](B, in, nn.HyperDual)
	copy(c.x.Block(0), x)
	for k := 1; k <= K; k++ {
		fill(c.x, k, c.normal)
	}
	fill(c.x, nn.ST, c.normal)
	for k := nn.ST; k <= 0; k++ {
		fill(c.ybar, k, c.normal)
	}
	// direction s is the first tangent, so that moving that tangent moves x_s
	c.dir = nn.Directions[float64]{S: make([]float64, B*K), T: c.normal(B * K)}
	for b := range B {
		c.dir.S[b*K] = 1
	}
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

func fill(x *nn.Streams[float64], k int, normal func(n int) []float64) {
	for b := range x.Batch {
		copy(x.Row(k, b), normal(x.Cols))
	}
}

func (c *check) normal(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = c.r.NormFloat64()
	}
	return v
}

// outputs is what the four rules leave: the blocks of y and x̄, the curvature, and the parameter gradients of Reverse
// and of MixedReverse.
type outputs struct {
	y, xbar             map[int][]float64
	H, dReverse, dMixed []float64
}

func (c *check) run() (o outputs) {
	o.H = make([]float64, c.B*c.K*c.K)
	o.dReverse, o.dMixed = make([]float64, len(c.theta)), make([]float64, len(c.theta))
	c.x.Combine(c.dir)
	c.part.Forward(c.x, c.y)
	c.part.Reverse(c.ybar, c.xbar, o.H, nn.Summed(o.dReverse))
	c.part.Mixed(c.dir, c.x, c.y)
	c.part.MixedReverse(c.ybar, c.xbar, nn.Summed(o.dMixed))
	o.y, o.xbar = map[int][]float64{}, map[int][]float64{}
	for k := nn.ST; k <= c.K; k++ {
		o.y[k] = append([]float64(nil), c.y.Block(k)...)
		if k <= 0 {
			o.xbar[k] = append([]float64(nil), c.xbar.Block(k)...)
		}
	}
	return o
}

// moved runs the part at x + h·x_k.
func (c *check) moved(h float64, k int) outputs {
	defer shift(c.x.Block(0), h, c.x.Block(k))()
	return c.run()
}

// along runs the part with x and ȳ moved along their components k; along t their components s move along st.
func (c *check) along(h float64, k int) outputs {
	c.x.Combine(c.dir)
	defer shift(c.x.Block(0), h, c.x.Block(k))()
	defer shift(c.ybar.Block(0), h, c.ybar.Block(k))()
	if k == nn.T {
		defer shift(c.x.Block(1), h, c.x.Block(nn.ST))()
		defer shift(c.ybar.Block(nn.S), h, c.ybar.Block(nn.ST))()
	}
	return c.run()
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
	o := c.run()
	for k := 1; k <= c.K; k++ {
		p, m := c.moved(h, k), c.moved(-h, k)
		c.same("forward tangent", o.y[k], p.y[0], m.y[0], h)
		for j := k; j <= c.K; j++ {
			c.same("curvature", c.pair(o.H, k, j), c.weighted(p.y[j]), c.weighted(m.y[j]), h)
		}
	}
	p, m := c.along(h, nn.S), c.along(-h, nn.S)
	c.same("mixed reverse, s", o.xbar[nn.S], p.xbar[0], m.xbar[0], h)
	p, m = c.along(h, nn.T), c.along(-h, nn.T)
	c.same("mixed reverse, t", o.xbar[nn.T], p.xbar[0], m.xbar[0], h)
	c.same("mixed", o.y[nn.ST], p.y[1], m.y[1], h)
	c.same("mixed reverse, st", o.xbar[nn.ST], p.xbar[nn.S], m.xbar[nn.S], h)
	c.reverseGradient(o.xbar[0])
	c.parameters(o.dReverse, o.dMixed)
}

// pair returns the curvature along tangents i and j (from 1) of each sample.
func (c *check) pair(H []float64, i, j int) []float64 {
	p := make([]float64, c.B)
	for b := range p {
		p[b] = H[(b*c.K+i-1)*c.K+j-1]
	}
	return p
}

// weighted returns Σ ȳ·y_j of each sample.
func (c *check) weighted(y []float64) []float64 {
	w := make([]float64, c.B)
	for b := range w {
		for i, v := range c.ybar.Row(0, b) {
			w[b] += v * y[b*c.y.Stride+i]
		}
	}
	return w
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
	y := c.run().y
	dot := func(a, b int) (s float64) {
		for i, v := range c.ybar.Block(a) {
			s += v * y[b][i]
		}
		return
	}
	return dot(0, 0), dot(0, nn.ST) + dot(nn.S, nn.T) + dot(nn.T, nn.S) + dot(nn.ST, 0)
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
