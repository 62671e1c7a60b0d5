package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Exp holds the constants of e^x for x ≤ 0. The range is reduced as by Cody and Waite (1980, ch. 6):
//
//	x = k ln 2 + r,  |r| ≤ ln 2/2,   e^x = 2ᵏ (1 + p),  p = e^r − 1 = r + r² Q(r)
//
// with ln 2 in two parts, the first so short that k times it is exact. Q is the polynomial for which the greatest
// relative error of 1 + r + r² Q is least, found by Remez exchange in 50 digits: 3.1e-9 for float32, 3.6e-18 for float64.
type Exp struct {
	Code
	One         reg.VecVirtual // 1
	least       reg.VecVirtual // below it e^x is zero
	log2e       Op
	hi, lo      Op // ln 2
	half, magic Op // AVX2 only
}

// Cap is a number c with e^−c = 0.
func (c Code) Cap() float64 {
	if c.Double {
		return 760
	}
	return 110
}

var (
	expSingle = []float64{0.49999993447804618164, 0.16666520631748298302, 0.041668388046206149195, 0.0083687168776980285921,
		0.0013814598527602409649}
	expDouble = []float64{0.5000000000000010627, 0.16666666666666412519, 0.041666666666530159166, 0.008333333333494464691,
		0.001388888894363004824, 0.00019841269506571329256, 0.000024801493098929180665, 2.7557586380882422513e-6,
		2.7630248379742107483e-7, 2.5000059256055573685e-8}
)

// NewExp loads the constants.
func (c Code) NewExp() Exp {
	e := Exp{Code: c, least: c.Const(-c.Cap()), log2e: c.Fill(1.44269504088896340736), One: c.Const(1)}
	if c.Double {
		e.hi, e.lo = c.Fill(0.693147180559890330187045), c.Fill(5.497923018708371174712472e-14)
	} else {
		e.hi, e.lo = c.Fill(0.693145751953125), c.Fill(1.428606820309417232121458e-6)
	}
	if !c.Wide { // the integer k + bias stands in the last bits of k + magic
		e.half = c.Fill(0.5)
		if c.Double {
			e.magic = c.Fill(3<<51 + 1023)
		} else {
			e.magic = c.Fill(3<<22 + 127)
		}
	}
	return e
}

// Of returns s = 2ᵏ and p with e^x = s (1 + p) for x ≤ 0; x is used up. e^x = s + s p, e^x − 1 = (s − 1) + s p, the latter
// accurate for small x too. NaN gives NaN.
func (e Exp) Of(x reg.VecVirtual) (s, p reg.VecVirtual) { return e.OfSum(x, nil) }

// OfSum is Of for x + δ, where δ is below the last place of x, or absent.
func (e Exp) OfSum(x, delta reg.VecVirtual) (s, p reg.VecVirtual) {
	k, r := e.Vec(), x
	e.Max(e.least, x, r)
	e.Mul(r, e.log2e, k)
	e.round(k)
	e.FNMA(k, e.hi, r)
	e.FNMA(k, e.lo, r)
	if delta != nil {
		e.Add(r, delta, r)
	}
	Q := expSingle
	if e.Double {
		Q = expDouble
	}
	q, r2 := e.Poly(r, Q), e.Vec()
	e.Mul(r, r, r2)
	e.FMA(r2, q, r) // p = r + r² Q
	return e.power(k), r
}

func (e Exp) round(k Op) {
	const nearest = 8 // to even, quietly
	switch {
	case e.Wide:
		e.emit(pair{VRNDSCALEPS, VRNDSCALEPD}, Imm(nearest), k, k)
	case e.Double:
		VROUNDPD(Imm(nearest), k, k)
	default:
		VROUNDPS(Imm(nearest), k, k)
	}
}

// power returns 2ᵏ for whole k ≤ 0, subnormal or zero where it is so small. AVX2 has to make it of two powers, as 2^(k/2)
// has an exponent in the range of normal numbers.
func (e Exp) power(k reg.VecVirtual) reg.VecVirtual {
	s := e.Vec()
	if e.Wide {
		e.emit(pair{VSCALEFPS, VSCALEFPD}, k, e.One, s)
		return s
	}
	h := e.Vec()
	e.Mul(k, e.half, h)
	e.Add(h, e.magic, h)
	e.Sub(h, e.magic, s) // round(k/2)
	e.Sub(k, s, k)
	e.Add(k, e.magic, k)
	e.exponent(h)
	e.exponent(k)
	e.Mul(h, k, s)
	return s
}

// exponent moves the last bits to where the exponent stands.
func (e Exp) exponent(x Op) {
	if e.Double {
		VPSLLQ(Imm(52), x, x)
	} else {
		VPSLLD(Imm(23), x, x)
	}
}

var (
	atanhSingle = []float64{0.33333208142568917248, 0.20010763631625598175, 0.14000902467167847447, 0.14005994154135963572}
	atanhDouble = []float64{0.33333333333333154849, 0.20000000000077558369, 0.14285714274058985586, 0.11111111976823737506,
		0.090908722395220635768, 0.07693274196788043829, 0.066505606804406940115, 0.060524725568764821852,
		0.041724851337521494753, 0.085048797552698053724}
)

// Log1p returns log(1 + e) for 0 ≤ e ≤ 1:
//
//	t = e/(2 + e),   log(1 + e) = 2 atanh t = 2t + 2t·t² G(t²)
//
// G is the polynomial for which the greatest relative error of 1 + t² G is least on t² ≤ 1/9, found by Remez exchange in
// 50 digits: 4.5e-9 for float32, 1.3e-18 for float64. two is an operand filled with 2.
func (c Code) Log1p(e reg.VecVirtual, two Op) reg.VecVirtual {
	t, x := c.Vec(), c.Vec()
	c.Add(e, two, t)
	c.Div(e, t, t)
	c.Mul(t, t, x)
	G := atanhSingle
	if c.Double {
		G = atanhDouble
	}
	g := c.Poly(x, G)
	c.Add(t, t, t)
	c.Mul(t, x, x)
	c.FMA(x, g, t)
	return t
}
