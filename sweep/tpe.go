package sweep

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// tpe is the tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization"): of
// what is seen, the best γ make a density l(x), the others g(x), and the point is the one of some drawn from l with the
// largest l(x)/g(x). Every parameter has densities of its own, of the points at which it counts.
type tpe struct{ f *File }

const (
	tpeStart      = 10   // points drawn evenly before there is something to go by
	tpeGood       = 0.25 // γ
	tpeCandidates = 24
)

func newTPE(f *File) (Sampler, error) { return tpe{f}, nil }

// Size implements Sampler.
func (tpe) Size() int { return 0 }

// Next implements Sampler. What has been decided in the same batch counts among the others, so that points keep apart.
func (s tpe) Next(n, count int, seen []Seen) (ds []Decision) {
	if len(seen) < tpeStart {
		return random(s).Next(n, count, nil)
	}
	seen = slices.Clone(seen)
	slices.SortStableFunc(seen, func(a, b Seen) int { return cmp.Compare(a.Loss, b.Loss) })
	cut := int(math.Ceil(tpeGood * float64(len(seen))))
	good, bad := seen[:cut], slices.Clone(seen[cut:])
	for i := n; i < n+count; i++ {
		x, gain := s.best(s.f.source(i), good, bad)
		ds = append(ds, Decision{x, fmt.Sprintf("l/g %.3g, best of %d drawn from the best %d of %d", gain,
			tpeCandidates, cut, len(seen))})
		bad = append(bad, Seen{X: x, Point: s.f.point(x)})
	}
	return ds
}

// best draws candidates from the density of the good points.
func (s tpe) best(r *rand.Rand, good, bad []Seen) (best []float64, gain float64) {
	ps := s.f.parameters()
	l, g := make([]parzen, len(ps)), make([]parzen, len(ps))
	for k, p := range ps {
		l[k], g[k] = parzenOf(p, k, good), parzenOf(p, k, bad)
	}
	for range tpeCandidates {
		x, ratio, at := make([]float64, len(ps)), 0.0, Point{}
		for k, p := range ps {
			x[k] = l[k].draw(r)
			if p.counts(at) {
				at[p.Name] = p.At(x[k])
				ratio += math.Log(l[k].at(x[k])) - math.Log(g[k].at(x[k]))
			}
		}
		if best == nil || ratio > gain {
			best, gain = x, ratio
		}
	}
	return best, math.Exp(gain)
}

// parzen is a density on [0, 1): of a range an even one and a normal one about each point, cut off at the ends; of
// choices the counts, each with one more.
type parzen struct {
	choices int
	weights []float64 // of choices
	centres []float64
	width   float64
}

func parzenOf(p *Parameter, k int, seen []Seen) (d parzen) {
	d.choices = len(p.Choices)
	d.weights = make([]float64, d.choices)
	for i := range d.weights {
		d.weights[i] = 1
	}
	for _, s := range seen {
		if _, ok := s.Point[p.Name]; !ok {
			continue
		}
		if d.choices > 0 {
			d.weights[min(int(s.X[k]*float64(d.choices)), d.choices-1)]++
			continue
		}
		d.centres = append(d.centres, s.X[k])
	}
	// the rule of Scott (1992) for an even density on [0, 1), never below a step of a grid of a hundred
	d.width = max(0.01, math.Pow(float64(len(d.centres)+1), -0.2)/math.Sqrt(12))
	return d
}

func (d parzen) draw(r *rand.Rand) float64 {
	if d.choices > 0 {
		sum := 0.0
		for _, w := range d.weights {
			sum += w
		}
		u := r.Float64() * sum
		for i, w := range d.weights {
			if u -= w; u < 0 || i == d.choices-1 {
				return (float64(i) + 0.5) / float64(d.choices)
			}
		}
	}
	i := r.IntN(len(d.centres) + 1)
	if i == len(d.centres) {
		return r.Float64()
	}
	for {
		if x := d.centres[i] + d.width*r.NormFloat64(); x >= 0 && x < 1 {
			return x
		}
	}
}

// at is the density at x.
func (d parzen) at(x float64) float64 {
	if d.choices > 0 {
		sum := 0.0
		for _, w := range d.weights {
			sum += w
		}
		return d.weights[min(int(x*float64(d.choices)), d.choices-1)] / sum * float64(d.choices)
	}
	sum := 1.0
	for _, c := range d.centres {
		z := (x - c) / d.width
		inside := 0.5 * (math.Erf((1-c)/d.width/math.Sqrt2) - math.Erf(-c/d.width/math.Sqrt2))
		sum += math.Exp(-z*z/2) / (d.width * math.Sqrt(2*math.Pi) * inside)
	}
	return sum / float64(len(d.centres)+1)
}
