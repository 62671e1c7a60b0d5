// Package isa says which instruction set the kernels of internal/gemm and internal/vec use on this processor.
package isa

// Level is an instruction set with kernels of its own; a higher one includes the lower.
type Level int

const (
	Generic Level = iota // plain Go
	AVX2                 // AVX2 with FMA
	AVX512               // AVX-512 F, DQ, BW, VL
)

// String names the level.
func (l Level) String() string { return [...]string{"generic", "avx2", "avx512"}[l] }

// Best is the highest level of this processor and build. GODEBUG=cpu.avx512f=off and cpu.avx2=off select lower ones,
// the build tag purego the lowest.
var Best = detect()
