package sweep

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// Seen is a point with its measure, after the goal: less is better, +Inf where it failed.
type Seen struct {
	X     []float64 // (k) in [0, 1), as decided
	Loss  float64
	Point Point
}

// A Sampler decides where to look. A decision is a function of the file, the number of the point and what is seen, so
// it is the same whoever did the work, and can be made again.
type Sampler interface {
	// Size is how many points there are; 0: no end.
	Size() int
	// Next decides points n, n+1, … n+count−1 from those of the batches before, in their order, and says why.
	Next(n, count int, seen []Seen) []Decision
}

// Decision is a place of [0, 1)ᵏ and the reason for it.
type Decision struct {
	X   []float64
	Why string
}

var samplers = map[string]func(*File) (Sampler, error){
	"grid":   newGrid,
	"random": func(f *File) (Sampler, error) { return random{f}, nil },
	"sobol":  newSobol,
	"tpe":    newTPE,
	"cma-es": newCMA,
}

// Samplers lists the names of samplers.
func Samplers() []string { return slices.Sorted(maps.Keys(samplers)) }

// source gives the random numbers of point n.
func (f *File) source(n int) *rand.Rand { return rand.New(rand.NewPCG(f.Seed, uint64(n))) }

// grid tries all combinations, the last parameter fastest. Combinations that differ in a parameter that does not count
// there are one.
type grid struct{ xs [][]float64 }

func newGrid(f *File) (Sampler, error) {
	g := grid{[][]float64{{}}}
	for _, p := range f.parameters() {
		var next [][]float64
		for _, x := range g.xs {
			for _, y := range p.grid() {
				next = append(next, append(slices.Clone(x), y))
			}
			if len(next) > mostPoints {
				return nil, fmt.Errorf("a grid of more than %d points: give fewer steps or another sampler", mostPoints)
			}
		}
		g.xs = next
	}
	met := map[string]bool{}
	g.xs = slices.DeleteFunc(g.xs, func(x []float64) bool {
		key := fmt.Sprint(f.point(x).Args())
		again := met[key]
		met[key] = true
		return again
	})
	return g, nil
}

// Size implements Sampler.
func (g grid) Size() int { return len(g.xs) }

// Next implements Sampler.
func (g grid) Next(n, count int, _ []Seen) (ds []Decision) {
	for i := n; i < n+count; i++ {
		ds = append(ds, Decision{g.xs[i], fmt.Sprintf("combination %d of %d", i+1, len(g.xs))})
	}
	return ds
}

// random draws each point by itself.
type random struct{ f *File }

// Size implements Sampler.
func (random) Size() int { return 0 }

// Next implements Sampler.
func (s random) Next(n, count int, _ []Seen) (ds []Decision) {
	for i := n; i < n+count; i++ {
		r := s.f.source(i)
		x := make([]float64, len(s.f.Space))
		for k := range x {
			x[k] = r.Float64()
		}
		ds = append(ds, Decision{x, "drawn evenly"})
	}
	return ds
}
