package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

// Dots is C = A·Bᵀ as dot products of rows, four rows of B at a time and up to rows of A: with AVX-512 4 × 4 vectors of
// sums, with AVX2 2 × 4. The next four rows of B are fetched meanwhile. Where B has fewer than four rows left, the last
// one is read again and its results are not stored.
type dots struct {
	simd.Code
	rows             int
	m, a, lda, lda3  reg.GPVirtual
	b                reg.GPVirtual
	next             [4]reg.GPVirtual // offsets of the rows of B
	c                reg.GPVirtual
	columns, partial reg.Register // masks of the results and of the last vector along k
}

func writeDots(c simd.Code) {
	d := dots{Code: c, rows: 2}
	if c.Wide {
		d.rows = 4
	}
	TEXT(c.Name("dots"), attr.NOSPLIT, "func(m, n, k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int)")
	Doc(c.Name("dots") + " sets C = A·Bᵀ for m, n, k ≥ 1; strides are in bytes.")
	Pragma("noescape")
	d.lda, d.lda3, d.b = argument("lda"), GP64(), argument("b")
	LEAQ(Mem{Base: d.lda, Index: d.lda, Scale: 2}, d.lda3)
	odd := argument("k")
	ANDQ(Imm(uint64(c.Lanes()-1)), odd)
	d.partial = c.Mask(odd)
	n := argument("n")
	Label("columns")
	d.group(n)
	d.m, d.a = argument("m"), argument("a")
	d.c = argument("c")
	d.blocks()
	ldb := argument("ldb")
	LEAQ(Mem{Base: d.b, Index: ldb, Scale: 4}, d.b)
	ADDQ(Imm(uint64(4*c.Size())), argumentAt("c"))
	SUBQ(Imm(4), n)
	JG(LabelRef("columns"))
	VZEROUPPER()
	RET()
}

// group sets the offsets of the next four rows of B, n of which are left, and the mask of their results.
func (d *dots) group(n reg.GPVirtual) {
	ldb, count, row := argument("ldb"), GP64(), GP64()
	MOVQ(U32(4), count)
	CMPQ(n, count)
	CMOVQLT(n, count)
	d.columns = d.Quad(count)
	XORQ(row, row)
	for j := 1; j < 4; j++ {
		if d.next[j] == nil {
			d.next[j] = GP64()
		}
		if j == 1 {
			MOVQ(row, d.next[j])
		} else {
			MOVQ(d.next[j-1], d.next[j])
		}
		ADDQ(ldb, row)
		CMPQ(n, Imm(uint64(j)))
		CMOVQGT(row, d.next[j])
	}
}

// blocks emits the loop over whole blocks of rows and, for what is left, a block of each smaller height.
func (d *dots) blocks() {
	for r := d.rows; r > 0; r-- {
		CMPQ(d.m, Imm(uint64(r)))
		JL(LabelRef(fmt.Sprint("fewer", r)))
		Label(fmt.Sprint("block", r))
		d.block(r)
		if r == d.rows {
			LEAQ(Mem{Base: d.a, Index: d.lda, Scale: uint8(r)}, d.a)
			SUBQ(Imm(uint64(r)), d.m)
			CMPQ(d.m, Imm(uint64(r)))
			JGE(LabelRef(fmt.Sprint("block", r)))
		} else if r > 1 {
			JMP(LabelRef("fewer1"))
		}
		Label(fmt.Sprint("fewer", r))
	}
}

// block emits r × 4 results.
func (d *dots) block(r int) {
	name := fmt.Sprint(r)
	a, b, k := GP64(), GP64(), argument("k")
	MOVQ(d.a, a)
	MOVQ(d.b, b)
	sum := make([][4]reg.VecVirtual, r)
	for i := range sum {
		for j := range sum[i] {
			sum[i][j] = d.Zero()
		}
	}
	SUBQ(Imm(uint64(d.Lanes())), k)
	JL(LabelRef("tail" + name))
	after := GP64()
	MOVQ(argumentAt("ldb"), after)
	LEAQ(Mem{Base: b, Index: after, Scale: 4}, after)
	Label("step" + name)
	for j := range 4 {
		PREFETCHT0(d.row(after, j))
	}
	ADDQ(Imm(uint64(d.Bytes())), after)
	d.step(a, b, sum, d.Load)
	ADDQ(Imm(uint64(d.Bytes())), a)
	ADDQ(Imm(uint64(d.Bytes())), b)
	SUBQ(Imm(uint64(d.Lanes())), k)
	JGE(LabelRef("step" + name))
	Label("tail" + name)
	CMPQ(k, I32(-d.Lanes()))
	JE(LabelRef("sums" + name))
	d.step(a, b, sum, func(m, z Op) { d.LoadMask(m, d.partial, z) })
	Label("sums" + name)
	for i := range sum {
		d.StoreMask(d.Sums(sum[i]), d.columns, Mem{Base: d.c})
		ADDQ(argumentAt("ldc"), d.c)
	}
}

// row is the address of row j of B of four, the first of which is at base.
func (d *dots) row(base reg.Register, j int) Mem {
	if j == 0 {
		return Mem{Base: base}
	}
	return Mem{Base: base, Index: d.next[j], Scale: 1}
}

// step adds one vector along k to each sum.
func (d *dots) step(a, b reg.Register, sum [][4]reg.VecVirtual, load func(m, z Op)) {
	x := make([]reg.VecVirtual, len(sum))
	for i, m := range []Mem{{Base: a}, {Base: a, Index: d.lda, Scale: 1}, {Base: a, Index: d.lda, Scale: 2}, {Base: a, Index: d.lda3, Scale: 1}}[:len(sum)] {
		x[i] = d.Vec()
		load(m, x[i])
	}
	for j := range 4 {
		y := d.Vec()
		load(d.row(b, j), y)
		for i := range sum {
			d.FMA(x[i], y, sum[i][j])
		}
	}
}
