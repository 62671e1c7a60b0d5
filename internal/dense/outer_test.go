package dense

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/par"
)

// Outer adds S J C Jᵀ S, of any number of rows and columns, on one core and two to the same bits.
func TestOuter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	draw := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	for _, n := range []int{1, 2, 23, 24, 25, 100} {
		for _, columns := range []int{1, 7, 511, 512, 513, 1100} {
			s, J, c, before := draw(n), draw(n*columns), draw(columns), draw(n*n)
			var bits []float64
			for _, workers := range []int{1, 2} {
				team := par.NewTeam(workers)
				A, got := NewUpper(n), make([]float64, n*n)
				A.read(before)
				Outer(team, n, s, J, c, A)
				team.Close()
				A.write(got)
				for i := range n {
					for j := i; j < n; j++ {
						want := before[i*n+j]
						for k, w := range c {
							want += s[i] * J[i*columns+k] * w * J[j*columns+k] * s[j]
						}
						if math.Abs(got[i*n+j]-want) > 1e-11*float64(columns) {
							t.Fatalf("%d rows of %d: (%d, %d) is %v, not %v", n, columns, i, j, got[i*n+j], want)
						}
						if workers == 2 && got[i*n+j] != bits[i*n+j] {
							t.Fatalf("%d rows of %d: two cores come to other bits", n, columns)
						}
					}
				}
				bits = got
			}
		}
	}
}
