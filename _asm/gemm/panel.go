package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

// A panel is at most three vectors of columns of C, computed in blocks of rows: with AVX-512 8 × 3 vectors of sums, 3 of B
// and the rest for numbers of A; with AVX2 4 × 3 + 3 + 1. One inner step of a block has 24 multiply-adds for 3 + 8 reads,
// so that two multiply-adds a cycle find their operands even where each read of B crosses a cache line.
const vectors = 3

// scratch is how many bytes of B a panel transposes at most: half of a first-level cache.
const scratch = 24 << 10

// Where there are many rows of B, far apart, each is fetched so many steps ahead: those of a wide W are half a page
// from one another, which no processor guesses, and may be in no cache.
const many, apart, ahead = 256, 1024, 40

type panel struct {
	simd.Code
	rows                       int           // of a block
	m, a, b, c, step, ldb, ldc reg.GPVirtual // rows to go, the matrices from there on, strides in bytes
	stride                     map[int]reg.GPVirtual
	mask                       reg.Register // of the last vector; nil: whole
}

func writePanel(c simd.Code) {
	p := panel{Code: c, rows: 4}
	if c.Wide {
		p.rows = 8
	}
	TEXT(c.Name("panel"), 0, "func(m, n, k int, a *byte, row, step int, b *byte, ldb int, c *byte, ldc int, add, flip bool)")
	Doc(c.Name("panel")+" sets C = A·B, or C += A·B, for m ≥ 1 rows and a panel of 1 ≤ n ≤ 3 vectors of columns, k ≥ 1.",
		"Strides are in bytes: row and step between the rows of A and along them. With flip B is given transposed.")
	Pragma("noescape")
	p.b, p.ldb = argument("b"), argument("ldb")
	p.flip()
	p.load()
	n := argument("n")
	for nv := 1; nv <= vectors; nv++ {
		wider := fmt.Sprint("wider", nv)
		if nv < vectors {
			CMPQ(n, Imm(uint64(nv*c.Lanes())))
			JG(LabelRef(wider))
		}
		p.mask = nil
		if c.Wide || nv < vectors { // the AVX2 block of three vectors has no register for a mask: its panels are whole
			SUBQ(Imm(uint64((nv-1)*c.Lanes())), n)
			p.mask = c.Mask(n)
		}
		p.blocks(nv)
		VZEROUPPER()
		RET()
		if nv < vectors {
			Label(wider)
		}
	}
}

