package symbolic

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/internal/par"
)

// Settings says what to compare and how long to search. Zero values stand for the documented defaults. The result does
// not depend on how many cores share the islands.
type Settings struct {
	Names       []string  // of the variables; default x1, x2, …
	Weights     []float64 // of the samples; default 1
	Log         bool      // compare logarithms: for positive y that spans orders of magnitude
	Affine      bool      // compare α + β f with the best α and β: f is found up to a constant and a factor
	MaxSize     int       // symbols of the largest formula; default 10
	Islands     int       // populations that seldom meet; default 8
	Population  int       // formulas on an island; default 100
	Generations int       // times each island is renewed; default 200
	Seed        uint64
	Workers     int // cores; default all
}

// Defaults fills in what is zero.
func (s Settings) Defaults(variables int) Settings {
	for i := len(s.Names); i < variables; i++ {
		s.Names = append(s.Names[:i:i], fmt.Sprintf("x%d", i+1))
	}
	for _, f := range []struct {
		x *int
		v int
	}{{&s.MaxSize, 10}, {&s.Islands, 8}, {&s.Population, 100}, {&s.Generations, 200}, {&s.Workers, par.Workers()}} {
		if *f.x == 0 {
			*f.x = f.v
		}
	}
	return s
}

// Law is a formula with its size in symbols and its error, the weighted root mean square of f − y, or of ln f − ln y.
type Law struct {
	Expr
	Size    int
	Error   float64
	samples int
}

// Front holds laws of growing size and falling error: no formula was found that is smaller and better than one of them.
type Front []Law

// Best is the law with the least N ln error + ½ size ln N for N samples: Schwarz's criterion [Schwarz1978], where each
// symbol counts as a parameter. An exact law beats all others. The zero Law for an empty front.
func (f Front) Best() (best Law) {
	least := math.Inf(1)
	for _, l := range f {
		N := float64(l.samples)
		cost := N*math.Log(l.Error+1e-10*f[0].Error) + float64(l.Size)*math.Log(N)/2
		if best.Size == 0 || cost < least {
			best, least = l, cost
		}
	}
	return best
}

// Search looks for laws y = f(x); row k of X holds the variables of sample k. The same seed gives the same front on any
// number of cores. When ctx ends, the front found so far comes with its error. X may hold numbers at which a formula
// has no value, such as 0 under a logarithm: that formula is then out. It is an error when X is ragged or a number is
// not finite.
func Search(ctx context.Context, X [][]float64, y []float64, s Settings) (Front, error) {
	if err := check(X, y, s); err != nil {
		return nil, err
	}
	s = s.Defaults(len(X[0]))
	islands := make([]*island, s.Islands)
	for i := range islands {
		islands[i] = newIsland(uint64(i), X, y, s)
	}
	team := par.NewTeam(min(s.Workers, s.Islands))
	defer team.Close()
	const epoch = 4 // generations between two ships
	var front Front
	for g, still := 0, 0; g < s.Generations && still < 4; g += epoch {
		team.Do(func(w int) {
			lo, hi := par.Span(s.Islands, w, team.Workers())
			for _, l := range islands[lo:hi] {
				for k := g; k < min(g+epoch, s.Generations) && ctx.Err() == nil; k++ {
					l.generation()
				}
			}
		})
		for i, l := range islands {
			islands[(i+1)%len(islands)].land(l.best)
		}
		before := front
		front = gather(islands, s.Names)
		if err := ctx.Err(); err != nil {
			return front, err
		}
		// an exact law that no shorter one replaces ends the search
		still++
		if len(front) == 0 || len(front) != len(before) || front[len(front)-1].Size != before[len(before)-1].Size ||
			front[len(front)-1].Error > 1e-9*islands[0].scale {
			still = 0
		}
	}
	return front, nil
}

func check(X [][]float64, y []float64, s Settings) error {
	if len(y) == 0 || len(X) != len(y) || s.Weights != nil && len(s.Weights) != len(y) {
		return fmt.Errorf("symbolic: %d rows of X, %d weights, %d values y; "+
			"there has to be one of each for a sample, and at least one", len(X), len(s.Weights), len(y))
	}
	for k, row := range X {
		if len(row) != len(X[0]) || len(row) == 0 {
			return fmt.Errorf("symbolic: sample %d has %d variables, sample 1 has %d", k+1, len(row), len(X[0]))
		}
		for _, x := range append([]float64{y[k]}, row...) {
			if x-x != 0 {
				return fmt.Errorf("symbolic: sample %d is not finite: y = %g, x = %g", k+1, y[k], row)
			}
		}
		if s.Log && y[k] <= 0 {
			return fmt.Errorf("symbolic: sample %d has y = %g, which has no logarithm", k+1, y[k])
		}
		if s.Weights != nil && !(s.Weights[k] >= 0 && !math.IsInf(s.Weights[k], 0)) {
			return fmt.Errorf("symbolic: sample %d has the weight %g", k+1, s.Weights[k])
		}
	}
	return nil
}

