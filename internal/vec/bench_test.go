package vec

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lagrange/internal/isa"
)

// BenchmarkVec has the time of each sweep for an element, of a layer of 500 units and a batch of 8, in the cache.
func BenchmarkVec(b *testing.B) {
	for level := isa.Best; level >= isa.Generic; level-- {
		b.Run(level.String(), func(b *testing.B) {
			use(b, level)
			b.Run("f32", benchmarks[float32])
			b.Run("f64", benchmarks[float64])
		})
	}
}

func benchmarks[T Float](b *testing.B) {
	const B, K, width = 8, 3, 500
	const n = B * width
	r := rand.New(rand.NewPCG(1, 12))
	x := operands[T](r, 13, n)
	z, y, c, H := operands[T](r, 1, K*n)[0], operands[T](r, 1, K*n)[0], operands[T](r, 2, B*K), make([]T, B*K*K)
	run := func(name string, sweep func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sweep()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			b.ReportMetric(0, "ns/op")
		})
	}
	run(fmt.Sprint("Scale/K=", K), func() { Scale(x[0], K, n, z, y) })
	run(fmt.Sprint("Curvature/K=", K), func() { Curvature(B, K, width, width, x[0], x[1], z, n, H) })
	run(fmt.Sprint("Directions/K=", K), func() { Directions(B, K, width, width, c[0], c[1], z, n, x[0], x[1]) })
	run("Mixed", func() { Mixed(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]) })
	run("MixedReverse", func() { mixedReverseOf(x[:10], x[10:]) })
	run("AddRows", func() { AddRows(B, width, width, x[0], x[1]) })
	run("SumRows", func() { SumRows(B, width, width, x[1], x[0]) })
	clear(x[1])
	run("Add", func() { Add(x[1], x[0]) })
	run("AddSquares", func() { AddSquares(x[1], x[0]) })
	run("SumSquares", func() { SumSquares(x[0]) })
	for i, v := range x[3] {
		x[3][i] = v * v
	}
	run("Adam", func() { Adam(100, 1e-3, 0.9, 0.999, 1e-8, 1, x[0], x[1], x[2], x[3]) })
	for k := Softplus; k < last; k++ {
		run(k.String(), func() { Sweep(k, jets[k], x[8], x[9], Jet[T]{x[10], x[11], x[12]}) })
	}
}
