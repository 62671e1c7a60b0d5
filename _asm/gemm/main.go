// Command gemm writes the kernels of internal/gemm.
//
// Two kernels serve the three products: one multiplies a number of A with a vector of a row of B, the other two vectors. The
// sizes of their blocks follow from the counts of registers, of reads and of multiply-adds in flight: K. Goto and
// R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008); F. Van Zee and
// R. van de Geijn, "BLIS: a framework for rapidly instantiating BLAS functionality", ACM TOMS 41 (2015).
package main

import (
	. "github.com/mmcloughlin/avo/build"

	"asm/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, c := range simd.Codes {
		writePanel(c)
		writeDots(c)
	}
	Generate()
}
