package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Blocks emits a loop over K ≥ 1 blocks that begin step bytes apart: body sees the current vector of each, and k.
// label must be unique in the function.
func (l Lane) Blocks(label string, K, step reg.GPVirtual, body func(l Lane, k reg.GPVirtual)) {
	if l.mask != nil {
		label += "Tail"
	}
	at, k := GP64(), GP64()
	MOVQ(l.at, at)
	XORQ(k, k)
	Label(label)
	body(Lane{l.Code, at, l.mask}, k)
	ADDQ(step, at)
	INCQ(k)
	CMPQ(k, K)
	JL(LabelRef(label))
}

// Sum returns the sum of the lanes of v in the first lane of the result; v is used up.
func (c Code) Sum(v reg.VecVirtual) reg.VecVirtual {
	y, x := YMM(), XMM()
	if c.Wide {
		VEXTRACTF64X4(Imm(1), v, y)
		c.Add(v.AsY(), y, v.AsY())
	}
	VEXTRACTF128(Imm(1), v.AsY(), x)
	c.Add(v.AsX(), x, x)
	if c.Double {
		VHADDPD(x, x, x)
	} else {
		VHADDPS(x, x, x)
		VHADDPS(x, x, x)
	}
	return x
}

// StoreOne writes the first lane of x.
func (c Code) StoreOne(x, m Op) { c.emit(pair{VMOVSS, VMOVSD}, x, m) }

// Halves returns the lanes of the vector v of float32 as two vectors of float64.
func (c Code) Halves(v reg.VecVirtual) (lo, hi reg.VecVirtual) {
	lo, hi = c.Vec(), c.Vec()
	if c.Wide {
		y := YMM()
		VEXTRACTF64X4(Imm(1), v, y)
		VCVTPS2PD(v.AsY(), lo)
		VCVTPS2PD(y, hi)
		return lo, hi
	}
	x := XMM()
	VEXTRACTF128(Imm(1), v, x)
	VCVTPS2PD(v.AsX(), lo)
	VCVTPS2PD(x, hi)
	return lo, hi
}

// Pick sets z to a where the sign bit of s is set, else to b.
func (c Code) Pick(s, a, b, z Op) {
	if !c.Wide {
		c.emit(pair{vblendvps, vblendvpd}, s, a, b, z)
		return
	}
	k := K()
	c.emit(pair{vpmovd2m, vpmovq2m}, s, k)
	c.emit(pair{VBLENDMPS, VBLENDMPD}, a, b, k, z)
}

// Unless sets z to a except where x ≤ y, where it is zero; NaN is not ≤.
func (c Code) Unless(x, y, a, z Op) {
	const nleUnordered = 0x16 // not ≤, quiet
	if !c.Wide {
		m := YMM()
		c.emit(pair{VCMPPS, VCMPPD}, Imm(nleUnordered), y, x, m)
		c.And(m, a, z)
		return
	}
	k := K()
	c.emit(pair{VCMPPS, VCMPPD}, Imm(nleUnordered), y, x, k)
	c.emit(pair{vmovapsZ, vmovapdZ}, a, k, z)
}

// instructions of a fixed number of operands, in the form of the others
func vblendvps(o ...Op) { VBLENDVPS(o[0], o[1], o[2], o[3]) }
func vblendvpd(o ...Op) { VBLENDVPD(o[0], o[1], o[2], o[3]) }
func vpmovd2m(o ...Op)  { VPMOVD2M(o[0], o[1]) }
func vpmovq2m(o ...Op)  { VPMOVQ2M(o[0], o[1]) }
func vmovapsZ(o ...Op)  { VMOVAPS_Z(o[0], o[1], o[2]) }
func vmovapdZ(o ...Op)  { VMOVAPD_Z(o[0], o[1], o[2]) }
