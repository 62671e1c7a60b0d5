package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/isa"
)

// oracle computes op(A)·op(B) one element at a time in float64 and returns it with the sum of absolute products,
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

// matrix fills a matrix that ends where room ends or starts where it starts, with nothing after its last element.
// Between its rows stand guards: what lies outside the matrix must not be read into a result.
func matrix[T Float](r *rand.Rand, room []T, rows, cols, ld int) []T {
	n := 0
	if rows > 0 {
		n = (rows-1)*ld + cols
	}
	a := room[len(room)-n:]
	if r.IntN(4) == 0 {
		a = room[:n]
	}
	for i := range a {
		a[i] = T(math.NaN())
		if i%max(ld, 1) < cols {
			a[i] = T(r.NormFloat64())
		}
	}
	return a
}

// tiers are the instruction sets of this processor and build.
func tiers() (l []isa.Level) {
	for t := isa.Generic; t <= isa.Best; t++ {
		l = append(l, t)
	}
	return
}

// use selects an instruction set until the end of the test.
func use(t testing.TB, l isa.Level) {
	s, d := single, double
	t.Cleanup(func() { single, double = s, d })
	single, double = tier(l)
}

// A product is one of the three and how it reads its operands.
type product[T Float] struct {
	name         string
	run          func(m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int)
	aflip, bflip bool
}

func products[T Float]() []product[T] {
	return []product[T]{
		{"Mul", Mul[T], false, false},
		{"MulAdd", MulAdd[T], true, false},
		{"MulT", MulT[T], false, true},
	}
}

// sizes are small ones and those around the multiples of vectors, blocks and panels.
var sizes = [][]int{
	{0, 1, 2, 3, 4, 5, 6},
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25},
	{1, 4, 7, 8, 9, 16, 20, 31, 32, 33, 47, 48, 49, 51, 64},
}

// long are sums beyond the blocks of k, and wide are rows that are far apart.
var (
	long = []int{127, 129, 256, 259, 513, 520}
	wide = []int{255, 256, 259, 300}
)

func testProducts[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const most = 522 * 304
	ra, rb, rc := memory[T](t, most), memory[T](t, most), memory[T](t, most)
	for trial := range 1200 {
		set := sizes[trial%3]
		m, n, k := set[r.IntN(len(set))], set[r.IntN(len(set))], set[r.IntN(len(set))]
		if trial%20 == 0 {
			k = long[r.IntN(len(long))]
		}
		if trial%40 == 0 {
			n = wide[r.IntN(len(wide))]
		}
		pad := r.IntN(3)
		for _, op := range products[T]() {
			ar, ac, br, bc := m, k, k, n
			if op.aflip {
				ar, ac = k, m
			}
			if op.bflip {
				br, bc = n, k
			}
			lda, ldb, ldc := ac+pad, bc+pad, n+pad
			a, b, c := matrix(r, ra, ar, ac, lda), matrix(r, rb, br, bc, ldb), matrix(r, rc, m, n, ldc)
			was := append([]T(nil), c...)
			op.run(m, n, k, a, lda, b, ldb, c, ldc)
			at, bt := func(i, p int) T { return a[i*lda+p] }, func(p, j int) T { return b[p*ldb+j] }
			if op.aflip {
				at = func(i, p int) T { return a[p*lda+i] }
			}
			if op.bflip {
				bt = func(p, j int) T { return b[j*ldb+p] }
			}
			want, mag := oracle(m, n, k, at, bt)
			if complaint := compare(m, n, k, c, was, ldc, want, mag, op.name == "MulAdd"); complaint != "" {
				t.Fatalf("%s(%d,%d,%d) %s", op.name, m, n, k, complaint)
			}
		}
	}
}

// compare holds C against the oracle, plus what it was where the product adds, and its guards against being
// overwritten.
func compare[T Float](m, n, k int, c, was []T, ldc int, want, mag []float64, add bool) string {
	for i := range c {
		row, col := i/max(ldc, 1), i%max(ldc, 1)
		if row >= m || col >= n {
			if c[i] == c[i] {
				return fmt.Sprintf("wrote outside C at %d", i)
			}
			continue
		}
		w, g := want[row*n+col], mag[row*n+col]
		if add {
			w, g = w+float64(was[i]), g+math.Abs(float64(was[i]))
		}
		if !(math.Abs(float64(c[i])-w) <= float64(k+2)*epsilon[T]()*g) {
			return fmt.Sprintf("at (%d,%d): %v, want %v", row, col, c[i], w)
		}
	}
	return ""
}

// own is a number type of a caller.
type own float32

func TestProducts(t *testing.T) {
	for _, l := range tiers() {
		t.Run(l.String(), func(t *testing.T) {
			use(t, l)
			t.Run("float32", testProducts[float32])
			t.Run("float64", testProducts[float64])
			t.Run("own", testProducts[own])
		})
	}
}

func TestNoAllocation(t *testing.T) {
	for _, l := range tiers() {
		use(t, l)
		const n = 50
		a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
		for _, op := range products[float32]() {
			if x := testing.AllocsPerRun(10, func() { op.run(n, n, n, a, n, b, n, c, n) }); x != 0 {
				t.Errorf("%v: %s allocates %g times", l, op.name, x)
			}
		}
	}
}

func TestMisfitPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a matrix beyond its slice was accepted")
		}
	}()
	Mul(2, 2, 2, make([]float64, 3), 2, make([]float64, 4), 2, make([]float64, 4), 2)
}
