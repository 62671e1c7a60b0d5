package vec

import (
	"math"
	"math/big"
)

// A jetFunc is a function with its first three derivatives.
type jetFunc func(z float64) (f, f1, f2, f3 float64)

// jets are the activations in float64 without cancellation, by formulas that meet no ∞·0: the witness of the kernels
// for float32, and itself held against math/big.
var jets = [last]jetFunc{
	None:     func(z float64) (f, f1, f2, f3 float64) { return z, 1, 0, 0 },
	Softplus: softplusJet, Tanh: tanhJet, Sigmoid: sigmoidJet, Swish: swishJet,
	Relu2: func(z float64) (f, f1, f2, f3 float64) {
		if z <= 0 {
			return 0, 0, 0, 0
		}
		return z * z, 2 * z, 2, 0
	},
	Relu3: func(z float64) (f, f1, f2, f3 float64) {
		if z <= 0 {
			return 0, 0, 0, 0
		}
		return z * z * z, 3 * z * z, 6 * z, 6
	},
	Gelu: geluJet,
}

// logistic returns e = exp(−|z|), σ, σ′ and 1 − 2σ.
func logistic(z float64) (e, s, d, c float64) {
	e = math.Exp(-math.Abs(z))
	q := 1 / (1 + e)
	s, c = q, math.Expm1(-math.Abs(z))*q
	if z < 0 {
		s, c = e*q, -c
	}
	return e, s, e * q * q, c
}

func sigmoidJet(z float64) (f, f1, f2, f3 float64) {
	_, s, d, c := logistic(z)
	return s, d, d * c, d * (1 - 6*d)
}

func softplusJet(z float64) (f, f1, f2, f3 float64) {
	e, s, d, c := logistic(z)
	return max(z, 0) + math.Log1p(e), s, d, d * c
}

func swishJet(z float64) (f, f1, f2, f3 float64) {
	_, s, d, c := logistic(z)
	s2, s3 := d*c, d*(1-6*d)
	if d == 0 {
		return max(z, 0), s, 0, 0
	}
	return z * s, s + z*d, 2*d + z*s2, 3*s2 + z*s3
}

func tanhJet(z float64) (f, f1, f2, f3 float64) {
	m := math.Expm1(-2 * math.Abs(z))
	t := math.Copysign(m/(2+m), z)
	d := 4 * math.Exp(-2*math.Abs(z)) / ((2 + m) * (2 + m))
	return t, d, -2 * t * d, d * (6*t*t - 2)
}

func geluJet(z float64) (f, f1, f2, f3 float64) {
	Phi := math.Erfc(-z/math.Sqrt2) / 2
	phi := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	if phi == 0 {
		return max(z, 0), Phi, 0, 0
	}
	return z * Phi, Phi + z*phi, phi * (2 - z*z), phi * z * (z*z - 4)
}

// num is a number of 200 bits.
type num struct{ *big.Float }

func exactly(x float64) num { return num{new(big.Float).SetPrec(200).SetFloat64(x)} }

func (x num) fresh() *big.Float { return new(big.Float).SetPrec(200) }
func (x num) add(y num) num     { return num{x.fresh().Add(x.Float, y.Float)} }
func (x num) sub(y num) num     { return num{x.fresh().Sub(x.Float, y.Float)} }
func (x num) mul(y num) num     { return num{x.fresh().Mul(x.Float, y.Float)} }
func (x num) div(y num) num     { return num{x.fresh().Quo(x.Float, y.Float)} }
func (x num) times(f float64) num {
	return x.mul(exactly(f))
}

// exp is Taylor's series at x/2²⁰, squared twenty times; |x| is at most some thousands.
func (x num) exp() num {
	r := num{x.fresh().SetMantExp(x.Float, -20)}
	s, term := exactly(1), exactly(1)
	for k := 1; k < 25; k++ {
		term = term.mul(r).div(exactly(float64(k)))
		s = s.add(term)
	}
	for range 20 {
		s = s.mul(s)
	}
	return s
}

