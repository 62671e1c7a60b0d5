package train

import (
	"cmp"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/model"
)

// subsets are those of the terms of a sum, by what the motion says of all its parameters b where they are likeliest, at
// b̂. With the places S kept, the other terms 0 and the mean mass held, χ² grows by the least
//
//	(b − b̂)ᵀG(b − b̂)   with   b = 0 beside S,   mᵀb = mᵀb̂,   so that   G_SS b_S = (G b̂)_S + λ m_S,
//
// where G is the information and m the slope of the mean mass (Shot).
type subsets struct {
	P        int
	G, Gb, m []float64 // m is nil where no mass is held
	all      float64   // b̂ᵀG b̂
	held     float64   // mᵀb̂
	b        []float64 // the last b_S, by its places in S

	work          *lin.Work[float64]
	A, F, r, n, w []float64
	unit          []float64 // makes the diagonal of A 1
}

// subset is a set of places, in order, and by how much χ² grows.
type subset struct {
	of    []int
	worse float64
}

// beamWidth is how many of the best subsets of a size are extended by each of the other terms; not tuned.
const beamWidth = 100

func newSubsets(shot Shot, b []float64) *subsets {
	P := len(b)
	s := &subsets{P: P, G: shot.Information, m: shot.Mass, Gb: make([]float64, P)}
	for i := range b {
		s.Gb[i] = dot(s.G[i*P:(i+1)*P], b)
		s.all += s.Gb[i] * b[i]
	}
	if s.m != nil {
		s.held = dot(s.m, b)
	}
	return s
}

// least is by how much χ² grows at least with the places S; +∞ where nothing says.
func (s *subsets) least(S []int) float64 {
	n := len(S)
	if len(s.r) != n {
		vector := func() []float64 { return make([]float64, n) }
		s.work, s.A, s.F = lin.NewWork[float64](n), make([]float64, n*n), make([]float64, n*n)
		s.r, s.n, s.w, s.b, s.unit = vector(), vector(), vector(), vector(), vector()
	}
	mm := 0.0
	for i, k := range S {
		s.unit[i] = 1 / math.Sqrt(s.G[k*s.P+k])
		s.r[i], s.n[i] = s.Gb[k]*s.unit[i], 0
		if s.m != nil {
			s.n[i] = s.m[k] * s.unit[i]
		}
		mm += s.n[i] * s.n[i]
	}
	if s.m != nil && mm == 0 {
		return math.Inf(1)
	}
	for i, k := range S {
		for j, l := range S {
			s.A[i*n+j] = s.G[k*s.P+l] * s.unit[i] * s.unit[j]
			if mm > 0 { // what holds m settles L from cL; it changes no b that has mᵀb as it is held
				s.A[i*n+j] += s.n[i] * s.n[j] / mm
			}
		}
		if mm > 0 {
			s.r[i] += s.n[i] * s.held / mm
		}
	}
	kind := s.work.Factor(n, s.A, s.F)
	lin.Solve(n, kind, s.F, s.r, s.b)
	if mm > 0 {
		lin.Solve(n, kind, s.F, s.n, s.w)
		lambda := (s.held - dot(s.n, s.b)) / dot(s.n, s.w)
		for i := range s.b {
			s.b[i] += lambda * s.w[i]
		}
	}
	worse := s.all
	for i, k := range S {
		s.b[i] *= s.unit[i]
		worse -= 2 * s.b[i] * s.Gb[k]
	}
	for i, k := range S {
		for j, l := range S {
			worse += s.b[i] * s.G[k*s.P+l] * s.b[j]
		}
	}
	if math.IsNaN(worse) {
		return math.Inf(1)
	}
	return worse
}

// front are the best subsets of each size, the best first: of those that extend the best of a size less by one of the
// terms, beginning with the places always there, until more terms cost more than the best that will do; then of those,
// too, that lack one of the terms of the best of a size more.
func (s *subsets) front(always, terms []int, price float64, will func(S []int) bool) (sizes [][]subset) {
	beam, least := []subset{{of: always}}, math.Inf(1)
	for size := 1; size <= len(terms) && float64(size)*price < least; size++ {
		var next [][]int
		for _, x := range beam {
			for _, k := range terms {
				if !slices.Contains(x.of, k) {
					S := append(slices.Clone(x.of), k)
					slices.Sort(S)
					next = append(next, S)
				}
			}
		}
		beam = s.ranked(next, nil)
		sizes = append(sizes, beam)
		if i := slices.IndexFunc(beam, func(x subset) bool { return will(x.of) }); i >= 0 {
			least = min(least, beam[i].worse+float64(size)*price)
		}
	}
	for i := len(sizes) - 2; i >= 0; i-- {
		var next [][]int
		for _, x := range sizes[i+1] {
			for k, at := range x.of {
				if slices.Contains(terms, at) {
					next = append(next, slices.Delete(slices.Clone(x.of), k, k+1))
				}
			}
		}
		sizes[i] = s.ranked(next, sizes[i])
	}
	return sizes
}

