package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

// P(t) of gelu, t = (u − 4)/(u + 4): the polynomial for which the greatest relative error is least on 0 ≤ u ≤ 15 for
// float32, on 0 ≤ u ≤ 39.5 for float64, found by Remez exchange in 40 digits: 9.1e-9 and 2.0e-17.
var (
	millsSingle = []float64{1.8932190754339697582, -1.5237707551693360202, 0.97040834109789054967, -0.467545470787396333,
		0.15140909461529273817, -0.018859882029474110526, -0.0087987940524969768535, 0.0039314164933247538574,
		0.00043780597362610541749, -0.00033638020438252921704}
	millsDouble = []float64{1.8932190633084853265, -1.523770910819982831, 0.97040955486760013005, -0.46754096299840241924,
		0.15139176231179689485, -0.018900450859399468598, -0.0087222952603115150473, 0.0040878556468652467051,
		0.00033424446062291288173, -0.00057926902883994590325, -4.7822396438077566966e-6, 0.00008809441813693111135,
		1.792128353008648774e-6, -0.000014839415917941072087, -1.5671305593248024972e-6, 2.5617191480441611856e-6,
		6.6207710723305637702e-7, -3.9289905026717327626e-7, -1.9356888023717170492e-7, 4.054802593725688159e-8,
		3.6723503024436805598e-8, -9.3094699390939455281e-10, -3.0364364508063146374e-9}
)

// normal holds the constants of the normal distribution: density φ and distribution function Φ.
type normal struct {
	simd.Code
	exp simd.Exp

	sign, magnitude, density, minusHalf, four Op
}

func newNormal(c simd.Code) normal {
	return normal{c, c.NewExp(), c.FillBits(c.Sign()), c.FillBits(c.Magnitude()), c.Fill(0.398942280401432677939946),
		c.Fill(-0.5), c.Fill(4)}
}

// at returns φ(z), Φ(z) and x = −z²/2, with u = |z| and the tail 1 − Φ(u) = φ(u) R(u), where Mills' ratio R falls
// from √(π/2) to 1/u and is written
//
//	R(u) = P(t)/(u + 4),   t = (u − 4)/(u + 4)
//
// (after Shepherd & Laframboise 1981). What the rounding of z² loses goes into the exponent.
func (n normal) at(z reg.VecVirtual) (phi, Phi, x reg.VecVirtual) {
	h, y, delta := n.Vec(), n.Vec(), n.Vec()
	x = n.Vec()
	n.Mul(z, n.minusHalf, h)
	n.Mul(z, h, x)
	n.Copy(x, y)
	n.Xor(x, n.sign, delta)
	n.FMA(z, h, delta) // −z²/2 − x
	s, p := n.exp.OfSum(y, delta)
	n.FMA(s, p, s)
	phi = s
	n.Mul(s, n.density, phi)

	u, q, t := n.Vec(), n.Vec(), n.Vec()
	n.And(z, n.magnitude, u)
	n.Add(u, n.four, q)
	n.Div(n.exp.One, q, q)
	n.Sub(u, n.four, t)
	n.Mul(t, q, t)
	P := millsSingle
	if n.Double {
		P = millsDouble
	}
	tail := n.Poly(t, P)
	n.Mul(tail, q, tail)
	n.Mul(tail, phi, tail)
	Phi = n.Vec()
	n.Sub(n.exp.One, tail, Phi)
	n.Pick(z, tail, Phi, Phi)
	return phi, Phi, x
}

// gelu is z Φ; (zΦ)′ = Φ + zφ, (zΦ)″ = φ (2 − z²), (zΦ)‴ = zφ (z² − 4). Where |z| is so large that φ is zero, z is cut off,
// lest ∞·0 come up.
func gelu(c simd.Code) jet {
	n, two := newNormal(c), c.Fill(2)
	cut := 15.0
	if c.Double {
		cut = 39.5
	}
	least, most := c.Const(-cut), c.Const(cut)
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		f, f2, f3 = c.Vec(), c.Vec(), c.Vec()
		c.Max(least, z, z)
		c.Min(most, z, f3)
		phi, Phi, x := n.at(f3)
		c.Mul(z, Phi, f)
		c.Mul(f3, phi, f3)
		c.Add(Phi, f3, Phi)
		c.Add(x, x, x)    // −z²
		c.Add(x, two, f2) // 2 − z²
		c.Mul(f2, phi, f2)
		c.Add(x, n.four, x)
		c.Xor(x, n.sign, x) // z² − 4
		c.Mul(f3, x, f3)
		return f, Phi, f2, f3
	}
}
