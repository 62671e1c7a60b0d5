package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/internal/isa"
)

// onEachTier runs a test with the kernels of every instruction set that this processor has, and with plain Go.
func onEachTier(t *testing.T, test func(t *testing.T)) {
	for level := isa.Generic; level <= isa.Best; level++ {
		t.Run(level.String(), func(t *testing.T) {
			use(t, level)
			test(t)
		})
	}
}

func use(t testing.TB, level isa.Level) {
	s, d := single, double
	t.Cleanup(func() { single, double = s, d })
	single, double = singles(level), doubles(level)
}

// epsilon is the distance from 1 to the next number.
func epsilon[T Float]() float64 {
	if any(T(0)) == any(float32(0)) {
		return 0x1p-23
	}
	return 0x1p-52
}

// A call is a sweep with operands of n numbers; sizes are the lengths of the arrays it is given. Long ones sum n terms.
type call[T Float] struct {
	name  string
	long  bool
	sizes func(n int) []int
	run   func(n int, x [][]T)
}

func all(arrays int) func(n int) []int {
	return func(n int) []int {
		s := make([]int, arrays)
		for i := range s {
			s[i] = n
		}
		return s
	}
}

const (
	rowsB = 3
	gap   = 2 // between rows, and between blocks
)

func calls[T Float]() []call[T] {
	blocks := func(K int) func(n int) []int {
		return func(n int) []int { s := K * (n + gap); return []int{n, s, s} }
	}
	rows := func(K int) func(n int) []int {
		return func(n int) []int {
			b := rowsB * (n + gap)
			return []int{rowsB * K * K, rowsB * K, b, b, K*b + 5*K}
		}
	}
	cs := []call[T]{
		{"Mixed", false, all(8), func(_ int, x [][]T) { Mixed(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]) }},
		{"Mixed in place", false, all(5), func(_ int, x [][]T) {
			Mixed(x[0], x[1], x[2], x[3], x[4], x[2], x[3], x[4])
		}},
		{"MixedReverse", false, all(13), func(_ int, x [][]T) { mixedReverseOf(x[:10], x[10:]) }},
		{"MixedReverse in place", false, all(10), func(_ int, x [][]T) { mixedReverseOf(x, x[7:10]) }},
		{"DualReverse", false, all(6), func(_ int, x [][]T) { DualReverse(x[0], x[1], x[2], x[3], x[4], x[5]) }},
		{"DualReverse in place", false, all(5), func(_ int, x [][]T) {
			DualReverse(x[0], x[1], x[2], x[3], x[4], x[4])
		}},
		{"AddRows", false, rows(1), func(n int, x [][]T) { AddRows(rowsB, n, n+gap, x[2], x[3]) }},
		{"SumRows", false, rows(1), func(n int, x [][]T) { SumRows(rowsB, n, n+gap, x[2], x[3]) }},
		{"Add", false, all(2), func(_ int, x [][]T) { Add(x[0], x[1]) }},
		{"Axpy", false, all(2), func(_ int, x [][]T) { Axpy(0.7, x[0], x[1]) }},
		{"AddSquares", true, all(3), func(n int, x [][]T) {
			if s := AddSquares(x[0], x[1]); n > 0 {
				x[2][0] = T(s)
			}
		}},
		{"SumSquares", true, all(2), func(n int, x [][]T) {
			if s := SumSquares(x[0]); n > 0 {
				x[1][0] = T(s)
			}
		}},
		{"Adam", false, all(4), func(_ int, x [][]T) {
			for j, s := range x[3] {
				x[3][j] = s * s
			}
			Adam(3, 0.01, 0.9, 0.999, 1e-3, 0.5, x[0], x[1], x[2], x[3])
		}},
	}
	for K := range 9 {
		cs = append(cs,
			call[T]{fmt.Sprint("Scale K=", K), false, blocks(K), func(n int, x [][]T) {
				Scale(x[0], K, n+gap, x[1], x[2])
			}},
			call[T]{fmt.Sprint("Scale in place K=", K), false, blocks(K), func(n int, x [][]T) {
				Scale(x[0], K, n+gap, x[1], x[1])
			}},
			call[T]{fmt.Sprint("Directions K=", K), false, rows(K), func(n int, x [][]T) {
				Directions(rowsB, K, n, n+gap, x[1], x[0], x[4], rowsB*(n+gap)+5, x[2], x[3])
			}},
			call[T]{fmt.Sprint("Curvature K=", K), true, rows(K), func(n int, x [][]T) {
				Curvature(rowsB, K, n, n+gap, x[2], x[3], x[4], rowsB*(n+gap)+5, x[0])
			}})
	}
	return cs
}

func mixedReverseOf[T Float](x, d [][]T) {
	MixedReverse(Jet[T]{x[0], x[1], x[2]}, Duals[T]{nil, x[3], x[4], x[5]}, Duals[T]{x[6], x[7], x[8], x[9]},
		Duals[T]{nil, d[0], d[1], d[2]})
}

// framed draws arrays that stand in the middle of NaNs and begin at any address; frames are the whole.
func framed[T Float](r *rand.Rand, sizes []int, shift int) (arrays, frames [][]T) {
	const margin = 17
	for i, size := range sizes {
		frame := make([]T, margin+(shift+i)%4+size+margin)
		for j := range frame {
			frame[j] = T(math.NaN())
		}
		a := frame[margin+(shift+i)%4:][:size:size]
		for j := range a {
			a[j] = T(r.NormFloat64())
		}
		arrays, frames = append(arrays, a), append(frames, frame)
	}
	return arrays, frames
}

