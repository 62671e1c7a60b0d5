package train

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The number at a place is that of all in order, whether they differ, are alike or are in order already.
func TestNth(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	for _, n := range []int{1, 2, 3, 10, 101} {
		for _, kinds := range []int{1, 3, 1000} {
			x := make([]float64, n)
			for i := range x {
				x[i] = float64(r.IntN(kinds))
			}
			want := slices.Sorted(slices.Values(x))
			for _, from := range [][]float64{x, want} {
				for k := range n {
					if got := nth(slices.Clone(from), k); got != want[k] {
						t.Fatalf("place %d of %v: %v", k, want, got)
					}
				}
			}
		}
	}
}
