package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A lane is 16 bytes of a vector: four float32 or two float64. The shuffles work on each lane for itself.

// LaneSize is how many numbers a lane holds, Pieces how many lanes a vector has.
func (c Code) LaneSize() int { return 16 / c.Size() }
func (c Code) Pieces() int   { return c.Bytes() / 16 }

// Interleave sets lo and hi, in every lane, to the first and second half of x0 y0 x1 y1 …
func (c Code) Interleave(x, y, lo, hi Op) {
	c.emit(pair{VUNPCKLPS, VUNPCKLPD}, y, x, lo)
	c.emit(pair{VUNPCKHPS, VUNPCKHPD}, y, x, hi)
}

// InterleavePairs is Interleave for units of eight bytes.
func (c Code) InterleavePairs(x, y, lo, hi Op) {
	VUNPCKLPD(y, x, lo)
	VUNPCKHPD(y, x, hi)
}

// FromLanes puts 16 bytes at each of the addresses into the lanes of z.
func (c Code) FromLanes(at []Mem, z reg.VecVirtual) {
	VMOVUPS(at[0], z.AsX())
	for i, m := range at[1:] {
		if c.Wide {
			VINSERTF32X4(Imm(uint64(i+1)), m, z, z)
		} else {
			VINSERTF128(Imm(uint64(i+1)), m, z, z)
		}
	}
}

// TransposeLanes transposes LaneSize vectors in every lane: number j of lane l of x[i] goes to number i of lane l of the j-th result.
func (c Code) TransposeLanes(x []reg.VecVirtual) []reg.VecVirtual {
	t := make([]reg.VecVirtual, len(x))
	for i := range t {
		t[i] = c.Vec()
	}
	c.Interleave(x[0], x[1], t[0], t[1])
	if c.Double {
		return t
	}
	c.Interleave(x[2], x[3], t[2], t[3])
	c.InterleavePairs(t[0], t[2], x[0], x[1])
	c.InterleavePairs(t[1], t[3], x[2], x[3])
	return x
}

// Sums adds up each of four vectors and returns the four sums in one short register; the vectors are used up.
func (c Code) Sums(x [4]reg.VecVirtual) reg.Register {
	lo := c.Vec()
	fold := func(interleave func(x, y, lo, hi Op), x, y reg.VecVirtual) {
		interleave(x, y, lo, x)
		c.Add(lo, x, x)
	}
	fold(c.Interleave, x[0], x[1])
	fold(c.Interleave, x[2], x[3])
	if c.Double {
		c.halve(x[0])
		c.halve(x[2])
		c.halves(x[0].AsY(), x[2].AsY(), lo.AsY())
		VADDPD(lo.AsY(), x[0].AsY(), x[0].AsY())
		return x[0].AsY()
	}
	fold(c.InterleavePairs, x[0], x[2])
	c.halve(x[0])
	if c.Wide {
		VEXTRACTF32X4(Imm(1), x[0].AsY(), lo.AsX())
	} else {
		VEXTRACTF128(Imm(1), x[0].AsY(), lo.AsX())
	}
	VADDPS(lo.AsX(), x[0].AsX(), x[0].AsX())
	return x[0].AsX()
}

// halve adds the upper half of a 64-byte vector to its lower half.
func (c Code) halve(x reg.VecVirtual) {
	if c.Wide {
		y := YMM()
		VEXTRACTF64X4(Imm(1), x, y)
		c.Add(y, x.AsY(), x.AsY())
	}
}

// halves sets lo to the lower halves of two 32-byte vectors and x to the upper ones.
func (c Code) halves(x, y, lo Op) {
	if c.Wide {
		VSHUFF64X2(Imm(0), y, x, lo)
		VSHUFF64X2(Imm(3), y, x, x)
	} else {
		VPERM2F128(Imm(0x20), y, x, lo)
		VPERM2F128(Imm(0x31), y, x, x)
	}
}

// Quad is a mask of the first n of four numbers, 0 ≤ n ≤ 4, for StoreMask of a result of Sums.
func (c Code) Quad(n reg.GPVirtual) reg.Register {
	m := c.Mask(n)
	if v, ok := m.(reg.VecVirtual); ok && !c.Double {
		return v.AsX()
	}
	return m
}
