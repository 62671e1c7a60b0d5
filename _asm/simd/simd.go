// Package simd is the little language in which the kernels of internal/gemm and internal/vec are written: each operation
// once, emitted for float32 and float64, for AVX2 with FMA and for AVX-512.
package simd

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Code is one combination of instruction set and number type.
type Code struct {
	Wide   bool // AVX-512 (F, DQ, BW, VL), 32 registers of 64 bytes; else AVX2 and FMA, 16 of 32
	Double bool // float64
}

// Codes are the four combinations.
var Codes = []Code{{true, false}, {true, true}, {false, false}, {false, true}}

// Name appends the combination to the name of a kernel: tile → tileF32AVX512.
func (c Code) Name(kernel string) string { return kernel + c.pick("F32", "F64") + c.isa() }

// Type is the Go name of the number type.
func (c Code) Type() string { return c.pick("float32", "float64") }

// Size is the number of bytes of a number.
func (c Code) Size() int {
	if c.Double {
		return 8
	}
	return 4
}

// Bytes is the number of bytes of a vector.
func (c Code) Bytes() int {
	if c.Wide {
		return 64
	}
	return 32
}

// Lanes is how many numbers a vector holds.
func (c Code) Lanes() int { return c.Bytes() / c.Size() }

func (c Code) pick(single, double string) string {
	if c.Double {
		return double
	}
	return single
}

func (c Code) isa() string {
	if c.Wide {
		return "AVX512"
	}
	return "AVX2"
}

// Vec returns a fresh vector register.
func (c Code) Vec() reg.VecVirtual {
	if c.Wide {
		return ZMM()
	}
	return YMM()
}

// Zero returns a vector of zeros.
func (c Code) Zero() reg.VecVirtual {
	v := c.Vec()
	c.Xor(v, v, v)
	return v
}

// an instruction in its two precisions
type pair [2]func(...Op)

func (c Code) emit(p pair, ops ...Op) {
	if c.Double {
		p[1](ops...)
	} else {
		p[0](ops...)
	}
}

// The arithmetic; operands in the order of the formula, the result last. The second operand may be in memory.

func (c Code) Add(x, y, z Op) { c.emit(pair{VADDPS, VADDPD}, y, x, z) } // z = x + y
func (c Code) Sub(x, y, z Op) { c.emit(pair{VSUBPS, VSUBPD}, y, x, z) } // z = x − y
func (c Code) Mul(x, y, z Op) { c.emit(pair{VMULPS, VMULPD}, y, x, z) } // z = x y
func (c Code) Div(x, y, z Op) { c.emit(pair{VDIVPS, VDIVPD}, y, x, z) } // z = x / y
func (c Code) Max(x, y, z Op) { c.emit(pair{VMAXPS, VMAXPD}, y, x, z) } // z = x > y ? x : y, so y where one is NaN
func (c Code) Min(x, y, z Op) { c.emit(pair{VMINPS, VMINPD}, y, x, z) } // z = x < y ? x : y, so y where one is NaN
func (c Code) And(x, y, z Op) { c.emit(pair{VANDPS, VANDPD}, y, x, z) }
func (c Code) Or(x, y, z Op)  { c.emit(pair{VORPS, VORPD}, y, x, z) }
func (c Code) Xor(x, y, z Op) { c.emit(pair{VXORPS, VXORPD}, y, x, z) }
func (c Code) Sqrt(x, z Op)   { c.emit(pair{VSQRTPS, VSQRTPD}, x, z) }
func (c Code) Copy(x, z Op)   { c.emit(pair{VMOVAPS, VMOVAPD}, x, z) }

func (c Code) FMA(x, y, z Op)  { c.emit(pair{VFMADD231PS, VFMADD231PD}, y, x, z) }   // z += x y
func (c Code) FNMA(x, y, z Op) { c.emit(pair{VFNMADD231PS, VFNMADD231PD}, y, x, z) } // z −= x y

// Horner sets p = p x + c.
func (c Code) Horner(x, k, p Op) { c.emit(pair{VFMADD213PS, VFMADD213PD}, k, x, p) }

// Load reads a vector from memory, Store writes one, Broadcast fills one with a single number from memory.
func (c Code) Load(m, z Op)      { c.emit(pair{VMOVUPS, VMOVUPD}, m, z) }
func (c Code) Store(x, m Op)     { c.emit(pair{VMOVUPS, VMOVUPD}, x, m) }
func (c Code) Broadcast(m, z Op) { c.emit(pair{VBROADCASTSS, VBROADCASTSD}, m, z) }

// LoadMask reads the lanes of a mask from memory and sets the others to zero; StoreMask writes those lanes only. Other
// memory is not touched.
func (c Code) LoadMask(m Op, mask reg.Register, z Op) {
	switch {
	case c.Wide && c.Double:
		VMOVUPD_Z(m, mask, z)
	case c.Wide:
		VMOVUPS_Z(m, mask, z)
	case c.Double:
		VMASKMOVPD(m, mask, z)
	default:
		VMASKMOVPS(m, mask, z)
	}
}

func (c Code) StoreMask(x Op, mask reg.Register, m Op) {
	switch {
	case c.Wide && c.Double:
		VMOVUPD(x, mask, m)
	case c.Wide:
		VMOVUPS(x, mask, m)
	case c.Double:
		VMASKMOVPD(x, mask, m)
	default:
		VMASKMOVPS(x, mask, m)
	}
}

// Mask returns a mask of the first n lanes, 0 ≤ n ≤ Lanes; n is kept.
func (c Code) Mask(n reg.GPVirtual) reg.Register {
	if c.Wide {
		ones, k := GP32(), K()
		MOVL(U32(0xffffffff), ones)
		BZHIL(n.As32(), ones, ones)
		KMOVW(ones, k)
		return k
	}
	at, table, m := GP64(), GP64(), YMM()
	LEAQ(c.ladder(), table)
	MOVQ(I32(c.Lanes()), at)
	SUBQ(n.As64(), at)
	VMOVUPS(Mem{Base: table, Index: at, Scale: uint8(c.Size())}, m)
	return m
}

// ladder is a table of Lanes words of ones followed by as many of zeros.
func (c Code) ladder() Mem {
	name := c.pick("ladder32", "ladder64")
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i := range 8 { // words of eight bytes
		ones := uint64(math.MaxUint64)
		if i >= 4 {
			ones = 0
		}
		DATA(8*i, U64(ones))
	}
	constants[name] = m
	return m
}

var constants = map[string]Mem{}

// Const returns a register filled with x. Equal constants share memory.
func (c Code) Const(x float64) reg.VecVirtual {
	v := c.Vec()
	c.Broadcast(c.literal(x), v)
	return v
}

// Bits returns a register whose lanes hold the bits of u (32 or 64 of them).
func (c Code) Bits(u uint64) reg.VecVirtual {
	v := c.Vec()
	c.Broadcast(c.word(u), v)
	return v
}

func (c Code) literal(x float64) Mem {
	if c.Double {
		return c.word(math.Float64bits(x))
	}
	return c.word(uint64(math.Float32bits(float32(x))))
}

func (c Code) word(u uint64) Mem {
	name := fmt.Sprintf("c%d_%x", 8*c.Size(), u)
	m, ok := constants[name]
	if !ok {
		if c.Double {
			m = ConstData(name, U64(u))
		} else {
			m = ConstData(name, U32(u))
		}
		constants[name] = m
	}
	return m
}