// expm1 is e^x − 1.
func (x num) expm1() num {
	if math.Abs(x.near()) > 1 {
		return x.exp().sub(exactly(1))
	}
	s, term := x, x
	for k := 2; k < 50; k++ {
		term = term.mul(x).div(exactly(float64(k)))
		s = s.add(term)
	}
	return s
}

// near is the nearest float64.
func (x num) near() float64 {
	y, _ := x.Float64()
	return y
}

// log1p is 2 artanh(x/(2 + x)) by its series, 0 ≤ x ≤ 1.
func (x num) log1p() num {
	t := x.div(exactly(2).add(x))
	t2, s, power := t.mul(t), exactly(0), t
	for k := 1; k < 132; k += 2 {
		s = s.add(power.div(exactly(float64(k))))
		power = power.mul(t2)
	}
	return s.times(2)
}

// exact returns the jet of an activation in some 180 bits; z is finite.
func exact(k Kernel, z float64) [4]num {
	one := exactly(1)
	if k == Gelu {
		return exactGelu(exactly(z))
	}
	u := exactly(-math.Abs(z))
	if k == Tanh {
		u = u.times(2)
	}
	e := u.exp()
	q := one.div(one.add(e))
	g := u.expm1().times(-1).mul(q) // tanh(|z|/2), or tanh |z|
	d := e.mul(q).mul(q)
	s := q
	if z < 0 {
		s, g = e.mul(q), g.times(-1)
	}
	s2, s3 := d.mul(g).times(-1), d.mul(one.sub(d.times(6)))
	switch x := exactly(z); k {
	case Softplus:
		return [4]num{exactly(max(z, 0)).add(e.log1p()), s, d, s2}
	case Sigmoid:
		return [4]num{s, d, s2, s3}
	case Swish:
		return [4]num{x.mul(s), s.add(x.mul(d)), d.times(2).add(x.mul(s2)), s2.times(3).add(x.mul(s3))}
	case Tanh:
		d = d.times(4)
		return [4]num{g, d, g.mul(d).times(-2), g.mul(g).times(6).sub(exactly(2)).mul(d)}
	}
	panic("vec: no exact jet")
}

// exactGelu has the tail 1 − Φ(u) = φ(u) R(u) from Laplace's continued fraction R(u) = 1/(u + 1/(u + 2/(u + 3/(u + …
// (Abramowitz & Stegun 26.2.14) where it converges quickly, and from the series of A & S 26.2.11, which loses 47 bits
// to cancellation at u = 8, elsewhere.
func exactGelu(z num) [4]num {
	one := exactly(1)
	z2 := z.mul(z)
	phi := z2.times(-0.5).exp().div(twoPi.root())
	var Phi num
	if u := (num{z.fresh().Abs(z.Float)}); u.Cmp(exactly(8).Float) > 0 {
		c := u
		for k := 100; k > 0; k-- {
			c = u.add(exactly(float64(k)).div(c))
		}
		if Phi = phi.div(c); z.Sign() > 0 {
			Phi = one.sub(Phi)
		}
	} else {
		term, s := z, z
		for k := 3; k < 350; k += 2 {
			term = term.mul(z2).div(exactly(float64(k)))
			s = s.add(term)
		}
		Phi = exactly(0.5).add(phi.mul(s))
	}
	zphi := z.mul(phi)
	return [4]num{z.mul(Phi), Phi.add(zphi), phi.mul(exactly(2).sub(z2)), zphi.mul(z2.sub(exactly(4)))}
}

func (x num) root() num { return num{x.fresh().Sqrt(x.Float)} }

// twoPi is 2π by Machin's formula, π/4 = 4 arctan 1/5 − arctan 1/239.
var twoPi = func() num {
	arctan := func(n float64) num {
		s, power := exactly(0), exactly(1).div(exactly(n))
		for k := 1; k < 160; k += 2 {
			s = s.add(power.div(exactly(float64(k))))
			power = power.div(exactly(-n * n))
		}
		return s
	}
	return arctan(5).times(4).sub(arctan(239)).times(8)
}()
