//go:build amd64 && !purego

package peak

import "lagrange/internal/isa"

func loops(double bool) loop {
	switch {
	case isa.Best == isa.AVX512 && double:
		return loop{fmaF64AVX512, 2 * 24 * 8}
	case isa.Best == isa.AVX512:
		return loop{fmaF32AVX512, 2 * 24 * 16}
	case isa.Best == isa.AVX2 && double:
		return loop{fmaF64AVX2, 2 * 12 * 4}
	case isa.Best == isa.AVX2:
		return loop{fmaF32AVX2, 2 * 12 * 8}
	}
	return loop{}
}
