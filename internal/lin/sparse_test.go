package lin_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"lagrange/internal/lin"
)

// sparse draws a symmetric matrix with the elements of blocks of the given size of neighbours round a ring of n, shift
// on its diagonal: as values of a pattern, and in full.
func sparse(r *rand.Rand, n, size int, shift func(i int) float64) (*lin.Pattern, []float64, *mat.SymDense) {
	blocks := func(visit func([]int32)) {
		for i := range n {
			index := make([]int32, size)
			for k := range index {
				index[k] = int32((i + k) % n)
			}
			visit(append(index, -1))
		}
	}
	p, full := lin.NewPattern(n, blocks), mat.NewSymDense(n, nil)
	m := make([]float64, len(p.Col))
	for i := range int32(n) {
		for _, j := range p.Of(i) {
			if j < i {
				x := r.NormFloat64()
				m[p.At(i, j)], m[p.At(j, i)] = x, x
				full.SetSym(int(i), int(j), x)
			}
		}
		m[p.At(i, i)] = shift(int(i))
		full.SetSym(int(i), int(i), shift(int(i)))
	}
	return p, m, full
}

func random(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// A band's factor, conjugate gradients and minimal residuals find the solution that gonum finds of the full matrix.
func TestSparseSolvers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for _, n := range []int{1, 2, 5, 40, 97} {
		for _, size := range []int{1, 2, 3} {
			if size > n {
				continue
			}
			p, m, full := sparse(r, n, size, func(int) float64 { return 8 })
			b, want := random(r, n), mat.NewVecDense(n, nil)
			if err := want.SolveVec(full, mat.NewVecDense(n, b)); err != nil {
				t.Fatal(err)
			}
			place, width := p.Band()
			band := lin.NewBand(n, width)
			for i := range int32(n) {
				for _, j := range p.Of(i) {
					if place[j] <= place[i] {
						band.Add(int(place[i]), int(place[j]), m[p.At(i, j)])
					}
				}
			}
			x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
			if !band.Factor() {
				t.Fatal("not positive definite")
			}
			for i, k := range place {
				y[k] = b[i]
			}
			band.Solve(y)
			k := lin.NewKrylov(p)
			if !k.Conjugate(m, b, x, 500) || !k.Minres(m, b, z, 500) {
				t.Fatal("an iteration failed")
			}
			for i := range n {
				w, byBand := want.AtVec(i), y[place[i]]
				if math.Abs(byBand-w) > 1e-12 || math.Abs(x[i]-w) > 1e-12 || math.Abs(z[i]-w) > 1e-11 {
					t.Fatalf("n = %d: %v by the band, %v by conjugate gradients, %v by minimal residuals, want %v",
						n, byBand, x[i], z[i], w)
				}
			}
		}
	}
}

// The factor with pivots finds the solution that gonum finds, whatever the signs and with nothing on the diagonal, and
// says when there is none. All columns at once are solved as each alone.
func TestBands(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for _, n := range []int{1, 2, 5, 40, 97} {
		for width := range min(n, 4) {
			full, lu, band := mat.NewSymDense(n, nil), lin.NewBandLU(n, width), lin.NewBand(n, width)
			for i := range n {
				for j := max(0, i-width); j <= i; j++ {
					x := r.NormFloat64()
					if i == j && width > 0 && n > 5 {
						x = 0
					}
					full.SetSym(i, j, x)
					lu.Add(i, j, x)
					if i == j {
						x = 9
					}
					band.Add(i, j, x)
				}
			}
			b, want := random(r, n), mat.NewVecDense(n, nil)
			err := want.SolveVec(full, mat.NewVecDense(n, b))
			x := append([]float64(nil), b...)
			if ok := lu.Factor(); ok {
				lu.Solve(x)
			} else if err == nil {
				t.Errorf("n = %d, half-width %d: refused", n, width)
			}
			for i := range n {
				if w := want.AtVec(i); err == nil && !(math.Abs(x[i]-w) < 1e-9*(1+mat.Norm(want, 2))) {
					t.Fatalf("n = %d, half-width %d: x[%d] = %v, want %v", n, width, i, x[i], w)
				}
			}
			if !band.Factor() {
				t.Fatal("not positive definite")
			}
			X, alone := make([][]float64, n), [2][]float64{random(r, n), random(r, n)}
			for i := range n {
				X[i] = []float64{alone[0][i], alone[1][i]}
			}
			lin.SolveRows(band, X)
			for c, y := range alone {
				band.Solve(y)
				for i := range n {
					if math.Abs(X[i][c]-y[i]) > 1e-13 {
						t.Fatalf("column %d: %v with others, %v alone", c, X[i][c], y[i])
					}
				}
			}
		}
	}
	if lin.NewBandLU(3, 1).Factor() {
		t.Error("took a matrix of zeros")
	}
}

