package gemm

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"lagrange/internal/gemm/peak"
)

// shapes are those of passes through networks of 500, 64 and 32 neurons, by the rows of a batch and its streams.
var shapes = [][3]int{ // rows, in, out
	{1, 500, 500}, {4, 500, 500}, {16, 500, 500}, {48, 500, 500}, {64, 500, 500}, {128, 500, 500}, {256, 500, 500},
	{512, 500, 500}, {1024, 500, 500}, {4096, 500, 500},
	{4, 64, 64}, {64, 64, 64}, {512, 64, 64}, {1024, 64, 64},
	{4, 32, 32}, {64, 32, 32}, {1024, 32, 32},
	{64, 6, 500}, {512, 6, 500}, {64, 500, 1}, {512, 500, 1},
}

// normal numbers: gonum leaves out products with zero.
func normal[T Float](n int) []T {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func benchProducts[T Float](b *testing.B) {
	for _, s := range shapes {
		rows, in, out := s[0], s[1], s[2]
		stride := func(n int) int {
			if n == 500 {
				return 528
			}
			return n
		}
		li, lo := stride(in), stride(out)
		h, w, z, g := normal[T](rows*li), normal[T](in*out), normal[T](rows*lo), normal[T](in*out)
		for _, op := range []struct {
			name    string
			m, n, k int
			run     func()
		}{
			{"Mul", rows, out, in, func() { Mul(rows, out, in, h, li, w, out, z, lo) }},
			{"MulT", rows, in, out, func() { MulT(rows, in, out, z, lo, w, out, h, li) }},
			{"MulAdd", in, out, rows, func() { MulAdd(in, out, rows, h, li, z, lo, g, out) }},
		} {
			b.Run(fmt.Sprintf("op=%s/m=%d/n=%d/k=%d", op.name, op.m, op.n, op.k), func(b *testing.B) {
				top := peak.Rate[T](1)
				for b.Loop() {
					op.run()
				}
				top = max(top, peak.Rate[T](1)) // before and after, because the clock of the processor moves
				flops := 2 * float64(op.m) * float64(op.n) * float64(op.k) * float64(b.N)
				rate := flops / float64(b.Elapsed().Nanoseconds())
				b.ReportMetric(rate, "GFLOP/s")
				b.ReportMetric(100*rate/top, "%peak")
			})
		}
	}
}

func BenchmarkProducts(b *testing.B) {
	b.Run("prec=f32", benchProducts[float32])
	b.Run("prec=f64", benchProducts[float64])
}

// BenchmarkCold takes twelve weight matrices of 1 MB in turn, more than a core that shares its last cache may find in
// there.
func BenchmarkCold(b *testing.B) {
	const n, ld = 500, 528
	var w, x, y [12][]float32
	for i := range w {
		w[i], x[i], y[i] = normal[float32](n*n), normal[float32](64*ld), normal[float32](64*ld)
	}
	for _, m := range []int{1, 4, 16, 48, 64} {
		for _, op := range []struct {
			name string
			run  func(i int)
		}{
			{"Mul", func(i int) { Mul(m, n, n, x[i], ld, w[i], n, y[i], ld) }},
			{"MulT", func(i int) { MulT(m, n, n, y[i], ld, w[i], n, x[i], ld) }},
		} {
			b.Run(fmt.Sprintf("prec=f32/op=%s/m=%d", op.name, m), func(b *testing.B) {
				i := 0
				for b.Loop() {
					op.run(i)
					i = (i + 1) % len(w)
				}
				flops := 2 * float64(m*n*n) * float64(b.N)
				b.ReportMetric(flops/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}

// BenchmarkTwin holds the products in plain Go against gonum's on one core: run it with -cpu 1.
func BenchmarkTwin(b *testing.B) {
	const m, n = 128, 500
	x, w, y := normal[float64](m*n), normal[float64](n*n), normal[float64](m*n)
	x32, w32, y32 := normal[float32](m*n), normal[float32](n*n), normal[float32](m*n)
	var ref gonum.Implementation
	for _, f := range []struct {
		name string
		run  func()
	}{
		{"prec=f64/op=Mul/tier=generic", func() { mul(m, n, n, x, n, w, n, y, n) }},
		{"prec=f64/op=Mul/tier=gonum", func() {
			ref.Dgemm(blas.NoTrans, blas.NoTrans, m, n, n, 1, x, n, w, n, 0, y, n)
		}},
		{"prec=f64/op=MulT/tier=generic", func() { mulT(m, n, n, x, n, w, n, y, n) }},
		{"prec=f64/op=MulT/tier=gonum", func() {
			ref.Dgemm(blas.NoTrans, blas.Trans, m, n, n, 1, x, n, w, n, 0, y, n)
		}},
		{"prec=f64/op=MulAdd/tier=generic", func() { mulAdd(n, n, m, x, n, y, n, w, n) }},
		{"prec=f64/op=MulAdd/tier=gonum", func() {
			ref.Dgemm(blas.Trans, blas.NoTrans, n, n, m, 1, x, n, y, n, 1, w, n)
		}},
		{"prec=f32/op=Mul/tier=generic", func() { mul(m, n, n, x32, n, w32, n, y32, n) }},
		{"prec=f32/op=Mul/tier=gonum", func() {
			ref.Sgemm(blas.NoTrans, blas.NoTrans, m, n, n, 1, x32, n, w32, n, 0, y32, n)
		}},
		{"prec=f32/op=MulT/tier=generic", func() { mulT(m, n, n, x32, n, w32, n, y32, n) }},
		{"prec=f32/op=MulT/tier=gonum", func() {
			ref.Sgemm(blas.NoTrans, blas.Trans, m, n, n, 1, x32, n, w32, n, 0, y32, n)
		}},
		{"prec=f32/op=MulAdd/tier=generic", func() { mulAdd(n, n, m, x32, n, y32, n, w32, n) }},
		{"prec=f32/op=MulAdd/tier=gonum", func() {
			ref.Sgemm(blas.Trans, blas.NoTrans, n, n, m, 1, x32, n, y32, n, 1, w32, n)
		}},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				f.run()
			}
			b.ReportMetric(2*float64(m*n*n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}

// BenchmarkPeak states the limit to which the products are held.
func BenchmarkPeak(b *testing.B) {
	for cores := 1; cores <= runtime.GOMAXPROCS(0); cores++ {
		b.Run(fmt.Sprintf("prec=f32/cores=%d", cores), func(b *testing.B) { benchPeak[float32](b, cores) })
		b.Run(fmt.Sprintf("prec=f64/cores=%d", cores), func(b *testing.B) { benchPeak[float64](b, cores) })
	}
}

func benchPeak[T Float](b *testing.B, cores int) {
	best := 0.0
	for b.Loop() {
		best = max(best, peak.Rate[T](cores))
	}
	b.ReportMetric(best, "GFLOP/s")
}
