package parttest

import (
	"math/rand/v2"
	"testing"

	"lagrange/nn"
)

// CheckDual runs the rules of a part for dual numbers, which bind makes it for: without tangents, s along any
// direction.
func CheckDual(t *testing.T, r *rand.Rand, theta, x []float64, bind func(theta []float64, batch int) nn.Part[float64]) {
	t.Helper()
	const h = 1e-5
	B := len(x) / bind(theta, 1).In()
	part := bind(theta, B)
	c := &check{t: t, r: r, part: part, theta: theta, B: B}
	c.x, c.y = nn.NewStreams[float64](B, 0, part.In(), nn.Dual), nn.NewStreams[float64](B, 0, part.Out(), nn.Dual)
	c.ybar, c.xbar = nn.NewAdjoint[float64](B, part.Out(), nn.Dual), nn.NewAdjoint[float64](B, part.In(), nn.Dual)
	copy(c.x.Block(0), x)
	fill(c.x, nn.S, c.normal)
	fill(c.ybar, 0, c.normal)
	fill(c.ybar, nn.S, c.normal)
	dtheta := make([]float64, len(theta))
	run := func() (y, xbar []float64) {
		clear(dtheta)
		part.Forward(c.x, c.y)
		part.Reverse(c.ybar, c.xbar, nil, nn.Gradient[float64]{})
		part.Mixed(nn.Directions[float64]{}, c.x, c.y)
		part.MixedReverse(c.ybar, c.xbar, nn.Summed(dtheta))
		return append([]float64(nil), c.y.Block(0)...), append([]float64(nil), c.xbar.Block(0)...)
	}
	along := func(h float64) (y, xbar []float64) { // x + h x_s under ȳ + h ȳ_s
		defer shift(c.x.Block(0), h, c.x.Block(nn.S))()
		defer shift(c.ybar.Block(0), h, c.ybar.Block(nn.S))()
		return run()
	}
	yp, xp := along(h)
	ym, xm := along(-h)
	run()
	c.same("dual forward", c.y.Block(nn.S), yp, ym, h)
	c.same("dual reverse", c.xbar.Block(nn.S), xp, xm, h)
	got := append([]float64(nil), dtheta...)
	plus, minus := make([]float64, len(theta)), make([]float64, len(theta))
	sum := func() (s float64) { // Σ ȳ·y_s + ȳ_s·y
		run()
		for i, y := range c.ybar.Block(0) {
			s += y*c.y.Block(nn.S)[i] + c.ybar.Block(nn.S)[i]*c.y.Block(0)[i]
		}
		return
	}
	for i, was := range theta {
		theta[i] = was + h
		plus[i] = sum()
		theta[i] = was - h
		minus[i] = sum()
		theta[i] = was
	}
	c.same("dual gradient", got, plus, minus, h)
}
