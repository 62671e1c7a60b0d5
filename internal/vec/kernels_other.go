//go:build !amd64 || purego

package vec

import "lagrange/internal/isa"

func singles(isa.Level) kernels[float32] { return kernels[float32]{} }
func doubles(isa.Level) kernels[float64] { return kernels[float64]{} }
