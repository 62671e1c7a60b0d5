package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/internal/par"
)

const square = panel * width

func normal(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// A Gram matrix is the sum of the products of its rows, its factor gives it back, and a solution solves: for sizes
// around those of a tile and a panel, on one core and on several.
func TestFactor(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, n := range []int{1, 2, 7, width - 1, width + 1, square - 1, square, square + 1, 2*square + 3, 517} {
		for _, p := range []int{1, 3} {
			t.Run(fmt.Sprintf("%d on %d", n, p), func(t *testing.T) {
				team := par.NewTeam(p)
				defer team.Close()
				rows := n + 5
				J, A := normal(r, rows*n), make([]float64, n*n)
				first := rows / 2 // a sum over rows may come in pieces
				Gram(team, first, n, J[:first*n], A)
				Gram(team, rows-first, n, J[first*n:], A)
				for range 50 {
					i := r.IntN(n)
					j := i + r.IntN(n-i)
					want := 0.0
					for k := range rows {
						want += J[k*n+i] * J[k*n+j]
					}
					if math.Abs(A[i*n+j]-want) > 1e-10*float64(rows) {
						t.Fatalf("(%d, %d): %v, want %v", i, j, A[i*n+j], want)
					}
				}
				for i := range n {
					A[i*n+i]++ // well conditioned
				}
				U, y := append([]float64(nil), A...), normal(r, n)
				if !FactorUpper(team, n, U) {
					t.Fatal("not positive definite")
				}
				x := append([]float64(nil), y...)
				SolveUpper(n, U, x)
				for i := range n {
					s := 0.0
					for j := range n {
						s += A[min(i, j)*n+max(i, j)] * x[j]
					}
					if math.Abs(s-y[i]) > 1e-9 {
						t.Fatalf("row %d: %v, want %v", i, s, y[i])
					}
				}
			})
		}
	}
}

// The normal equations of weighted rows are the sums over all rows, of more than are packed at a time: each row counts
// by its own weight, and once.
func TestNormal(t *testing.T) {
	const n, rows = width + 5, deep + 9
	r := rand.New(rand.NewPCG(3, 3))
	J, c, y := normal(r, rows*n), normal(r, rows), normal(r, rows)
	A, g := normal(r, n*n), normal(r, n)
	sum := NewUpper(n)
	sum.read(A)
	team := par.NewTeam(2)
	defer team.Close()
	wantA, wantG := slices.Clone(A), slices.Clone(g)
	for k := range rows {
		for i := range n {
			a := c[k] * J[k*n+i]
			wantG[i] += a * y[k]
			for j := i; j < n; j++ {
				wantA[i*n+j] += a * J[k*n+j]
			}
		}
	}
	R := NewRows(rows, n)
	R.Set(0, J[:7*n])
	R.Set(7, J[7*n:])
	R.Normal(team, rows, c, y, sum, g)
	sum.write(A)
	for i := range n {
		if math.Abs(g[i]-wantG[i]) > 1e-10*rows {
			t.Fatalf("g[%d] is %v, want %v", i, g[i], wantG[i])
		}
		for j := i; j < n; j++ {
			if math.Abs(A[i*n+j]-wantA[i*n+j]) > 1e-10*rows {
				t.Fatalf("(%d, %d): %v, want %v", i, j, A[i*n+j], wantA[i*n+j])
			}
		}
	}
}

// A matrix that is not positive definite, or not finite, is refused.
func TestRefuses(t *testing.T) {
	team := par.NewTeam(2)
	defer team.Close()
	n := square + 9
	for at, x := range map[int]float64{0: -1, n - 1: -1, square: 0, square + 3: math.NaN(), 5: math.Inf(1)} {
		A := make([]float64, n*n)
		for i := range n {
			A[i*n+i] = 2
		}
		A[at*n+at] = x
		if FactorUpper(team, n, A) {
			t.Errorf("a diagonal element of %v was taken", x)
		}
	}
}

// The bits of a Gram matrix and of its factor are the same on any number of cores.
func TestBits(t *testing.T) {
	const n, rows = 2*square + 37, deep + 9
	J := normal(rand.New(rand.NewPCG(3, 2)), rows*n)
	var first []float64
	for _, p := range []int{1, 2, 3} {
		team := par.NewTeam(p)
		defer team.Close()
		A := make([]float64, n*n)
		Gram(team, rows, n, J, A)
		if !FactorUpper(team, n, A) {
			t.Fatal("not positive definite")
		}
		if first == nil {
			first = A
		}
		for i := range n {
			if !slices.Equal(A[i*n+i:(i+1)*n], first[i*n+i:(i+1)*n]) {
				t.Fatalf("row %d of U is another on %d cores", i, p)
			}
		}
	}
}

// triangle is an Upper of a matrix (n, n) by rows, where what stands below the diagonal and beyond the last column is
// not a number: nobody may read it.
func triangle(n int, A []float64) *Upper {
	u := NewUpper(n)
	for i := range u.x {
		u.x[i] = math.NaN()
	}
	u.read(A)
	return u
}

// The factor of A + λD gives that back, for D and λ apart from A, which stays as it is; a solution solves.
func TestShiftedFactor(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, sub, width - 1, width, width + 1, square + sub + 1, 3*square - 1} {
		for _, p := range []int{1, 2} {
			team := par.NewTeam(p)
			defer team.Close()
			J, A, B := normal(r, (n+3)*n), make([]float64, n*n), make([]float64, n*n)
			const lambda = 0.25
			D := make([]float64, n)
			Gram(team, n+3, n, J, A)
			copy(B, A)
			for i := range D {
				D[i] = 1 + r.Float64()
				B[i*n+i] += lambda * D[i]
			}
			from, U, y := triangle(n, A), triangle(n, make([]float64, n*n)), normal(r, n)
			was := slices.Clone(from.x)
			if !U.Factor(team, from, lambda, D) {
				t.Fatalf("%d: not positive definite", n)
			}
			for i, x := range was {
				if math.Float64bits(x) != math.Float64bits(from.x[i]) {
					t.Fatalf("%d: A is not what it was", n)
				}
			}
			x := slices.Clone(y)
			U.Solve(x)
			V := make([]float64, n*n)
			U.write(V)
			for i := range n {
				s := 0.0
				for j := range n {
					s += B[min(i, j)*n+max(i, j)] * x[j]
					back := 0.0
					for k := range min(i, j) + 1 {
						back += V[k*n+i] * V[k*n+j]
					}
					if math.Abs(back-B[min(i, j)*n+max(i, j)]) > 1e-12*float64(n+3)*float64(n+3) {
						t.Fatalf("%d, (%d, %d): %v, want %v", n, i, j, back, B[min(i, j)*n+max(i, j)])
					}
				}
				if math.Abs(s-y[i]) > 1e-8 {
					t.Fatalf("%d, row %d: %v, want %v", n, i, s, y[i])
				}
			}
		}
	}
}

