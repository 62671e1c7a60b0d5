//go:build !amd64 || purego

package gemm

import "lagrange/internal/isa"

func best() (single, double kernels) { return tier(isa.Best) }

func tier(isa.Level) (single, double kernels) { return }
