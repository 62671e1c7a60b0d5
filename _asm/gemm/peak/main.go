// Command peak writes the kernels of internal/gemm/peak.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, c := range simd.Codes {
		fma(c)
	}
	Generate()
}

// fma emits a loop of independent multiply-adds, more than two a cycle times a latency of five.
func fma(c simd.Code) {
	sums := 12
	if c.Wide {
		sums = 24
	}
	TEXT(c.Name("fma"), attr.NOSPLIT, "func(n int)")
	Doc(fmt.Sprintf("%s makes n ≥ 1 turns of %d multiply-adds.", c.Name("fma"), sums*c.Lanes()))
	n := Load(Param("n"), GP64())
	x, y := c.Zero(), c.Zero()
	sum := make([]reg.VecVirtual, sums)
	for i := range sum {
		sum[i] = c.Zero()
	}
	Label("turn")
	for _, s := range sum {
		c.FMA(x, y, s)
	}
	DECQ(n)
	JNZ(LabelRef("turn"))
	VZEROUPPER()
	RET()
}
