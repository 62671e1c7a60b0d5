package invariant

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// small are parts of the largest coefficient below which terms are tried without.
var small = []float64{0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5, 1e-8}

const (
	slower = 10   // times the rate of a combination: what one with fewer terms may have, within the tolerance
	least  = 1e-8 // or in any case
)

// sparse is a combination with as few terms as it takes: those whose coefficients are small go, and the rest is found
// anew as the slowest combination of what is left, as long as that is conserved.
func (f *search) sparse(at []int, c []float64) []float64 {
	largest := 0.0
	for _, x := range c {
		largest = max(largest, math.Abs(x))
	}
	allowed := min(f.r.Tolerance, max(slower*f.learn.rate(at, c), least))
	for _, part := range small {
		var keep []int
		for k, x := range c {
			if math.Abs(x) > part*largest {
				keep = append(keep, at[k])
			}
		}
		for _, some := range [][]int{f.basis(keep), keep} {
			y, rate := f.slowest(some)
			if rate > allowed {
				continue
			}
			out := make([]float64, len(c))
			for i, k := range some {
				out[slices.Index(at, k)] = y[i]
			}
			return f.pruned(at, out, allowed)
		}
	}
	return c
}

// pruned drops terms one by one, that first whose loss leaves the slowest combination, as long as that is conserved.
func (f *search) pruned(at []int, c []float64, allowed float64) []float64 {
	for {
		var keep []int
		for k, x := range c {
			if x != 0 {
				keep = append(keep, k)
			}
		}
		if len(keep) < 2 || len(keep) > mostPruned {
			return c
		}
		best, drop, lowest := []float64(nil), -1, allowed
		for i := range keep {
			y, rate := f.slowest(places(at, slices.Delete(slices.Clone(keep), i, i+1)))
			if rate <= lowest {
				best, drop, lowest = y, i, rate
			}
		}
		if drop < 0 {
			return c
		}
		keep = slices.Delete(keep, drop, drop+1)
		c = make([]float64, len(c))
		for i, k := range keep {
			c[k] = best[i]
		}
	}
}

// mostPruned bounds the terms that are dropped one by one.
const mostPruned = 40

func places(at, of []int) (some []int) {
	for _, k := range of {
		some = append(some, at[k])
	}
	return some
}

// rate is that of a combination, beside its size.
func (s *sample) rate(at []int, c []float64) float64 {
	kick, phi, rates := combined(s.kick, at, c), combined(s.phi, at, c), combined(s.dot, at, c)
	return math.Sqrt(dot(rates, rates) / (dot(kick, kick) + still*still*dot(phi, phi)))
}

// slowest is the combination of functions that changes least, and its rate.
func (f *search) slowest(at []int) (c []float64, rate float64) {
	C, Σ := f.modes(at)
	if C == nil {
		return nil, math.Inf(1)
	}
	last := len(Σ) - 1
	return mat.Col(nil, last, C), Σ[last]
}
