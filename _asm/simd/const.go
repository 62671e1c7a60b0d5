package simd

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fill returns an operand for the second place of an operation, every lane of it x: a register loaded here and now with
// AVX-512, which has 32 of them; else memory.
func (c Code) Fill(x float64) Op {
	if c.Double {
		return c.FillBits(math.Float64bits(x))
	}
	return c.FillBits(uint64(math.Float32bits(float32(x))))
}

// FillBits is Fill for the bits of a lane.
func (c Code) FillBits(u uint64) Op {
	if c.Wide {
		return c.Bits(u)
	}
	return c.words(u)
}

// words is a vector in memory whose lanes hold u.
func (c Code) words(u uint64) Mem {
	name := fmt.Sprintf("v%d_%x", 8*c.Size(), u)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, attr.RODATA|attr.NOPTR)
		for i := range c.Lanes() {
			if c.Double {
				DATA(8*i, U64(u))
			} else {
				DATA(4*i, U32(u))
			}
		}
		constants[name] = m
	}
	return m
}

// Sign is the bit of the sign.
func (c Code) Sign() uint64 { return 1 << (8*c.Size() - 1) }

// Magnitude is all bits but that of the sign.
func (c Code) Magnitude() uint64 { return c.Sign() - 1 }

// Poly returns k₀ + k₁x + k₂x² + … by Horner's rule; the coefficients stay in memory.
func (c Code) Poly(x Op, k []float64) reg.VecVirtual {
	p := c.Const(k[len(k)-1])
	for i := len(k) - 2; i >= 0; i-- {
		switch {
		case !c.Wide:
			c.Horner(x, c.Fill(k[i]), p)
		case c.Double:
			VFMADD213PD_BCST(c.literal(k[i]), x, p)
		default:
			VFMADD213PS_BCST(c.literal(k[i]), x, p)
		}
	}
	return p
}
