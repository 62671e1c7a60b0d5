package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

func mem(p reg.Register) Mem { return Mem{Base: p} }

// jet returns a function and its first three derivatives at z, which it may use up.
type jet func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual)

// activation emits the sweep of a function: load puts the constants into registers and returns its jet.
func activation(c simd.Code, name string, load func(simd.Code) jet) {
	begin(c, name, "z, f, f1, f2, f3 *T, n int", "sets f, f′, f″ and f‴ at z.")
	z, f, f1, f2, f3, n := arg("z"), arg("f"), arg("f1"), arg("f2"), arg("f3"), arg("n")
	at := load(c)
	c.Sweep("loop", n, func(l simd.Lane) {
		y, y1, y2, y3 := at(l.Get(z))
		l.Put(y, f)
		l.Put(y1, f1)
		l.Put(y2, f2)
		l.Put(y3, f3)
	})
	end()
}

// logistic is what softplus, σ and swish have in common.
type logistic struct {
	simd.Code
	exp  simd.Exp
	sign Op
}

func newLogistic(c simd.Code) logistic {
	return logistic{c, c.NewExp(), c.FillBits(c.Sign())}
}

// at returns, without cancellation,
//
//	e = exp(−|z|),   σ = (z < 0 ? e : 1)/(1 + e),   d = σ(1 − σ) = e/(1 + e)²,   c = 1 − 2σ = sgn(z) (e − 1)/(1 + e)
func (l logistic) at(z reg.VecVirtual) (e, s, d, c reg.VecVirtual) {
	x := l.Vec()
	l.Or(z, l.sign, x)
	pow, p := l.exp.Of(x)
	e, c = l.Vec(), l.Vec()
	l.Copy(pow, e)
	l.FMA(pow, p, e) // e = s + s p
	l.Sub(pow, l.exp.One, c)
	l.FMA(pow, p, c) // e − 1

	q, m := l.Vec(), l.Vec()
	l.Add(e, l.exp.One, q)
	l.Div(l.exp.One, q, q)
	l.Mul(e, q, m)
	s, d = l.Vec(), l.Vec()
	l.Pick(z, m, q, s)
	l.Mul(m, q, d)
	l.Mul(c, q, c)
	l.And(z, l.sign, x)
	l.Xor(c, x, c)
	return e, s, d, c
}

func sigmoid(c simd.Code) jet {
	l, two := newLogistic(c), c.Fill(2)
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		_, s, d, m := l.at(z)
		f3 = l.third(d, m, two)
		return s, d, l.second(d, m), f3
	}
}

// second is σ″ = d (1 − 2σ); c is used up.
func (l logistic) second(d, c reg.VecVirtual) reg.VecVirtual {
	l.Mul(c, d, c)
	return c
}

// third is σ‴ = d (1 − 6d) = d ((1 − 2σ)² − 2d), the latter with less cancellation.
func (l logistic) third(d, c reg.VecVirtual, two Op) reg.VecVirtual {
	s := l.Vec()
	l.Mul(c, c, s)
	l.FNMA(d, two, s)
	l.Mul(s, d, s)
	return s
}

// softplus is max(z, 0) + log(1 + e); its derivatives are those of σ, one order up.
func softplus(c simd.Code) jet {
	l, two, zero := newLogistic(c), c.Fill(2), c.Zero()
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		e, s, d, m := l.at(z)
		f = c.Log1p(e, two)
		c.Max(zero, z, z)
		c.Add(f, z, f)
		return f, s, d, l.second(d, m)
	}
}

// swish is z σ; (zσ)⁽ⁿ⁾ = n σ⁽ⁿ⁻¹⁾ + z σ⁽ⁿ⁾. Where |z| is so large that e is zero, z is cut off, lest ∞·0 come up.
func swish(c simd.Code) jet {
	l, two, three := newLogistic(c), c.Fill(2), c.Fill(3)
	least, most := c.Const(-c.Cap()), c.Const(c.Cap())
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		_, s, d, m := l.at(z)
		f, f1, f2, f3 = c.Vec(), c.Vec(), c.Vec(), c.Vec()
		c.Max(least, z, z)
		c.Mul(z, s, f)
		c.Min(most, z, z)
		c.Copy(s, f1)
		c.FMA(z, d, f1) // σ + z σ′
		s3 := l.third(d, m, two)
		s2 := l.second(d, m)
		c.Add(d, d, f2)
		c.FMA(z, s2, f2) // 2σ′ + z σ″
		c.Mul(s2, three, f3)
		c.FMA(z, s3, f3) // 3σ″ + z σ‴
		return f, f1, f2, f3
	}
}

// tanh, with m = e^(−2|z|) − 1 and w = e^(−2|z|), is −sgn(z) m/(2 + m); d = 1 − t² = 4w/(2 + m)².
func tanh(c simd.Code) jet {
	exp, sign, two, four, six := c.NewExp(), c.FillBits(c.Sign()), c.Fill(2), c.Fill(4), c.Fill(6)
	return func(z reg.VecVirtual) (t, d, f2, f3 reg.VecVirtual) {
		x, m, q := c.Vec(), c.Vec(), c.Vec()
		t, d, f2, f3 = c.Vec(), c.Vec(), c.Vec(), c.Vec()
		c.Or(z, sign, x)
		c.Add(x, x, x)
		s, p := exp.Of(x)
		c.Sub(s, exp.One, m)
		c.FMA(s, p, m)
		c.FMA(s, p, s) // w
		c.Add(m, two, q)
		c.Div(exp.One, q, q)
		c.Mul(m, q, t)
		c.And(z, sign, x)
		c.Or(t, sign, t)
		c.Xor(t, sign, t) // |t|
		c.Or(t, x, t)
		c.Mul(s, q, d)
		c.Mul(d, q, d)
		c.Mul(d, four, d)
		c.Mul(t, d, f2)
		c.Add(f2, f2, f2)
		c.Xor(f2, sign, f2) // −2 t d
		c.Mul(t, t, f3)
		c.Mul(f3, six, f3)
		c.Sub(f3, two, f3)
		c.Mul(f3, d, f3) // d (6t² − 2)
		return t, d, f2, f3
	}
}

// relu2 is m², m = max(z, 0).
func relu2(c simd.Code) jet {
	zero, two := c.Zero(), c.Fill(2)
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		m := z
		f, f1, f2, f3 = c.Vec(), c.Vec(), c.Vec(), zero
		c.Unless(z, zero, two, f2)
		c.Max(zero, z, m)
		c.Mul(m, m, f)
		c.Add(m, m, f1)
		return f, f1, f2, f3
	}
}

// relu3 is m³, m = max(z, 0).
func relu3(c simd.Code) jet {
	zero, three, six := c.Zero(), c.Fill(3), c.Fill(6)
	return func(z reg.VecVirtual) (f, f1, f2, f3 reg.VecVirtual) {
		m := z
		f, f1, f2, f3 = c.Vec(), c.Vec(), c.Vec(), c.Vec()
		c.Unless(z, zero, six, f3)
		c.Max(zero, z, m)
		c.Mul(m, m, f1)
		c.Mul(f1, m, f)
		c.Mul(f1, three, f1)
		c.Mul(m, six, f2)
		return f, f1, f2, f3
	}
}