// newFit lays the data out by columns.
func newFit(X [][]float64, y []float64, s Settings) fit {
	n := len(y)
	d := fit{
		samples: samples{n: n}, log: s.Log, affine: s.Affine, y: slices.Clone(y),
		w: make([]float64, n), r: make([]float64, n), r1: make([]float64, n),
	}
	for i := range d.J {
		d.J[i] = make([]float64, n)
	}
	for v := range X[0] {
		c := make([]float64, n)
		for k := range c {
			c[k] = X[k][v]
		}
		d.columns = append(d.columns, c)
	}
	total, mean := 0.0, 0.0
	for k := range d.w {
		d.w[k] = 1
		if s.Weights != nil {
			d.w[k] = s.Weights[k]
		}
		if s.Log {
			d.y[k] = math.Log(y[k])
		}
		total += d.w[k]
		mean += d.w[k] * d.y[k]
	}
	square := 0.0
	for k := range d.w {
		d.w[k] /= total
		square += d.w[k] * (d.y[k] - mean/total) * (d.y[k] - mean/total)
		d.w[k] = math.Sqrt(d.w[k])
	}
	d.scale = math.Sqrt(square) + 1e-6*math.Abs(mean/total) + math.SmallestNonzeroFloat64
	return d
}

// gather polishes the best formulas of all islands into one front.
func gather(islands []*island, names []string) (front Front) {
	d, least := &islands[0].fit, math.Inf(1)
	bySize := map[int]member{}
	for _, l := range islands {
		for _, m := range l.best {
			if m.e == nil {
				continue
			}
			e, E := d.polish(slices.Clone(m.e))
			if old, ok := bySize[size(e)]; !ok || E < old.E {
				bySize[size(e)] = member{e, E}
			}
		}
	}
	for n := 1; n < len(islands[0].best); n++ {
		if m, ok := bySize[n]; ok && m.E < 0.999*least && least > floor*d.scale {
			least = m.E
			front = append(front, Law{Expr{m.e, names}, n, m.E, d.n})
		}
	}
	return front
}

// member is a formula of a population with its error.
type member struct {
	e []node
	E float64
}

// island is one population. What it does depends on its seed and on what lands there alone.
type island struct {
	fit
	r       *rand.Rand
	most    int // symbols
	members []member
	oldest  int
	best    []member // of each size
}

func newIsland(i uint64, X [][]float64, y []float64, s Settings) *island {
	l := &island{
		fit: newFit(X, y, s), r: rand.New(rand.NewPCG(s.Seed, i)), most: s.MaxSize, best: make([]member, s.MaxSize+1),
	}
	for range s.Population {
		e, E := l.judge(l.tree(1 + l.r.IntN(min(7, s.MaxSize))))
		l.members = append(l.members, member{e, E})
	}
	return l
}

// generation replaces as many members as there are, the oldest first [Real2019].
func (l *island) generation() {
	for range l.members {
		if e, E := l.judge(l.child()); !math.IsInf(E, 1) {
			l.settle(member{e, E})
		}
	}
}

func (l *island) settle(m member) {
	l.members[l.oldest] = m
	l.oldest = (l.oldest + 1) % len(l.members)
}

// land takes in some of the best of another island.
func (l *island) land(best []member) {
	for range 3 {
		if m := best[l.r.IntN(len(best))]; m.e != nil {
			l.settle(member{slices.Clone(m.e), m.E})
		}
	}
}

// judge simplifies a formula and fits its constants: a little, and to the end if it may be the best of its size.
func (l *island) judge(e []node) ([]node, float64) {
	e = simplify(e)
	n := size(e)
	if n > l.most {
		return e, math.Inf(1)
	}
	E := l.refine(e, 3)
	old := l.best[n]
	if old.e == nil || E < 1.2*old.E {
		E = l.refine(e, 20)
	}
	if !math.IsInf(E, 1) && (old.e == nil || E < old.E) {
		l.best[n] = member{slices.Clone(e), E}
	}
	return e, E
}
