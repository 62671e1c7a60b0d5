package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Lane is where the body of a sweep stands: Get reads the current vector of an array, Put writes it. In the last,
// partial vector both keep to the elements that exist, and Get fills up with zeros.
type Lane struct {
	Code
	at   reg.GPVirtual // offset in bytes
	mask reg.Register  // nil: a whole vector
}

// At is the address of the current vector of the array that starts at base.
func (l Lane) At(base reg.Register) Mem { return Mem{Base: base, Index: l.at, Scale: 1} }

// Get reads the current vector of the array that starts at base.
func (l Lane) Get(base reg.Register) reg.VecVirtual {
	v := l.Vec()
	if l.mask == nil {
		l.Load(l.At(base), v)
	} else {
		l.LoadMask(l.At(base), l.mask, v)
	}
	return v
}

// Put writes the current vector of the array that starts at base.
func (l Lane) Put(x reg.Register, base reg.Register) {
	if l.mask == nil {
		l.Store(x, l.At(base))
	} else {
		l.StoreMask(x, l.mask, l.At(base))
	}
}

// Sweep emits a loop over n elements, n ≥ 0, a vector at a time, and once more for the partial vector at the end. label
// must be unique in the function. n is used up.
func (c Code) Sweep(label string, n reg.GPVirtual, body func(Lane)) {
	at := GP64()
	XORQ(at, at)
	SUBQ(Imm(uint64(c.Lanes())), n)
	JL(LabelRef(label + "Tail"))
	Label(label)
	body(Lane{c, at, nil})
	ADDQ(Imm(uint64(c.Bytes())), at)
	SUBQ(Imm(uint64(c.Lanes())), n)
	JGE(LabelRef(label))
	Label(label + "Tail")
	ADDQ(Imm(uint64(c.Lanes())), n)
	JZ(LabelRef(label + "Done"))
	body(Lane{c, at, c.Mask(n)})
	Label(label + "Done")
}
