//go:build !linux

package gemm

import "testing"

func memory[T Float](_ testing.TB, n int) []T { return make([]T, n) }
