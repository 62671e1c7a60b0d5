//go:build amd64 && !purego

package gemm

import "lagrange/internal/isa"

func best() (single, double kernels) { return tier(isa.Best) }

func tier(l isa.Level) (single, double kernels) {
	switch l {
	case isa.AVX512:
		single = kernels{panelF32AVX512, dotsF32AVX512, 4, 16, 48, 48, 128, 1 << 20}
		double = kernels{panelF64AVX512, dotsF64AVX512, 8, 8, 24, 24, 128, 1 << 20}
	case isa.AVX2:
		single = kernels{panelF32AVX2, dotsF32AVX2, 4, 8, 24, 16, 256, 0}
		double = kernels{panelF64AVX2, dotsF64AVX2, 8, 4, 12, 8, 256, 0}
	}
	return single, double
}