func argument(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

func argumentAt(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

func (p *panel) load() {
	p.m, p.a, p.c = argument("m"), argument("a"), argument("c")
	p.step, p.ldc = argument("step"), argument("ldc")
	one := argument("row")
	p.stride = map[int]reg.GPVirtual{1: one}
	for odd := 3; odd < p.rows; odd += 2 {
		s := GP64()
		LEAQ(Mem{Base: p.stride[odd-2], Index: one, Scale: 2}, s)
		p.stride[odd] = s
	}
}

// row is the address of the number of row i of A, i = 2ᵉ·odd, when that of row 0 is at base.
func (p *panel) row(base reg.Register, i int) Mem {
	if i == 0 {
		return Mem{Base: base}
	}
	e := bits.TrailingZeros(uint(i))
	return Mem{Base: base, Index: p.stride[i>>e], Scale: 1 << e}
}

// blocks emits the loop over whole blocks of rows and, for what is left, a block of each smaller height.
func (p *panel) blocks(nv int) {
	name := func(what string, r int) string { return fmt.Sprint(what, nv, "x", r) }
	done := fmt.Sprint("done", nv)
	CMPQ(p.m, Imm(uint64(p.rows)))
	JL(LabelRef(name("fewer", p.rows)))
	Label(name("block", p.rows))
	p.block(p.rows, nv)
	LEAQ(Mem{Base: p.a, Index: p.stride[1], Scale: uint8(p.rows)}, p.a)
	SUBQ(Imm(uint64(p.rows)), p.m)
	CMPQ(p.m, Imm(uint64(p.rows)))
	JGE(LabelRef(name("block", p.rows)))
	for r := p.rows - 1; r > 0; r-- {
		Label(name("fewer", r+1))
		CMPQ(p.m, Imm(uint64(r)))
		if r > 1 {
			JL(LabelRef(name("fewer", r)))
		} else {
			JL(LabelRef(done))
		}
		p.block(r, nv)
		if r > 1 {
			JMP(LabelRef(done))
		}
	}
	Label(done)
}

// block emits r rows of nv vectors: the sums over k, then C = or C += and c moved on by r rows.
func (p *panel) block(r, nv int) {
	name := fmt.Sprint(nv, "x", r)
	a, b, k := GP64(), GP64(), argument("k")
	MOVQ(p.a, a)
	MOVQ(p.b, b)
	sum := make([][]reg.VecVirtual, r)
	for i := range sum {
		for range nv {
			sum[i] = append(sum[i], p.Zero())
		}
	}
	if r == p.rows && nv == vectors {
		c := GP64()
		MOVQ(p.c, c)
		for range r {
			p.fetch(Mem{Base: c})
			ADDQ(p.ldc, c)
		}
	}
	if nv == vectors {
		CMPQ(k, U32(many))
		JL(LabelRef("step" + name))
		CMPQ(p.ldb, U32(apart))
		JL(LabelRef("step" + name))
		far := GP64()
		IMUL3Q(I32(ahead), p.ldb, far)
		p.steps("far"+name, a, b, k, sum, func() { p.fetch(Mem{Base: b, Index: far, Scale: 1}) })
		JMP(LabelRef("sums" + name))
	}
	p.steps("step"+name, a, b, k, sum, func() {})
	Label("sums" + name)
	CMPB(argumentAt("add"), Imm(0))
	JE(LabelRef("set" + name))
	p.each(sum, func(m Mem, s reg.VecVirtual) { p.Add(s, m, s) }, func(m Mem, s reg.VecVirtual) {
		x := p.Vec()
		p.LoadMask(m, p.mask, x)
		p.Add(x, s, s)
	})
	for range r {
		SUBQ(p.ldc, p.c)
	}
	Label("set" + name)
	p.each(sum, func(m Mem, s reg.VecVirtual) { p.Store(s, m) }, func(m Mem, s reg.VecVirtual) { p.StoreMask(s, p.mask, m) })
}

// fetch asks for the row of a whole panel that starts at m.
func (p *panel) fetch(m Mem) {
	for at := 0; at <= vectors*p.Bytes(); at += 64 {
		m.Disp = min(at, vectors*p.Bytes()-1)
		PREFETCHT0(m)
	}
}

// steps emits the loop over k, at whose top fetch stands.
func (p *panel) steps(label string, a, b, k reg.GPVirtual, sum [][]reg.VecVirtual, fetch func()) {
	nv := len(sum[0])
	Instruction(&ir.Instruction{Opcode: "PCALIGN", Operands: []Op{Imm(64)}})
	Label(label)
	fetch()
	y := make([]reg.VecVirtual, nv)
	for j := range y {
		y[j] = p.Vec()
		p.vector(b, j, nv, func(m Mem) { p.Load(m, y[j]) }, func(m Mem) { p.LoadMask(m, p.mask, y[j]) })
	}
	for i := range sum {
		x := p.Vec()
		p.Broadcast(p.row(a, i), x)
		for j := range y {
			p.FMA(x, y[j], sum[i][j])
		}
	}
	ADDQ(p.step, a)
	ADDQ(p.ldb, b)
	DECQ(k)
	JNZ(LabelRef(label))
}

// each applies one of two operations to the vectors of C and moves c on by their rows.
func (p *panel) each(sum [][]reg.VecVirtual, whole, masked func(Mem, reg.VecVirtual)) {
	for _, row := range sum {
		for j, s := range row {
			p.vector(p.c, j, len(row), func(m Mem) { whole(m, s) }, func(m Mem) { masked(m, s) })
		}
		ADDQ(p.ldc, p.c)
	}
}

// vector applies one of two operations to the vector j of nv at base, as it is whole or not.
func (p *panel) vector(base reg.Register, j, nv int, whole, masked func(Mem)) {
	m := Mem{Base: base, Disp: j * p.Bytes()}
	if j == nv-1 && p.mask != nil {
		masked(m)
	} else {
		whole(m)
	}
}