// Rows that are written in pieces, one of them cleared after all, make the sum of the others, whatever stood in what is
// not used.
func TestRows(t *testing.T) {
	const n, rows, none = 2*width + 7, 41, 11
	r := rand.New(rand.NewPCG(3, 5))
	J, c := normal(r, rows*n), normal(r, rows)
	J[none*n+3] = math.Inf(1)
	R := NewRows(rows+2, n)
	for i := range R.strips {
		R.strips[i] = math.NaN()
	}
	for _, piece := range [][2]int{{20, rows}, {0, 5}, {5, 20}} {
		R.Set(piece[0], J[piece[0]*n:piece[1]*n])
	}
	R.Clear(none)
	team := par.NewTeam(2)
	defer team.Close()
	A, g := triangle(n, make([]float64, n*n)), make([]float64, n)
	R.Normal(team, rows, c, c, A, g)
	got := make([]float64, n*n)
	A.write(got)
	for i := range n {
		for j := i; j < n; j++ {
			want := 0.0
			for k := range rows {
				if k != none {
					want += c[k] * J[k*n+i] * J[k*n+j]
				}
			}
			if !(math.Abs(got[i*n+j]-want) < 1e-12*rows*rows) {
				t.Fatalf("(%d, %d): %v, want %v", i, j, got[i*n+j], want)
			}
		}
		if A.Diagonal(i) != got[i*n+i] {
			t.Fatalf("the diagonal has %v at %d, not %v", A.Diagonal(i), i, got[i*n+i])
		}
	}
}
