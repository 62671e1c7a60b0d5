//go:build !purego

package gemm

import (
	"os"
	"strings"
	"testing"

	"lagrange/internal/isa"
)

// promised is the instruction set that the operating system reports, less what GODEBUG switches off.
func promised(t *testing.T) isa.Level {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip(err)
	}
	_, flags, _ := strings.Cut(string(info), "\nflags")
	flags, _, _ = strings.Cut(flags, "\n")
	has := map[string]bool{}
	for _, f := range strings.Fields(flags) {
		has[f] = true
	}
	for _, s := range strings.Split(os.Getenv("GODEBUG"), ",") {
		if f, off := strings.CutSuffix(strings.TrimPrefix(s, "cpu."), "=off"); off {
			delete(has, f)
		}
	}
	switch {
	case !has["avx2"] || !has["fma"] || !has["bmi2"]:
		return isa.Generic
	case !has["avx512f"] || !has["avx512dq"] || !has["avx512bw"] || !has["avx512vl"]:
		return isa.AVX2
	}
	return isa.AVX512
}

// count makes both kernels count their calls.
func (f *kernels) count(panels, dots *int) {
	panel, dot := f.panel, f.dots
	f.panel = func(m, n, k int, a *byte, row, step int, b *byte, ldb int, c *byte, ldc int, add, flip bool) {
		*panels++
		panel(m, n, k, a, row, step, b, ldb, c, ldc, add, flip)
	}
	f.dots = func(m, n, k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int) {
		*dots++
		dot(m, n, k, a, lda, b, ldb, c, ldc)
	}
}

func ran[T Float](t *testing.T, f *kernels) {
	if f.panel == nil {
		t.Fatal("no kernels chosen")
	}
	saved := *f
	defer func() { *f = saved }()
	var panels, dots int
	f.count(&panels, &dots)
	const n = 49
	a, b, c := make([]T, n*n), make([]T, n*n), make([]T, n*n)
	for _, op := range products[T]() {
		panels, dots = 0, 0
		op.run(n, n, n, a, n, b, n, c, n)
		if panels == 0 || op.bflip != (dots > 0) {
			t.Errorf("%s called panel %d and dots %d times", op.name, panels, dots)
		}
	}
}

func TestKernelsRan(t *testing.T) {
	want := promised(t)
	if isa.Best != want {
		t.Fatalf("the kernels are for %v, the processor has %v", isa.Best, want)
	}
	if want == isa.Generic {
		if single.panel != nil || double.panel != nil {
			t.Error("kernels for a processor without them")
		}
		return
	}
	t.Run("float32", func(t *testing.T) { ran[float32](t, &single) })
	t.Run("float64", func(t *testing.T) { ran[float64](t, &double) })
}