// At each length from 0 to 70 and any address a kernel agrees with its twin in plain Go, reads nothing beyond the ends
// of its arrays (all NaN there) that matters, and writes nothing there.
func TestTwins(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", twins[float32])
		t.Run("float64", twins[float64])
	})
}

func twins[T Float](t *testing.T) {
	for _, c := range calls[T]() {
		for n := range 71 {
			seed := rand.NewPCG(uint64(n), 7)
			got, frame := framed[T](rand.New(seed), c.sizes(n), n)
			c.run(n, got)
			seed.Seed(uint64(n), 7)
			want, twin := framed[T](rand.New(seed), c.sizes(n), n)
			s, d := single, double
			single, double = kernels[float32]{}, kernels[float64]{}
			c.run(n, want)
			single, double = s, d
			tol := 8 * epsilon[T]()
			if c.long {
				tol *= float64(1 + n)
			}
			for k := range frame {
				for i, x := range frame[k] {
					x, w := float64(x), float64(twin[k][i])
					if !(math.Abs(x-w) <= tol*(4+math.Abs(w))) && !(math.IsNaN(x) && math.IsNaN(w)) {
						t.Fatalf("%s of %d: array %d, element %d of the frame = %v, twin %v", c.name, n, k, i, x, w)
					}
				}
			}
		}
	}
}

// No sweep allocates, not even for operands on the stack.
func TestAllocations(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		if n := testing.AllocsPerRun(10, everySweep[float32]) + testing.AllocsPerRun(10, everySweep[float64]); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// everySweep calls each sweep once, K = 4 so that both tiles of the curvature come up.
func everySweep[T Float]() {
	const n, K = 19, 4
	var a, b, c, d, e, f, g, h, i, j, k, l, m [n]T
	var z [K * n]T
	var H [K * K]T
	Scale(a[:], K, n, z[:], z[:])
	Directions(1, K, n, n, H[:], H[K:], z[:], n, a[:], b[:])
	Curvature(1, K, n, n, a[:], b[:], z[:], n, H[:])
	Mixed(a[:], b[:], c[:], d[:], e[:], f[:], g[:], h[:])
	MixedReverse(Jet[T]{a[:], b[:], c[:]}, Duals[T]{nil, d[:], e[:], f[:]}, Duals[T]{g[:], h[:], i[:], j[:]},
		Duals[T]{nil, k[:], l[:], m[:]})
	DualReverse(a[:], b[:], c[:], d[:], e[:], f[:])
	AddRows(1, n, n, a[:], b[:])
	SumRows(1, n, n, a[:], b[:])
	Axpy(1, a[:], b[:])
	AddSquares(a[:], b[:])
	if !Finite(a[:]) || Norm(a[:]) < 0 {
		panic("vec: a sum of squares of zeros")
	}
	Adam(1, 0.1, 0.9, 0.999, 1e-8, 1, a[:], b[:], c[:], d[:])
	for k := Softplus; k < last; k++ {
		Sweep(k, jets[k], a[:], b[:], Jet[T]{c[:], d[:], e[:]})
	}
}

// Products are rounded before they are added by every instruction set.
func TestAxpyRounds(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", axpyRounds[float32])
		t.Run("float64", axpyRounds[float64])
	})
}

func axpyRounds[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	const n = 67
	c, x, y, want := T(r.NormFloat64()), make([]T, n), make([]T, n), make([]T, n)
	for i := range x {
		x[i], y[i] = T(r.NormFloat64()), T(r.NormFloat64())
		want[i] = y[i] + T(c*x[i])
	}
	if Axpy(c, x, y); !slices.Equal(y, want) {
		t.Error("Axpy does not round as products and sums do")
	}
}

// The sum of squares keeps to its bound, overflows where float64 does, and lets nothing infinite or NaN pass.
func TestSumSquares(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", sumSquares[float32])
		t.Run("float64", sumSquares[float64])
	})
}

func sumSquares[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	const n = 3001
	x, y, sum := make([]T, n), make([]T, n), exactly(0)
	for i := range x {
		x[i], y[i] = T(1e30*r.NormFloat64()), T(1e30*r.NormFloat64())
		v := exactly(float64(x[i] + y[i]))
		sum = sum.add(v.mul(v))
	}
	want := sum.near()
	if s := AddSquares(x, y); math.Abs(s-want) > n*0x1p-53*want {
		t.Errorf("Σ y² = %v, want %v", s, want)
	}
	if s := SumSquares(y); math.Abs(s-want) > n*0x1p-53*want {
		t.Errorf("Σ y² = %v, want %v", s, want)
	}
	for _, i := range []int{0, 17, n - 1} {
		was := y[i]
		for _, bad := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
			y[i] = T(bad)
			if s, a := SumSquares(y), AddSquares(x, y); s-s == 0 || a-a == 0 || math.IsNaN(s) != math.IsNaN(bad) {
				t.Errorf("with %v at %d: Σ y² = %v and %v", bad, i, s, a)
			}
		}
		y[i] = was
	}
}
