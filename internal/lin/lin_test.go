package lin

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The factors solve A x = b as well as gonum's do, with pivots that have to move; a singular matrix and one with NaN
// are refused.
func TestLU(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for n := 1; n < 12; n++ {
		a, x, b, piv := make([]float64, n*n), make([]float64, n), make([]float64, n), make([]int, n)
		for i := range a {
			a[i] = r.NormFloat64()
		}
		a[0] = map[bool]float64{true: 2}[n == 1] // 0: the first pivot is elsewhere
		for i := range x {
			x[i] = r.NormFloat64()
		}
		mul(n, a, x, b)
		condition := mat.Cond(mat.NewDense(n, n, append([]float64(nil), a...)), 2)
		if !LU(n, a, piv) {
			t.Fatalf("n = %d: singular", n)
		}
		SolveLU(n, a, piv, b)
		for i := range x {
			if math.Abs(b[i]-x[i]) > 1e-15*float64(n*n)*condition {
				t.Errorf("n = %d, condition %.1e: x[%d] = %v, want %v", n, condition, i, b[i], x[i])
			}
		}
	}
	for _, a := range [][]float64{{1, 2, 2, 4}, {0, 0, 0, 1}, {1, 0, 0, math.NaN()}, {math.Inf(1), 0, 0, 1}} {
		if LU(2, a, make([]int, 2)) {
			t.Errorf("%v has factors", a)
		}
	}
}

// symmetric returns a random matrix with the given eigenvalues.
func symmetric(r *rand.Rand, w []float64) []float64 {
	d := len(w)
	g := mat.NewDense(d, d, nil)
	for i := range d {
		for j := range d {
			g.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q, s mat.Dense
	qr.QTo(&q)
	s.Mul(&q, mat.NewDiagDense(d, w))
	s.Mul(&s, q.T())
	m := make([]float64, d*d)
	for i := range d {
		for j := range d {
			m[i*d+j] = (s.At(i, j) + s.At(j, i)) / 2
		}
	}
	return m
}

func TestSolvePositiveDefinite(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for trial := range 300 {
		d := 1 + trial%9
		w := make([]float64, d)
		for i := range w {
			w[i] = math.Exp(3 * r.NormFloat64())
		}
		m := symmetric(r, w)
		x, b, y, f := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d*d)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		mul(d, m, x, b)
		kind := NewWork[float64](d).Factor(d, m, f)
		if want := map[bool]Kind{true: Inverse, false: Cholesky}[d <= 3]; kind != want {
			t.Fatalf("d=%d eigenvalues %v: kind %d, want %d", d, w, kind, want)
		}
		Solve(d, kind, f, b, y)
		lo, hi := extremes(w)
		for i := range x {
			if !(math.Abs(x[i]-y[i]) <= 1e-14*float64(d*d)*hi/lo*10) {
				t.Fatalf("d=%d condition %.1e: x[%d] = %v, want %v", d, hi/lo, i, y[i], x[i])
			}
		}
	}
}

// A pseudo-inverse P of M obeys the Penrose laws M P M = M and P M P = P, and P is symmetric.
func TestPseudoInverseObeysPenrose(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for trial := range 200 {
		d := 1 + trial%6
		w := make([]float64, d)
		for i := range w {
			w[i] = float64(r.IntN(5) - 2) // indefinite, and singular when a zero is drawn
		}
		w[0] = -1
		m := symmetric(r, w)
		p := make([]float64, d*d)
		if k := NewWork[float64](d).Factor(d, m, p); k != Pseudo {
			t.Fatalf("eigenvalues %v: kind %d", w, k)
		}
		M, P := mat.NewDense(d, d, m), mat.NewDense(d, d, p)
		var mpm, pmp mat.Dense
		mpm.Product(M, P, M)
		pmp.Product(P, M, P)
		if !mat.EqualApprox(&mpm, M, 1e-12) || !mat.EqualApprox(&pmp, P, 1e-12) || !mat.EqualApprox(P, P.T(), 1e-12) {
			t.Fatalf("eigenvalues %v: not the pseudo-inverse", w)
		}
	}
}

// A matrix less a multiple of one is positive definite while its least eigenvalue is above that.
func TestPositive(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	for trial := range 40 {
		d := 1 + trial%8
		w := make([]float64, d)
		for i := range w {
			w[i] = 1 + r.Float64()
		}
		m, f := symmetric(r, w), make([]float64, d*d)
		for _, above := range []bool{true, false} {
			less := append([]float64(nil), m...)
			for i := range d {
				less[i*d+i] -= slices.Min(w)
				if above {
					less[i*d+i] += 1e-9
				} else {
					less[i*d+i] -= 1e-9
				}
			}
			if Positive(d, less, f) != above {
				t.Errorf("eigenvalues %v less the smallest: positive is %v", w, !above)
			}
		}
		if m[0] = math.NaN(); Positive(d, m, f) {
			t.Error("a NaN is positive")
		}
	}
}

func TestEigenAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for trial := range 100 {
		d := 1 + trial%8
		w := make([]float64, d)
		for i := range w {
			w[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(4)))
		}
		m := symmetric(r, w)
		var es mat.EigenSym
		es.Factorize(mat.NewSymDense(d, m), false)
		want := es.Values(nil)
		got, e := make([]float64, d), make([]float64, d*d)
		Eigen(d, append([]float64(nil), m...), got, e)
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-11*(1+math.Abs(want[d-1])+math.Abs(want[0])) {
				t.Fatalf("eigenvalue %d: %v, want %v", i, got[i], want[i])
			}
			col, mv := make([]float64, d), make([]float64, d)
			for k := range d {
				col[k] = e[k*d+i]
			}
			mul(d, m, col, mv)
			for k := range d {
				if math.Abs(mv[k]-got[i]*col[k]) > 1e-10*(1+math.Abs(want[d-1])+math.Abs(want[0])) {
					t.Fatalf("M e ≠ w e for eigenvalue %v", got[i])
				}
			}
		}
	}
}

func TestNonFiniteIsReported(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for d := 1; d <= 5; d++ {
			m, f, x := make([]float64, d*d), make([]float64, d*d), make([]float64, d)
			for i := range d {
				m[i*d+i] = 1
			}
			m[d*d-1] = bad
			k := NewWork[float64](d).Factor(d, m, f)
			if k != NonFinite {
				t.Fatalf("d=%d: kind %d", d, k)
			}
			Solve(d, k, f, make([]float64, d), x)
			if x[0] == x[0] {
				t.Fatal("a solution of a non-finite system is a number")
			}
		}
	}
}

func mul(d int, m, x, y []float64) {
	for i := range d {
		y[i] = 0
		for j := range d {
			y[i] += m[i*d+j] * x[j]
		}
	}
}

func extremes(w []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, x := range w {
		lo, hi = min(lo, x), max(hi, x)
	}
	return
}
