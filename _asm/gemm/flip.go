package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// flip emits, for B given as n whole vectors of rows of length k, the transposition into scratch of the frame, after which
// b and ldb describe B as the blocks want it. k is at least LaneSize and at most scratch / (3 Bytes).
//
// A vector of rows is transposed LaneSize steps at a time: 16 bytes of each row are put into the lanes of LaneSize vectors
// so that the transposition within the lanes finishes the work. The last steps may overlap the ones before.
func (p *panel) flip() {
	CMPB(argumentAt("flip"), Imm(0))
	JE(LabelRef("straight"))
	width := vectors * p.Bytes()
	frame := AllocLocal(scratch + 64)
	start, n := GP64(), argument("n")
	LEAQ(frame, start)
	ADDQ(Imm(63), start)
	ANDQ(I32(-64), start)
	to := GP64()
	MOVQ(start, to)
	Label("flipRows")
	p.flipVector(to, width)
	ADDQ(Imm(uint64(p.Bytes())), to)
	rows := GP64()
	MOVQ(p.ldb, rows)
	IMUL3Q(I32(p.Lanes()), rows, rows)
	ADDQ(rows, p.b)
	SUBQ(Imm(uint64(p.Lanes())), n)
	JG(LabelRef("flipRows"))
	MOVQ(start, p.b)
	MOVQ(U32(width), p.ldb)
	Label("straight")
}

// flipVector transposes Lanes rows from b on.
func (p *panel) flipVector(column reg.Register, width int) {
	unit := p.LaneSize()
	three, to, left := GP64(), GP64(), argument("k")
	LEAQ(Mem{Base: p.ldb, Index: p.ldb, Scale: 2}, three)
	MOVQ(column, to)
	from := make([]reg.GPVirtual, p.Pieces()) // the first of LaneSize rows
	for i := range from {
		from[i] = GP64()
		if i == 0 {
			MOVQ(p.b, from[0])
		} else {
			LEAQ(Mem{Base: from[i-1], Index: p.ldb, Scale: uint8(unit)}, from[i])
		}
	}
	row := func(i, r int) Mem {
		return []Mem{{Base: from[i]}, {Base: from[i], Index: p.ldb, Scale: 1}, {Base: from[i], Index: p.ldb, Scale: 2}, {Base: from[i], Index: three, Scale: 1}}[r]
	}
	Label("flipSteps")
	x := make([]reg.VecVirtual, unit)
	for r := range x {
		var at []Mem
		for i := range from {
			at = append(at, row(i, r))
		}
		x[r] = p.Vec()
		p.FromLanes(at, x[r])
	}
	for r, y := range p.TransposeLanes(x) {
		p.Store(y, Mem{Base: to, Disp: r * width})
	}
	for i := range from {
		ADDQ(Imm(16), from[i])
	}
	ADDQ(I32(unit*width), to)
	SUBQ(Imm(uint64(unit)), left)
	JLE(LabelRef("flipped"))
	CMPQ(left, Imm(uint64(unit)))
	JGE(LabelRef("flipSteps"))
	back := GP64() // left − unit < 0 steps
	LEAQ(Mem{Base: left, Disp: -unit}, back)
	for i := range from {
		LEAQ(Mem{Base: from[i], Index: back, Scale: uint8(p.Size())}, from[i])
	}
	IMUL3Q(I32(width), back, back)
	ADDQ(back, to)
	MOVQ(U32(unit), left)
	JMP(LabelRef("flipSteps"))
	Label("flipped")
}