// A ring comes out folded: neighbours up to s−1 away lie within about twice that, however long the ring is. Every index
// has a place.
func TestRingFolds(t *testing.T) {
	for _, n := range []int{3, 10, 101, 1000} {
		for size := 1; size <= 3; size++ {
			p, _, _ := sparse(rand.New(rand.NewPCG(1, 1)), n, size, func(int) float64 { return 1 })
			place, width := p.Band()
			if width > 3*(size-1) {
				t.Errorf("n = %d, blocks of %d: half-width %d", n, size, width)
			}
			seen := make([]bool, n)
			for _, k := range place {
				if seen[k] {
					t.Fatal("a place given twice")
				}
				seen[k] = true
			}
		}
	}
}

// Neither the band nor conjugate gradients take a matrix of mixed signs; minimal residuals solve it.
func TestIndefinite(t *testing.T) {
	const n = 30
	r := rand.New(rand.NewPCG(2, 3))
	p, m, full := sparse(r, n, 2, func(i int) float64 { return 6 - 12*float64(i%2) })
	b, want, x := random(r, n), mat.NewVecDense(n, nil), make([]float64, n)
	if err := want.SolveVec(full, mat.NewVecDense(n, b)); err != nil {
		t.Fatal(err)
	}
	k := lin.NewKrylov(p)
	band := lin.NewBand(n, n-1)
	for i := range int32(n) {
		for _, j := range p.Of(i) {
			if j <= i {
				band.Add(int(i), int(j), m[p.At(i, j)])
			}
		}
	}
	if band.Factor() {
		t.Error("the band took an indefinite matrix")
	}
	if k.Conjugate(m, b, x, 500) {
		t.Error("conjugate gradients took an indefinite matrix")
	}
	if !k.Minres(m, b, x, 500) {
		t.Fatal("minimal residuals failed")
	}
	for i := range n {
		if math.Abs(x[i]-want.AtVec(i)) > 1e-11 {
			t.Fatalf("%v, want %v", x[i], want.AtVec(i))
		}
	}
}

// Of the ring's second difference, whose null space are the constants, minimal residuals find the solution of least
// norm, and say when there is none.
func TestSingular(t *testing.T) {
	const n = 30
	r := rand.New(rand.NewPCG(2, 4))
	p, m, _ := sparse(r, n, 2, func(int) float64 { return 2 })
	b, x, k := random(r, n), make([]float64, n), lin.NewKrylov(p)
	mean := 0.0
	for i := range int32(n) {
		for _, j := range p.Of(i) {
			if i != j {
				m[p.At(i, j)] = -1
			}
		}
		mean += b[i] / n
	}
	for i := range b {
		b[i] -= mean
	}
	if !k.Minres(m, b, x, 500) {
		t.Fatal("a singular matrix and a right-hand side in its range were not solved")
	}
	y, sum := make([]float64, n), 0.0
	p.Mul(m, x, y)
	for i := range n {
		sum += x[i]
		if math.Abs(y[i]-b[i]) > 1e-10 {
			t.Fatalf("M x = %v, want %v", y[i], b[i])
		}
	}
	if math.Abs(sum) > 1e-9 {
		t.Errorf("the sum of x is %v, so it is not the shortest", sum)
	}
	b[0]++
	if k.Minres(m, b, x, 500) {
		t.Error("a right-hand side out of range was solved")
	}
}
