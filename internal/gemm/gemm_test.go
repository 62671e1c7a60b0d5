package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// oracle computes op(A)·op(B) + C one element at a time in float64 and returns it with the sum of absolute products,
// from which the tolerance (k+2)·ε·Σ|ab| of a sum in any order follows.
func oracle[T Float](m, n, k int, at func(i, p int) T, bt func(p, j int) T) (c, mag []float64) {
	c, mag = make([]float64, m*n), make([]float64, m*n)
	for i := range m {
		for j := range n {
			for p := range k {
				x := float64(at(i, p)) * float64(bt(p, j))
				c[i*n+j] += x
				mag[i*n+j] += math.Abs(x)
			}
		}
	}
	return
}

func epsilon[T Float]() float64 {
	var x T = 1
	for x+1 > 1 {
		x /= 2
	}
	return float64(x) * 2
}

func matrix[T Float](r *rand.Rand, rows, cols, ld int) []T {
	a := make([]T, rows*ld+3)
	for i := range a {
		a[i] = T(math.NaN()) // guard: whatever lies outside the matrix must not be read into a result
	}
	for i := range rows {
		for j := range cols {
			a[i*ld+j] = T(r.NormFloat64())
		}
	}
	return a
}

func testProducts[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 400 {
		m, n, k := r.IntN(12), r.IntN(12), r.IntN(14)
		if trial%10 == 0 {
			m, n, k = 1+r.IntN(50), 1+r.IntN(50), 1+r.IntN(50)
		}
		pad := r.IntN(3)
		for _, op := range []string{"Mul", "MulAdd", "MulT"} {
			ar, ac, br, bc := m, k, k, n
			switch op {
			case "MulAdd":
				ar, ac = k, m
			case "MulT":
				br, bc = n, k
			}
			lda, ldb, ldc := ac+pad, bc+pad, n+pad
			a, b := matrix[T](r, ar, ac, lda), matrix[T](r, br, bc, ldb)
			c := matrix[T](r, m, n, ldc)
			was := append([]T(nil), c...)
			at := func(i, p int) T { return a[i*lda+p] }
			bt := func(p, j int) T { return b[p*ldb+j] }
			switch op {
			case "Mul":
				Mul(m, n, k, a, lda, b, ldb, c, ldc)
			case "MulAdd":
				at = func(i, p int) T { return a[p*lda+i] }
				MulAdd(m, n, k, a, lda, b, ldb, c, ldc)
			case "MulT":
				bt = func(p, j int) T { return b[j*ldb+p] }
				MulT(m, n, k, a, lda, b, ldb, c, ldc)
			}
			want, mag := oracle(m, n, k, at, bt)
			for i := range c {
				row, col := i/max(ldc, 1), i%max(ldc, 1)
				if row >= m || col >= n {
					if c[i] == c[i] {
						t.Fatalf("%s(%d,%d,%d): wrote outside C at %d", op, m, n, k, i)
					}
					continue
				}
				w, g := want[row*n+col], mag[row*n+col]
				if op == "MulAdd" {
					w, g = w+float64(was[i]), g+math.Abs(float64(was[i]))
				}
				if !(math.Abs(float64(c[i])-w) <= float64(k+2)*epsilon[T]()*g) {
					t.Fatalf("%s(%d,%d,%d) at (%d,%d): %v, want %v", op, m, n, k, row, col, c[i], w)
				}
			}
		}
	}
}

func TestProducts(t *testing.T) {
	t.Run("float32", testProducts[float32])
	t.Run("float64", testProducts[float64])
}

func TestMisfitPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a matrix beyond its slice was accepted")
		}
	}()
	Mul(2, 2, 2, make([]float64, 3), 2, make([]float64, 4), 2, make([]float64, 4), 2)
}

func bench[T Float](b *testing.B, m, n int) {
	x, w, y := make([]T, m*n), make([]T, n*n), make([]T, m*n)
	for name, f := range map[string]func(){
		"Mul":    func() { Mul(m, n, n, x, n, w, n, y, n) },
		"MulT":   func() { MulT(m, n, n, x, n, w, n, y, n) },
		"MulAdd": func() { MulAdd(n, n, m, x, n, y, n, w, n) },
	} {
		b.Run(fmt.Sprintf("%s/m=%d/n=%d", name, m, n), func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(2*float64(m)*float64(n)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkProducts(b *testing.B) {
	b.Run("prec=f32", func(b *testing.B) { bench[float32](b, 128, 500); bench[float32](b, 1024, 64) })
	b.Run("prec=f64", func(b *testing.B) { bench[float64](b, 128, 500); bench[float64](b, 1024, 64) })
}