// ranked are the best of the sets of a size and of those that were ranked before.
func (s *subsets) ranked(sets [][]int, before []subset) (all []subset) {
	seen := map[string]bool{}
	for _, x := range before {
		seen[string(runes(x.of))] = true
	}
	all = slices.Clone(before)
	for _, S := range sets {
		if key := string(runes(S)); !seen[key] {
			seen[key] = true
			all = append(all, subset{S, s.least(S)})
		}
	}
	slices.SortStableFunc(all, func(a, b subset) int { return cmp.Compare(a.worse, b.worse) })
	return all[:min(beamWidth, len(all))]
}

// shortest are the subsets that are worth a trial, the one with the least χ² + |S| · price first: the best few of its
// size and of smaller ones, if they cost not much more. What the information says of far b̂ is not what motion says.
func (s *subsets) shortest(always, terms []int, price float64, will func(S []int) bool) (kept []subset) {
	cost := func(x subset) float64 { return x.worse + float64(len(x.of)-len(always))*price }
	most, least := math.MaxInt, math.Inf(1)
	for _, all := range s.front(always, terms, price, will) {
		n := 0
		for _, x := range all {
			if n == fewOfASize || !(cost(x) < muchMore*least) && len(kept) > 0 {
				break
			}
			if will(x.of) {
				n++
				kept = append(kept, x)
				if cost(x) < least {
					least, most = cost(x), len(x.of)
				}
			}
		}
	}
	kept = slices.DeleteFunc(kept, func(x subset) bool { return len(x.of) > most || cost(x) > muchMore*least })
	slices.SortStableFunc(kept, func(a, b subset) int { return cmp.Compare(cost(a), cost(b)) })
	return kept[:min(len(kept), mostTried)]
}

const (
	fewOfASize = 3 // subsets that are tried; not tuned
	// mostTried bounds what is shot with
	mostTried = 4
	muchMore  = 3 // times the least cost: what others may cost to be tried. A spherical pendulum's was twice as much
)

// runes are numbers as letters.
func runes(of []int) (r []rune) {
	for _, k := range of {
		r = append(r, rune(k+1))
	}
	return r
}

// selected are models of the subsets of the terms of x that the criterion of spared may ask for, by the information
// alone, the likeliest choice first. The other parameters go along.
func (o *Identification) selected(x Identified) (smaller []*model.Model[float64]) {
	m := x.Model.Copy()
	of, n := m.Outer(), count(m)
	var always, terms []int
	var b []float64
	for k, at := range of {
		if b = append(b, m.Theta[at]); at < n {
			terms = append(terms, k)
		} else {
			always = append(always, k)
		}
	}
	s, around := newSubsets(x.Shot, b), o.Learn.Around(m, o.Seed)
	set := func(S []int) (drop []bool) {
		drop = slices.Repeat([]bool{true}, n)
		clear(m.Theta[:n])
		s.least(S)
		for i, k := range S {
			if m.Theta[of[k]] = s.b[i]; of[k] < n {
				drop[of[k]] = false
			}
		}
		return drop
	}
	for _, best := range s.shortest(always, terms, math.Log(float64(o.Learn.numbers())), func(S []int) bool {
		set(S)
		return holds(around, m)
	}) {
		if y, dropped := Without(m, set(best.of)); dropped > 0 {
			smaller = append(smaller, y)
		}
	}
	return smaller
}

// holds says whether mass matrices of m are far from singular where the motion is: no motion tells where one is. Of
// carts that begin at rest, whose momentum p is 0, it would leave L − p²/2m, in which no cart has a mass.
func holds(around *PositiveDefinite[float64], m *model.Model[float64]) bool {
	if around == nil {
		return true
	}
	var motion []int // every other state is beside it
	for i := 0; i < around.N; i += 2 {
		motion = append(motion, i)
	}
	r, c := make([]float64, len(motion)), make([]float64, len(motion))
	around.Pass(m, len(motion)).Residuals(motion, r, c)
	return slices.Max(r) < nearSingular
}

// nearSingular is what is missing of the least eigenvalue that is wanted where a mass matrix counts as singular.
const nearSingular = 0.9
