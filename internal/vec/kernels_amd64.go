//go:build amd64 && !purego

package vec

import "lagrange/internal/isa"

func singles(level isa.Level) (k kernels[float32]) {
	switch level {
	case isa.AVX512:
		return kernels[float32]{
			scaleF32AVX512, triangleF32AVX512, rectangleF32AVX512, directionsF32AVX512,
			mixedF32AVX512, mixedReverseF32AVX512, dualReverseF32AVX512,
			addF32AVX512, axpyF32AVX512, addSquaresF32AVX512, sumSquaresF32AVX512, adamF32AVX512,
			[last]func(z, f, f1, f2, f3 *float32, n int){
				nil, softplusF32AVX512, tanhF32AVX512, sigmoidF32AVX512,
				swishF32AVX512, relu2F32AVX512, relu3F32AVX512, geluF32AVX512,
			},
		}
	case isa.AVX2:
		return kernels[float32]{
			scaleF32AVX2, triangleF32AVX2, rectangleF32AVX2, directionsF32AVX2,
			mixedF32AVX2, mixedReverseF32AVX2, dualReverseF32AVX2,
			addF32AVX2, axpyF32AVX2, addSquaresF32AVX2, sumSquaresF32AVX2, adamF32AVX2,
			[last]func(z, f, f1, f2, f3 *float32, n int){
				nil, softplusF32AVX2, tanhF32AVX2, sigmoidF32AVX2,
				swishF32AVX2, relu2F32AVX2, relu3F32AVX2, geluF32AVX2,
			},
		}
	}
	return k
}

func doubles(level isa.Level) (k kernels[float64]) {
	switch level {
	case isa.AVX512:
		return kernels[float64]{
			scaleF64AVX512, triangleF64AVX512, rectangleF64AVX512, directionsF64AVX512,
			mixedF64AVX512, mixedReverseF64AVX512, dualReverseF64AVX512,
			addF64AVX512, axpyF64AVX512, addSquaresF64AVX512, sumSquaresF64AVX512, adamF64AVX512,
			[last]func(z, f, f1, f2, f3 *float64, n int){
				nil, softplusF64AVX512, tanhF64AVX512, sigmoidF64AVX512,
				swishF64AVX512, relu2F64AVX512, relu3F64AVX512, geluF64AVX512,
			},
		}
	case isa.AVX2:
		return kernels[float64]{
			scaleF64AVX2, triangleF64AVX2, rectangleF64AVX2, directionsF64AVX2,
			mixedF64AVX2, mixedReverseF64AVX2, dualReverseF64AVX2,
			addF64AVX2, axpyF64AVX2, addSquaresF64AVX2, sumSquaresF64AVX2, adamF64AVX2,
			[last]func(z, f, f1, f2, f3 *float64, n int){
				nil, softplusF64AVX2, tanhF64AVX2, sigmoidF64AVX2,
				swishF64AVX2, relu2F64AVX2, relu3F64AVX2, geluF64AVX2,
			},
		}
	}
	return k
}
